"""What a render will cost, or has cost: (seconds of input video + seconds of output) × a rate in dollars.

A calculation by the published list, never the gateway's bill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_UP, Decimal

from studio.choices import AssetKind
from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate
from studio.providers.requests import InputFile, RenderRequest

SOURCE = "TokenHub, Seedance guide"
# The guide bears no date, so this is the day on which it was read.
DATED = date(2026, 11, 21)

USD_PER_SECOND = {
    ("doubao-seedance-2.0", "720p"): Decimal("0.20"),
    ("doubao-seedance-2.0", "480p"): Decimal("0.12"),
    ("doubao-seedance-2.0-fast", "720p"): Decimal("0.16"),
    ("doubao-seedance-2.0-fast", "480p"): Decimal("0.10"),
}


def estimate(request: RenderRequest) -> Estimate:
    """The price before sending, on the high side of what the guide leaves open."""
    return _priced(request, Decimal(request.duration), "")


def settle(request: RenderRequest, seconds: Decimal, width: int, height: int, usage: Usage = NO_USAGE) -> Estimate:
    """The price of the finished file: by the length the gateway reports, else by the file's own."""
    if usage.seconds is not None:
        return _priced(request, usage.seconds, " by the gateway's count")
    return _priced(request, seconds, ", measured in the file")


def _priced(request: RenderRequest, output: Decimal, counted_how: str) -> Estimate:
    rate = USD_PER_SECOND.get((request.model, request.resolution))
    if rate is None:
        return _unpriced(f"No price is published for {request.model} at {request.resolution}.")
    videos = [file for file in request.inputs if file.kind == AssetKind.VIDEO]
    if any(file.seconds is None for file in videos):
        return _unpriced("The length of a video among the inputs is not known, and it is charged for.")
    given = _whole_seconds(videos)
    amount = ((given + output) * rate).quantize(Decimal("0.0001"), rounding=ROUND_UP)
    length = f"{_plain(output)} s{counted_how}"
    if given:
        length = f"{_plain(given)} s of video in and {_plain(output)} s out{counted_how}"
    basis = f"{length} × ${rate} per second at {request.resolution} (published price, {DATED:%Y-%m-%d})."
    return Estimate(amount, "USD", " ".join([basis, *_doubts(request)]), SOURCE, DATED)


def _whole_seconds(videos: Sequence[InputFile]) -> Decimal:
    """Each rounded up by itself, as nothing is said of fractions."""
    return sum(((file.seconds or Decimal(0)).to_integral_value(ROUND_CEILING) for file in videos), Decimal(0))


def _doubts(request: RenderRequest) -> list[str]:
    kinds = {file.kind for file in request.inputs}
    doubts = []
    if AssetKind.VIDEO in kinds:
        doubts.append("Input videos cost the same per second; each is rounded up, as the guide says nothing of it.")
    if AssetKind.AUDIO in kinds:
        doubts.append("Nothing is published about input audio, so nothing is counted for it.")
    return doubts


def _unpriced(reason: str) -> Estimate:
    return Estimate(None, "USD", f"Price unknown. {reason}", SOURCE, DATED)


def _plain(seconds: Decimal) -> str:
    return f"{seconds.normalize():f}"
