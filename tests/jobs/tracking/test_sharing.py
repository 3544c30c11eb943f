"""Several trackers on one database: they share what is due, and none asks twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from studio.models import Project
from studio.services import polling
from tests.factories import make_followed, make_key
from tests.jobs.tracking.gateway import WAITING, answering

pytestmark = pytest.mark.django_db(transaction=True)


def test_track_polls_every_due_render_once_with_two_trackers(project: Project) -> None:
    with answering(lambda path: (200, {}, WAITING)) as gateway:
        key = make_key(base_url=gateway.base_url)
        renders = [make_followed(project, key) for _ in range(40)]
        claimed: list[polling.Due] = []

        def claim() -> None:
            while found := polling.claim_due(limit=7):
                claimed.extend(found)
            connections.close_all()

        threads = [threading.Thread(target=claim) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(due.render_id for due in claimed) == sorted(render.pk for render in renders)
