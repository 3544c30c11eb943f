"""Every reply to a create is lost, a thousand times over, at every gateway: a thousand tasks, none sent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from studio.choices import AttemptOutcome, RenderState, Standing
from studio.jobs import gateways
from studio.jobs.confirm import confirm
from studio.jobs.submit import submit
from studio.lib.clock import now
from studio.models import Attempt, Project, ProviderKey, Render
from studio.sandbox.server import Sandbox
from studio.services import recovery
from studio.services.keys import add_key
from tests.factories import make_project, make_render, make_request
from tests.torture.plan import DOORS, Door

pytestmark = pytest.mark.django_db

REPLIES = 1000
# So many of them are looked up afterwards, as many at each gateway.
PROVEN = 30
# The gateways that document how an unanswered create can be looked up.
PROVABLE = {"TokenLab v3", "Ark BytePlus", "Ark Volcengine"}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """Loses every reply, and is in no hurry to draw what it was asked for."""
    with Sandbox(data_dir=tmp_path / "sandbox", pace=36_000, fault="lost-answer") as running:
        yield running
    gateways.client.cache_clear()


def key_at(door: Door, sandbox: Sandbox) -> ProviderKey:
    return add_key(
        provider=door.provider,
        label=door.name,
        base_url=f"{sandbox.base_url}{door.path}",
        secret=door.secret,
        route=door.route,
    )


def ask(project: Project, door: Door, key: ProviderKey, number: int) -> Render:
    request = make_request(
        provider=door.provider,
        model=door.models[0],
        prompt=f"Take {number}",
        resolution="480p",
        duration=4,
        sound=False,
    )
    return make_render(project, key, request=request)


def look_for_proof(renders: list[Render]) -> None:
    """The next look at each of them is due now."""
    Attempt.objects.update(answered_at=now() - timedelta(hours=1), looked_at=None)
    for render in renders:
        confirm(render.pk)


def test_a_thousand_lost_replies_make_a_thousand_tasks_and_no_second_sending(sandbox: Sandbox) -> None:
    project, keys = make_project(), {door.name: key_at(door, sandbox) for door in DOORS}
    renders = [
        ask(project, door, keys[door.name], number)
        for number, door in zip(range(REPLIES), DOORS * REPLIES, strict=False)
    ]

    for render in renders:
        submit(render.pk)
    after_sending = Counter(Render.objects.values_list("state", "standing"))
    Render.objects.update(claimed_until=now() - timedelta(hours=1), enqueued_at=None, not_before=None)
    recovery.sweep()
    recovery.revive()
    for render in renders:
        submit(render.pk)
    after_the_sweeps = len(sandbox.creates)
    # A replay would be answered like the create itself, that is not at all.
    sandbox.set_fault("")
    look_for_proof(renders[:PROVEN])

    prompts = [create["body"].get("prompt") or create["body"]["content"][0]["text"] for create in sandbox.creates]
    proven = Attempt.objects.filter(outcome=AttemptOutcome.ACCEPTED)
    assert after_sending == {(RenderState.UNCONFIRMED, Standing.POSSIBLY): REPLIES}
    assert (after_the_sweeps, len(sandbox.creates), len(set(prompts))) == (REPLIES,) * 3
    assert Attempt.objects.count() == REPLIES
    assert Counter(proven.values_list("key__label", flat=True)) == dict.fromkeys(PROVABLE, PROVEN // len(DOORS))
    assert set(proven.values_list("remote_id", flat=True)) <= {create["task_id"] for create in sandbox.creates}
