"""The one clock of services and jobs, so that tests can stop it and due times read alike."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware of its zone."""
    return timezone.now()


def later(seconds: float) -> datetime:
    """The moment `seconds` from now."""
    return now() + timedelta(seconds=seconds)


def jittered(seconds: float) -> float:
    """`seconds` give or take a fifth, so that work started together does not stay in step."""
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311  (spreading load, not keeping a secret)
