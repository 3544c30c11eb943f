"""Plain functions that make rows for tests; every argument that a test does not care about has a sensible value."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from studio.choices import (
    AssetKind,
    AttemptOutcome,
    Operation,
    RenderState,
    Role,
    Standing,
)
from studio.lib.clock import now
from studio.media import storage
from studio.models import (
    Asset,
    Attempt,
    Budget,
    Matrix,
    Membership,
    Output,
    Project,
    Prompt,
    PromptVersion,
    ProviderKey,
    Render,
    RenderEvent,
    User,
)
from studio.providers.requests import RenderRequest
from studio.services import ledger
from studio.services.attempts import Packed, begin_attempt, record_unknown

_numbers = count(1)

# Where the money of a take stands that is in this state, unless a test says otherwise; of all others it is held.
STANDINGS = {
    RenderState.UNCONFIRMED: Standing.POSSIBLY,
    RenderState.FAILED: Standing.POSSIBLY,
    RenderState.CANCELLED: Standing.POSSIBLY,
    RenderState.EXPIRED: Standing.POSSIBLY,
}


def make_user(username: str = "", **over: Any) -> User:
    """A person who can sign in only through `client_of`: no password is set unless one is given."""
    password = over.pop("password", None)
    return User.objects.create_user(username or f"person-{next(_numbers)}", password=password, **over)


def make_project(members: dict[Role, User] | None = None, **over: Any) -> Project:
    """A project with `members`, each under their role."""
    number = next(_numbers)
    project = Project.objects.create(**{"name": f"Project {number}", "slug": f"project-{number}", **over})
    for role, user in (members or {}).items():
        Membership.objects.create(project=project, user=user, role=role)
    return project


def make_prompt(project: Project, *texts: str, **over: Any) -> Prompt:
    """A prompt with a version for each of `texts`, oldest first."""
    prompt = Prompt.objects.create(**{"project": project, "title": f"Prompt {next(_numbers)}", **over})
    for number, text in enumerate(texts or ("A red car stops.",), start=1):
        PromptVersion.objects.create(prompt=prompt, number=number, text=text)
    return prompt


def make_matrix(project: Project, **over: Any) -> Matrix:
    """A matrix of two rows and one model that was typed and not rendered."""
    values: dict[str, Any] = {
        "title": f"Matrix {next(_numbers)}",
        "text": "A {hero} at the {place}.",
        "columns": ["hero", "place"],
        "rows": [["fox", "sea"], ["hen", "farm"]],
        "model_names": ["seedance-2.0-fast"],
        "settings": {"values": {"duration": "5", "resolution": "720p", "sound": "on", "takes": "1"}, "tray": []},
    }
    return Matrix.objects.create(project=project, **(values | over))


def make_key(**over: Any) -> ProviderKey:
    """A key of TokenLab that may be rendered with; it leads to nothing but a closed port of this machine."""
    number = next(_numbers)
    values = {
        "provider": "tokenlab",
        "label": f"Key {number}",
        "base_url": "http://127.0.0.1:9",
        "secret": f"sk-test-{number:08}",
        "hint": "sk-…test",
    }
    return ProviderKey.objects.create(**(values | over))


def make_asset(project: Project, content: bytes | None = None, **over: Any) -> Asset:
    """A prepared reference image; with `content` its files are in storage too."""
    content_of = content if content is not None else f"image {next(_numbers)}".encode()
    sha256 = hashlib.sha256(content_of).hexdigest()
    values: dict[str, Any] = {
        "project": project,
        "sha256": sha256,
        "kind": AssetKind.IMAGE,
        "name": f"image-{next(_numbers)}.png",
        "mime": "image/png",
        "extension": "png",
        "size": 400_000,
        "width": 1280,
        "height": 720,
        "file": storage.reference_name(sha256, "png"),
        "outgoing": storage.derived_name(storage.reference_name(sha256, "png"), "outgoing.png"),
        "thumbnail": storage.derived_name(storage.reference_name(sha256, "png"), "preview.webp"),
    }
    asset = Asset.objects.create(**(values | over))
    if content is not None:
        for name in filter(None, (asset.file, asset.outgoing, asset.thumbnail)):
            store(name, content)
    return asset


def make_request(**over: Any) -> RenderRequest:
    """A request that its model can do."""
    values: dict[str, Any] = {
        "provider": "tokenlab",
        "model": "seedance-2.0-fast",
        "operation": Operation.TEXT_TO_VIDEO,
        "prompt": "A red car stops at the sea.",
        "duration": 5,
        "resolution": "720p",
        "aspect_ratio": "16:9",
        "sound": True,
    }
    return RenderRequest(**(values | over))


def make_render(project: Project, key: ProviderKey | None = None, **over: Any) -> Render:
    """A take with its first event, queued unless told otherwise; no job is asked for it."""
    request = over.pop("request", None) or make_request()
    key = key or ProviderKey.objects.filter(provider=request.provider).first() or make_key(provider=request.provider)
    values: dict[str, Any] = {
        "project": project,
        "key": key,
        "provider": request.provider,
        "model": request.model,
        "operation": request.operation,
        "spec": request.to_json(),
        "aspect_ratio": request.aspect_ratio,
        "resolution": request.resolution,
        "seconds": request.duration,
        "submission": uuid4(),
        "estimate": Decimal("0.42"),
    }
    values["standing"] = STANDINGS.get(over.get("state", RenderState.QUEUED), Standing.RESERVED)
    render = Render.objects.create(**(values | over))
    RenderEvent.objects.create(render=render, to_state=RenderState.QUEUED, reason="Asked for", actor=render.asked_by)
    return render


def make_budget(project: Project | None = None, person: User | None = None, **over: Any) -> Budget:
    """A budget of ten dollars a month: of a project, of a person, or of the whole studio."""
    return Budget.objects.create(**({"project": project, "person": person, "amount": Decimal(10)} | over))


def make_output(render: Render, content: bytes | None = None, **over: Any) -> Output:
    """The file of a take, which is ready from now on; with `content` its files are in storage too."""
    values: dict[str, Any] = {
        "render": render,
        "file": storage.render_name(render.pk, "video.mp4"),
        "sha256": hashlib.sha256(content or str(render.pk).encode()).hexdigest(),
        "size": len(content or b""),
        "width": 1280,
        "height": 720,
        "seconds": Decimal("5.042"),
        "frame_rate": "24/1",
        "video_codec": "h264",
        "poster": storage.render_name(render.pk, "poster.webp"),
        "card_posters": {
            "480": storage.render_name(render.pk, "poster-480.webp"),
            "960": storage.render_name(render.pk, "poster.webp"),
        },
        "filmstrip": storage.render_name(render.pk, "filmstrip.webp"),
        "filmstrip_frames": 10,
        "last_frame": storage.render_name(render.pk, "last-frame.png"),
    }
    output = Output.objects.create(**(values | over))
    Render.objects.filter(pk=render.pk).update(state=RenderState.READY)
    render.state = RenderState.READY
    if content is not None:
        pictures = (output.poster, *(output.card_posters or {}).values(), output.filmstrip, output.last_frame)
        for name in filter(None, (output.file, *pictures)):
            store(name, content)
    return output


def store(name: str, content: bytes) -> None:
    """Put bytes into storage under `name`."""
    path = storage.absolute(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def make_attempt(render: Render, **over: Any) -> Attempt:
    """A submission of `render`, sent a moment ago and not answered yet."""
    values: dict[str, Any] = {
        "render": render,
        "number": render.attempts.count() + 1,
        "key": render.key,
        "base_url": render.key.base_url,
    }
    return Attempt.objects.create(**(values | over))


def make_followed(project: Project, key: ProviderKey | None = None, **over: Any) -> Render:
    """A take that waits at the gateway and is due to be asked about, with the attempt that was accepted."""
    remote_id = over.pop("remote_id", f"ldtask_{next(_numbers):032x}")
    poll_url = over.pop("poll_url", "")
    values = {"state": RenderState.WAITING, "next_poll_at": now() - timedelta(seconds=1)}
    render = make_render(project, key, **(values | over))
    make_attempt(render, outcome=AttemptOutcome.ACCEPTED, remote_id=remote_id, poll_url=poll_url)
    return render


def begin(render: Render) -> Attempt | None:
    """Claim `render` for sending as the job does, with the key as it is now."""
    key = ProviderKey.objects.get(pk=render.key_id)
    packed = Packed(key_version=key.version, number=render.attempts.count() + 1, request_record={"prompt": "A car"})
    return begin_attempt(render=render, packed=packed)


def make_unconfirmed(project: Project, key: ProviderKey | None = None, **over: Any) -> Render:
    """A take that was sent and never answered, with all the steps that led there and its money."""
    render = make_render(project, key, **over)
    ledger.reserve(render=render)
    attempt = begin(render)
    assert attempt is not None
    record_unknown(attempt=attempt, said="", meaning="No answer was read. It may be charged.", advice="Look it up.")
    return Render.objects.get(pk=render.pk)


def money_of(render: Render) -> list[tuple[int, str]]:
    """The steps of a render's money, each with its round."""
    return list(render.ledger.order_by("pk").values_list("round", "kind"))
