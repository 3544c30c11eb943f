"""One reason why a request cannot go out, tied to the field of the form that a person has to change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is one of prompt, operation, model, aspect_ratio, duration, resolution, sound, seed, inputs,
    source_take, takes; `message` says what is wrong and what to do."""

    field: str
    message: str
