"""What a render will cost, or has cost, where tokens are billed: tokens × rate. A calculation, never the bill itself.

Two token formulas are known, W×H×24·s÷1024 (published) and W×H×(24·s+1)÷1024 (measured); the larger is used.
Upstream has a minimum for requests with a video that is published nowhere, so the sentence mentions it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, ROUND_UP, Decimal

from studio.choices import AssetKind, Operation
from studio.lib.english import english
from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate, PriceFacts, today
from studio.providers.requests import RenderRequest
from studio.providers.upstream.lists import PriceList, Rate
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
    per_million: Decimal
    with_video: bool
    words: str

    @property
    def amount(self) -> Decimal:
        exact = self.tokens * self.per_million / _MILLION
        return exact.quantize(Decimal("0.0001"), rounding=ROUND_UP)


def estimate(prices: PriceList, request: RenderRequest, day: date | None = None) -> Estimate:
    """The price before sending (today, or on `day`), on the high side of what the documents allow to know."""
    rate = prices.rate_for(request.model, request.resolution, day or today())
    picture = _expected_picture(request)
    if rate is None or picture is None:
        return _unpublished(prices, request)
    frames = _whole_frames(Decimal(request.duration)) + 1
    return _priced(prices, rate, request, picture, frames, Decimal(request.duration))


def settle(
    prices: PriceList,
    request: RenderRequest,
    seconds: Decimal,
    width: int,
    height: int,
    usage: Usage = NO_USAGE,
    quoted: PriceFacts | None = None,
) -> Estimate:
    """The price of the finished file: by the gateway's own count of tokens, else by what was measured in the file.

    At the rate of the row it was quoted from; where none is known, at today's."""
    rate = prices.rate_as_quoted(request.model, request.resolution, quoted, today())
    if rate is None:
        return _unpublished(prices, request)
    if usage.tokens is not None:
        return _counted(prices, rate, request, Decimal(usage.tokens))
    picture = _Picture(
        width * height, english("%(width)s×%(height)s, measured in the file", width=width, height=height)
    )
    return _priced(prices, rate, request, picture, _file_frames(seconds), seconds)


def _counted(prices: PriceList, rate: Rate, request: RenderRequest, tokens: Decimal) -> Estimate:
    """An extension may or may not count as video input: the dearer rate, as in its estimate."""
    has_video = any(file.kind == AssetKind.VIDEO for file in request.inputs)
    per_million = rate.of(with_video=has_video)
    if per_million is None:
        return _unpublished(prices, request, has_video=has_video)
    reckoned = _Sum(tokens, per_million, has_video, "")
    basis = english(
        "%(tokens)s tokens by the gateway's own token count × %(price)s per million (%(basis)s, %(dated)s).",
        tokens=f"{tokens:,.0f}",
        price=prices.said(per_million),
        basis=prices.basis,
        dated=f"{rate.dated:%Y-%m-%d}",
    )
    row = prices.row(rate, request.resolution, per_million, with_video=has_video)
    return Estimate(reckoned.amount, prices.currency, basis, rate.source, rate.dated, tokens, row)


def _priced(
    prices: PriceList, rate: Rate, request: RenderRequest, picture: _Picture, frames: Decimal, seconds: Decimal
) -> Estimate:
    extends = request.operation == Operation.VIDEO_EXTENSION
    if extends and request.source_seconds is None:
        return prices.unpriced(
            english("The length of the take to extend is not known, and it may count as video input.")
        )
    videos = [file for file in request.inputs if file.kind == AssetKind.VIDEO]
    if any(file.seconds is None for file in videos):
        return prices.unpriced(english("The length of a video among the inputs is not known, and it is charged for."))
    # Of an extension both readings are reckoned, without its take as video input and with it.
    lengths = (
        [_ZERO, request.source_seconds or _ZERO] if extends else [sum((v.seconds or _ZERO for v in videos), _ZERO)]
    )
    sums = [_sum(rate, picture, frames, seconds, length) for length in lengths]
    known = [each for each in sums if each is not None]
    if len(known) < len(sums):
        return _unpublished(prices, request, has_video=True)
    doubt = english("With a video input the gateway may charge a minimum, which is not published.") if videos else ""
    if extends:
        doubt = english(
            "Whether the extended take counts as video input is not documented; this is the dearer of the two."
        )
    chosen = max(known, key=lambda each: each.amount)
    row = prices.row(rate, request.resolution, chosen.per_million, with_video=chosen.with_video)
    return _estimate(prices, row, chosen, doubt)


def _sum(rate: Rate, picture: _Picture, frames: Decimal, seconds: Decimal, video_seconds: Decimal) -> _Sum | None:
    per_million = rate.of(with_video=bool(video_seconds))
    if per_million is None:
        return None
    tokens = (frames + _whole_frames(video_seconds)) * picture.area / 1024
    length = english("%(seconds)s s", seconds=f"{seconds.normalize():f}")
    if video_seconds:
        length = english(
            "%(seconds)s s of video in and %(length)s out", seconds=f"{video_seconds.normalize():f}", length=length
        )
    return _Sum(
        tokens,
        per_million,
        bool(video_seconds),
        english("%(length)s at %(picture)s", length=length, picture=picture.words),
    )


def _estimate(prices: PriceList, row: PriceFacts, chosen: _Sum, doubt: str) -> Estimate:
    basis = english(
        "%(words)s: about %(tokens)s tokens × %(price)s per million (token formula; %(basis)s, %(dated)s). %(doubt)s",
        words=chosen.words,
        tokens=f"{chosen.tokens:,.0f}",
        price=prices.said(chosen.per_million),
        basis=prices.basis,
        dated=f"{row.dated:%Y-%m-%d}",
        doubt=doubt,
    )
    return Estimate(chosen.amount, prices.currency, basis.strip(), row.source, row.dated, chosen.tokens, row)


def _unpublished(prices: PriceList, request: RenderRequest, *, has_video: bool = False) -> Estimate:
    sentence = english("No price is published for %(model)s at %(resolution)s.")
    if has_video:
        sentence = english("No price is published for %(model)s at %(resolution)s with a video among the inputs.")
    return prices.unpriced(sentence % {"model": request.model, "resolution": request.resolution})


def _expected_picture(request: RenderRequest) -> _Picture | None:
    sizes = PIXELS.get(request.resolution)
    if sizes is None:
        return None
    if request.aspect_ratio == "adaptive":
        width, height = max(sizes.values(), key=lambda size: size[0] * size[1])
        return _Picture(
            width * height,
            english("%(resolution)s in the largest shape the gateway may choose", resolution=request.resolution),
        )
    if request.aspect_ratio not in sizes:
        width, height = sizes["16:9"]
        words = english(
            "%(resolution)s, with the area of 16:9 as %(aspect_ratio)s is not published",
            resolution=request.resolution,
            aspect_ratio=request.aspect_ratio,
        )
        return _Picture(width * height, words)
    width, height = sizes[request.aspect_ratio]
    return _Picture(width * height, f"{width}×{height}")


def _whole_frames(seconds: Decimal) -> Decimal:
    return (seconds * FRAMES_PER_SECOND).to_integral_value(ROUND_CEILING)


def _file_frames(seconds: Decimal) -> Decimal:
    """A file of whole seconds gets the extra frame; one that is a frame longer shows it already."""
    frames = (seconds * FRAMES_PER_SECOND).to_integral_value(ROUND_HALF_EVEN)
    return frames + 1 if frames % FRAMES_PER_SECOND == 0 else frames
