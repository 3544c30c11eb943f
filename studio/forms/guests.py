"""Forms about guest links: making and narrowing them, and what guests fill in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studio.choices import WANTS_REASON, Verdict
from studio.forms.filling import filled
from studio.forms.styling import StyledForm
from studio.lib.clock import now
from studio.models import GuestLink
from studio.services.guest_links import LONGEST_DAYS, NO_TAKES, RIGHTS, SHORTEST_PASSWORD

_LASTS = (("7", _("7 days")), ("14", _("14 days")), ("30", _("30 days")), ("date", _("Until a date")))
_NO_NUMBER = _("Choose takes from the list.")


class TakesField(forms.MultipleChoiceField):
    """Takes by their ids, as checkboxes that the page draws; which of them may be shown is for the service to say."""

    def clean(self, value: Any) -> list[int]:
        """The ids, each once and in their order."""
        typed = [str(each) for each in value or []]
        if any(not each.isascii() or not each.isdigit() or len(each) > 15 for each in typed):
            raise forms.ValidationError(_NO_NUMBER)
        return list(dict.fromkeys(map(int, typed)))


class GuestLinkForm(StyledForm):
    """A new link. Grants nothing but looking, unless ticked."""

    label = forms.CharField(
        label=_("Who it is for"),
        max_length=120,
        help_text=_("Guests read this above the takes, and nothing else of the project."),
        error_messages={"required": _("Say who the link is for.")},
    )
    lasts = forms.ChoiceField(label=_("Works for"), choices=_LASTS, initial="14")
    until = forms.DateField(
        label=_("Until"),
        required=False,
        help_text=filled(_("At most %(number)s days from now. That day is part of it."), number=LONGEST_DAYS),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=200,
        strip=False,
        help_text=filled(
            _("At least %(number)s characters. Send it by another way than the link. Not shown again."),
            number=SHORTEST_PASSWORD,
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input"}),
    )
    watermark = forms.CharField(
        label=_("Watermark"),
        required=False,
        max_length=80,
        help_text=_("These words are burned into each picture. Guests then never get a file without them."),
    )
    may_comment = forms.BooleanField(label=_("Comment"), required=False)
    may_decide = forms.BooleanField(label=_("Decide"), required=False)
    may_download = forms.BooleanField(label=_("Download"), required=False)
    take = TakesField(label=_("Takes"), required=False)

    def clean(self) -> dict[str, Any]:
        """With `expires_at`, the moment at which the link ends."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        lasts, until = cleaned.get("lasts"), cleaned.get("until")
        if lasts == "date":
            if until is None and "until" not in self.errors:
                self.add_error("until", _("Choose the last day on which the link works."))
            elif until is not None:
                cleaned["expires_at"] = self._end(until)
        elif lasts:
            cleaned["expires_at"] = now() + timedelta(days=int(lasts))
        if not cleaned.get("take") and "take" not in self.errors:
            self.add_error("take", NO_TAKES)
        return cleaned

    def _end(self, until: date) -> datetime | None:
        try:
            return end_of(until)
        except forms.ValidationError as error:
            self.add_error("until", error)
            return None


class ChangeLinkForm(StyledForm):
    """Another end for a link that is handed out, or less of what it gives."""

    until = forms.DateField(
        label=_("Works until"),
        help_text=filled(_("At most %(number)s days from now. That day is part of it."), number=LONGEST_DAYS),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    rights = forms.MultipleChoiceField(required=False, choices=[(right, right) for right in RIGHTS])
    take = TakesField(required=False)

    def __init__(self, *args: Any, link: GuestLink, **kwargs: Any) -> None:
        self._was = timezone.localdate(link.expires_at)
        self._ends = link.expires_at
        super().__init__(*args, initial={"until": self._was}, auto_id="change-%s", **kwargs)

    def clean_until(self) -> datetime:
        """The moment; the one that was set already where the day is still the same."""
        until: date = self.cleaned_data["until"]
        return self._ends if until == self._was else end_of(until)


class EnterForm(StyledForm):
    """Who comes in: a name, and the password where the link has one."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": "", "class": "input"}),
        error_messages={"required": _("Please tell us your name; it stands beside what you say.")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        help_text=_("It came with the link, or by another way."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "input"}),
        error_messages={"required": _("This link asks for a password.")},
    )

    def __init__(self, *args: Any, link: GuestLink, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="enter-%s", **kwargs)
        if not link.password:
            del self.fields["password"]


class DecisionForm(StyledForm):
    """What a guest says of a take."""

    verdict = forms.ChoiceField(choices=Verdict.choices, error_messages={"required": _("Choose one of the three.")})
    reason = forms.CharField(
        label=_("What should be different?"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "textarea"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("verdict") in WANTS_REASON and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Please say what should be different, so that the next take can be better."))
        return cleaned


def end_of(day: date) -> datetime:
    """The last moment of a day, in the studio's time zone; raises ValidationError for one too far away."""
    if not timedelta(0) <= day - timezone.localdate() <= timedelta(days=LONGEST_DAYS):
        raise forms.ValidationError(
            filled(_("Choose a day from today on, %(number)s days from now at most."), number=LONGEST_DAYS)
        )
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def ids_asked_for(values: Iterable[str]) -> list[int]:
    """The ids in an address, without what is none."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 16]
