"""The tracker and keys: refused, rotated, unreadable, and never in a log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from studio.jobs import track
from studio.lib.clock import now
from studio.models import Project, ProviderKey
from studio.services import keys, polling
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from tests.factories import make_followed, make_key, make_render
from tests.jobs.conftest import SECRET
from tests.jobs.tracking.gateway import RUNNING, WAITING, answering, authorized, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_track_pauses_a_refused_key_and_says_when_it_works_again(project: Project) -> None:
    with answering(lambda path: (401, {}, b'{"error": {"message": "invalid key"}}')) as gateway:
        key = make_key(base_url=gateway.base_url, label="Main")
        render, queued = make_followed(project, key), make_render(project, key)

        track.track(run_seconds=0.3)
        render.refresh_from_db()
        queued.refresh_from_db()
        key.refresh_from_db()
        told, asked = (render.state, render.error_said, render.error_meaning), len(gateway.seen)
        assert render.next_poll_at is not None
        pause = render.next_poll_at - now()
        gateway.answer = lambda path: (200, {}, WAITING)
        was_paused = key.paused_by_studio
        keys.resume(key=key, actor=Actor.shell())
        track.track(run_seconds=0.3)

    meaning = (
        "The gateway does not accept the key “Main” any more. The render goes on at the gateway, and is charged as "
        "usual; it is looked at again when the key works."
    )
    assert (told, asked, was_paused) == (("waiting", "invalid key", meaning), 1, True)
    assert pause > timedelta(minutes=4)
    assert queued.error_meaning == "The gateway refused the key “Main”, so this waits until an admin has seen to it."
    render.refresh_from_db()
    assert (render.state, render.error_said, render.error_meaning) == ("waiting", "", "")
    reasons = list(render.events.values_list("reason", flat=True))
    assert reasons[1:] == ["The gateway refused the key", "The gateway answers again"]


def test_track_follows_with_the_old_secret_at_the_old_host_after_a_rotation(project: Project) -> None:
    seen: list[tuple[str, str]] = []
    with authorized(seen, {"sk-old-0123456789"}) as old, authorized(seen, {"sk-new-0123456789"}) as new:
        key = make_key(base_url=old.base_url, secret="sk-old-0123456789")
        render = make_followed(project, key)
        rotate(key=key, actor=Actor.shell(), secret="sk-new-0123456789", base_url=new.base_url)

        track.track(run_seconds=0.3)

    assert state_of(render) == "running"
    assert {secret for secret, _ in seen} == {"sk-old-0123456789"}
    assert new.seen == []


def test_track_takes_the_new_secret_when_the_old_one_was_revoked_at_the_same_host(project: Project) -> None:
    seen: list[tuple[str, str]] = []
    with authorized(seen, {"sk-new-0123456789"}) as gateway:
        key = make_key(base_url=gateway.base_url, secret="sk-old-0123456789")
        render = make_followed(project, key)
        rotate(key=key, actor=Actor.shell(), secret="sk-new-0123456789")

        track.track(run_seconds=0.5)

    key.refresh_from_db()
    assert (state_of(render), key.paused_at, render.attempts.get().retired) == ("running", None, None)
    assert [secret for secret, _ in seen[:2]] == ["sk-old-0123456789", "sk-new-0123456789"]


def test_track_with_a_revoked_old_secret_at_another_host_says_so_and_pauses_nothing(project: Project) -> None:
    with answering(lambda path: (401, {}, b"{}")) as old, answering(lambda path: (200, {}, RUNNING)) as new:
        key = make_key(base_url=old.base_url)
        render = make_followed(project, key)
        rotate(key=key, actor=Actor.shell(), secret="sk-new-0123456789", base_url=new.base_url)

        track.track(run_seconds=0.4)

    key.refresh_from_db()
    assert (state_of(render), key.paused_at, len(old.seen), new.seen) == ("waiting", None, 1, [])
    assert render.error_meaning.startswith("The gateway does not accept the secret any more that this was sent with")


def test_track_with_one_unreadable_key_follows_all_the_others(
    project: Project, unreadable: Callable[[ProviderKey], None]
) -> None:
    with answering(lambda path: (200, {}, RUNNING)) as gateway:
        lost = make_key(base_url=gateway.base_url)
        dark, fine = make_followed(project, lost), make_followed(project, make_key(base_url=gateway.base_url))
        unreadable(lost)

        track.track(run_seconds=0.3)

    dark.refresh_from_db()
    assert (dark.state, "cannot be read" in dark.error_meaning) == ("waiting", True)
    assert state_of(fine) == "running"


def test_track_logs_no_secret(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    with answering(lambda path: (401, {}, f'{{"error": {{"message": "no {SECRET}"}}}}'.encode())) as gateway:
        render = make_followed(project, make_key(base_url=gateway.base_url, secret=SECRET))

        track.track(run_seconds=0.2)

    render.refresh_from_db()
    due = polling.Due(1, "waiting", "tokenlab", 1, "http://127.0.0.1:9", SECRET, "id", "", 0, 1.0)
    assert SECRET not in f"{caplog.text}{render.error_said}{due!r}"
    assert render.error_said == "no [removed]"
