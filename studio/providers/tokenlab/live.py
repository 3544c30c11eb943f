"""What TokenLab says of its models now: read from its answers into plain data, and put against our records.

It may narrow a record and never widens it; what is empty or unreadable narrows nothing. Pure; the calls are in
`check`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from studio.choices import Operation
from studio.lib.english import english
from studio.providers import reading
from studio.providers.capabilities import Capability, OperationRule
from studio.providers.tokenlab.rates import highest_rate

Facts = dict[str, Any]

MOST_VALUES = 60
LONGEST_VALUE = 100
_LISTS = ("resolutions", "durations", "aspect_ratios")
_PRICES = (
    "unit",
    "currency",
    "input_per_1m",
    "output_per_1m",
    "input_per_1m_tokens",
    "output_per_1m_tokens",
    "per_request",
    "min_price",
    "max_price",
)
_PER_MILLION = ("input_per_1m", "output_per_1m", "input_per_1m_tokens", "output_per_1m_tokens")
# What a value looks like where it can be put against ours; another way of writing is not read as a refusal.
_READABLE = {
    "resolutions": re.compile(r"\d{3,4}p|\d{1,2}k"),
    "aspect_ratios": re.compile(r"\d{1,2}:\d{1,2}|adaptive"),
    "durations": re.compile(r"-?\d{1,3}"),
}
_GONE = english("TokenLab does not list this operation for %(name)s at present. Choose another operation or model.")


def facts_of(detail: Mapping[str, Any], *price_entries: Mapping[str, Any]) -> Facts:
    """The model detail's limits and the prices named by any of the entries, as strings and lists of strings."""
    formats = _mapping(_mapping(detail.get("tokenlab")).get("request_format_details"))
    found: Facts = {name: _strings(formats.get(name)) for name in _LISTS}
    constraints = formats.get("operation_constraints")
    found["operations"] = dict(_constraint(item) for item in _mappings(constraints) if reading.text(item["operation"]))
    found["pricing"] = _pricing(detail, *price_entries)
    return found


def price_note(model: str, facts: Mapping[str, Any]) -> str:
    """A sentence where the gateway's own maximum lies above the rate that estimates reckon with."""
    named, recorded = _highest(_mapping(facts.get("pricing"))), highest_rate(model)
    if named is None or named <= recorded.quantize(Decimal("0.0001")):
        return ""
    return english(
        "TokenLab now names up to $%(named)s per million tokens for %(model)s; estimates here reckon "
        "with at most $%(recorded)s, so they may be too low.",
        named=f"{named:f}",
        model=model,
        recorded=f"{recorded:.4f}",
    )


def narrowed(capability: Capability, live: Mapping[str, Any]) -> Capability | None:
    """The record as far as the facts allow; None where nothing of it is left."""
    facts = _mapping(live.get(capability.model))
    resolutions = _kept("resolutions", capability.resolutions, facts)
    ratios = _kept("aspect_ratios", capability.aspect_ratios, facts)
    durations = tuple(int(value) for value in _kept("durations", tuple(map(str, capability.durations)), facts))
    if not (resolutions and ratios and durations):
        return None
    listed = {name for name in Operation if name.value in _mapping(facts.get("operations"))}
    operations = {name: rule for name, rule in capability.operations.items() if not listed or name in listed}
    gone = [name for name in capability.operations if name not in operations]
    return replace(
        capability,
        resolutions=resolutions,
        aspect_ratios=ratios,
        durations=durations,
        default_resolution=_among(capability.default_resolution, resolutions),
        default_aspect_ratio=_among(capability.default_aspect_ratio, ratios),
        default_duration=capability.default_duration if capability.default_duration in durations else durations[0],
        operations={name: _with_ratio_among(rule, ratios) for name, rule in operations.items()},
        not_offered={**capability.not_offered, **{name: _GONE % {"name": capability.name} for name in gone}},
    )


def _constraint(item: Mapping[str, Any]) -> tuple[str, Facts]:
    return reading.text(item["operation"]), {name: _strings(item.get(f"allowed_{name}")) for name in _LISTS}


def _pricing(*entries: Mapping[str, Any]) -> dict[str, str]:
    """Flat or under `pricing`, as the pages disagree; of two entries the later one wins."""
    found: dict[str, str] = {}
    for entry in entries:
        for place in (entry, _mapping(entry.get("pricing"))):
            found |= {name: said for name in _PRICES if (said := _said(place.get(name)))}
    return found


def _highest(pricing: Mapping[str, Any]) -> Decimal | None:
    """Per million tokens and in dollars only; any other unit says nothing of our rates."""
    if str(pricing.get("currency", "USD")).upper() != "USD":
        return None
    names = [*_PER_MILLION]
    if any(word in str(pricing.get("unit", "")).lower() for word in ("1m", "million")):
        names.append("max_price")
    amounts = [reading.amount(pricing.get(name)) for name in names]
    return max((amount for amount in amounts if amount is not None), default=None)


def _kept(name: str, own: tuple[str, ...], facts: Mapping[str, Any]) -> tuple[str, ...]:
    words = {value.casefold() for value in _strings(facts.get(name))}
    readable = {word for word in words if _READABLE[name].fullmatch(word)}
    return tuple(value for value in own if value in readable) if readable else own


def _among(default: str, left: tuple[str, ...]) -> str:
    return default if default in left else left[0]


def _with_ratio_among(rule: OperationRule, ratios: tuple[str, ...]) -> OperationRule:
    return rule if rule.default_aspect_ratio in ratios else replace(rule, default_aspect_ratio="")


def _strings(value: Any) -> list[str]:
    items = value[:MOST_VALUES] if isinstance(value, list) else []
    return [said for item in items if (said := _said(item))]


def _said(value: Any) -> str:
    found = reading.amount(value) if isinstance(value, float) else None
    return f"{found:f}" if found is not None else reading.text(value).strip()[:LONGEST_VALUE]


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    items = value[:MOST_VALUES] if isinstance(value, list) else []
    return [item for item in items if isinstance(item, Mapping) and item.get("operation")]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
