"""The read-only pages: models, prices, balance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from studio.sandbox.dialects.tokenlab import prices
from studio.sandbox.dialects.tokenlab.catalog import (
    ASPECT_RATIOS,
    AUTO_DURATION,
    DURATIONS,
    INPUT_FIELDS,
    MODELS,
    OPERATIONS,
    PARAMETERS,
    Model,
    Operation,
)
from studio.sandbox.gateway import Gateway
from studio.sandbox.tasks import COMPLETED

UPDATED_AT = "2026-07-24T00:00:00Z"
RECHARGED = Decimal("1000.00")
PROVENANCE = {"source": "official CNY price / 6.8", "updated_at": UPDATED_AT}


def model_list(query: dict[str, str]) -> dict[str, Any]:
    asked = query.get("category", "video") == "video" and query.get("provider", "bytedance") == "bytedance"
    full = query.get("view") == "full"
    return {"object": "list", "data": [_model(model, full) for model in MODELS.values()] if asked else []}


def model_detail(model: Model) -> dict[str, Any]:
    return _model(model, True)


def _model(model: Model, full: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": model.name,
        "object": "model",
        "created": 1770000000,
        "owned_by": "bytedance",
        "name": model.title,
        "category": "video",
        "pricing": _compact_pricing(model),
    }
    if full:
        entry["tokenlab"] = {"category": "video", "request_format_details": _format_details(model)}
    return entry


def _compact_pricing(model: Model) -> dict[str, Any]:
    lowest, highest = prices.rate_bounds(model.name)
    return {
        "unit": "per_1m_tokens",
        "currency": "USD",
        "input_per_1m": None,
        "output_per_1m": None,
        "per_request": None,
        "min_price": lowest,
        "max_price": highest,
        "has_complex_pricing": True,
    }


def _format_details(model: Model) -> dict[str, Any]:
    return {
        "resolutions": list(model.resolutions),
        "durations": _durations(),
        "aspect_ratios": list(ASPECT_RATIOS),
        "supported_parameters": sorted({*PARAMETERS, *INPUT_FIELDS}),
        "service_limits": {"online_rpm": 1000, "concurrency": 10},
        "operation_constraints": [_constraint(model, operation) for operation in OPERATIONS.values()],
    }


def _constraint(model: Model, operation: Operation) -> dict[str, Any]:
    required = [" or ".join(group) for group in operation.needs]
    return {
        "operation": operation.name,
        "allowed_resolutions": list(model.resolutions),
        "allowed_durations": _durations(),
        "allowed_aspect_ratios": list(ASPECT_RATIOS),
        "documented_inputs": [*(["prompt"] if operation.needs_prompt else []), *sorted(operation.inputs)],
        "required_selectors": required,
        "optional_selectors": list(operation.may_add),
        "notes": "Up to 9 images, 3 videos and 3 audios" if operation.name == "reference-to-video" else "",
    }


def _durations() -> list[str]:
    return [str(seconds) for seconds in (AUTO_DURATION, *DURATIONS)]


def price_list(query: dict[str, str]) -> dict[str, Any]:
    models = MODELS.values() if query.get("provider", "bytedance") == "bytedance" else ()
    data = [_price_row(model) for model in models]
    return {"object": "pricing", "updated_at": UPDATED_AT, "currency": "USD", "data": data}


def _price_row(model: Model) -> dict[str, Any]:
    return {
        "model": model.name,
        "provider": "bytedance",
        "is_lock_price": False,
        "capabilities": ["video"],
        "aliases": [],
        "input_per_1m_tokens": None,
        "output_per_1m_tokens": None,
        "lock_price_per_request": None,
        "has_complex_pricing": True,
        "supported_operations": list(OPERATIONS),
        "pricing_summary": _summary(model),
        "pricing_provenance": PROVENANCE,
    }


def price_detail(model: Model) -> dict[str, Any]:
    return {
        "model": model.name,
        "pricing_unit": "per_1m_tokens",
        "has_complex_pricing": True,
        "supported_operations": list(OPERATIONS),
        "pricing_summary": _summary(model),
        "pricing_provenance": PROVENANCE,
        "pricing_details": _rates(model),
        "scalar_pricing": None,
    }


def _summary(model: Model) -> dict[str, str]:
    lowest, highest = prices.rate_bounds(model.name)
    return {"min_per_1m_tokens": lowest, "max_per_1m_tokens": highest}


def _rates(model: Model) -> list[dict[str, str | bool]]:
    return [
        {"resolution": resolution, "video_input": video, "per_1m_tokens": f"{model.usd_rate(resolution, video):.4f}"}
        for resolution in model.resolutions
        for video in (False, True)
    ]


def balance(gateway: Gateway) -> dict[str, Any]:
    """What the finished tasks have used up, topped up in steps so that the play money never runs out."""
    done = (task for task in gateway.store.all() if task.state == COMPLETED and task.dialect == "tokenlab")
    used = sum((prices.estimate(task.job) for task in done), Decimal(0)).quantize(Decimal("0.01"))
    recharged = RECHARGED * (used // RECHARGED + 1)
    left = recharged - used
    return {
        "object": "organization_balance",
        "organization_id": "org_sandbox",
        "balance": float(left),
        "balance_decimal": f"{left:.2f}",
        "total_recharge": float(recharged),
        "total_recharge_decimal": f"{recharged:.2f}",
        "total_used": float(used),
        "total_used_decimal": f"{used:.2f}",
    }
