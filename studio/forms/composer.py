"""Reads the composer's form: what was typed, which button was pressed, and for which submission."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import QueryDict

from studio.services.drafts import FIELDS

LONGEST = 20_000
VARIABLE = "variable:"


@dataclass(frozen=True)
class Press:
    """One press of one button: `step` is its name, `subject` what stands after the colon."""

    values: dict[str, str]
    variables: dict[str, str]
    step: str
    subject: str
    submission: uuid.UUID | None
    title: str

    @property
    def numbers(self) -> list[int]:
        """The subject as whole numbers, such as a position or two."""
        parts = self.subject.split(":")
        return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


def read_press(data: QueryDict) -> Press:
    """The press in a posted form; a field that was not sent keeps its earlier value, save for unticked boxes."""
    values = {name: _text(data, name) for name in FIELDS if name in data}
    # An unticked box is not sent at all; but a button elsewhere that only adds to the tray sends no field.
    if "prompt" in data:
        values.setdefault("sound", "")
    step, _, subject = data.get("act", "update").partition(":")
    return Press(
        values=values,
        variables={name.removeprefix(VARIABLE): _text(data, name) for name in data if name.startswith(VARIABLE)},
        step=step,
        subject=subject,
        submission=_uuid(data.get("submission", "")),
        title=data.get("save_title", "").strip()[:160],
    )


def _text(data: QueryDict, name: str) -> str:
    """The last value of a field, no longer than anybody writes, with plain line ends."""
    return str(data.get(name, ""))[:LONGEST].replace("\r\n", "\n")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
