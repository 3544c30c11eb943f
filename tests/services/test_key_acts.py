"""What is done to a key: named, paused, resumed, limited, deleted; each act in the audit list, waiting takes told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django_q.models import OrmQ

from studio.lib.clock import later, now
from studio.models import AuditEntry, Project, ProviderKey, RetiredSecret, User
from studio.services import key_fields, keys
from studio.services.audit import Actor
from tests.factories import make_followed, make_key, make_output, make_project, make_render

pytestmark = pytest.mark.django_db
SECRET = "sk-live-0123456789abcdef"


@pytest.fixture
def by(admin: User) -> Actor:
    return Actor(admin, "203.0.113.7")


def acts() -> list[tuple[str, str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("act", "subject", "detail"))


def hints() -> list[tuple[str, int]]:
    rows = OrmQ.objects.exclude(key="track").order_by("pk")
    return [(row.func().rsplit(".", 1)[-1], row.task["args"][0]) for row in rows]


def test_add_is_in_the_audit_list_with_its_masked_form() -> None:
    keys.add_key(provider="tokenlab", label="Main", base_url="", secret=SECRET)

    assert acts() == [("key-add", "TokenLab: Main", "sk-…cdef for https://api.tokenlab.sh")]


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"provider": "nobody"}, "There is no gateway “nobody”"),
        ({"base_url": "http://api.example.com"}, "must begin with https"),
        ({"base_url": "https://10.0.0.1"}, "public host"),
        ({"route": "nowhere"}, "has no route “nowhere”"),
        ({"secret": "schlüssel-0123456789"}, "characters in it that no key has"),
    ],
)
def test_add_refuses_what_cannot_work(over: dict[str, str], words: str) -> None:
    values: dict[str, Any] = {"provider": "tokenlab", "label": "Main", "base_url": "", "secret": SECRET} | over

    with pytest.raises(ValidationError) as refused:
        keys.add_key(**values)

    assert words in refused.value.message
    assert (ProviderKey.objects.count(), acts()) == (0, [])


def test_rename_needs_a_free_label_and_a_deleted_keys_is_free(by: Actor) -> None:
    key, other = make_key(label="Old"), make_key(label="Taken")

    with pytest.raises(ValidationError, match="already is a key for TokenLab with the label “Taken”"):
        keys.rename(key=key, label="Taken", actor=by)
    keys.delete(key=other, actor=by)
    keys.rename(key=key, label=" Taken ", actor=by)

    assert (key.label, ProviderKey.objects.get(pk=key.pk).label) == ("Taken", "Taken")
    assert acts()[-1] == ("key-rename", "TokenLab: Old", "Now “Taken”")


def test_pause_tells_what_waits_and_resume_sends_it_at_once(project: Project, by: Actor) -> None:
    key = make_key(label="Main")
    render, running = make_render(project, key), make_followed(project, key, next_poll_at=later(300))

    keys.pause(key=key, actor=by, reason="Costs look odd")
    render.refresh_from_db()
    told = render.error_meaning
    keys.pause(key=key, actor=by, reason="Costs look odd")
    keys.resume(key=key, actor=by)

    render.refresh_from_db()
    running.refresh_from_db()
    assert (told, render.error_meaning, hints()) == (
        "The key “Main” is paused, so this waits.",
        "",
        [("submit", render.pk)],
    )
    assert running.next_poll_at is not None
    assert running.next_poll_at <= now()
    assert list(render.events.values_list("reason", flat=True)) == ["Asked for", told, "The key may be used again"]
    assert [act for act, _, _ in acts()] == ["key-pause", "key-pause", "key-resume"]
    assert (key.paused_at, key.pause_reason) == (None, "")


def test_pause_by_the_studio_is_told_apart_and_never_replaces_a_persons(project: Project, by: Actor) -> None:
    key, rested = make_key(label="Main"), make_key(label="Rested")
    keys.pause(key=rested, actor=by, reason="Holiday")

    for each in (key, rested):
        keys.pause_refused(key=each, said=f"no {SECRET}", meaning="The key is not valid.")

    key.refresh_from_db()
    rested.refresh_from_db()
    assert keys.paused_by_studio() == [key]
    assert keys.paused_by_studio()[0].get_deferred_fields() == {"secret", "management_secret"}
    assert key.pause_reason == "The key is not valid. The gateway said: “no [removed]”"
    assert (rested.pause_reason, rested.paused_by_studio) == ("Holiday", False)
    assert AuditEntry.objects.get(key=key).actor_name == "studio"


def test_pause_by_a_person_takes_the_place_of_the_studios(by: Actor) -> None:
    key = make_key()
    keys.pause_refused(key=key, said="", meaning="The key is not valid.")

    keys.pause(key=key, actor=by, reason="Asked for a new one")

    assert (key.paused_by_studio, key.pause_reason) == (False, "Asked for a new one")


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["queued", "running"], "2 takes still under way."),
        (["unconfirmed"], "1 take unconfirmed."),
        (["fetching", "unconfirmed", "unconfirmed"], "1 take still under way and 2 takes unconfirmed."),
    ],
)
def test_delete_is_refused_while_work_needs_the_key(project: Project, by: Actor, states: list[str], words: str) -> None:
    key = make_key(secret=SECRET)
    for state in states:
        make_render(project, key, state=state)

    with pytest.raises(ValidationError) as refused:
        keys.delete(key=key, actor=by)

    assert f"There is work with this key: {words}" in refused.value.message
    assert ProviderKey.objects.get().secret == SECRET


def test_delete_wipes_every_secret_and_keeps_the_row(project: Project, by: Actor) -> None:
    key = make_key(secret=SECRET, management_secret="mt-0123456789")
    make_output(make_render(project, key))
    RetiredSecret.objects.create(key=key, base_url=key.base_url, secret="sk-older-0123", hint="sk-…0123")

    keys.delete(key=key, actor=by)

    row = ProviderKey.objects.get()
    assert (row.secret, row.management_secret, RetiredSecret.objects.count()) == ("", "", 0)
    assert (row.deleted_at is not None, keys.key_list()) == (True, [])
    with pytest.raises(ValidationError, match="was deleted meanwhile"):
        keys.resume(key=key, actor=by)


def test_limits_say_for_whom_and_how_much(project: Project, by: Actor) -> None:
    key, elsewhere = make_key(label="Main"), make_project()

    keys.set_limits(key=key, actor=by, projects=[project], monthly_cap=Decimal("50.00"), max_running=2, per_minute=None)

    assert acts()[-1] == (
        "key-limits",
        "TokenLab: Main",
        "50.00 USD a month, 2 at once, no limit a minute; Tea commercial",
    )
    assert (key.monthly_cap, key.max_running) == (Decimal("50.00"), 2)
    assert [list(ProviderKey.objects.usable().for_project(each)) for each in (project, elsewhere)] == [[key], []]


@pytest.mark.parametrize(
    "limits", [{"monthly_cap": Decimal(-1)}, {"max_running": 0}, {"per_minute": 0}, {"per_minute": 10_001}]
)
def test_limits_without_sense_are_refused(by: Actor, limits: dict[str, Any]) -> None:
    values: dict[str, Any] = {"monthly_cap": None, "max_running": None, "per_minute": None} | limits

    with pytest.raises(ValidationError):
        keys.set_limits(key=make_key(), actor=by, projects=[], **values)

    assert acts() == []


def test_list_shows_work_money_and_projects_at_the_cost_of_a_few_queries(
    project: Project, django_assert_num_queries: Callable[[int], Any]
) -> None:
    key = make_key(label="Main", monthly_cap=Decimal(50))
    key.projects.add(project)
    for state in ("queued", "queued", "submitting", "running", "fetching", "unconfirmed", "ready", "failed"):
        make_render(project, key, state=state)
    for _ in range(5):
        make_key()

    with django_assert_num_queries(4):
        rows = keys.key_list()

    first = rows[0]
    assert (len(rows), first.waiting, first.running, first.unconfirmed) == (6, 2, 3, 1)
    assert (first.projects, first.left, first.key.get_deferred_fields()) == (
        ["Tea commercial"],
        Decimal("46.64"),
        {"secret", "management_secret"},
    )


@pytest.mark.parametrize(
    "over",
    [
        {"label": f"Main {SECRET}"},
        {"label": "0f6c1a2e-44d1-4d0c-9b1e", "secret": "0f6c1a2e-44d1-4d0c-9b1e"},
        {"base_url": f"https://proxy.example.com/{SECRET}"},
        {"management_secret": "balance-0123456789", "base_url": "https://proxy.example.com/balance-0123456789"},
    ],
)
def test_add_refuses_a_key_where_everybody_may_read_it(over: dict[str, str]) -> None:
    values: dict[str, Any] = {"provider": "tokenlab", "label": "Main", "base_url": "", "secret": SECRET} | over

    with pytest.raises(ValidationError) as refused:
        keys.add_key(**values)

    assert [values[name] in refused.value.message for name in ("secret", "label")] == [False, False]
    assert (ProviderKey.objects.count(), acts()) == (0, [])


def test_label_may_look_a_little_like_a_key() -> None:
    assert key_fields.checked_label("mt-everest-spot") == "mt-everest-spot"
