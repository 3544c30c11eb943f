"""What is said of work on many takes once it is over: how many were changed, and why others were not."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from studio.choices import BulkAct, BulkState
from studio.models import BulkWork
from studio.services.said import said
from studio.views.chosen import NAMED, listed


def said_of(work: BulkWork) -> str:
    """In a few sentences."""
    reasons = listed([said(reason) for _number, reason in work.skipped[:NAMED]], _head(work), work.skipped_count)
    return _sentences(work, reasons)


def headline_of(work: BulkWork) -> str:
    """The same without the reasons, where the panel that lists them is in sight."""
    return _sentences(work, [] if work.changed or not work.skipped_count else [_head(work)])


def _head(work: BulkWork) -> str:
    heads = {BulkAct.DELETE: _("Still here:")} if work.changed else {BulkAct.DELETE: _("Nothing was deleted.")}
    heads |= {} if work.changed else {BulkAct.REVIEW: _("Nothing was sent.")}
    return heads.get(BulkAct(work.act)) or (_("Left out:") if work.changed else _("Nothing was changed."))


def _sentences(work: BulkWork, reasons: list[str]) -> str:
    changed = _CHANGED[BulkAct(work.act)](work) if work.changed else ""
    words = [word for word in (changed, *reasons) if word] or [_("It was so already.")]
    if work.state == BulkState.STOPPED:
        words.append(_("It was stopped there; what is done stays done."))
    return " ".join(words)


def level_of(work: BulkWork) -> int:
    """How loud that is said."""
    return messages.WARNING if work.skipped_count or work.state == BulkState.STOPPED else messages.SUCCESS


def _tagged(work: BulkWork) -> str:
    said = ngettext("%(number)s take is tagged.", "%(number)s takes are tagged.", work.changed)
    return said % {"number": work.changed}


def _untagged(work: BulkWork) -> str:
    said = ngettext("The tag is off %(number)s take.", "The tag is off %(number)s takes.", work.changed)
    return said % {"number": work.changed}


def _rated(work: BulkWork) -> str:
    said = ngettext("%(number)s take has a new rating.", "%(number)s takes have a new rating.", work.changed)
    return said % {"number": work.changed}


def _favourite(work: BulkWork) -> str:
    said = ngettext(
        "%(number)s take is a favourite of yours now.", "%(number)s takes are favourites of yours now.", work.changed
    )
    return said % {"number": work.changed}


def _unfavourite(work: BulkWork) -> str:
    said = ngettext(
        "%(number)s take is no favourite of yours any more.",
        "%(number)s takes are no favourites of yours any more.",
        work.changed,
    )
    return said % {"number": work.changed}


def _collected(work: BulkWork) -> str:
    said = ngettext("%(number)s take is in “%(name)s” now.", "%(number)s takes are in “%(name)s” now.", work.changed)
    return said % {"number": work.changed, "name": work.details["name"]}


def _uncollected(work: BulkWork) -> str:
    said = ngettext("%(number)s take left the collection.", "%(number)s takes left the collection.", work.changed)
    return said % {"number": work.changed}


def _sent(work: BulkWork) -> str:
    # Done at once and alone, it is called by its number.
    alone = work.takes[0] if work.done == 1 else None
    if alone is not None:
        return _("Sent take %(take)s for review.") % {"take": alone}
    said = ngettext("Sent %(number)s take for review.", "Sent %(number)s takes for review.", work.changed)
    return said % {"number": work.changed}


def _deleted(work: BulkWork) -> str:
    said = ngettext(
        "%(number)s take is deleted. For 30 days it can be brought back under “Deleted takes” of the project.",
        "%(number)s takes are deleted. For 30 days they can be brought back under “Deleted takes” of the project.",
        work.changed,
    )
    return said % {"number": work.changed}


def _brought_back(work: BulkWork) -> str:
    said = ngettext("%(number)s take is back.", "%(number)s takes are back.", work.changed)
    return said % {"number": work.changed}


_CHANGED: dict[BulkAct, Callable[[BulkWork], str]] = {
    BulkAct.TAG: _tagged,
    BulkAct.UNTAG: _untagged,
    BulkAct.RATE: _rated,
    BulkAct.FAVOURITE: _favourite,
    BulkAct.UNFAVOURITE: _unfavourite,
    BulkAct.COLLECT: _collected,
    BulkAct.UNCOLLECT: _uncollected,
    BulkAct.MOVE: _collected,
    BulkAct.REVIEW: _sent,
    BulkAct.DELETE: _deleted,
    BulkAct.BRING_BACK: _brought_back,
}
