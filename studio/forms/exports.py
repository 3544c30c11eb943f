"""What goes out to the edit: which takes, as what, in which order."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from studio.choices import ExportFormat
from studio.forms.styling import StyledForm
from studio.services.export_choice import ORDERS

ABOUT = {
    ExportFormat.ZIP: _("The films, a manifest of how each was made (CSV and JSON), and all three timelines."),
    ExportFormat.OTIO: _("The timeline alone, for Resolve, Nuke Studio and everything else that reads OTIO."),
    ExportFormat.EDL: _("The timeline alone, as nearly every editing program takes it in. Pictures only."),
    ExportFormat.FCPXML: _("The timeline alone, for Final Cut Pro and Resolve."),
}
# The longest number of a take that a database knows.
LONGEST_NUMBER = 18


class ExportForm(StyledForm):
    """The choices of a new export; the takes come as a list of numbers."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=ExportFormat.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a format."), "invalid_choice": _("Choose one of the formats.")},
    )
    order = forms.ChoiceField(
        choices=[*ORDERS.items()],
        label=_("Order on the timeline"),
        error_messages={"required": _("Choose an order."), "invalid_choice": _("Choose one of the orders.")},
    )


def numbers(values: list[str]) -> list[int]:
    """The numbers of takes in `values`; whatever is none is left out."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER]
