"""A refused look: which secret it was said of, and what follows for the key and for the take."""

from __future__ import annotations

from typing import Any

import pytest

from studio.lib.clock import later, now
from studio.models import Attempt, Project, ProviderKey, Render
from studio.services.audit import Actor
from studio.services.key_refusals import fall_back, record_refused_look
from studio.services.key_rotation import rotate
from tests.factories import make_followed, make_key

pytestmark = pytest.mark.django_db
NEW = "sk-new-0123456789"


def refused(render: Render, **over: Any) -> Render:
    values: dict[str, Any] = {"key_version": ProviderKey.objects.get(pk=render.key_id).version}
    attempt = render.attempts.get()
    Render.objects.filter(pk=render.pk).update(next_poll_at=later(90), claimed_until=later(90), claimed_by="me:1")
    record_refused_look(
        render_id=render.pk,
        attempt_id=attempt.pk,
        said="no",
        meaning="The key is not valid.",
        failures=2,
        **({"is_revocation": True} | values | over),
    )
    return Render.objects.get(pk=render.pk)


def is_due(render: Render) -> bool:
    return render.next_poll_at is not None and render.next_poll_at <= now() and render.claimed_until is None


def test_refusal_of_the_present_secret_pauses_the_key_and_leaves_the_take(project: Project) -> None:
    render = refused(make_followed(project, state="running"))

    key = ProviderKey.objects.get()
    assert (key.paused_by_studio, key.pause_reason) == (True, "The key is not valid. The gateway said: “no”")
    assert (render.state, render.error_said, render.claimed_until) == ("running", "no", None)
    assert render.next_poll_at is not None
    assert later(290) < render.next_poll_at < later(310)


def test_refusal_of_a_secret_that_was_replaced_meanwhile_pauses_nothing(project: Project) -> None:
    key = make_key()
    render = make_followed(project, key)
    rotate(key=key, actor=Actor.shell(), secret=NEW)

    render = refused(render, key_version=1)

    assert (ProviderKey.objects.get().paused_at, is_due(render), render.error_said) == (None, True, "")


def test_refusal_of_a_retired_secret_falls_back_at_the_same_address_only(project: Project) -> None:
    here, moved = make_key(), make_key()
    first, second = make_followed(project, here), make_followed(project, moved)
    rotate(key=here, actor=Actor.shell(), secret=NEW)
    rotate(key=moved, actor=Actor.shell(), secret=NEW, base_url="http://127.0.0.1:10")

    first, second = refused(first), refused(second)

    assert ProviderKey.objects.filter(paused_at=None).count() == 2
    assert (is_due(first), first.error_said, first.attempts.get().retired) == (True, "", None)
    assert (is_due(second), second.error_said, second.attempts.get().retired is not None) == (False, "no", True)


def test_missing_right_of_a_retired_secret_leaves_the_take_with_it(project: Project) -> None:
    """The present secret may be another account's, to which the task is unknown: it would be given up as lost."""
    key = make_key()
    render = make_followed(project, key)
    rotate(key=key, actor=Actor.shell(), secret=NEW)

    render = refused(render, is_revocation=False)

    assert (ProviderKey.objects.get().paused_at, is_due(render), render.error_said) == (None, False, "no")
    assert render.attempts.get().retired is not None


def test_fall_back_happens_once(project: Project) -> None:
    key = make_key()
    make_followed(project, key)
    rotate(key=key, actor=Actor.shell(), secret=NEW)
    attempt = Attempt.objects.get()

    assert [fall_back(attempt_id=attempt.pk) for _ in range(2)] == [True, False]
