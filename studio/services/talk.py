"""The number that says how much has been said of a take: pages that show it ask whether they have heard everything."""

from __future__ import annotations

from django.db.models import F

from studio.models import Render


def bump(*, take_id: int) -> None:
    """Something was said or decided; in the transaction of what it was, so that nobody hears of it too early."""
    Render.objects.filter(pk=take_id).update(talk=F("talk") + 1)
