from __future__ import annotations

import pytest

from studio.providers.ark.gateway import ARK
from studio.providers.ark.regions import ROUTES, region_of

BYTEPLUS, VOLCENGINE = (route.base_url for route in ROUTES)


@pytest.mark.parametrize(
    ("base_url", "route", "region"),
    [
        (BYTEPLUS, "", "byteplus"),
        (VOLCENGINE, "", "volcengine"),
        ("https://ark.eu-west.bytepluses.com/api/v3", "", "byteplus"),
        ("http://127.0.0.1:8200/api/v3", "", ""),
        ("http://127.0.0.1:8200/api/v3", "volcengine", "volcengine"),
        ("https://proxy.test/api/v3", "byteplus", "byteplus"),
        (VOLCENGINE, "byteplus", "volcengine"),
        ("https://evilvolces.com/api/v3", "", ""),
        ("https://volces.com.evil.test/api/v3", "", ""),
    ],
)
def test_region_is_told_by_the_host_and_else_by_the_route(base_url: str, route: str, region: str) -> None:
    assert region_of(base_url, route) == region


@pytest.mark.parametrize(
    ("base_url", "route", "prefixes"),
    [
        (BYTEPLUS, "", {"dreamina"}),
        (VOLCENGINE, "", {"doubao"}),
        ("http://127.0.0.1:8200/api/v3", "volcengine", {"doubao"}),
        ("http://127.0.0.1:8200/api/v3", "", {"dreamina", "doubao"}),
    ],
)
def test_key_can_use_the_models_of_its_own_region(base_url: str, route: str, prefixes: set[str]) -> None:
    usable = [item for item in ARK.capabilities if ARK.narrow(item, base_url, route, {})]

    assert {item.model.partition("-")[0] for item in usable} == prefixes
    assert len(usable) == 3 * len(prefixes)


@pytest.mark.parametrize(
    ("base_url", "route", "currency"),
    [(BYTEPLUS, "", "USD"), (VOLCENGINE, "", "CNY"), ("https://proxy.test/v3", "volcengine", "CNY")],
)
def test_account_has_the_currency_of_its_region(base_url: str, route: str, currency: str) -> None:
    assert ARK.currency_of(base_url, route) == currency
