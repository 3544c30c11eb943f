"""How a key stands, as its card and its page say: at its cap, refused since the last check, with unsettled work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState
from studio.lib.clock import now
from studio.models import Project, ProviderKey, User
from tests.factories import make_key, make_render

ClientOf = Callable[[User], Client]


def page(key: ProviderKey) -> str:
    return reverse("key-detail", args=[key.pk])


def badge(html: str, key: ProviderKey) -> str:
    """The words in the badge of a key."""
    shown = html.partition(f'id="key-state-{key.pk}"')[2].partition('class="badge')[2].partition("</span>")[0]
    return shown.rpartition(">")[2]


@pytest.mark.parametrize(
    ("cap", "held", "words"),
    [("5", "4.99", "In use"), ("5", "4.991", "At its cap"), ("5", "5", "At its cap"), ("0", "0", "At its cap")],
)
def test_list_and_page_say_when_nothing_more_fits(
    client_of: ClientOf, admin: User, project: Project, cap: str, held: str, words: str
) -> None:
    key, client = make_key(monthly_cap=Decimal(cap)), client_of(admin)
    make_render(project, key, state=RenderState.RUNNING, estimate=Decimal(held))

    pages = [client.get(path).content.decode() for path in (reverse("key-list"), page(key))]

    assert [badge(html, key) for html in pages] == [words, words]


def test_list_leads_from_the_number_of_unconfirmed_takes_to_them(
    client_of: ClientOf, admin: User, project: Project
) -> None:
    key, client = make_key(), client_of(admin)
    running = make_render(project, key, state=RenderState.RUNNING)
    unconfirmed = make_render(project, key, state=RenderState.UNCONFIRMED)

    html = client.get(reverse("key-list")).content.decode()
    response = client.get(page(key))

    assert f'href="{page(key)}#key-open">1 unconfirmed</a>' in html
    assert 'id="key-open"' in response.content.decode()
    assert response.context["open_takes"] == [unconfirmed, running]


@pytest.mark.parametrize(
    ("verdict", "minutes", "by_studio", "is_outdated"),
    [
        ("accepted", 5, True, True),
        ("unclear", 5, True, True),
        ("refused", 5, True, False),
        ("accepted", 5, False, False),
        ("accepted", -5, True, False),
    ],
)
def test_check_from_before_a_refusal_says_so(
    client_of: ClientOf, admin: User, verdict: str, minutes: int, by_studio: bool, is_outdated: bool
) -> None:
    key = make_key(
        check_result={"verdict": verdict, "lines": []},
        checked_at=now() - timedelta(minutes=minutes),
        paused_at=now(),
        paused_by_studio=by_studio,
    )
    client = client_of(admin)

    pages = [client.get(path).content.decode() for path in (page(key), reverse("key-list"))]

    assert ["Before it was refused:" in html for html in pages] == [is_outdated, is_outdated]


def test_key_of_a_gateway_that_left_the_code_is_shown_with_its_slug(client_of: ClientOf, admin: User) -> None:
    key, client = make_key(provider="oldgate", label="Spring", monthly_cap=5), client_of(admin)

    response = client.get(reverse("key-detail", args=[key.pk]))
    listed = client.get(reverse("key-list")).content.decode()

    html = response.content.decode()
    assert response.status_code == 200
    assert "“oldgate” is a gateway this version does not know. Nothing can be rendered with this key." in html
    assert [f'id="{part}"' in html for part in ("key-check", "key-rotate")] == [False, False]
    assert [f'id="{part}"' in html for part in ("key-limits", "key-pause", "key-rename", "key-delete")] == [True] * 4
    assert ("oldgate · Spring" in listed, "Gateway not known" in listed) == (True, True)


@pytest.mark.parametrize("act", ["key-check", "key-rotate"])
def test_key_of_a_gateway_that_left_the_code_takes_no_press(client_of: ClientOf, admin: User, act: str) -> None:
    key = make_key(provider="oldgate")

    response = client_of(admin).post(reverse(act, args=[key.pk]), {"secret": "sk-other-0123456789"})

    key.refresh_from_db()
    assert response.status_code == 422
    assert str(response.context["problem"]).startswith("“oldgate” is a gateway this version does not know.")
    assert (key.check_asked_at, key.version) == (None, 1)


@pytest.mark.parametrize("page", ["budget-list", "spend", "home"])
def test_other_pages_bear_a_key_of_a_gateway_that_left_the_code(client_of: ClientOf, admin: User, page: str) -> None:
    make_key(provider="oldgate", monthly_cap=5)

    assert client_of(admin).get(reverse(page)).status_code == 200
