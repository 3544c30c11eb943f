"""A create request at the Open API from raw bytes to a job, or a refusal that names the field."""

from __future__ import annotations

from typing import Any

from studio.sandbox.dialects.checks import (
    Check,
    is_loopback_url,
    json_object,
    list_of,
    one_of,
    public_url,
    text,
    whole_number,
)
from studio.sandbox.dialects.seedance.catalog import DURATIONS, EXTENSIONS, MOST_MEDIA, RATIOS, RESOLUTIONS, kind_of
from studio.sandbox.dialects.seedance.problems import invalid
from studio.sandbox.faults import FAULTS, asked_for
from studio.sandbox.jobs import Job, Source

# The documents name no defaults; these are the values of their example.
DEFAULTS: dict[str, Any] = {"duration": 5, "aspectRatio": "16:9", "resolution": "720p"}


def https_url(value: object) -> str:
    """Plain HTTP is let through for this machine alone."""
    if wrong := public_url(value):
        return wrong
    secure = str(value).startswith("https://") or is_loopback_url(str(value))
    return "" if secure else "Must be a public HTTPS URL"


def media_url(value: object) -> str:
    endings = ", ".join(EXTENSIONS)
    return https_url(value) or ("" if kind_of(str(value)) else f"The path of the URL must end in one of {endings}")


def json_map(value: object) -> str:
    return "" if isinstance(value, dict) else "Must be an object"


CHECKS: dict[str, Check] = {
    "model": one_of(*DURATIONS),
    "prompt": text,
    "aspectRatio": one_of(*RATIOS),
    "duration": whole_number(1, 60),
    "resolution": one_of(*RESOLUTIONS),
    "mediaUrls": list_of(media_url, MOST_MEDIA),
    "webhookUrl": https_url,
    "metadata": json_map,
}


def read_body(raw: bytes) -> dict[str, Any]:
    try:
        return json_object(raw)
    except ValueError as problem:
        raise invalid(str(problem)) from problem


def to_job(body: dict[str, Any]) -> Job:
    _check_fields(body)
    fields = {**DEFAULTS, **body}
    sources = _sources(body.get("mediaUrls", []))
    return Job(
        model=fields["model"],
        operation=_operation(sources),
        prompt=fields["prompt"],
        seconds=fields["duration"],
        resolution=fields["resolution"],
        ratio=fields["aspectRatio"],
        # There is no switch for it, and the model sounds by itself.
        sound=True,
        seed=-1,
        sources=tuple(sources),
    )


def _check_fields(body: dict[str, Any]) -> None:
    for name in ("model", "prompt"):
        if name not in body:
            raise invalid(f"{name} is required")
    for name, value in body.items():
        if name not in CHECKS:
            raise invalid(f"{name} is not a known field")
        if wrong := CHECKS[name](value):
            raise invalid(f"{name}: {wrong}")
    allowed = DURATIONS[body["model"]]
    if body.get("duration", DEFAULTS["duration"]) not in allowed:
        raise invalid(f"duration: {body['model']} takes {', '.join(map(str, allowed))} seconds")
    fault = asked_for(body["prompt"])
    if fault and fault not in FAULTS:
        raise invalid(f"prompt: The sandbox has no fault called {fault!r}; see --list-faults")


def _sources(urls: list[str]) -> list[Source]:
    sources = [Source(kind, url, f"mediaUrls[{n}]") for n, url in enumerate(urls) if (kind := kind_of(url))]
    if sources and all(source.kind == "audio" for source in sources):
        raise invalid("mediaUrls: Audio needs an image or a video beside it")
    return sources


def _operation(sources: list[Source]) -> str:
    """One image is the first frame, two are the first and the last; everything else is references."""
    if not sources:
        return "text-to-video"
    if all(source.kind == "image" for source in sources) and len(sources) <= 2:
        return "image-to-video" if len(sources) == 1 else "start-end-to-video"
    return "reference-to-video"
