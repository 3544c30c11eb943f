"""A create request at TokenHub from raw bytes to a job, or a refusal that names the field."""

from __future__ import annotations

import math
from typing import Any

from studio.sandbox.dialects.checks import json_object
from studio.sandbox.dialects.tokenhub.catalog import FRAME_ROLES, MOST, PLAIN_FIELDS, ROLES
from studio.sandbox.dialects.tokenhub.problems import invalid
from studio.sandbox.dialects.tokenhub.values import CHECKS
from studio.sandbox.faults import FAULTS, asked_for
from studio.sandbox.jobs import Job, Source

DEFAULTS: dict[str, Any] = {
    "duration": 5,
    "resolution": "720p",
    "aspect_ratio": "adaptive",
    "generate_audio": True,
    "watermark": False,
}
# Two ways of saying one length may differ by what a rounding costs.
AGREES_WITHIN = 0.01


def read_body(raw: bytes) -> dict[str, Any]:
    try:
        return json_object(raw)
    except ValueError as problem:
        raise invalid(str(problem)) from problem


def to_job(body: dict[str, Any]) -> Job:
    _check_fields(body)
    plain, content = _plain_sources(body), _content_sources(body)
    sources = [source for _, source in [*plain, *content]]
    roles = [role for role, _ in [*plain, *content]]
    _check_counts(sources, roles)
    _check_mix(roles)
    fields = {**DEFAULTS, **body}
    return Job(
        model=fields["model"],
        operation=_operation(body, roles),
        prompt=fields["prompt"],
        # The films are whole seconds long; how the real gateway rounds is not said.
        seconds=math.ceil(fields["duration"]),
        resolution=fields["resolution"],
        ratio=fields["aspect_ratio"],
        sound=fields["generate_audio"],
        seed=-1,
        watermark=fields["watermark"],
        wants_last_frame=True,
        sources=tuple(_frames_in_order(sources, roles)),
        declared_seconds=_declared(body, sources),
    )


def _check_fields(body: dict[str, Any]) -> None:
    for name in ("model", "prompt"):
        if name not in body:
            raise invalid(f"{name}: Is required")
    for name, value in body.items():
        if name not in CHECKS:
            raise invalid(f"{name}: Is not a parameter of this endpoint")
        if wrong := CHECKS[name](value):
            raise invalid(f"{name}: {wrong}")
    fault = asked_for(body["prompt"])
    if fault and fault not in FAULTS:
        raise invalid(f"prompt: The sandbox has no fault called {fault!r}; see --list-faults")


def _plain_sources(body: dict[str, Any]) -> list[tuple[str, Source]]:
    found = []
    for name, kind in PLAIN_FIELDS.items():
        value = body.get(name)
        if isinstance(value, list):
            found += [(f"reference_{kind}", Source(kind, url, f"{name}[{n}]")) for n, url in enumerate(value)]
        elif value is not None:
            found.append((f"reference_{kind}", Source(kind, value, name)))
    return found


def _content_sources(body: dict[str, Any]) -> list[tuple[str, Source]]:
    found = []
    for n, item in enumerate(body.get("content", ())):
        kind = ROLES[item["role"]]
        found.append((item["role"], Source(kind, item[f"{kind}_url"]["url"], f"content[{n}]")))
    return found


def _check_counts(sources: list[Source], roles: list[str]) -> None:
    for kind, most in MOST.items():
        if sum(source.kind == kind for source in sources) > most:
            raise invalid(f"{kind}_urls: At most {most} {kind}s may be sent")
    for role in FRAME_ROLES:
        if roles.count(role) > 1:
            raise invalid(f"content: At most one {role} may be sent")


def _check_mix(roles: list[str]) -> None:
    given = set(roles)
    if "last_frame" in given and "first_frame" not in given:
        raise invalid("content: A last_frame needs a first_frame")
    if given & set(FRAME_ROLES) and given - set(FRAME_ROLES):
        raise invalid("content: First or last frames and references cannot be mixed")
    if given == {"reference_audio"}:
        raise invalid("audio_url: Audio needs an image or a video beside it")


def _operation(body: dict[str, Any], roles: list[str]) -> str:
    """The guide calls a lone `image_url` image-to-video and a lone video editing; several are references."""
    if "last_frame" in roles:
        return "start-end-to-video"
    if not roles:
        return "text-to-video"
    if "first_frame" in roles or (roles == ["reference_image"] and "image_url" in body):
        return "image-to-video"
    return "video-to-video" if roles == ["reference_video"] else "reference-to-video"


def _frames_in_order(sources: list[Source], roles: list[str]) -> list[Source]:
    """The first frame goes first, in whatever order the items came."""
    pairs = sorted(zip(roles, sources, strict=True), key=lambda pair: pair[0] == "last_frame")
    return [source for _, source in pairs]


def _declared(body: dict[str, Any], sources: list[Source]) -> tuple[float, ...]:
    videos = sum(source.kind == "video" for source in sources)
    each, total = body.get("video_durations"), body.get("input_video_duration")
    if each is not None and len(each) != videos:
        raise invalid(f"video_durations: Must hold one number for each of the {videos} videos")
    if total is not None and not videos:
        raise invalid("input_video_duration: There is no video")
    if each is not None and total is not None and abs(sum(each) - total) > AGREES_WITHIN:
        raise invalid("input_video_duration: Must agree with video_durations")
    if each is not None:
        return tuple(each)
    return () if total is None else (total,)
