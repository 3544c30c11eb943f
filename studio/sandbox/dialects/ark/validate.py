"""A create request from raw bytes to a job, or the refusal that names the first thing wrong with it."""

from __future__ import annotations

from typing import Any

from studio.sandbox.dialects.ark import catalog
from studio.sandbox.dialects.ark.catalog import ADAPTIVE, Model, Rules
from studio.sandbox.dialects.ark.content import FIRST, LAST, prompt_of, read_content
from studio.sandbox.dialects.ark.problems import invalid, missing, refusal
from studio.sandbox.dialects.checks import Check, boolean, json_object, one_of, public_url, whole_number
from studio.sandbox.faults import FAULTS, asked_for
from studio.sandbox.jobs import Job
from studio.sandbox.sizes import RESOLUTIONS

LONGEST_IDENTIFIER = 64
WEB_SEARCH = {"type": "web_search"}


def read_body(raw: bytes) -> dict[str, Any]:
    try:
        return json_object(raw)
    except ValueError as problem:
        raise invalid("body", str(problem)) from problem


def to_job(rules: Rules, body: dict[str, Any]) -> Job:
    model = _model(rules, body)
    _check_names(rules, body)
    if "content" not in body:
        raise missing("content")
    for name, value in body.items():
        if name in CHECKS and (wrong := CHECKS[name](value)):
            raise invalid(name, wrong)
    _check_fault(prompt_of(body))
    _check_for_model(model, body)
    return _job(rules, body)


def _model(rules: Rules, body: dict[str, Any]) -> Model:
    if "model" not in body:
        raise missing("model")
    name = body["model"]
    if not isinstance(name, str):
        raise invalid("model", "Must be a string")
    if name not in rules.models:
        message = f"The model or endpoint {name[:80]} does not exist or you have no access to it"
        raise refusal(404, "InvalidEndpointOrModel.NotFound", message, "model")
    return rules.models[name]


def _check_names(rules: Rules, body: dict[str, Any]) -> None:
    for name in body:
        if name in catalog.OTHER_FAMILIES:
            raise invalid(name, f"Is not supported by the model {body['model']}")
        if name not in rules.parameters:
            raise invalid(name, "Is not a parameter of this endpoint")


def _check_fault(prompt: str) -> None:
    fault = asked_for(prompt)
    if fault and fault not in FAULTS:
        raise invalid("content", f"The sandbox has no fault called {fault!r}; see --list-faults")


def _check_for_model(model: Model, body: dict[str, Any]) -> None:
    resolution = body.get("resolution", catalog.DEFAULTS["resolution"])
    if resolution not in model.resolutions:
        raise invalid("resolution", f"The model {model.name} offers {', '.join(model.resolutions)}")
    if body.get("tools") and not model.searches_the_web:
        raise invalid("tools", f"The model {model.name} does not support web_search")


def _job(rules: Rules, body: dict[str, Any]) -> Job:
    fields = {**catalog.DEFAULTS, "generate_audio": rules.sound_by_default, **body}
    placed = read_content(body["content"])
    operation = _operation([role for role, _ in placed])
    if operation == "video-to-video" and fields["ratio"] != ADAPTIVE:
        # Observed rather than documented: a lone video is taken for an edit, which keeps the video's own ratio.
        raise invalid("ratio", f"Must be {ADAPTIVE} where one video is edited")
    return Job(
        model=fields["model"],
        operation=operation,
        prompt=prompt_of(body),
        seconds=fields["duration"],
        resolution=fields["resolution"],
        ratio=fields["ratio"],
        sound=fields["generate_audio"],
        seed=fields["seed"],
        watermark=fields["watermark"],
        wants_last_frame=fields["return_last_frame"],
        sources=tuple(source for _, source in placed),
    )


def _operation(roles: list[str]) -> str:
    if FIRST in roles:
        return "start-end-to-video" if LAST in roles else "image-to-video"
    if roles.count("reference_video") == 1 and "reference_image" not in roles:
        return "video-to-video"
    return "reference-to-video" if roles else "text-to-video"


def _duration(value: object) -> str:
    """A range compares 5.0 and true as equal to numbers of its own, so the type comes first."""
    fits = type(value) is int and (value in catalog.DURATIONS or value == catalog.AUTO_DURATION)
    return "" if fits else "Must be an integer from 4 to 15, or -1"


def _identifier(value: object) -> str:
    fits = isinstance(value, str) and 0 < len(value) <= LONGEST_IDENTIFIER
    return "" if fits else f"Must be a string of 1 to {LONGEST_IDENTIFIER} characters"


def _tier(value: object) -> str:
    return "Seedance 2.0 does not offer flex" if value == "flex" else one_of("default")(value)


def _tools(value: object) -> str:
    fits = isinstance(value, list) and all(tool == WEB_SEARCH for tool in value)
    return "" if fits else "Must be a list of tools, of which web_search is the only one"


CHECKS: dict[str, Check] = {
    "ratio": one_of(*catalog.ASPECT_RATIOS),
    "resolution": one_of(*RESOLUTIONS),
    "duration": _duration,
    "seed": whole_number(-1, 2**32 - 1),
    "watermark": boolean,
    "generate_audio": boolean,
    "return_last_frame": boolean,
    "service_tier": _tier,
    "execution_expires_after": whole_number(3600, 259200),
    "callback_url": public_url,
    "priority": whole_number(0, 9),
    "safety_identifier": _identifier,
    "tools": _tools,
}
