"""Reads the composer's form: what was typed, which button was pressed, and for which submission."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.http import QueryDict

from studio.services.drafts import FIELDS

LONGEST = 20_000
LONGEST_VARIABLE = 2_000
VARIABLE = "variable:"
OVERRIDE = "override_reason"


@dataclass(frozen=True)
class Press:
    """One press of one button: `step` is its name, `subject` what stands after the colon."""

    values: dict[str, str]
    variables: dict[str, str]
    step: str
    subject: str
    submission: uuid.UUID | None
    # What the form showed as to be paid for: Composition.shown.
    shown: str
    title: str
    # Why a limit is gone over, as typed; None where the form did not ask for it.
    override_reason: str | None = None

    @property
    def numbers(self) -> list[int]:
        """The subject as whole numbers, such as a position or two."""
        parts = self.subject.split(":")
        return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


def read_press(data: QueryDict) -> Press:
    """The press in a posted form; a field that was not sent keeps its earlier value, save for unticked boxes."""
    values = {name: _text(data, name, LONGEST if name == "prompt" else 200) for name in FIELDS if name in data}
    # An unticked box is not sent at all; but a button elsewhere that only adds to the tray sends no field.
    if "prompt" in data:
        values.setdefault("sound", "")
    step, _, subject = data.get("act", "update").partition(":")
    return Press(
        values=values,
        variables=_variables(data),
        step=step,
        subject=subject,
        submission=_uuid(data.get("submission", "")),
        shown=str(data.get("shown", ""))[:100],
        title=data.get("save_title", "").strip()[:160],
        override_reason=_text(data, OVERRIDE, 2_000) if OVERRIDE in data else None,
    )


def _variables(data: QueryDict) -> dict[str, str]:
    named = {name: name.removeprefix(VARIABLE) for name in data if name.startswith(VARIABLE)}
    return {_plain(short[:100]): _text(data, name, LONGEST_VARIABLE) for name, short in named.items()}


def _text(data: QueryDict, name: str, longest: int) -> str:
    """The last value of a field, no longer than anybody writes, with plain line ends."""
    return _plain(str(data.get(name, ""))[:longest]).replace("\r\n", "\n")


def _plain(text: str) -> str:
    # PostgreSQL takes no null character into JSON.
    return text.replace("\x00", "")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
