"""What is said of a take: words, the place in the film that they are about, and a drawing on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from studio.forms.styling import StyledForm
from studio.lib import drawings
from studio.lib.timecode import frame_of
from studio.models import Comment, Render
from studio.services.said import said

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


def _text(label: _StrOrPromise) -> forms.CharField:
    # No maxlength: a browser would cut what is pasted without a word.
    attrs = {
        "rows": 2,
        "class": "textarea comment-field",
        "data-comment-text": "",
        "placeholder": _("What should change?"),
    }
    required = {"required": _("Write what you want to say; nothing was sent.")}
    return forms.CharField(label=label, widget=forms.Textarea(attrs=attrs), error_messages=required)


def _place(label: _StrOrPromise) -> forms.CharField:
    attrs = {"class": "input number", "autocomplete": "off", "placeholder": "00:02:12"}
    return forms.CharField(label=label, required=False, max_length=20, widget=forms.TextInput(attrs=attrs))


class CommentForm(StyledForm):
    """A new comment, or a reply to one of `threads`; a reply has no place or drawing of its own."""

    text = _text(_("Comment"))
    frame = _place(_("From frame or time"))
    end_frame = _place(_("To, for a span"))
    drawing = forms.CharField(required=False, widget=forms.HiddenInput)
    parent = forms.CharField(required=False, max_length=18, widget=forms.HiddenInput)

    def __init__(self, *args: Any, take: Render, threads: QuerySet[Comment], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="comment-%s", **kwargs)
        self._take, self._threads = take, threads

    def clean_frame(self) -> int | None:
        """The frame that was named, by its number or as timecode."""
        return self._frame("frame")

    def clean_end_frame(self) -> int | None:
        """The last frame of the span, likewise."""
        return self._frame("end_frame")

    def clean_drawing(self) -> list[drawings.Shape]:
        """The shapes of the drawing."""
        try:
            return drawings.read(self.cleaned_data["drawing"])
        except ValueError as error:
            raise ValidationError(said(str(error))) from error

    def clean_parent(self) -> Comment | None:
        """The comment that is answered, if it is one that may be seen here."""
        number = self.cleaned_data["parent"]
        if not number:
            return None
        found = self._threads.filter(pk=number).first() if number.isascii() and number.isdigit() else None
        if found is None:
            raise ValidationError(_("The comment that you answer is gone. Your words are kept; send them alone."))
        return found

    def clean(self) -> dict[str, Any]:
        """All of it; the place that a reply brings along is that of the player, and not meant."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("parent") is not None:
            for name in ("frame", "end_frame", "drawing"):
                self.errors.pop(name, None)
            cleaned |= {"frame": None, "end_frame": None, "drawing": []}
        return cleaned

    def _frame(self, name: str) -> int | None:
        written = self.cleaned_data[name]
        try:
            return frame_of(written, self._take.output.rate) if written else None
        except ValueError as error:
            raise ValidationError(said(str(error))) from error


class EditForm(StyledForm):
    """Other words for a comment."""

    text = _text(_("Change your comment"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="comment-edit-%s", **kwargs)
