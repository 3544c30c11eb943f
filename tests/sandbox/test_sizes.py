"""Pixel sizes: the measured cells as they are, the others derived, all of them even."""

from __future__ import annotations

import pytest

from studio.sandbox.sizes import RATIOS, RESOLUTIONS, nearest_ratio, pixel_size, proportion


@pytest.mark.parametrize("resolution", RESOLUTIONS)
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_size_is_even_and_keeps_the_ratio_and_the_area(resolution: str, ratio: str) -> None:
    width, height = pixel_size(resolution, ratio)
    wide, high = pixel_size(resolution, "16:9")

    assert (width % 2, height % 2) == (0, 0)
    assert width / height == pytest.approx(proportion(ratio), rel=0.03)
    assert width * height == pytest.approx(wide * high, rel=0.06)


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("480p", "16:9", (864, 496)),
        ("720p", "21:9", (1470, 630)),
        ("4k", "16:9", (3840, 2160)),
        ("4k", "1:1", (2880, 2880)),
    ],
)
def test_known_sizes(resolution: str, ratio: str, size: tuple[int, int]) -> None:
    assert pixel_size(resolution, ratio) == size


@pytest.mark.parametrize(
    ("size", "ratio"), [((1920, 1080), "16:9"), ((1000, 1010), "1:1"), ((900, 1200), "3:4"), ((3000, 1000), "21:9")]
)
def test_nearest_ratio_of_a_picture(size: tuple[int, int], ratio: str) -> None:
    assert nearest_ratio(*size) == ratio
