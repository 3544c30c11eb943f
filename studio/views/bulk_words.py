"""What is said of work on many takes once it is over: how many were changed, and why others were not."""

from __future__ import annotations

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

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
    words = [word for word in (_changed(work), *reasons) if word] or [_("It was so already.")]
    if work.state == BulkState.STOPPED:
        words.append(_("It was stopped there; what is done stays done."))
    return " ".join(words)


def _changed(work: BulkWork) -> str:
    if not work.changed:
        return ""
    if work.act == BulkAct.REVIEW:
        return sent_words(number=work.changed, alone=work.takes[0] if work.done == 1 else None)
    return _CHANGED[BulkAct(work.act)] % {"number": work.changed, "name": work.details.get("name", "")}


def level_of(work: BulkWork) -> int:
    """How loud that is said."""
    return messages.WARNING if work.skipped_count or work.state == BulkState.STOPPED else messages.SUCCESS


def sent_words(*, number: int, alone: int | None) -> str:
    """So many takes were sent for review; one that is `alone` is called by its own number."""
    return _("Sent take %(take)s for review.") % {"take": alone} if alone else _SENT % {"number": number}


_SENT = ngettext_lazy("Sent %(number)s take for review.", "Sent %(number)s takes for review.", "number")
_COLLECTED = ngettext_lazy("%(number)s take is in “%(name)s” now.", "%(number)s takes are in “%(name)s” now.", "number")
_CHANGED = {
    BulkAct.TAG: ngettext_lazy("%(number)s take is tagged.", "%(number)s takes are tagged.", "number"),
    BulkAct.UNTAG: ngettext_lazy("The tag is off %(number)s take.", "The tag is off %(number)s takes.", "number"),
    BulkAct.RATE: ngettext_lazy("%(number)s take has a new rating.", "%(number)s takes have a new rating.", "number"),
    BulkAct.FAVOURITE: ngettext_lazy(
        "%(number)s take is a favourite of yours now.", "%(number)s takes are favourites of yours now.", "number"
    ),
    BulkAct.UNFAVOURITE: ngettext_lazy(
        "%(number)s take is no favourite of yours any more.",
        "%(number)s takes are no favourites of yours any more.",
        "number",
    ),
    BulkAct.COLLECT: _COLLECTED,
    BulkAct.MOVE: _COLLECTED,
    BulkAct.UNCOLLECT: ngettext_lazy(
        "%(number)s take left the collection.", "%(number)s takes left the collection.", "number"
    ),
    BulkAct.DELETE: ngettext_lazy(
        "%(number)s take is deleted. For 30 days it can be brought back under “Deleted takes” of the project.",
        "%(number)s takes are deleted. For 30 days they can be brought back under “Deleted takes” of the project.",
        "number",
    ),
    BulkAct.BRING_BACK: ngettext_lazy("%(number)s take is back.", "%(number)s takes are back.", "number"),
}
