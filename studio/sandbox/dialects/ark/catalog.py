"""What Ark's documents say the Seedance 2.0 family takes, and in what another gateway of the same shape differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.sandbox.sizes import RATIOS, RESOLUTIONS

ADAPTIVE = "adaptive"
ASPECT_RATIOS = (*RATIOS, ADAPTIVE)
SMALL = RESOLUTIONS[:2]
DURATIONS = range(4, 16)
AUTO_DURATION = -1
SHORTEST_KEY = 8
OTHER_GATEWAYS = ("sk-", "th-", "sd2_live_", "mt-")

EXPIRES_AFTER = 172800
DEFAULTS = {
    "ratio": ADAPTIVE,
    "resolution": "720p",
    "duration": 5,
    "seed": -1,
    "watermark": False,
    "return_last_frame": False,
}

PARAMETERS = (
    "model",
    "content",
    "ratio",
    "resolution",
    "duration",
    "seed",
    "watermark",
    "generate_audio",
    "return_last_frame",
    "service_tier",
    "execution_expires_after",
    "callback_url",
    "priority",
    "safety_identifier",
    "tools",
)
# Documented for other families; Seedance 2.0 must not be sent them.
OTHER_FAMILIES = ("draft", "frames", "camera_fixed")


@dataclass(frozen=True)
class Model:
    """One model as it is named in requests."""

    name: str
    resolutions: tuple[str, ...]
    searches_the_web: bool = True


@dataclass(frozen=True)
class Rules:
    """What differs between the gateways that share Ark's paths and shapes."""

    dialect: str
    models: dict[str, Model]
    parameters: tuple[str, ...]
    sound_by_default: bool
    takes_key: Callable[[str], bool]
    duration_is_text: bool = False
    ids_by_comma: bool = False
    unpaid: tuple[int, str] = (403, "AccountOverdueError")


def _takes_key(key: str) -> bool:
    return len(key) >= SHORTEST_KEY and not key.startswith(OTHER_GATEWAYS)


MODELS = {
    model.name: model
    for region in ("doubao", "dreamina")
    for model in (
        Model(f"{region}-seedance-2-0-260128", RESOLUTIONS),
        Model(f"{region}-seedance-2-0-fast-260128", SMALL),
        Model(f"{region}-seedance-2-0-mini-260615", SMALL, searches_the_web=False),
    )
}

ARK = Rules("ark", MODELS, PARAMETERS, sound_by_default=True, takes_key=_takes_key)
