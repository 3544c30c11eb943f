"""Checks of single values: each takes a value and says what is wrong with it, or nothing."""

from __future__ import annotations

import base64
import binascii

from studio.sandbox.dialects import checks
from studio.sandbox.dialects.checks import Check, boolean, list_of, one_of, text, whole_number
from studio.sandbox.dialects.tokenlab.catalog import ASPECT_RATIOS, AUTO_DURATION, COUNTS, DURATIONS
from studio.sandbox.sizes import RESOLUTIONS


def short_text(value: object) -> str:
    return text(value) or ("" if len(str(value)) <= 128 else "Must be at most 128 characters")


def duration(value: object) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and (value in DURATIONS or value == AUTO_DURATION)
    return "" if fits else f"Must be an integer from {DURATIONS[0]} to {DURATIONS[-1]}, or -1"


def public_url(value: object) -> str:
    if isinstance(value, str) and value.startswith("asset://"):
        return "There is no such material asset"
    return checks.public_url(value)


def data_url(value: object) -> str:
    if not isinstance(value, str) or not value.startswith("data:image/"):
        return "Must be a data URL of an image"
    head, comma, body = value.partition(",")
    if not comma or not head.endswith(";base64"):
        return "Must be a base64 data URL"
    try:
        base64.b64decode(body, validate=True)
    except binascii.Error:
        return "Is not valid base64"
    return "" if body else "Must not be empty"


def url_or_data(value: object) -> str:
    is_data = isinstance(value, str) and value.startswith("data:")
    return data_url(value) if is_data else public_url(value)


def listed(name: str, check: Check) -> Check:
    """A list of one to the field's documented count."""
    return list_of(check, COUNTS[name])


def no_material(value: object) -> str:
    return "There is no such material asset"


CHECKS: dict[str, Check] = {
    "prompt": text,
    "duration": duration,
    "resolution": one_of(*RESOLUTIONS),
    "aspect_ratio": one_of(*ASPECT_RATIOS),
    "output_audio": boolean,
    "watermark": boolean,
    "seed": whole_number(-1, 2**32 - 1),
    "return_last_frame": boolean,
    "execution_expires_after": whole_number(3600, 259200),
    "priority": whole_number(0, 9),
    "service_tier": one_of("default"),
    "safety_identifier": short_text,
    "user": text,
    "material_asset_id": no_material,
    "material_asset_ids": no_material,
    "image_url": public_url,
    "image": data_url,
    "image_urls": listed("image_urls", public_url),
    "start_image": public_url,
    "end_image": public_url,
    "reference_images": listed("reference_images", url_or_data),
    "video_url": public_url,
    "video_urls": listed("video_urls", public_url),
    "audio_url": public_url,
    "audio_urls": listed("audio_urls", public_url),
    "task_id": text,
}
