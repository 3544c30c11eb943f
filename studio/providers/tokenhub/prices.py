"""What a render will cost, or has cost: (seconds of input video + seconds of output) × a rate in dollars.

A calculation by the published list, never the gateway's bill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_UP, Decimal

from studio.choices import AssetKind
from studio.lib.english import english
from studio.providers.answers import NO_USAGE, Usage
from studio.providers.estimates import Estimate, PriceFacts, in_force, today
from studio.providers.requests import InputFile, RenderRequest
from studio.providers.tokenhub.catalog import SLUG

SOURCE = "TokenHub, Seedance guide"
# The guide bears no date, so this is the day on which it was read.
DATED = date(2026, 11, 21)

SECOND = "second"
_CENT = Decimal("0.01")

# How long a film is, by itself and with videos that went in, and who says so.
_ASKED = (english("%(seconds)s s"), english("%(given)s s of video in and %(seconds)s s out"))
_BY_COUNT = (
    english("%(seconds)s s by the gateway's count"),
    english("%(given)s s of video in and %(seconds)s s out by the gateway's count"),
)
_MEASURED = (
    english("%(seconds)s s, measured in the file"),
    english("%(given)s s of video in and %(seconds)s s out, measured in the file"),
)


def _row(model: str, resolution: str, rate: str, dated: date = DATED) -> PriceFacts:
    return PriceFacts(SLUG, model, resolution, "", SECOND, Decimal(rate), "USD", SOURCE, dated)


# A newer rate is added as a further row: from its day on quotes go by it.
ROWS = (
    _row("doubao-seedance-2.0", "720p", "0.20"),
    _row("doubao-seedance-2.0", "480p", "0.12"),
    _row("doubao-seedance-2.0-fast", "720p", "0.16"),
    _row("doubao-seedance-2.0-fast", "480p", "0.10"),
)


def row_for(model: str, resolution: str, day: date) -> PriceFacts | None:
    """What a model costs at a resolution on that day; None where no price is published."""
    return in_force((row for row in ROWS if (row.model, row.resolution) == (model, resolution)), day)


def estimate(request: RenderRequest, day: date | None = None) -> Estimate:
    """The price before sending (today, or on `day`), on the high side of what the guide leaves open."""
    row = row_for(request.model, request.resolution, day or today())
    return _priced(request, row, Decimal(request.duration), _ASKED)


def settle(
    request: RenderRequest,
    seconds: Decimal,
    width: int,
    height: int,
    usage: Usage = NO_USAGE,
    quoted: PriceFacts | None = None,
) -> Estimate:
    """The price of the finished file: by the length the gateway reports, else by the file's own.

    At the rate of the row it was quoted from; where none is known, at today's."""
    wanted = (SLUG, request.model, request.resolution, SECOND)
    is_of_this = quoted is not None and (quoted.provider, quoted.model, quoted.resolution, quoted.unit) == wanted
    row = quoted if is_of_this else row_for(request.model, request.resolution, today())
    if usage.seconds is not None:
        return _priced(request, row, usage.seconds, _BY_COUNT)
    return _priced(request, row, seconds, _MEASURED)


def _priced(request: RenderRequest, row: PriceFacts | None, output: Decimal, lengths: tuple[str, str]) -> Estimate:
    if row is None:
        return _unpriced(
            english(
                "No price is published for %(model)s at %(resolution)s.",
                model=request.model,
                resolution=request.resolution,
            )
        )
    videos = [file for file in request.inputs if file.kind == AssetKind.VIDEO]
    if any(file.seconds is None for file in videos):
        return _unpriced(english("The length of a video among the inputs is not known, and it is charged for."))
    given = _whole_seconds(videos)
    amount = ((given + output) * row.rate).quantize(Decimal("0.0001"), rounding=ROUND_UP)
    length = lengths[1 if given else 0] % {"seconds": _plain(output), "given": _plain(given)}
    basis = english(
        "%(length)s × %(price)s per second at %(resolution)s (published price, %(dated)s).",
        length=length,
        price=_said(row.rate),
        resolution=request.resolution,
        dated=f"{row.dated:%Y-%m-%d}",
    )
    return Estimate(amount, row.currency, " ".join([basis, *_doubts(request)]), row.source, row.dated, row=row)


def _whole_seconds(videos: Sequence[InputFile]) -> Decimal:
    """Each rounded up by itself, as nothing is said of fractions."""
    return sum(((file.seconds or Decimal(0)).to_integral_value(ROUND_CEILING) for file in videos), Decimal(0))


def _doubts(request: RenderRequest) -> list[str]:
    kinds = {file.kind for file in request.inputs}
    doubts = []
    if AssetKind.VIDEO in kinds:
        doubts.append(
            english("Input videos cost the same per second; each is rounded up, as the guide says nothing of it.")
        )
    if AssetKind.AUDIO in kinds:
        doubts.append(english("Nothing is published about input audio, so nothing is counted for it."))
    return doubts


def _unpriced(reason: str) -> Estimate:
    return Estimate(None, "USD", english("Price unknown. %(reason)s", reason=reason), SOURCE, DATED)


def _plain(seconds: Decimal) -> str:
    return f"{seconds.normalize():f}"


def _said(rate: Decimal) -> str:
    """In cents, or as finely as it is."""
    return f"${rate:.2f}" if rate == rate.quantize(_CENT) else f"${rate.normalize():f}"
