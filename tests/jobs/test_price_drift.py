"""A gateway that bills more than it publishes, through real jobs: five such takes, and nothing more is sent there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from studio.choices import AT_GATEWAY, RenderState
from studio.jobs import gateways, track
from studio.jobs.ingest import ingest
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import PriceStop, Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import audit, drift
from studio.services.renders import Refused, create_renders
from tests.factories import make_key, make_request

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = 30.0
SMALL = {"resolution": "480p", "duration": 4, "sound": False}
ARK = {"provider": "ark", "model": "dreamina-seedance-2-0-fast-260128", **SMALL}
HUB = {"provider": "tokenhub", "model": "doubao-seedance-2.0-fast", **SMALL}
OPEN_API = {"provider": "seedance", "model": "seedance-2.0", "resolution": "720p", "duration": 5, "sound": False}
PATHS = {"ark": "/api/v3", "tokenhub": "/api/v1", "seedance": ""}
SECRETS = {"ark": "ark-0f6c1a2e44d1b7a8", "tokenhub": "th-0f6c1a2e44d1b7a8", "seedance": "sd2_live_0f6c1a2e44d1"}
DEARER = "A red car [fault:bills-more]"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Quick, and with films that cost it nothing."""
    with Sandbox(data_dir=tmp_path / "sandbox", pace=0.05, plain_films=True) as running:
        yield running
    gateways.client().close()
    gateways.client.cache_clear()


def key_of(sandbox: Sandbox, what: dict[str, Any]) -> ProviderKey:
    name = what["provider"]
    return make_key(provider=name, base_url=f"{sandbox.base_url}{PATHS[name]}", secret=SECRETS[name])


def asked(project: Project, key: ProviderKey, what: dict[str, Any], prompt: str = DEARER) -> Render:
    request = make_request(**what, prompt=prompt)
    return create_renders(project=project, asked_by=None, key=key, request=request, takes=1, submission=uuid4())[0]


def brought_home(renders: list[Render]) -> None:
    """Send them all, follow them, and fetch what they made."""
    for render in renders:
        submit(render.pk)
    until = time.monotonic() + DEADLINE
    while (left := Render.objects.exclude(state=RenderState.READY)).exists():
        assert time.monotonic() < until, list(left.values_list("state", "error_said"))
        Render.objects.filter(state__in=AT_GATEWAY).update(next_poll_at=now())
        track.track(run_seconds=0.2)
        for pk in Render.objects.filter(state=RenderState.FETCHING).values_list("pk", flat=True):
            ingest(pk)


@pytest.mark.parametrize(
    ("what", "gap"), [(ARK, "33.3"), (HUB, "50.0"), (OPEN_API, "35.0")], ids=["tokens", "seconds", "credits"]
)
def test_gateway_that_bills_more_is_not_quoted_after_five_takes(
    studio_project: Project, sandbox: Sandbox, what: dict[str, Any], gap: str
) -> None:
    key = key_of(sandbox, what)
    four = [asked(studio_project, key, what) for _ in range(4)]
    brought_home(four)
    stops = PriceStop.objects.count()
    brought_home([asked(studio_project, key, what)])

    with pytest.raises(Refused) as refused:
        asked(studio_project, key, what)

    stop = PriceStop.objects.get()
    assert (stops, stop.bills, stop.gap_percent) == (0, 5, Decimal(gap))
    assert refused.value.problems[0].message.startswith("Price not quoted: the last 5 bills of ")
    assert (Render.objects.count(), len(sandbox.creates)) == (5, 5)


def test_gateway_that_bills_as_it_publishes_is_quoted_on(studio_project: Project, sandbox: Sandbox) -> None:
    key = key_of(sandbox, ARK)

    brought_home([asked(studio_project, key, ARK, "A red car") for _ in range(6)])

    found = drift.of_model(provider="ark", model=str(ARK["model"]), currency="USD")
    assert (found.bills, found.gap_percent, PriceStop.objects.count()) == (6, Decimal(0), 0)


def test_lifted_stop_lets_takes_through_again(studio_project: Project, sandbox: Sandbox) -> None:
    key = key_of(sandbox, HUB)
    brought_home([asked(studio_project, key, HUB) for _ in range(5)])

    drift.lift(stop=PriceStop.objects.get(), actor=audit.Actor.shell(), reason="The gateway has set its bills right.")
    brought_home([asked(studio_project, key, HUB, "A red car")])

    assert (Render.objects.count(), len(sandbox.creates)) == (6, 6)
