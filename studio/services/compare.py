"""Which takes are put side by side: those that were asked for, and the siblings that they are best compared with."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from studio.choices import RenderState
from studio.models import Render, User
from studio.models.renders import RenderQuerySet

MOST = 4
# So many siblings are offered to choose from, the newest of the nearest first.
OFFERED = 24
_SAME_VERSION, _SAME_WORDS, _SAME_SHOT = range(3)


def comparable(*, user: User, ids: Sequence[int]) -> list[Render]:
    """The first four of `ids` that this person may see and that can be watched, in the order asked for."""
    wanted = list(dict.fromkeys(ids))
    found = {take.pk: take for take in _watchable(Render.objects.visible_to(user)).filter(pk__in=wanted)}
    return [found[pk] for pk in wanted if pk in found][:MOST]


def siblings(*, take: Render) -> list[Render]:
    """Other takes to compare it with: of the same version of a prompt, of the same words, of the same shot.

    Each has `kinship`: the lower, the nearer."""
    same_version = Q(prompt_version=take.prompt_version_id) if take.prompt_version_id else Q(pk__in=[])
    # An extension may have no words at all, and that is no likeness.
    same_words = Q(spec__prompt=take.spec["prompt"]) if take.spec.get("prompt") else Q(pk__in=[])
    first = take.shot_id or take.pk
    same_shot = Q(shot=first) | Q(pk=first)
    kinship = Case(
        When(same_version, then=Value(_SAME_VERSION)),
        When(same_words, then=Value(_SAME_WORDS)),
        default=Value(_SAME_SHOT),
        output_field=IntegerField(),
    )
    others = _watchable(Render.objects.filter(project=take.project_id)).exclude(pk=take.pk)
    related = others.filter(same_version | same_words | same_shot).annotate(kinship=kinship)
    return list(related.order_by("kinship", "-id")[:OFFERED])


def filled(*, chosen: Sequence[Render], offered: Sequence[Render]) -> list[Render]:
    """One take alone gets the newest of its nearest siblings beside it; a choice of several stays as it is."""
    if len(chosen) != 1 or not offered:
        return list(chosen)
    nearest = _kinship(offered[0])
    return [*chosen, *(take for take in offered if _kinship(take) == nearest)][:MOST]


def _kinship(take: Render) -> int:
    return int(getattr(take, "kinship", _SAME_SHOT))


def _watchable(takes: RenderQuerySet) -> RenderQuerySet:
    return takes.in_gallery().filter(state=RenderState.READY, output__isnull=False).select_related("project")


def swapped(*, shown: Collection[int], place: int, pk: int) -> list[int]:
    """The numbers of the takes shown, with `pk` in `place`."""
    return [pk if position == place else number for position, number in enumerate(shown)]
