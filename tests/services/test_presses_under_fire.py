"""Takes of one press that end at the same moment: whoever asked for them is still mailed, and once."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from studio.choices import RenderState, Role
from studio.models import Dispatch, ProjectHook, Render
from studio.services.transitions import move
from tests.factories import make_project, make_render, make_user

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60.0


def test_takes_that_end_together_are_one_mail(settings: Settings) -> None:
    settings.STUDIO_SENDS_MAIL = True
    asker = make_user(email="rey@example.com", notice_choices={"ready": ["mail"]})
    project = make_project({Role.ARTIST: asker})
    ProjectHook.objects.create(project=project, sends_mail=True)
    first = make_render(project, state=RenderState.FETCHING, asked_by=asker)
    second = make_render(
        project, state=RenderState.FETCHING, asked_by=asker, submission=first.submission, take_number=2
    )
    both_moved = threading.Barrier(2)

    def end(take: Render) -> None:
        with transaction.atomic():
            move(render=take, to=RenderState.READY, reason="Here")
            # Where two write at the same time, neither has seen the other's end yet.
            if connection.vendor == "postgresql":
                with suppress(threading.BrokenBarrierError):
                    both_moved.wait(SECONDS)
        connections.close_all()

    threads = [threading.Thread(target=end, args=(take,)) for take in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)

    assert [mail.content["text"] for mail in Dispatch.objects.all()] == [
        "2 of the 2 takes that you asked for are ready."
    ]
