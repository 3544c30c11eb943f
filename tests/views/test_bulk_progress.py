"""Work on very many takes as it is seen: its progress, its end, and stopping it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_q.models import OrmQ

from studio.choices import BulkState
from studio.lib.clock import now
from studio.models import BulkWork, Project, User
from studio.services import bulk
from tests.factories import make_render
from tests.team_factories import make_bulk_work
from tests.views.bulk_presses import HTMX, ClientOf, press, toast


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """One take is already too many to be done at once."""
    monkeypatch.setattr(bulk, "AT_ONCE", 0)


def test_many_takes_show_their_progress_on_every_page(
    client_of: ClientOf, project: Project, artist: User, many: None
) -> None:
    client = client_of(artist)

    response = press(client, "favourite", make_render(project))
    work = BulkWork.objects.get()
    home = client.get(reverse("home")).content.decode()
    panel = client.get(reverse("bulk-now")).content.decode()

    assert (response.status_code, response.cookies["bulk"].value, OrmQ.objects.count()) == (200, str(work.pk), 1)
    assert 'hx-swap-oob="outerHTML"' in response.content.decode()
    assert f'hx-get="{reverse("bulk-now")}"' in home
    assert f'hx-get="{reverse("bulk-progress", args=[work.pk])}?running=1"' in panel


def test_a_browser_that_was_told_of_no_work_asks_for_none(client_of: ClientOf, artist: User) -> None:
    assert "bulk-now" not in client_of(artist).get(reverse("home")).content.decode().replace("/bulk/now/", "bulk-now")


@pytest.mark.parametrize("cookie", ["", "x", "9" * 30, "12345"])
def test_a_cookie_of_nothing_is_an_empty_place(client_of: ClientOf, artist: User, cookie: str) -> None:
    client = client_of(artist)
    client.cookies["bulk"] = cookie

    response = client.get(reverse("bulk-now"))

    assert (response.status_code, response.content.decode().strip().endswith('<div id="bulk"></div>')) == (200, True)


def test_the_end_is_said_once_by_the_look_that_finds_it(client_of: ClientOf, project: Project, artist: User) -> None:
    done = {"state": BulkState.DONE, "done": 1, "changed": 1, "ended_at": now()}
    work = make_bulk_work(artist, make_render(project), **done)
    address, client = reverse("bulk-progress", args=[work.pk]), client_of(artist)

    running = client.get(address, {"running": "1"}, headers=HTMX)
    later = client.get(address, headers=HTMX)

    assert toast(running) == {"level": "success", "text": "1 take is a favourite of yours now."}
    assert ("HX-Trigger" in later, "data-poll" in later.content.decode()) == (False, False)


@pytest.mark.parametrize(
    ("changed", "words"),
    [(1, "1 take is a favourite of yours now."), (0, "Nothing was changed.")],
)
def test_the_toast_leaves_the_reasons_to_the_panel_beside_it(
    client_of: ClientOf, project: Project, artist: User, changed: int, words: str
) -> None:
    over = {"changed": changed, "skipped_count": 1, "skipped": [[7, "Take 7 is gone."]], "ended_at": now()}
    work = make_bulk_work(artist, make_render(project), state=BulkState.DONE, **over)

    response = client_of(artist).get(reverse("bulk-progress", args=[work.pk]), {"running": "1"}, headers=HTMX)

    assert toast(response) == {"level": "warning", "text": words}
    assert "Take 7 is gone." in response.content.decode()


def test_why_some_were_left_alone_can_be_read(client_of: ClientOf, project: Project, artist: User) -> None:
    over = {"state": BulkState.DONE, "done": 1, "skipped_count": 1, "skipped": [[7, "Take 7 <b> is gone."]]}
    work = make_bulk_work(artist, make_render(project), ended_at=now(), **over)

    body = client_of(artist).get(reverse("bulk-progress", args=[work.pk])).content.decode()

    assert "Take 7 &lt;b&gt; is gone." in body


def test_work_is_stopped_and_put_away_by_whose_it_is(
    client_of: ClientOf, project: Project, artist: User, manager: User
) -> None:
    work = make_bulk_work(artist, make_render(project))
    addresses = [reverse(name, args=[work.pk]) for name in ("bulk-stop", "bulk-close")]

    theirs = [client_of(manager).post(address).status_code for address in addresses]
    client = client_of(artist)
    mine = [client.post(address, headers=HTMX).status_code for address in addresses]

    assert (theirs, mine, BulkWork.objects.get().state) == ([404, 404], [200, 200], "stopped")
    assert client.cookies["bulk"].value == ""
