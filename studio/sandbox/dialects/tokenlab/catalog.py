"""What TokenLab's documents say the Seedance 2.0 family takes: models, operations, inputs, counts, rates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from studio.sandbox.sizes import RATIOS, RESOLUTIONS

CNY_PER_USD = Decimal("6.8")
TOKENS_PER_RATE = Decimal(1_000_000)

DURATIONS = range(4, 16)
AUTO_DURATION = -1
ASPECT_RATIOS = ("adaptive", *RATIOS)


@dataclass(frozen=True)
class Model:
    """One model. `rates` is CNY per million tokens by resolution: without and with a video among the inputs."""

    name: str
    title: str
    resolutions: tuple[str, ...]
    rates: dict[str, tuple[int, int]]
    can_cancel: bool

    def usd_rate(self, resolution: str, has_video: bool) -> Decimal:
        return Decimal(self.rates[resolution][has_video]) / CNY_PER_USD


SMALL = RESOLUTIONS[:2]

MODELS = {
    model.name: model
    for model in (
        Model(
            "seedance-2.0",
            "Seedance 2.0",
            RESOLUTIONS,
            {"480p": (46, 28), "720p": (46, 28), "1080p": (51, 31), "4k": (26, 16)},
            can_cancel=True,
        ),
        Model("seedance-2.0-fast", "Seedance 2.0 Fast", SMALL, dict.fromkeys(SMALL, (37, 22)), can_cancel=True),
        Model("seedance-2.0-mini", "Seedance 2.0 Mini", SMALL, dict.fromkeys(SMALL, (23, 14)), can_cancel=False),
    )
}


@dataclass(frozen=True)
class Operation:
    """`needs`: of each group exactly one field. `may_add`: allowed besides."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    may_add: tuple[str, ...] = ()
    needs_prompt: bool = True

    @property
    def inputs(self) -> set[str]:
        return {field for group in self.needs for field in group} | set(self.may_add)


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("text-to-video", ()),
        Operation("image-to-video", (("image_url", "image", "image_urls"),)),
        Operation("start-end-to-video", (("start_image",), ("end_image",))),
        Operation("reference-to-video", (("reference_images",),), ("video_urls", "audio_url", "audio_urls")),
        Operation("video-to-video", (("video_url", "video_urls"),)),
        Operation("video-extension", (("task_id",),), needs_prompt=False),
    )
}

INPUT_FIELDS = set().union(*(operation.inputs for operation in OPERATIONS.values()))
FIRST_FRAME_FIELDS = {"image_url", "image", "image_urls", "start_image", "end_image"}
REFERENCE_FIELDS = {"reference_images", "video_urls", "audio_url", "audio_urls"}

COUNTS = {"image_urls": 9, "reference_images": 9, "video_urls": 3, "audio_urls": 3}

# Documented for other model families; Seedance 2.0 must not be sent them.
OTHER_FAMILIES = (
    "negative_prompt",
    "fps",
    "cfg_scale",
    "motion_strength",
    "size",
    "effect_type",
    "kling_elements",
    "frames",
    "camera_fixed",
    "draft",
    "draft_task_id",
    "extend_at",
    "extend_times",
    "reference_image_type",
)

ALIASES = {
    "duration": ("seconds",),
    "aspect_ratio": ("ratio",),
    "output_audio": ("outputAudio", "generate_audio"),
}

PARAMETERS = (
    "model",
    "operation",
    "prompt",
    "duration",
    "resolution",
    "aspect_ratio",
    "output_audio",
    "watermark",
    "seed",
    "return_last_frame",
    "execution_expires_after",
    "priority",
    "service_tier",
    "safety_identifier",
    "user",
    "material_asset_id",
    "material_asset_ids",
)


def infer_operation(fields: set[str]) -> str:
    """What a request without `operation` means, from the inputs it brings."""
    if "task_id" in fields:
        return "video-extension"
    if fields & {"start_image", "end_image"}:
        return "start-end-to-video"
    if fields & {"reference_images", "audio_url", "audio_urls"}:
        return "reference-to-video"
    if fields & {"video_url", "video_urls"}:
        return "video-to-video"
    return "image-to-video" if fields & FIRST_FRAME_FIELDS else "text-to-video"
