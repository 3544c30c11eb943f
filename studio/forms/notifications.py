"""Forms of notifications: where a person hears of what, and where a project's go beside the studio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.choices import HookFormat, NoticeKind
from studio.forms.styling import StyledForm
from studio.models import ProjectHook, User
from studio.services.notifications import APP, CALLED, MAIL, PLACES, places_of
from studio.services.project_hooks import LONGEST_ADDRESS

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_WORDS = {APP: _("In the studio"), MAIL: _("By mail")}
_ADDRESS = _("That is not a mail address. Correct it, or leave it empty for no mails.")
CALLED_WORDS = {
    NoticeKind.READY: _("A take is ready"),
    NoticeKind.REVIEW: _("Takes were sent for review"),
    NoticeKind.DECIDED: _("A take was decided on"),
    NoticeKind.COMMENT: _("Somebody commented"),
    NoticeKind.UNCONFIRMED: _("A payment is unconfirmed"),
    NoticeKind.BUDGET: _("The budget is near its end"),
}


@dataclass(frozen=True)
class Line:
    """One kind and its two boxes."""

    label: _StrOrPromise
    boxes: list[forms.BoundField]


class NoticeForm(StyledForm):
    """Every kind with a box for the studio and one for mail, and the address that mails go to."""

    email = forms.EmailField(
        required=False,
        max_length=254,
        label=_("Mail address"),
        help_text=_("Only you and the studio’s mails know it."),
        error_messages={"invalid": _ADDRESS, "max_length": _ADDRESS},
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        # What only studio admins are told of is offered to them alone.
        self.kinds = [kind for kind in NoticeKind if kind != NoticeKind.KEY or person.is_admin]
        self._kept = {kind.value: places_of(person=person, kind=kind) for kind in NoticeKind}
        initial: dict[str, Any] = {"email": person.email}
        initial |= {_name(kind, place): place in self._kept[kind] for kind in self.kinds for place in PLACES}
        super().__init__(*args, initial=initial, **kwargs)
        for kind in self.kinds:
            for place in PLACES:
                label = f"{kind.label}: {_WORDS[place].lower()}"
                self.fields[_name(kind, place)] = forms.BooleanField(required=False, label=label)

    def lines(self) -> Iterator[Line]:
        """The boxes, kind by kind."""
        for kind in self.kinds:
            yield Line(kind.label, [self[_name(kind, place)] for place in PLACES])

    def choices(self) -> Mapping[str, list[str]]:
        """What was ticked, as the service takes it; what was not offered stays as it was."""
        ticked = {
            kind.value: [place for place in PLACES if self.cleaned_data[_name(kind, place)]] for kind in self.kinds
        }
        return {kind: list(places) for kind, places in self._kept.items()} | ticked


class ProjectHookForm(StyledForm):
    """Mail, and the address that is called, of a project. A stored address is never shown: empty leaves it."""

    sends_mail = forms.BooleanField(
        required=False,
        label=_("Send mails"),
        help_text=_("To the people of this project, each as they chose for themselves."),
    )
    url = forms.CharField(
        required=False,
        max_length=LONGEST_ADDRESS,
        label=_("Address"),
        error_messages={"max_length": _("The address is longer than any address. Copy it once more.")},
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "placeholder": "https://…"}
        ),
    )
    removes_url = forms.BooleanField(required=False, label=_("Remove the address"))
    format = forms.ChoiceField(
        label=_("Format"),
        choices=HookFormat.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a format from the list.")),
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        label=_("Call for"),
        choices=[(kind.value, CALLED_WORDS[kind]) for kind in CALLED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose from the list what is called for.")},
    )

    @classmethod
    def initial_of(cls, hook: ProjectHook) -> dict[str, Any]:
        """What the form shows of a project's; never its address or secret."""
        return {"sends_mail": hook.sends_mail, "format": hook.format, "kinds": hook.kinds}


def _name(kind: NoticeKind, place: str) -> str:
    return f"{place}-{kind}"
