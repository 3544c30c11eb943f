"""A create request from raw bytes to a job, or a refusal naming everything that is wrong with it."""

from __future__ import annotations

import difflib
from typing import Any, cast

from studio.sandbox.dialects.checks import json_object
from studio.sandbox.dialects.tokenlab import catalog
from studio.sandbox.dialects.tokenlab.catalog import MODELS, OPERATIONS, Operation
from studio.sandbox.dialects.tokenlab.problems import Problem, invalid, refusal
from studio.sandbox.dialects.tokenlab.values import CHECKS
from studio.sandbox.faults import FAULTS, asked_for
from studio.sandbox.jobs import Job, Kind, Source

DEFAULTS: dict[str, Any] = {
    "duration": 5,
    "resolution": "720p",
    "aspect_ratio": "adaptive",
    "output_audio": True,
    "watermark": False,
    "seed": -1,
    "return_last_frame": False,
}

SOURCE_KINDS: dict[str, Kind] = {
    "image_url": "image",
    "image": "image",
    "image_urls": "image",
    "start_image": "image",
    "end_image": "image",
    "reference_images": "image",
    "video_url": "video",
    "video_urls": "video",
    "audio_url": "audio",
    "audio_urls": "audio",
}


def read_body(raw: bytes) -> dict[str, Any]:
    try:
        return json_object(raw)
    except ValueError as problem:
        raise refusal(400, "invalid_request_error", str(problem)) from problem


def to_job(body: dict[str, Any]) -> Job:
    """The job a body asks for; raises the refusal that lists all problems of the first stage that has any."""
    _check_model(body)
    fields, problems = _without_aliases(body)
    problems += _unknown_fields(fields) + _wrong_values(fields)
    operation = _operation(fields)
    problems += _wrong_inputs(operation, fields) + _wrong_resolution(fields)
    if problems:
        raise invalid(problems)
    return _job(operation, {**DEFAULTS, **fields})


def _check_model(body: dict[str, Any]) -> None:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise invalid([Problem("model", "Model is required")])
    if name in MODELS:
        return
    near = difflib.get_close_matches(name, MODELS, n=3, cutoff=0.4)
    hints: dict[str, Any] = {"did_you_mean": near[0], "suggestions": near} if near else {}
    message = f"The model {name!r} does not exist"
    raise refusal(400, "invalid_request_error", message, code="model_not_found", param="model", model=name, **hints)


def _without_aliases(body: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Every alias under its first name; two spellings that disagree are a problem."""
    fields, problems = dict(body), []
    for name, aliases in catalog.ALIASES.items():
        for alias in aliases:
            if alias not in fields:
                continue
            value = fields.pop(alias)
            if name in fields and (fields[name] != value or type(fields[name]) is not type(value)):
                problems.append(Problem(alias, f"Must agree with {name}"))
            fields.setdefault(name, value)
    return fields, problems


def _unknown_fields(fields: dict[str, Any]) -> list[Problem]:
    known = {*catalog.PARAMETERS, *catalog.INPUT_FIELDS}
    supported = {"supported_parameters": sorted(known)}
    problems = []
    for name in fields:
        if name in catalog.OTHER_FAMILIES:
            problems.append(Problem(name, "Is not supported by this model", supported))
        elif name not in known:
            problems.append(Problem(name, "Is not a parameter of this endpoint", supported))
    return problems


def _wrong_values(fields: dict[str, Any]) -> list[Problem]:
    found = ((name, CHECKS[name](value)) for name, value in fields.items() if name in CHECKS)
    problems = [Problem(name, wrong, _allowed(name)) for name, wrong in found if wrong]
    fault = asked_for(fields.get("prompt"))
    if fault and fault not in FAULTS:
        problems.append(Problem("prompt", f"The sandbox has no fault called {fault!r}; see --list-faults"))
    return problems


def _allowed(name: str) -> dict[str, list[str]]:
    if name == "duration":
        return {"allowed_durations": [str(seconds) for seconds in (catalog.AUTO_DURATION, *catalog.DURATIONS)]}
    return {"allowed_aspect_ratios": list(catalog.ASPECT_RATIOS)} if name == "aspect_ratio" else {}


def _operation(fields: dict[str, Any]) -> Operation:
    name = fields.get("operation", catalog.infer_operation(set(fields)))
    if not isinstance(name, str) or name not in OPERATIONS:
        hints = {"supported_operations": list(OPERATIONS)}
        raise invalid([Problem("operation", "Is not an operation of this model", hints)])
    return OPERATIONS[name]


def _wrong_inputs(operation: Operation, fields: dict[str, Any]) -> list[Problem]:
    given = catalog.INPUT_FIELDS & set(fields)
    problems = []
    if operation.needs_prompt and "prompt" not in fields:
        problems.append(Problem("prompt", f"Is required for {operation.name}"))
    if given & catalog.FIRST_FRAME_FIELDS and given & catalog.REFERENCE_FIELDS:
        problems.append(Problem("reference_images", "First or last frames and references cannot be mixed"))
    for group in operation.needs:
        problems += _wrong_group(operation, group, given)
    for name in sorted(given - operation.inputs):
        problems.append(Problem(name, f"Is not an input of {operation.name}"))
    if {"audio_url", "audio_urls"} <= given:
        problems.append(Problem("audio_url", "Send either audio_url or audio_urls"))
    if operation.name == "video-to-video" and len(fields.get("video_urls") or [0]) > 1:
        problems.append(Problem("video_urls", "Must hold one video for video-to-video"))
    return problems


def _wrong_group(operation: Operation, group: tuple[str, ...], given: set[str]) -> list[Problem]:
    sent = [name for name in group if name in given]
    if len(sent) == 1:
        return []
    if sent:
        return [Problem(sent[1], f"Send only one of {', '.join(group)}")]
    if given & {"audio_url", "audio_urls"} and not given & {"video_urls"}:
        return [Problem(group[0], "Audio needs reference images beside it")]
    return [Problem(group[0], f"Is required for {operation.name}")]


def _wrong_resolution(fields: dict[str, Any]) -> list[Problem]:
    model = MODELS[fields["model"]]
    resolution = fields.get("resolution", DEFAULTS["resolution"])
    if resolution in model.resolutions or not isinstance(resolution, str):
        return []
    hints = {"allowed_resolutions": list(model.resolutions)}
    return [Problem("resolution", f"{model.name} does not offer {resolution}", hints)]


def _job(operation: Operation, fields: dict[str, Any]) -> Job:
    return Job(
        model=fields["model"],
        operation=operation.name,
        prompt=fields.get("prompt", ""),
        seconds=fields["duration"],
        resolution=fields["resolution"],
        ratio=fields["aspect_ratio"],
        sound=fields["output_audio"],
        seed=fields["seed"],
        watermark=fields["watermark"],
        wants_last_frame=fields["return_last_frame"],
        sources=tuple(_sources(fields)),
        parent_id=fields.get("task_id", ""),
    )


def _sources(fields: dict[str, Any]) -> list[Source]:
    sources = []
    for name, kind in SOURCE_KINDS.items():
        value = fields.get(name)
        if isinstance(value, list):
            sources += [Source(kind, url, f"{name}[{n}]") for n, url in enumerate(cast(list[str], value))]
        elif value is not None:
            sources.append(Source(kind, value, name))
    return sources
