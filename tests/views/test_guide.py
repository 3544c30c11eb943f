"""The first-run guide on the home page: it ticks itself, and goes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from studio.choices import RenderState
from studio.lib.clock import now
from studio.models import ProviderKey, User
from studio.services.guide import Guide
from tests.factories import make_key, make_project, make_render

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _no_demo(settings: Settings) -> None:
    settings.STUDIO_DEMO = False


def guide_of(client: Client) -> Guide | None:
    """What the home page shows of it."""
    shown: Guide | None = client.get("/").context["guide"]
    return shown


def test_guide_ticks_itself(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    assert guide_of(client) == Guide(has_key=False, project="", is_rendering=False, first_take=None)

    key = make_key()
    project = make_project()
    take = make_render(project, key=key, state=RenderState.QUEUED)
    assert guide_of(client) == Guide(has_key=True, project=project.slug, is_rendering=True, first_take=None)

    type(take).objects.update(state=RenderState.READY)
    done = guide_of(client)
    assert done is not None
    assert done.is_done


def test_guide_has_one_button_row_for_the_next_step(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    first = client.get("/").content.decode()
    make_key()
    second = client.get("/").content.decode()

    assert [f'href="{reverse(name)}"' in first for name in ("key-create", "project-create")] == [True, False]
    assert [f'href="{reverse(name)}"' in second for name in ("key-create", "project-create")] == [False, True]


def test_guide_goes_a_day_after_the_first_take(client_of: ClientOf, admin: User) -> None:
    make_render(make_project(), key=make_key(), state=RenderState.READY, created_at=now() - timedelta(days=2))

    assert guide_of(client_of(admin)) is None


def test_guide_is_put_away_by_each_for_themselves(client_of: ClientOf, admin: User, manager: User) -> None:
    manager.is_studio_admin = True
    manager.save()

    response = client_of(admin).post(reverse("guide-hide"))

    assert response["Location"] == "/"
    assert (guide_of(client_of(admin)), guide_of(client_of(manager)) is None) == (None, False)


@pytest.mark.parametrize("who", ["artist", "manager", "outsider"])
def test_guide_is_for_admins(client_of: ClientOf, who: str, request: pytest.FixtureRequest) -> None:
    client = client_of(request.getfixturevalue(who))

    assert guide_of(client) is None
    assert client.post(reverse("guide-sandbox")).status_code == 404


def test_guide_is_not_for_the_demo(client_of: ClientOf, admin: User, settings: Settings) -> None:
    settings.STUDIO_DEMO = True

    assert guide_of(client_of(admin)) is None


def test_sandbox_is_one_press_where_keys_may_lead_to_this_machine(
    client_of: ClientOf, admin: User, settings: Settings
) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = True
    client = client_of(admin)

    for _ in range(2):
        client.post(reverse("guide-sandbox"))

    (key,) = ProviderKey.objects.all()
    assert (key.label, key.base_url) == ("sandbox", f"http://127.0.0.1:{settings.STUDIO_SANDBOX_PORT}")
    assert key.check_asked_at is not None


def test_sandbox_is_not_added_elsewhere_and_the_guide_says_how(
    client_of: ClientOf, admin: User, settings: Settings
) -> None:
    settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS = False
    client = client_of(admin)

    response = client.post(reverse("guide-sandbox"), follow=True)

    assert (ProviderKey.objects.count(), response.status_code) == (0, 200)
    assert "Start it with “manage.py up --sandbox”." in response.content.decode()
    assert "<code>manage.py up --sandbox</code>" in response.content.decode()


def test_home_asks_one_question_for_the_guide(
    client_of: ClientOf, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_render(make_project(), key=make_key(), state=RenderState.READY)
    client = client_of(admin)

    with django_assert_num_queries(6):
        client.get("/")
