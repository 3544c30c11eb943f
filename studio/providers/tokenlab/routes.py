"""TokenLab's two ways to the same models: its own paths, and Ark's shape with an idempotency key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.choices import Operation
from studio.lib.english import english
from studio.providers.capabilities import Capability, OperationRule
from studio.providers.provider import Route
from studio.providers.tokenlab import live as facts

UNIFIED = "unified"
V3 = "v3"
ROUTES = (
    Route(UNIFIED, english("Standard (/v1): every model and operation")),
    Route(V3, english("Ark-shaped (/api/v3): with an idempotency key, which proves what became of a lost answer")),
)

# The documented names; none is known for the other models.
V3_MODELS = {"seedance-2.0": "doubao-seedance-2.0"}
V3_RESOLUTIONS = ("480p", "720p", "1080p")
NO_V3_MODEL = english(
    "TokenLab documents no name for this model on the Ark-shaped path of this key. Choose "
    "Seedance 2.0, or a key with the standard path."
)
NO_V3_EXTENSION = english(
    "The Ark-shaped path of this key cannot continue a take. Use a key with TokenLab's standard "
    "path, or start from the take's last frame (Image to video)."
)


def is_v3(base_url: str, route: str) -> bool:
    """A key without a route takes the standard way."""
    return route == V3


def narrow(capability: Capability, base_url: str, route: str, live: Mapping[str, Any]) -> Capability | None:
    """What the key's route can express, and of that what the last check has shown."""
    return facts.narrowed(_as_v3(capability) if is_v3(base_url, route) else capability, live)


def _as_v3(capability: Capability) -> Capability:
    if capability.model not in V3_MODELS:
        return replace(capability, operations={}, not_offered=dict.fromkeys(Operation, NO_V3_MODEL))
    return replace(
        capability,
        operations={
            name: _by_address_only(rule)
            for name, rule in capability.operations.items()
            if name != Operation.VIDEO_EXTENSION
        },
        resolutions=tuple(value for value in capability.resolutions if value in V3_RESOLUTIONS),
        not_offered={**capability.not_offered, Operation.VIDEO_EXTENSION: NO_V3_EXTENSION},
    )


def _by_address_only(rule: OperationRule) -> OperationRule:
    """Data URLs are documented for the standard path only."""
    return replace(rule, inputs=tuple(replace(each, inline=False) for each in rule.inputs))
