"""The minute's look: it revives the tracker, sweeps, and adds nothing when all is well."""

from __future__ import annotations

import pytest
from django_q.models import OrmQ

from studio.jobs.schedule import beat, each_minute
from studio.models import Lease, Project
from tests.factories import make_render

pytestmark = pytest.mark.django_db


def test_each_minute_starts_the_tracker_and_sends_what_was_forgotten(project: Project) -> None:
    make_render(project, enqueued_at=None)

    for _ in range(5):
        each_minute()

    assert sorted(OrmQ.objects.values_list("key", flat=True)) == ["media", "studio", "track"]


def test_beat_is_a_lease_without_a_holder() -> None:
    beat("studio")

    assert Lease.objects.get().name == "heartbeat:studio"
