"""Pixel sizes and frame rate of what the Seedance 2.0 family draws: what the token formula rests on."""

from __future__ import annotations

FRAMES_PER_SECOND = 24

# Measured on upstream's results, not published; 4:3 at 480p is mirrored from 3:4.
PIXELS: dict[str, dict[str, tuple[int, int]]] = {
    "480p": {
        "16:9": (864, 496),
        "9:16": (496, 864),
        "1:1": (640, 640),
        "4:3": (752, 560),
        "3:4": (560, 752),
        "21:9": (992, 432),
    },
    "720p": {
        "16:9": (1280, 720),
        "9:16": (720, 1280),
        "1:1": (960, 960),
        "4:3": (1112, 834),
        "3:4": (834, 1112),
        "21:9": (1470, 630),
    },
    "1080p": {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1440, 1440)},
    "4k": {"16:9": (3840, 2160)},
}
