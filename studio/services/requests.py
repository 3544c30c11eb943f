"""Puts a request together from what a person chose, and finds everything that stops it. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from studio.choices import AssetKind, InputRole, Operation, RenderState
from studio.lib.english import english
from studio.models import Asset, ProviderKey, Render
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, problems
from studio.providers.requests import InputFile, RenderRequest
from studio.services.links import can_be_fetched


@dataclass(frozen=True)
class Choice:
    """What a person chose for a render; assets are in tray order, each with its role."""

    provider: str
    model: str
    operation: Operation
    prompt: str
    duration: int
    resolution: str
    aspect_ratio: str
    sound: bool
    seed: int | None = None
    inputs: Sequence[tuple[InputRole, Asset]] = field(default_factory=tuple)
    source_take: Render | None = None


def build_request(choice: Choice) -> RenderRequest:
    """The frozen request for a choice; checks nothing."""
    request = RenderRequest(
        provider=choice.provider,
        model=choice.model,
        operation=choice.operation,
        prompt=choice.prompt,
        duration=choice.duration,
        resolution=choice.resolution,
        aspect_ratio=choice.aspect_ratio,
        sound=choice.sound,
        seed=choice.seed,
        inputs=tuple(input_file(role, asset) for role, asset in choice.inputs),
    )
    if choice.source_take is None:
        return request
    return replace(
        request,
        source_task_id=remote_id_of(choice.source_take),
        source_seconds=choice.source_take.output.seconds if has_output(choice.source_take) else None,
    )


def input_file(role: InputRole, asset: Asset) -> InputFile:
    """An asset as the gateway layer sees it."""
    return InputFile(
        role=role,
        kind=AssetKind(asset.kind),
        mime=asset.mime,
        extension=asset.extension,
        size=asset.size,
        width=asset.width,
        height=asset.height,
        seconds=asset.seconds,
        name=asset.name,
        asset_id=asset.pk,
    )


def has_output(render: Render) -> bool:
    """Whether the take's file is here."""
    return hasattr(render, "output")


def remote_id_of(render: Render) -> str:
    """The gateway's own id of a take, or nothing when it never had one."""
    attempt = render.attempts.exclude(remote_id="").first()
    return attempt.remote_id if attempt else ""


def find_problems(
    *, capability: Capability, request: RenderRequest, key: ProviderKey, source_take: Render | None = None
) -> list[Problem]:
    """Everything that stops this request with this key; empty when it may be sent."""
    return [
        *problems(capability, request),
        *_take_problems(source_take, key),
        *_delivery_problems(capability, request, key),
    ]


def _take_problems(take: Render | None, key: ProviderKey) -> list[Problem]:
    if take is None:
        return []
    if take.state != RenderState.READY:
        return [Problem("source_take", english("Only a finished take can be extended. Choose one that is ready."))]
    if take.key_id != key.pk:
        return [
            Problem(
                "source_take",
                english("That take was made with the key “%(key)s”; only that key can extend it.", key=take.key.label),
            )
        ]
    return []


def _delivery_problems(capability: Capability, request: RenderRequest, key: ProviderKey) -> list[Problem]:
    """Fail closed before money is spent: a file that the gateway has no way to read must not be promised."""
    if not request.inputs or can_be_fetched(base_url=key.base_url):
        return []
    if all(may_inline(capability, request, file) for file in request.inputs):
        return []
    return [
        Problem(
            "inputs",
            english(
                "The gateway fetches references by address, and this studio has none that it could reach. An "
                "admin sets STUDIO_PUBLIC_URL to a public https address, or a bucket for references "
                "(STUDIO_S3_BUCKET). Nothing was sent and nothing is charged."
            ),
        )
    ]


def may_inline(capability: Capability, request: RenderRequest, file: InputFile) -> bool:
    """Whether the gateway documents this input as data within the request."""
    operation = capability.operations.get(request.operation)
    rule = operation.rule_for(file.role) if operation else None
    return bool(rule and rule.inline)


def capability_of(provider: str, model: str) -> Capability | None:
    """The capability record of a model by its gateway id or the studio's name, or None."""
    return registry.find_model(provider, model)


def offered_with(*, key: ProviderKey, record: Capability) -> Capability | None:
    """What this very key can do with a model: by where it leads, its route, and what the gateway said of it last."""
    return registry.get(key.provider).narrow(record, key.base_url, key.route, key.live)


def capability_with(*, key: ProviderKey, model: str) -> Capability | None:
    """The same for a model by its gateway id or the studio's name; None where the key does not offer it."""
    offered = (offered_with(key=key, record=record) for record in registry.find_models(key.provider, model))
    return next(filter(None, offered), None)


def can_be_called_back(render: Render) -> bool:
    """Whether there is any sense in asking its gateway to cancel; one that no longer is known may be asked."""
    try:
        record = capability_of(render.provider, render.model)
    except LookupError:
        return True
    return record is None or record.cancel is not None
