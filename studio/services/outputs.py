"""Results: claiming a fetch, recording the file and its pictures, and the ways in which fetching ends badly."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from studio.choices import RenderState
from studio.lib import ratios
from studio.lib.clock import later, now
from studio.lib.english import english
from studio.lib.holders import this_process
from studio.media.info import MediaInfo
from studio.models import Output, Render
from studio.providers import registry
from studio.providers.answers import Usage
from studio.providers.requests import RenderRequest
from studio.services import acceptances, ledger, pricing
from studio.services.queue import MEDIA, enqueue, waiting
from studio.services.transitions import move, note

# Renewed while bytes arrive, and longer than a read may stall: a killed worker's download goes on soon after.
FETCH_LEASE_SECONDS = 25
# While the file is looked at and made into pictures nothing renews the claim; a dead worker's of this host ends anyway.
LOOK_LEASE_SECONDS = 120
PICTURES_TRIES = 3
CARDING = "studio.jobs.posters.card_old_takes"
CARDED_AT_ONCE = 20


@dataclass(frozen=True)
class Pictures:
    """Storage names of what was made from a video."""

    poster: str = ""
    # Storage names by width in pixels; the poster itself is one of them.
    card_posters: dict[str, str] = field(default_factory=dict)
    filmstrip: str = ""
    filmstrip_frames: int = 0
    last_frame: str = ""


def claim_fetch(*, render_id: int) -> Render | None:
    """Claim the download of a render; None when it is not due or somebody holds it."""
    moment = now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    ripe = Q(not_before=None) | Q(not_before__lte=moment)
    claimed = Render.objects.filter(free, ripe, pk=render_id, state=RenderState.FETCHING).update(
        claimed_until=later(FETCH_LEASE_SECONDS), claimed_by=this_process(), tries=F("tries") + 1
    )
    return Render.objects.select_related("key").get(pk=render_id) if claimed else None


def renew_fetch(*, render_id: int, seconds: float = FETCH_LEASE_SECONDS) -> None:
    """Bytes are arriving, or the file is being looked at: keep the claim."""
    mine = Render.objects.filter(pk=render_id, state=RenderState.FETCHING, claimed_by=this_process())
    mine.update(claimed_until=later(seconds))


def record_output(*, render: Render, file: str, sha256: str, info: MediaInfo, pictures: Pictures) -> None:
    """The file is whole and in its place: the take is ready, and its price is settled by what the file is."""
    request = RenderRequest.from_json(render.spec)
    with transaction.atomic():
        moved = move(
            render=render,
            to=RenderState.READY,
            reason=english("The take is here"),
            not_before=None,
            result_url="",
            progress=None,
            **_as_it_is(request, info),
        )
        if not moved:
            return
        Output.objects.update_or_create(render=render, defaults=_columns(file, sha256, info, pictures))
        _settle(render, request, info)


def _as_it_is(request: RenderRequest, info: MediaInfo) -> dict[str, Any]:
    """What galleries sort and filter by, read from the file where the request left it open."""
    known: dict[str, Any] = {"seconds": info.seconds}
    if ":" not in request.aspect_ratio and info.width and info.height:
        known["aspect_ratio"] = ratios.nearest(info.width, info.height)
    return known


def _columns(file: str, sha256: str, info: MediaInfo, pictures: Pictures) -> dict[str, object]:
    return {
        "file": file,
        "sha256": sha256,
        "size": info.size,
        "width": info.width,
        "height": info.height,
        "seconds": info.seconds,
        "frame_rate": str(info.fps or 24),
        "frame_count": info.frame_count,
        "video_codec": info.video_codec or "",
        "audio_codec": info.audio_codec or "",
        "poster": pictures.poster,
        "card_posters": pictures.card_posters if pictures.poster else None,
        "filmstrip": pictures.filmstrip,
        "filmstrip_frames": pictures.filmstrip_frames,
        "last_frame": pictures.last_frame,
    }


def _settle(render: Render, request: RenderRequest, info: MediaInfo) -> None:
    usage = Usage.from_json(render.usage)
    if usage.charged is None:
        # What it took when it accepted is its own figure as well, and may have been read by a worker that died.
        acceptances.settle_taken(render=render)
    final = registry.get(render.provider).settle(
        request,
        info.seconds or Decimal(0),
        info.width or 0,
        info.height or 0,
        usage,
        pricing.facts_of(render.price_row),
    )
    ledger.settle(render=render, amount=final.amount, note=final.basis)


def postpone_fetch(*, render: Render, seconds: float, reason: str, bad_file: bool = False) -> None:
    """The download broke off, or brought no video: go on later, from where it stopped if it is the same file."""
    with transaction.atomic():
        if Render.objects.filter(pk=render.pk, state=RenderState.FETCHING).update(
            claimed_until=None,
            claimed_by="",
            not_before=later(seconds),
            enqueued_at=None,
            bad_files=F("bad_files") + (1 if bad_file else 0),
        ):
            note(
                render=render,
                reason=english("The file is not here yet and is fetched again shortly (%(reason)s)", reason=reason)[
                    :500
                ],
            )


def renew_link(*, render: Render, video_url: str) -> None:
    """The gateway named a fresh address for the result."""
    Render.objects.filter(pk=render.pk, state=RenderState.FETCHING).update(result_url=video_url)
    render.result_url = video_url


def record_lost(*, render: Render, to: RenderState, said: str, meaning: str, advice: str) -> None:
    """The gateway rendered, but its file cannot be had; it is possibly charged until a person has looked."""
    move(
        render=render,
        to=to,
        reason=english("The file could not be fetched"),
        error_said=said,
        error_meaning=meaning,
        error_advice=advice,
    )


def begin_pictures(*, output: Output) -> bool:
    """Count the try before the dangerous work, so that a file that kills its worker is given up on."""
    return bool(
        Output.objects.filter(pk=output.pk, pictures_tries__lt=PICTURES_TRIES).update(
            pictures_tries=F("pictures_tries") + 1
        )
    )


def record_pictures(*, output: Output, pictures: Pictures) -> None:
    """The poster, filmstrip and last frame were made after the take was ready."""
    with transaction.atomic():
        Output.objects.filter(pk=output.pk).update(
            poster=pictures.poster,
            card_posters=pictures.card_posters,
            filmstrip=pictures.filmstrip,
            filmstrip_frames=pictures.filmstrip_frames,
            last_frame=pictures.last_frame,
        )
        note(render=output.render, reason=english("Poster and filmstrip were made"))


def without_card_posters() -> list[Output]:
    """Some of those with a poster of an earlier version, from which the smaller ones for cards were never made."""
    waiting = Output.objects.filter(card_posters__isnull=True).exclude(poster="")
    return list(waiting.only("poster").order_by("-pk")[:CARDED_AT_ONCE])


def record_card_posters(*, output: Output, card_posters: dict[str, str]) -> None:
    """The smaller posters were made; none when the poster could not be read, which is not tried again."""
    Output.objects.filter(pk=output.pk, card_posters__isnull=True).update(card_posters=card_posters)


def ask_for_card_posters() -> bool:
    """Have takes of earlier versions get their smaller posters, while nobody waits for other files; False for none."""
    if waiting(MEDIA) or not without_card_posters():
        return False
    enqueue(CARDING)
    return True
