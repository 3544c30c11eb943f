"""A gateway's price list where tokens are billed: dated rates per million, without and with a video among the inputs.

A newer rate is added as a further row; from its day on quotes go by it, and what was quoted before keeps its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from studio.lib.english import english
from studio.providers.estimates import FINEST, Estimate, PriceFacts, in_force

UNIT = english("million tokens")
WITH_VIDEO, WITHOUT_VIDEO = english("with a video"), english("without a video")


@dataclass(frozen=True, slots=True)
class Rate:
    """Money per million tokens, without and with a video among the inputs; None where no price is published."""

    model: str
    resolutions: tuple[str, ...]
    without_video: Decimal | None
    with_video: Decimal | None
    source: str
    dated: date

    def of(self, *, with_video: bool) -> Decimal | None:
        """The rate as finely as it is kept with a take."""
        rate = self.with_video if with_video else self.without_video
        return None if rate is None else rate.quantize(FINEST)


@dataclass(frozen=True, slots=True)
class PriceList:
    """One gateway's rates in one currency; `sign` stands before an amount, `basis` says what the rates are."""

    provider: str
    currency: str
    sign: str
    places: int
    basis: str
    rates: tuple[Rate, ...]

    def rate_for(self, model: str, resolution: str, day: date) -> Rate | None:
        """What a model costs at a resolution on that day; None where no price is published."""
        return in_force((rate for rate in self.rates if rate.model == model and resolution in rate.resolutions), day)

    def said(self, amount: Decimal) -> str:
        return f"{self.sign}{amount:.{self.places}f}"

    def unpriced(self, reason: str) -> Estimate:
        newest = max(self.rates, key=lambda rate: rate.dated)
        return Estimate(
            None, self.currency, english("Price unknown. %(reason)s", reason=reason), newest.source, newest.dated
        )

    def row(self, rate: Rate, resolution: str, per_million: Decimal, *, with_video: bool) -> PriceFacts:
        """The row that a calculation with `per_million` of that rate goes by."""
        return PriceFacts(
            provider=self.provider,
            model=rate.model,
            resolution=resolution,
            condition=WITH_VIDEO if with_video else WITHOUT_VIDEO,
            unit=UNIT,
            rate=per_million,
            currency=self.currency,
            source=rate.source,
            dated=rate.dated,
        )

    def rate_as_quoted(self, model: str, resolution: str, quoted: PriceFacts | None, day: date) -> Rate | None:
        """The rate that a take was promised. Of what its row does not say, such as the rate with a video for a take
        that was quoted without one, the list knows what held on the day of the row."""
        if quoted is None or not self._is_of(quoted, model, resolution):
            return self.rate_for(model, resolution, day)
        rate = self.rate_for(model, resolution, quoted.dated)
        base = rate or Rate(model, (resolution,), None, None, quoted.source, quoted.dated)
        base = replace(base, source=quoted.source, dated=quoted.dated)
        if quoted.condition == WITH_VIDEO:
            return replace(base, with_video=quoted.rate)
        return replace(base, without_video=quoted.rate)

    def _is_of(self, quoted: PriceFacts, model: str, resolution: str) -> bool:
        theirs = (quoted.provider, quoted.model, quoted.resolution, quoted.unit, quoted.currency)
        return theirs == (self.provider, model, resolution, UNIT, self.currency)
