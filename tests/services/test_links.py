"""The addresses under which a gateway fetches references: signed, short-lived, and each for one file of one take."""

from __future__ import annotations

import pytest
import time_machine
from django.core import signing
from pytest_django import Settings

from studio.lib.clock import later
from studio.models import Asset, Project, Render, RenderInput
from studio.services.links import LIFE, can_be_fetched, reference_link, referenced_asset
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
    ],
)
def test_gateway_reaches_us_only_where_it_can(settings: Settings, ours: str, gateway: str, reachable: bool) -> None:
    settings.STUDIO_PUBLIC_URL = ours

    assert can_be_fetched(base_url=gateway) == reachable
