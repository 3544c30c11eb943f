"""A model's live detail and a compact list entry in the published shape, to be bent by one field at a time."""

from __future__ import annotations

from typing import Any

from studio.choices import Operation


def constraint(operation: str) -> dict[str, Any]:
    return {
        "operation": operation,
        "allowed_resolutions": ["480p", "720p"],
        "allowed_durations": ["5", "10"],
        "allowed_aspect_ratios": ["16:9"],
        "documented_inputs": ["prompt"],
        "required_selectors": [],
        "optional_selectors": [],
        "notes": "",
    }


def make_detail(**over: Any) -> dict[str, Any]:
    """Empty lists narrow nothing, so a test names only what it is about."""
    formats: dict[str, Any] = {
        "resolutions": [],
        "durations": [],
        "aspect_ratios": [],
        "operation_constraints": [constraint(name.value) for name in Operation],
    }
    return {"id": "seedance-2.0", "tokenlab": {"request_format_details": formats | over}}


def make_entry(**over: Any) -> dict[str, Any]:
    pricing = {
        "unit": "per_1m_tokens",
        "currency": "USD",
        "input_per_1m": None,
        "output_per_1m": None,
        "per_request": None,
        "min_price": "2.3529",
        "max_price": "7.5000",
        "has_complex_pricing": True,
    }
    return {"id": "seedance-2.0", "pricing": pricing | over}
