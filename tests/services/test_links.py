"""The addresses under which a gateway fetches references: signed, short-lived, and each for one file of one take."""

from __future__ import annotations

import pytest
import time_machine
from django.core import signing
from pytest_django import Settings

from studio.lib.clock import later
from studio.models import Asset, Project, Render, RenderInput
from studio.services.links import (
    CHECK_LIFE,
    LIFE,
    can_be_fetched,
    check_link,
    is_check,
    reference_link,
    referenced_asset,
    wake_link,
    way_to,
)
from tests.factories import make_asset, make_render

pytestmark = pytest.mark.django_db


def using(project: Project, *assets: Asset) -> Render:
    render = make_render(project, state="waiting")
    for position, asset in enumerate(assets):
        RenderInput.objects.create(render=render, asset=asset, role="reference_image", position=position)
    return render


def token_of(link: str) -> str:
    return link.split("/r/")[1].split("/")[0]


def test_link_leads_to_its_file_and_ends_in_its_extension(project: Project) -> None:
    asset = make_asset(project, name="Blå tekanne (final).png")
    render = using(project, asset)

    link = reference_link(render=render, asset=asset)

    assert link.startswith("http://127.0.0.1:8700/r/")
    assert link.endswith("/bla-tekanne-final.png")
    assert referenced_asset(token=token_of(link)) == asset


def test_link_of_a_name_without_letters_still_has_a_name(project: Project) -> None:
    asset = make_asset(project, name="蓝色.png")

    assert reference_link(render=using(project, asset), asset=asset).endswith("/image.png")


def test_link_that_was_tampered_with_leads_nowhere(project: Project) -> None:
    asset, other = make_asset(project), make_asset(project)
    render = using(project, asset)
    token = token_of(reference_link(render=render, asset=asset))
    foreign = signing.dumps([render.pk, asset.pk], salt="another").replace(":", "~")
    unused = token_of(reference_link(render=render, asset=other))

    found = [referenced_asset(token=each) for each in (token[:-1], token + "x", "", "a~b~c", foreign, unused)]

    assert found == [None] * 6


def test_link_runs_out(project: Project) -> None:
    asset = make_asset(project)
    token = token_of(reference_link(render=using(project, asset), asset=asset))

    with time_machine.travel(later(LIFE.total_seconds() - 60), tick=False):
        before = referenced_asset(token=token)
    with time_machine.travel(later(LIFE.total_seconds() + 60), tick=False):
        after = referenced_asset(token=token)

    assert (before, after) == (asset, None)


@pytest.mark.parametrize("state", ["ready", "refused", "failed", "cancelled", "expired"])
def test_link_dies_with_its_take_and_with_no_other(project: Project, state: str) -> None:
    asset = make_asset(project)
    ended, live = using(project, asset), using(project, asset)
    tokens = [token_of(reference_link(render=render, asset=asset)) for render in (ended, live)]

    Render.objects.filter(pk=ended.pk).update(state=state)

    assert [referenced_asset(token=token) for token in tokens] == [None, asset]


def test_link_works_when_the_same_file_is_used_twice(project: Project) -> None:
    asset = make_asset(project)

    token = token_of(reference_link(render=using(project, asset, asset), asset=asset))

    assert referenced_asset(token=token) == asset


@pytest.mark.parametrize(
    ("ours", "gateway", "reachable"),
    [
        ("http://127.0.0.1:8700", "http://127.0.0.1:8701", True),
        ("http://localhost:8700", "http://[::1]:8701", True),
        ("http://127.0.0.1:8700", "https://api.tokenlab.sh", False),
        ("https://studio.example.com", "https://api.tokenlab.sh", True),
        ("http://studio.example.com", "https://api.tokenlab.sh", False),
        ("https://192.168.1.20", "https://api.tokenlab.sh", False),
        ("https://rushes.lan", "https://api.tokenlab.sh", False),
        ("https://rushes", "https://api.tokenlab.sh", False),
        ("https://rushes.lan", "http://127.0.0.1:8701", True),
    ],
)
def test_gateway_reaches_us_only_where_it_can(settings: Settings, ours: str, gateway: str, reachable: bool) -> None:
    settings.STUDIO_PUBLIC_URL = ours

    assert can_be_fetched(base_url=gateway) == reachable


LOCAL, REAL = "http://127.0.0.1:8701", "https://api.tokenlab.sh"


@pytest.mark.parametrize(
    ("ours", "endpoint", "gateway", "way"),
    [
        ("http://127.0.0.1:8700", "", REAL, "bucket"),
        ("http://127.0.0.1:8700", "https://storage.example.com", REAL, "bucket"),
        ("https://rushes.lan", "https://storage.example.com", REAL, "bucket"),
        ("https://studio.example.com", "https://storage.example.com", REAL, "bucket"),
        ("http://127.0.0.1:8700", "https://storage.example.com", LOCAL, "bucket"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:9000", LOCAL, "bucket"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:9000", REAL, "none"),
        ("http://127.0.0.1:8700", "https://storage.lan", REAL, "none"),
        ("https://studio.example.com", "http://127.0.0.1:9000", REAL, "link"),
    ],
)
def test_bucket_is_the_way_wherever_the_gateway_reaches_it(
    settings: Settings, ours: str, endpoint: str, gateway: str, way: str
) -> None:
    settings.STUDIO_PUBLIC_URL, settings.STUDIO_S3_ENDPOINT = ours, endpoint
    settings.STUDIO_S3_BUCKET = "rushes-references"

    assert (way_to(base_url=gateway), can_be_fetched(base_url=gateway)) == (way, way != "none")


def test_check_link_is_good_for_minutes_and_never_a_reference(project: Project) -> None:
    asset = make_asset(project)
    real = token_of(reference_link(render=using(project, asset), asset=asset))
    links = [check_link() for _ in range(2)]
    token = token_of(links[0])

    with time_machine.travel(later(CHECK_LIFE.total_seconds() + 5), tick=False):
        late = is_check(token=token)

    assert [link.startswith("http://127.0.0.1:8700/r/") and link.endswith("/check.png") for link in links] == [True] * 2
    assert links[0] != links[1]
    assert [is_check(token=each) for each in (token, real, "", "forged", token + "x")] == [True, *[False] * 4]
    assert (late, referenced_asset(token=token)) == (False, None)


@pytest.mark.parametrize(
    ("ours", "gateway", "address"),
    [
        ("http://127.0.0.1:8700", LOCAL, "http://127.0.0.1:8700/hooks/abc/"),
        ("http://127.0.0.1:8700", REAL, ""),
        ("https://studio.example.com", REAL, "https://studio.example.com/hooks/abc/"),
    ],
)
def test_gateway_gets_a_wake_address_only_where_it_can_call(
    settings: Settings, ours: str, gateway: str, address: str
) -> None:
    settings.STUDIO_PUBLIC_URL = ours
    # Storage elsewhere does not help a gateway to call.
    settings.STUDIO_S3_BUCKET = "rushes-references"

    assert wake_link(token="abc", base_url=gateway) == address
