"""In what TokenLab's documents differ from Ark's on the paths that both have."""

from __future__ import annotations

from studio.sandbox.dialects.ark.catalog import SMALL, Model, Rules
from studio.sandbox.sizes import RESOLUTIONS

KEY_PREFIX = "sk-"
SHORTEST_KEY = 8
UP_TO_1080P = RESOLUTIONS[:3]

DOCUMENTED = ("doubao-seedance-2.0", "doubao-seedance-2-0-260128")
# The names of the other endpoint; that this one takes them as well is assumed.
ASSUMED = {"seedance-2.0": UP_TO_1080P, "seedance-2.0-fast": SMALL, "seedance-2.0-mini": SMALL}

# Less than Ark's: tools, priority and service_tier are not for this model here.
PARAMETERS = (
    "model",
    "content",
    "ratio",
    "duration",
    "resolution",
    "generate_audio",
    "watermark",
    "seed",
    "return_last_frame",
    "execution_expires_after",
    "safety_identifier",
    "callback_url",
)


def _takes_key(key: str) -> bool:
    return key.startswith(KEY_PREFIX) and len(key) >= SHORTEST_KEY


TOKENLAB_V3 = Rules(
    "tokenlab_v3",
    {name: Model(name, sizes) for name, sizes in {**dict.fromkeys(DOCUMENTED, UP_TO_1080P), **ASSUMED}.items()},
    PARAMETERS,
    sound_by_default=False,
    takes_key=_takes_key,
    duration_is_text=True,
    ids_by_comma=True,
    unpaid=(402, "insufficient_balance"),
)
