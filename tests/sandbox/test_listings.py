"""Models, prices and balance in TokenLab's shapes."""

from __future__ import annotations

from typing import Any

import httpx

from studio.sandbox.server import Sandbox
from tests.sandbox.caller import Caller


def test_models_are_public_but_a_bad_key_is_not_taken(sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url}/v1/models"

    public = httpx.get(url)
    refused = httpx.get(url, headers={"Authorization": "Bearer sk-revoked-0001"})

    assert [model["id"] for model in public.json()["data"]] == [
        "seedance-2.0",
        "seedance-2.0-fast",
        "seedance-2.0-mini",
    ]
    assert refused.status_code == 401


def test_compact_prices_are_the_official_ones_in_dollars(caller: Caller) -> None:
    models = caller.http.get("/v1/models", params={"category": "video", "view": "compact"}).json()["data"]

    bounds = {model["id"]: (model["pricing"]["min_price"], model["pricing"]["max_price"]) for model in models}
    assert bounds == {
        "seedance-2.0": ("2.3529", "7.5000"),
        "seedance-2.0-fast": ("3.2353", "5.4412"),
        "seedance-2.0-mini": ("2.0588", "3.3824"),
    }


def test_model_detail_holds_the_limits_as_strings(caller: Caller) -> None:
    details = caller.http.get("/v1/models/seedance-2.0-fast").json()["tokenlab"]["request_format_details"]

    assert details["resolutions"] == ["480p", "720p"]
    assert details["durations"] == ["-1", *[str(seconds) for seconds in range(4, 16)]]
    assert [limits["operation"] for limits in details["operation_constraints"]] == [
        "text-to-video",
        "image-to-video",
        "start-end-to-video",
        "reference-to-video",
        "video-to-video",
        "video-extension",
    ]


def test_unknown_model_has_no_page(caller: Caller) -> None:
    for path in ("/v1/models/other", "/v1/models/other/pricing", "/v1/nothing"):
        assert caller.http.get(path).status_code == 404


def test_price_pages_have_the_documented_members(caller: Caller) -> None:
    page = caller.http.get("/v1/pricing").json()
    detail = caller.http.get("/v1/models/seedance-2.0/pricing").json()

    assert (page["object"], page["currency"], len(page["data"])) == ("pricing", "USD", 3)
    assert sorted(detail) == [
        "has_complex_pricing",
        "model",
        "pricing_details",
        "pricing_provenance",
        "pricing_summary",
        "pricing_unit",
        "scalar_pricing",
        "supported_operations",
    ]


def test_balance_needs_a_management_token(sandbox: Sandbox, caller: Caller, finished: dict[str, Any]) -> None:
    refused = caller.http.get("/v1/management/balance")
    answer = httpx.get(
        f"{sandbox.base_url}/v1/management/balance", headers={"Authorization": "Bearer mt-test-0001"}
    ).json()

    assert refused.status_code == 401
    assert answer["object"] == "organization_balance"
    assert float(answer["balance_decimal"]) + float(answer["total_used_decimal"]) == 1000
    assert float(answer["total_used_decimal"]) > 0
