"""Was it charged? On the page of a take that ended without a file, for those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from studio.choices import RenderState
from studio.models import Project, Render, User
from studio.services import confirming, ledger
from tests.factories import make_followed, make_project, make_user, money_of

ClientOf = Callable[[User], Client]


@pytest.fixture
def take(project: Project, artist: User) -> Render:
    """Asked for by the artist, taken on by the gateway, and given up on."""
    render = make_followed(project, asked_by=artist, state=RenderState.EXPIRED, next_poll_at=None)
    ledger.reserve(render=render)
    return render


def page(take: Render) -> str:
    return reverse("render-detail", args=[take.pk])


def say(client: Client, take: Render, **data: str) -> Any:
    return client.post(reverse("render-charged", args=[take.pk]), data)


def said(response: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in get_messages(response.wsgi_request)]


def test_page_asks_with_the_estimate_filled_in(client_of: ClientOf, take: Render, artist: User) -> None:
    body = client_of(artist).get(page(take)).content.decode()

    assert (body.count('id="charged"'), body.count("Yes, with this sum in USD")) == (1, 1)
    assert 'name="amount" value="0.42"' in body


def test_charged_is_written_down_with_the_sum(client_of: ClientOf, take: Render, artist: User) -> None:
    client = client_of(artist)

    response = say(client, take, said="charged", amount="0.40")

    take.refresh_from_db()
    body = client.get(page(take)).content.decode()
    assert (take.standing, take.price, response["Location"]) == ("settled", Decimal("0.40"), page(take))
    assert said(response) == [("success", "Written down: $0.40 were charged.")]
    assert "$0.40, charged, says Ada Artist" in body
    assert ("Was it charged?" in body, "Was it given back?" in body) == (False, True)


def test_not_charged_is_written_down_and_asked_no_more(client_of: ClientOf, take: Render, artist: User) -> None:
    client = client_of(artist)

    response = say(client, take, said="free", amount="")

    take.refresh_from_db()
    assert (take.standing, said(response)[0][0]) == ("released", "success")
    assert 'id="charged"' not in client.get(page(take)).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Write how much was charged"),
        ("0,42 Dollar", "That is not a sum. Write it like 0.42"),
        ("nan", "That is not a sum. Write it like 0.42"),
        ("0", "If nothing was charged, say so with the other button"),
        ("-3", "If nothing was charged, say so with the other button"),
        ("123456789012", "No take costs that much."),
        ("0.1234567", "A sum has at most six decimal places"),
    ],
)
def test_sum_that_is_none_is_explained_and_what_was_typed_stays(
    client_of: ClientOf, take: Render, artist: User, typed: str, words: str
) -> None:
    response = say(client_of(artist), take, said="charged", amount=typed)

    body = response.content.decode()
    take.refresh_from_db()
    assert (response.status_code, take.standing, take.ledger.count()) == (422, "possibly", 2)
    assert (words in body, "nothing was written down" in body) == (True, True)
    assert not typed or f'value="{typed}"' in body


@pytest.mark.parametrize("data", [{"said": "charged", "amount": "0.42"}, {"said": "free"}])
def test_pressed_twice_is_written_down_once(
    client_of: ClientOf, take: Render, artist: User, data: dict[str, str]
) -> None:
    client = client_of(artist)

    answers = [say(client, take, **data) for _ in range(2)]

    assert [said(answer)[-1][0] for answer in answers] == ["success", "success"]
    assert (len(money_of(take)), take.events.count()) == (3, 2)


def test_contrary_word_is_answered_and_not_taken(
    client_of: ClientOf, take: Render, artist: User, manager: User
) -> None:
    say(client_of(artist), take, said="free")

    response = say(client_of(manager), take, said="charged", amount="0.42")

    take.refresh_from_db()
    assert (take.standing, said(response)[-1][0]) == ("released", "warning")


@pytest.mark.parametrize(("who", "status", "shown"), [("manager", 302, 1), ("admin", 302, 1), ("reviewer", 403, 0)])
def test_role_decides_who_is_asked(
    client_of: ClientOf, take: Render, request: pytest.FixtureRequest, who: str, status: int, shown: int
) -> None:
    client = client_of(request.getfixturevalue(who))

    asked = client.get(page(take)).content.decode().count('id="charged"')

    assert (asked, say(client, take, said="free").status_code) == (shown, status)


def test_another_artist_is_not_asked_and_not_heard(client_of: ClientOf, take: Render, project: Project) -> None:
    another = make_user()
    project.memberships.create(user=another, role="artist")
    client = client_of(another)

    asked = client.get(page(take)).content.decode().count('id="charged"')

    assert (asked, say(client, take, said="free").status_code) == (0, 403)
    take.refresh_from_db()
    assert take.standing == "possibly"


def test_other_projects_do_not_exist(client_of: ClientOf, manager: User) -> None:
    elsewhere = make_followed(make_project(), state=RenderState.EXPIRED)

    assert say(client_of(manager), elsewhere, said="free").status_code == 404


def test_paid_when_accepted_says_that_no_refund_is_documented(
    client_of: ClientOf, project: Project, manager: User
) -> None:
    take = make_followed(project, state=RenderState.FAILED, standing="reserved", next_poll_at=None)
    ledger.settle(render=take, amount=Decimal(40), note=ledger.CHARGED, currency="credits")
    client = client_of(manager)

    body = client.get(page(take)).content.decode()
    response = say(client, take, said="free", about="settled")

    take.refresh_from_db()
    assert ("This is paid for" in body, "40 credits count as paid." in body, "documents no refund" in body) == (
        (True,) * 3
    )
    assert (take.standing, response.status_code) == ("released", 302)


def test_no_from_a_page_that_is_old_is_not_taken_as_given_back(
    client_of: ClientOf, take: Render, artist: User, manager: User
) -> None:
    old = client_of(artist).get(page(take)).content.decode()
    say(client_of(manager), take, said="charged", amount="0.28")

    response = say(client_of(artist), take, said="free", about="possibly")

    take.refresh_from_db()
    assert 'name="about" value="possibly"' in old
    assert (take.standing, said(response)[-1]) == ("settled", ("warning", confirming.SAID_ALREADY))


def test_artist_with_a_sum_far_off_is_sent_to_a_manager(client_of: ClientOf, take: Render, artist: User) -> None:
    response = say(client_of(artist), take, said="charged", amount="1000")

    take.refresh_from_db()
    body = response.content.decode()
    assert (response.status_code, take.standing, 'value="1000"' in body) == (422, "possibly", True)
    assert ("far above the estimate of $0.42. Ask a manager" in body, 'name="sure"' in body) == (True, False)


def test_manager_says_once_more_that_a_sum_far_off_is_right(client_of: ClientOf, take: Render, manager: User) -> None:
    client = client_of(manager)

    asked = say(client, take, said="charged", amount="1000")
    of_another = say(client, take, said="charged", amount="2000", sure="1000")
    say(client, take, said="charged", amount="1000", sure="1000")

    take.refresh_from_db()
    body = asked.content.decode()
    assert ('name="sure" value="1000"' in body, "Yes, it really was $1,000.00" in body) == (True, True)
    assert (asked.status_code, of_another.status_code, take.price) == (422, 422, Decimal(1000))


@pytest.mark.parametrize(("who", "offered"), [("artist", 0), ("manager", 1)])
def test_sum_is_corrected_on_the_page_of_a_manager(
    client_of: ClientOf, take: Render, request: pytest.FixtureRequest, who: str, offered: int
) -> None:
    client = client_of(request.getfixturevalue(who))
    say(client, take, said="charged", amount="0.40")

    body = client.get(page(take)).content.decode()
    response = say(client, take, said="correct", amount="0.28", about="0.400000")

    take.refresh_from_db()
    assert body.count('name="about" value="0.400000"') == offered
    assert (body.count("Correct the sum"), response.status_code) == (offered, 302 if offered else 403)
    assert take.price == Decimal("0.28" if offered else "0.40")


def test_artist_is_not_asked_whether_a_gateways_bill_was_given_back(
    client_of: ClientOf, take: Render, artist: User
) -> None:
    ledger.settle(render=take, amount=Decimal("0.40"), note=ledger.CHARGED)
    client = client_of(artist)

    body = client.get(page(take)).content.decode()

    assert ("Was it given back?" in body, say(client, take, said="free", about="settled").status_code) == (False, 403)
