"""A throw-away studio for benchmarks: one project with many ready takes that share one real video on disk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from studio.choices import Operation, RenderState, Role
from studio.jobs.posters import make_pictures
from studio.media import storage
from studio.models import LedgerEntry, Output, Project, Render, RenderEvent, User
from studio.services import drafts
from tests.bench.reviewing import send_for_review, talk_about
from tests.factories import make_asset, make_key, make_project, make_prompt, make_request, make_user
from tests.media_factories import make_video

STATES = ("", "queued", "submitting", "waiting", "running", "fetching", "ready")
PROMPT = (
    "A lighthouse on a rocky coast at golden sunset, long waves rolling in, warm haze, slow aerial push-in, take {}"
)


def furnish(takes: int) -> tuple[Project, User]:
    """The project and its artist, whose composer holds a prompt and three references."""
    artist = make_user("artist", display_name="Ada Artist")
    project = make_project({Role.ARTIST: artist, Role.MANAGER: make_user("manager")}, name="Lumen", slug="lumen")
    make_key()
    for _ in range(12):
        make_prompt(project, "A red car.", "A red car stops at the sea.")
    assets = [make_asset(project, b"a reference") if not number else make_asset(project) for number in range(40)]
    draft = drafts.draft_of(project=project, user=artist)
    values = {"prompt": "@Image1 walks to @Image2", "operation": Operation.REFERENCE_TO_VIDEO.value}
    drafts.keep(draft=draft, values=values, variables={})
    drafts.add_to_tray(draft=draft, assets=assets[:3])
    _make_takes(project, artist, takes)
    send_for_review(project, artist)
    talk_about(project.renders.earliest("pk"), artist)
    return project, artist


def _make_takes(project: Project, artist: User, count: int) -> None:
    key, file = make_key(), "renders/shared/video.mp4"
    path = storage.absolute(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    make_video(path, seconds=4, size=(640, 360), sound=True)
    size = path.stat().st_size
    long_ago = timezone.now() - timedelta(days=1)
    renders = Render.objects.bulk_create(
        Render(
            project=project,
            asked_by=artist,
            key=key,
            provider=key.provider,
            model="seedance-2.0-fast",
            operation=Operation.TEXT_TO_VIDEO,
            spec=make_request(prompt=PROMPT.format(number)).to_json(),
            submission=uuid4(),
            state=RenderState.READY,
            estimate=Decimal("0.54"),
            price=Decimal("0.54"),
            created_at=long_ago,
        )
        for number in range(count)
    )
    _make_outputs(renders, file, size)
    _make_history(renders, artist)


def _make_outputs(renders: list[Render], file: str, size: int) -> None:
    pictures = make_pictures(1, file)
    Output.objects.bulk_create(
        Output(
            render=render,
            file=file,
            sha256=f"{render.pk:064x}",
            size=size,
            width=640,
            height=360,
            seconds=Decimal(4),
            frame_rate="24/1",
            video_codec="h264",
            audio_codec="aac",
            poster=pictures.poster,
            filmstrip=pictures.filmstrip,
            filmstrip_frames=pictures.filmstrip_frames,
            last_frame=pictures.last_frame,
        )
        for render in renders
    )


def _make_history(renders: list[Render], artist: User) -> None:
    long_ago = timezone.now() - timedelta(days=1)
    RenderEvent.objects.bulk_create(
        RenderEvent(render=render, from_state=before, to_state=after, reason=after, actor=artist, created_at=long_ago)
        for render in renders
        for before, after in zip(STATES, STATES[1:], strict=False)
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(render=render, kind=kind, amount=Decimal("0.54"), currency="USD", note="Tokens × rate")
        for render in renders
        for kind in ("estimated", "reserved", "settled")
    )
