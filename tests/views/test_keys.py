"""The keys room: the list, a new key and the page of one. What is done to a key is in `test_key_acts`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from studio.choices import RenderState
from studio.lib.clock import now
from studio.models import AuditEntry, Project, ProviderKey, User
from studio.providers import registry
from tests.factories import make_key, make_project, make_render

SECRET = "sk-marked-0123456789abcdef9f2c"
ClientOf = Callable[[User], Client]


def page(key: ProviderKey) -> str:
    return reverse("key-detail", args=[key.pk])


def new(gateway: str = "tokenlab") -> str:
    return reverse("key-create", query={"gateway": gateway})


def typed(**over: Any) -> dict[str, Any]:
    return {"label": "Spring", "base_url": "https://api.tokenlab.sh", "secret": SECRET, **over}


def test_list_is_empty_with_a_way_to_add_one(client_of: ClientOf, admin: User) -> None:
    response = client_of(admin).get(reverse("key-list"))

    assert response.context["rows"] == []
    assert f'href="{reverse("key-create")}"' in response.content.decode()


def test_list_shows_what_a_key_does_and_may(client_of: ClientOf, admin: User, project: Project) -> None:
    key = make_key(label="Spring", monthly_cap=Decimal(20), max_running=4, per_minute=9)
    key.projects.add(project)
    make_render(project, key, state=RenderState.RUNNING, estimate=5)
    make_render(project, key, estimate=None)

    html = " ".join(client_of(admin).get(reverse("key-list")).content.decode().split())

    assert "<strong>$5.00</strong> of $20.00" in html
    assert '<progress class="progress key-meter" max="20.00" value="5.000000"' in html
    assert "1 of 4 at the gateway" in html
    assert "1 waiting" in html
    assert "9 a minute" in html
    assert "Tea commercial" in html


def test_list_says_who_paused_a_key_and_why(client_of: ClientOf, admin: User) -> None:
    key, client = make_key(), client_of(admin)
    client.post(reverse("key-pause", args=[key.pk]), {"reason": "Until the bill is in."})

    ((_, _, paused_by),) = client.get(reverse("key-list")).context["rows"]

    assert (paused_by.actor_name, paused_by.detail) == ("Alma Admin", "Until the bill is in.")


@pytest.mark.parametrize("count", [1, 4])
def test_list_asks_the_same_number_of_questions_for_any_number(
    client_of: ClientOf, admin: User, project: Project, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        key = make_key()
        key.projects.add(project, make_project())
        make_render(project, key)
    client = client_of(admin)

    # The session, the person, the keys (four) with who paused them, whether a gateway refused one, and stopped prices.
    with django_assert_num_queries(9):
        response = client.get(reverse("key-list"))

    assert len(response.context["rows"]) == count


def test_new_offers_every_gateway(client_of: ClientOf, admin: User) -> None:
    response = client_of(admin).get(reverse("key-create"))

    assert [gateway.slug for gateway in response.context["gateways"]] == list(registry.PROVIDERS)
    assert response.context["form"] is None


@pytest.mark.parametrize("slug", list(registry.PROVIDERS))
def test_new_begins_with_the_address_of_the_route(client_of: ClientOf, admin: User, slug: str) -> None:
    provider = registry.get(slug)
    route = provider.routes[-1] if provider.routes else None
    query = {"gateway": slug, **({"route": route.value} if route else {})}

    form = client_of(admin).get(reverse("key-create", query=query)).context["form"]

    assert form["base_url"].value() == ((route and route.base_url) or provider.base_url)
    assert ("management_secret" in form.fields) == provider.has_balance_token


@pytest.mark.parametrize("query", [{"gateway": "nobody"}, {"gateway": "tokenlab", "route": "nowhere"}])
def test_new_knows_no_other_gateway_or_route(client_of: ClientOf, admin: User, query: dict[str, str]) -> None:
    assert client_of(admin).get(reverse("key-create", query=query)).status_code == 404


def test_new_stores_a_key_with_its_limits(client_of: ClientOf, admin: User, project: Project) -> None:
    limits = {"projects": [project.pk], "monthly_cap": "12.50", "max_running": "2", "per_minute": "6"}

    response = client_of(admin).post(new(), typed(**limits), REMOTE_ADDR="203.0.113.7")

    key = ProviderKey.objects.get()
    assert response["Location"] == f"{page(key)}#key-title"
    assert (key.label, key.hint, key.secret, key.created_by) == ("Spring", "sk-…9f2c", SECRET, admin)
    assert (key.monthly_cap, key.max_running, key.per_minute) == (Decimal("12.50"), 2, 6)
    assert list(key.projects.all()) == [project]
    entries = AuditEntry.objects.values_list("act", "actor", "address")
    assert list(entries) == [("key-limits", admin.pk, "203.0.113.7"), ("key-add", admin.pk, "203.0.113.7")]


def test_new_stores_a_cap_of_nothing(client_of: ClientOf, admin: User) -> None:
    client_of(admin).post(new(), typed(monthly_cap="0"))

    assert ProviderKey.objects.get().monthly_cap == 0


@pytest.mark.parametrize(
    ("over", "field", "problem"),
    [
        ({"label": ""}, "label", "Give the key a label."),
        ({"monthly_cap": "-1"}, "monthly_cap", "The cap cannot be negative. Leave it empty for no cap."),
        ({"base_url": "http://api.tokenlab.sh"}, "base_url", "The base URL must begin with https://."),
        (
            {"max_running": "0"},
            "max_running",
            "This is a whole number from 1 to 10000. Leave it empty for no limit.",
        ),
        ({"label": "Taken"}, "__all__", "There already is a key for TokenLab with the label “Taken”."),
    ],
)
def test_new_keeps_what_was_typed_but_never_the_secret(
    client_of: ClientOf, admin: User, over: dict[str, str], field: str, problem: str
) -> None:
    make_key(label="Taken")

    response = client_of(admin).post(new(), typed(**({"per_minute": "7"} | over)))

    form = response.context["form"]
    assert response.status_code == 422
    assert form.errors[field] == [problem]
    assert form.errors["secret"] == ["Type it again: what was typed is never sent back to a page."]
    assert form["per_minute"].value() == "7"
    assert SECRET not in response.content.decode()
    assert ProviderKey.objects.count() == 1


@pytest.mark.parametrize(
    ("secret", "warned"),
    [(SECRET, []), ("th-0123456789", ["This does not look like a TokenLab key (sk-…). Use Check key to be sure."])],
)
def test_new_stores_a_key_that_looks_like_anothers_and_says_so(
    client_of: ClientOf, admin: User, secret: str, warned: list[str]
) -> None:
    response = client_of(admin).post(new(), typed(secret=secret), follow=True)

    told = [(message.level_tag, str(message)) for message in response.context["messages"]]
    assert [words for level, words in told if level == "warning"] == warned
    assert ProviderKey.objects.get().secret == secret


def test_new_refuses_what_is_no_secret(client_of: ClientOf, admin: User) -> None:
    response = client_of(admin).post(new(), typed(secret="short"))

    assert response.context["form"].non_field_errors() == [
        "That is not a key: it is too short, or has spaces in it."
    ]  # fmt: skip


def test_page_never_holds_the_secret(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    client.post(new(), typed())
    key = ProviderKey.objects.get()

    pages = [client.get(path).content.decode() for path in (page(key), reverse("key-list"), reverse("audit-list"))]

    assert [SECRET in html for html in pages] == [False] * 3
    assert ["sk-…9f2c" in html for html in pages] == [True] * 3


def test_page_is_not_kept_by_browsers(client_of: ClientOf, admin: User) -> None:
    assert "no-store" in client_of(admin).get(page(make_key()))["Cache-Control"]


def test_page_of_a_deleted_key_is_gone(client_of: ClientOf, admin: User) -> None:
    assert client_of(admin).get(page(make_key(deleted_at=now()))).status_code == 404


def test_page_asks_again_only_while_a_check_is_under_way(client_of: ClientOf, admin: User) -> None:
    key, client = make_key(), client_of(admin)
    result = reverse("key-check-result", args=[key.pk])

    before = client.get(page(key)).content.decode()
    client.post(reverse("key-check", args=[key.pk]))
    meanwhile = client.get(page(key)).content.decode()

    assert [f'hx-get="{result}"' in html for html in (before, meanwhile)] == [False, True]
    assert client.get(result).status_code == 200


def test_check_result_ends_the_asking(client_of: ClientOf, admin: User) -> None:
    lines = [{"state": "good", "text": "It is accepted."}, {"state": "open", "text": "This is not proved."}]
    result = {"verdict": "accepted", "lines": lines, "balance": "42.5", "currency": "USD"}
    key = make_key(check_asked_at=now() - timedelta(seconds=3), checked_at=now(), check_result=result)

    response = client_of(admin).get(reverse("key-check-result", args=[key.pk]))

    html = response.content.decode()
    assert response.status_code == 286
    assert [word in html for word in ("It is accepted.", "This is not proved.", "$42.50", "hx-get")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert f'id="key-state-{key.pk}" hx-swap-oob="true"' in html


def test_check_that_nobody_takes_up_is_given_up(client_of: ClientOf, admin: User) -> None:
    key = make_key(check_asked_at=now() - timedelta(minutes=6))

    response = client_of(admin).get(reverse("key-check-result", args=[key.pk]))

    assert response.status_code == 286
    assert "No worker has taken up the check." in response.content.decode()


@pytest.mark.parametrize(
    "over",
    [
        {"label": SECRET},
        {"label": SECRET, "secret": ""},
        {"base_url": f"https://studio:{SECRET}@api.tokenlab.sh"},
        {"base_url": f"https://api.tokenlab.sh/v1?key={SECRET}"},
        {"base_url": f"https://proxy.example.com/{SECRET}/v1"},
    ],
)
def test_key_in_a_field_that_shows_what_was_typed_is_not_sent_back(
    client_of: ClientOf, admin: User, over: dict[str, str]
) -> None:
    response = client_of(admin).post(new(), typed(**over))

    assert (response.status_code, SECRET in response.content.decode()) == (422, False)
    assert (ProviderKey.objects.count(), AuditEntry.objects.count()) == (0, 0)
