"""What a render will cost, or has cost by its file: tokens × rate. A calculation, never the gateway's bill.

Two token formulas are known, W×H×24·s÷1024 (published) and W×H×(24·s+1)÷1024 (measured); the larger is used.
Upstream has a minimum for requests with a video that is published nowhere, so the sentence mentions it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_UP, Decimal

from studio.choices import AssetKind, Operation
from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.providers.tokenlab.rates import DATED, SOURCE, Rate, rate_for
from studio.providers.upstream.sizes import FRAMES_PER_SECOND, PIXELS

_MILLION = Decimal(1_000_000)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Picture:
    """The output's area in pixels and how it is said."""

    area: int
    words: str


@dataclass(frozen=True, slots=True)
class _Sum:
    """One way to reckon a request; of several the dearest counts."""

    tokens: Decimal
    usd_per_million: Decimal
    words: str

    @property
    def amount(self) -> Decimal:
        exact = self.tokens * self.usd_per_million / _MILLION
        return exact.quantize(Decimal("0.0001"), rounding=ROUND_UP)


def estimate(request: RenderRequest) -> Estimate:
    """The price before sending, on the high side of what the documents allow to know."""
    rate = rate_for(request.model, request.resolution)
    picture = _expected_picture(request)
    if rate is None or picture is None:
        return _unpriced(f"No price is published for {request.model} at {request.resolution}.")
    frames = _whole_frames(Decimal(request.duration)) + 1
    return _priced(request, rate, picture, frames, Decimal(request.duration))


def settle(request: RenderRequest, seconds: Decimal, width: int, height: int, usage: Usage = NO_USAGE) -> Estimate:
    """The price of the finished file by what was measured in it."""
    rate = rate_for(request.model, request.resolution)
    if rate is None:
        return _unpriced(f"No price is published for {request.model} at {request.resolution}.")
    picture = _Picture(width * height, f"{width}×{height}, measured in the file")
    return _priced(request, rate, picture, _file_frames(seconds), seconds)


def _priced(request: RenderRequest, rate: Rate, picture: _Picture, frames: Decimal, seconds: Decimal) -> Estimate:
    if request.operation == Operation.VIDEO_EXTENSION:
        if request.source_seconds is None:
            return _unpriced("The length of the take to extend is not known, and it may count as video input.")
        plain = _sum(rate, picture, frames, seconds, _ZERO)
        with_parent = _sum(rate, picture, frames, seconds, request.source_seconds)
        doubt = "Whether the extended take counts as video input is not documented; this is the dearer of the two."
        return _estimate(rate, max(plain, with_parent, key=lambda item: item.amount), doubt)
    videos = [file for file in request.inputs if file.kind == AssetKind.VIDEO]
    if any(file.seconds is None for file in videos):
        return _unpriced("The length of a video among the inputs is not known, and it is charged for.")
    video_seconds = sum((file.seconds or _ZERO for file in videos), _ZERO)
    doubt = "With a video input the gateway may charge a minimum, which is not published." if videos else ""
    return _estimate(rate, _sum(rate, picture, frames, seconds, video_seconds), doubt)


def _sum(rate: Rate, picture: _Picture, frames: Decimal, seconds: Decimal, video_seconds: Decimal) -> _Sum:
    tokens = (frames + _whole_frames(video_seconds)) * picture.area / 1024
    length = f"{seconds.normalize():f} s"
    if video_seconds:
        length = f"{video_seconds.normalize():f} s of video in and {length} out"
    return _Sum(tokens, rate.usd(with_video=bool(video_seconds)), f"{length} at {picture.words}")


def _estimate(rate: Rate, chosen: _Sum, doubt: str) -> Estimate:
    usd = f"{chosen.usd_per_million:.4f}"
    basis = (
        f"{chosen.words}: about {chosen.tokens:,.0f} tokens × ${usd} per million "
        f"(token formula; official CNY price ÷ 6.8, {rate.dated:%Y-%m-%d}). {doubt}"
    )
    return Estimate(chosen.amount, "USD", basis.strip(), rate.source, rate.dated, chosen.tokens)


def _unpriced(reason: str) -> Estimate:
    return Estimate(None, "USD", f"Price unknown. {reason}", SOURCE, DATED)


def _expected_picture(request: RenderRequest) -> _Picture | None:
    sizes = PIXELS.get(request.resolution)
    if sizes is None:
        return None
    if request.aspect_ratio == "adaptive":
        width, height = max(sizes.values(), key=lambda size: size[0] * size[1])
        return _Picture(width * height, f"{request.resolution} in the largest shape the gateway may choose")
    if request.aspect_ratio not in sizes:
        width, height = sizes["16:9"]
        words = f"{request.resolution}, with the area of 16:9 as {request.aspect_ratio} is not published"
        return _Picture(width * height, words)
    width, height = sizes[request.aspect_ratio]
    return _Picture(width * height, f"{width}×{height}")


def _whole_frames(seconds: Decimal) -> Decimal:
    return (seconds * FRAMES_PER_SECOND).to_integral_value(ROUND_CEILING)


def _file_frames(seconds: Decimal) -> Decimal:
    """A file of whole seconds gets the extra frame; one that is a frame longer shows it already."""
    frames = (seconds * FRAMES_PER_SECOND).to_integral_value(ROUND_HALF_EVEN)
    return frames + 1 if frames % FRAMES_PER_SECOND == 0 else frames
