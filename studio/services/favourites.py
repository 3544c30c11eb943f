"""Hearts: what one person likes among the takes. Nobody else sees them, so no history is written."""

from __future__ import annotations

from collections.abc import Iterable

from studio.models import Favourite, User


def add(*, takes: Iterable[int], user: User) -> int:
    """Put the person's heart on the takes with these numbers; how many had none. Which takes the person may see is for
    whoever calls to know."""
    wanted = list(takes)
    had = set(Favourite.objects.filter(user=user, render__in=wanted).values_list("render_id", flat=True))
    fresh = [Favourite(user=user, render_id=number) for number in wanted if number not in had]
    Favourite.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(fresh)


def remove(*, takes: Iterable[int], user: User) -> int:
    """Take the person's heart off these takes; how many had one."""
    return Favourite.objects.filter(user=user, render__in=list(takes)).delete()[0]
