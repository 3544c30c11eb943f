"""Gives form controls the classes of the design system, in one place for every form."""

from __future__ import annotations

from django import forms

# The first that fits counts: a text area is no input, a select no text.
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, ""),
    (forms.HiddenInput, ""),
    (forms.Textarea, "textarea"),
    (forms.Select, "select"),
    (forms.TextInput, "input"),
    (forms.PasswordInput, "input"),
    (forms.NumberInput, "input"),
)


def style(form: forms.BaseForm) -> None:
    """Set the class of each control of `form` by what kind of control it is, unless the form says otherwise."""
    for field in form.fields.values():
        name = next((name for widget, name in _CLASSES if isinstance(field.widget, widget)), "")
        if name:
            field.widget.attrs.setdefault("class", name)


class StyledForm(forms.Form):
    """A form whose controls carry the classes of the design system."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        style(self)
