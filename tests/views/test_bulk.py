"""Acts on selected takes: what is said of them, all that match, progress, and whose it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from studio.choices import ExportFormat, Role, Standing
from studio.models import BulkWork, Export, Favourite, Project, Render, User
from studio.services import collections, tags
from tests.factories import make_output, make_project, make_render
from tests.views.bulk_presses import HTMX, ClientOf, press, toast


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, standing=Standing.SETTLED, **over)
    make_output(take)
    return take


def test_what_was_done_is_said_where_one_is(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [make_render(project) for _ in range(2)]

    response = press(client_of(artist), "tag", *takes, tags="hero, night")

    assert (response.status_code, toast(response)) == (204, {"level": "success", "text": "2 takes are tagged."})


def test_what_was_deleted_comes_with_the_way_back(client_of: ClientOf, project: Project, manager: User) -> None:
    assert toast(press(client_of(manager), "delete", ready(project)))["link"] == {
        "address": reverse("deleted-takes", args=[project.slug]),
        "label": "Deleted takes",
    }


def test_the_same_again_says_that_it_was_so(client_of: ClientOf, project: Project, artist: User) -> None:
    take = make_render(project)
    press(client_of(artist), "favourite", take)

    assert toast(press(client_of(artist), "favourite", take))["text"] == "It was so already."


def test_what_was_left_alone_is_said_with_its_reason(client_of: ClientOf, project: Project, reviewer: User) -> None:
    take = ready(project)

    assert toast(press(client_of(reviewer), "delete", take)) == {
        "level": "warning",
        "text": f"Nothing was deleted. Take {take.pk} is somebody else’s: only a manager of the project deletes it.",
    }


@pytest.mark.parametrize(
    ("act", "form", "said"),
    [
        ("tag", {"tags": " , "}, "Write a tag first, or several with commas between them."),
        ("tag", {"tags": "x" * 100_000}, "These are too many tags at once; nothing was changed."),
        ("rate", {"rating": "9"}, "A rating is 1 to 5, or none."),
        ("collect", {"name": ""}, "Give the collection a name."),
        ("collect", {"name": "\x00"}, "Null characters are not allowed."),
        ("uncollect", {"collection": "x"}, "Open the collection first that they are to leave."),
        ("rename", {}, "Choose some takes first, and what is to be done with them."),
        ("", {}, "Choose some takes first, and what is to be done with them."),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    client_of: ClientOf, project: Project, artist: User, act: str, form: dict[str, str], said: str
) -> None:
    response = press(client_of(artist), act, make_render(project), **form)

    assert (response.status_code, toast(response)["text"], BulkWork.objects.count()) == (422, said, 0)


def test_without_script_it_leads_back_with_a_word(client_of: ClientOf, project: Project, artist: User) -> None:
    take, client = make_render(project), client_of(artist)
    page = "http://testserver/projects/tea/?q=car"

    response = client.post(
        reverse("bulk-ask", query={"act": "rate", "rating": "3"}), {"take": take.pk}, headers={"Referer": page}
    )

    assert (response.status_code, response["Location"]) == (302, "/projects/tea/?q=car")
    assert Render.objects.get(pk=take.pk).rating == 3


def test_without_script_the_ticks_and_the_words_of_what_is_refused_stay(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    take, client, note = make_render(project), client_of(artist), "typed text " * 1_000
    page = "http://testserver/projects/tea/?q=car"

    response = client.post(
        reverse("bulk-ask", query={"act": "review", "in": "tea"}),
        {"take": take.pk, "note": note},
        headers={"Referer": page},
    )

    body = response.content.decode()
    assert (response.status_code, f'name="take" value="{take.pk}"' in body, note in body) == (422, True, True)
    assert 'action="/bulk/?act=review&amp;in=tea"' in body
    assert 'href="/projects/tea/?q=car"' in body


def test_strangers_change_nothing_and_learn_nothing(
    client_of: ClientOf, project: Project, outsider: User, artist: User
) -> None:
    mine = make_render(make_project({Role.ARTIST: outsider}))
    theirs, client = make_render(project), client_of(outsider)

    alone = press(client, "rate", theirs, rating="5").status_code
    nowhere = client.post(reverse("bulk-ask", query={"act": "rate"}), {"take": 10**12, "rating": "5"}).status_code
    with_mine = press(client, "rate", theirs, mine, rating="5")
    all_of_theirs = press(client, "rate", in_="tea", all="?", rating="5").status_code

    assert (alone, nowhere, all_of_theirs) == (404, 404, 404)
    assert toast(with_mine)["text"] == "1 take has a new rating."
    assert [take.rating for take in Render.objects.order_by("pk")] == [5, 0]


def test_all_that_match_are_those_of_the_view_and_of_ones_own(
    client_of: ClientOf, project: Project, artist: User
) -> None:
    hero, other = make_render(project), make_render(project)
    tags.put(project=project, noun="take", ids=[hero.pk], names=["Hero"], actor=artist)
    make_render(make_project())
    client = client_of(artist)

    words = client.get(reverse("bulk-count", query={"view": "?tag=hero"})).content.decode()
    press(client, "favourite", all="?tag=hero")
    tagged = set(Favourite.objects.values_list("render", flat=True))
    press(client, "favourite", all="?")

    assert (words, tagged) == ("The one take that matches", {hero.pk})
    assert set(Favourite.objects.values_list("render", flat=True)) == {hero.pk, other.pk}


def test_all_of_a_collection(client_of: ClientOf, project: Project, artist: User) -> None:
    inside = make_render(project)
    make_render(project)
    board = collections.create(project=project, name="Best", actor=artist)
    collections.add(collection=board, takes=[inside.pk], actor=artist)

    press(client_of(artist), "favourite", in_="tea", all=f"?collection={board.pk}")

    assert list(Favourite.objects.values_list("render", flat=True)) == [inside.pk]


@pytest.mark.parametrize("view", ["?before=x", "?tag=\x00", "?sort=nonsense", "x" * 20_000])
def test_an_odd_view_is_no_trouble(client_of: ClientOf, project: Project, artist: User, view: str) -> None:
    assert press(client_of(artist), "favourite", all=view).status_code in {204, 422}


def test_so_many_ticks_come_as_one_field(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [make_render(project).pk for _ in range(3)]

    press(client_of(artist), "favourite", takes=",".join(map(str, [*takes, "x", ""])))

    assert Favourite.objects.count() == 3


def test_more_ticks_than_a_question_holds_are_no_trouble(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [make_render(project).pk for _ in range(2)]
    named = ",".join(map(str, [takes[0], *range(10**6, 10**6 + 260_000), takes[1]]))

    press(client_of(artist), "favourite", takes=named)

    assert Favourite.objects.count() == 2


def test_tags_and_collections_are_offered_while_one_types(
    client_of: ClientOf, project: Project, artist: User, outsider: User
) -> None:
    take = make_render(project)
    tags.put(project=project, noun="take", ids=[take.pk], names=["Hero"], actor=artist)
    collections.create(project=project, name="Best <of>", actor=artist)

    here = client_of(artist).get(reverse("bulk-offers", query={"in": "tea"})).content.decode()
    everywhere = client_of(artist).get(reverse("bulk-offers")).content.decode()
    strangers = client_of(outsider).get(reverse("bulk-offers")).content.decode()

    assert 'value="Hero"' in here and 'value="Best &lt;of&gt;"' in here
    assert (here == everywhere, "option" in strangers) == (True, False)


def test_one_take_is_downloaded_as_its_file_and_several_as_a_zip(
    client_of: ClientOf, project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.services.exports.check_room", lambda **_: None)
    takes, client = [ready(project) for _ in range(2)], client_of(artist)
    address = reverse("bulk-download")

    one = client.post(address, {"take": takes[0].pk})
    several = client.post(address, {"take": [take.pk for take in takes]})

    assert one["Location"] == reverse("output-download", args=[takes[0].pk])
    assert several["Location"] == reverse("export-list", args=["tea"])
    export = Export.objects.get()
    assert (export.format, export.takes) == (ExportFormat.ZIP, [take.pk for take in takes])


def test_a_zip_holds_takes_of_one_project(client_of: ClientOf, project: Project, artist: User) -> None:
    takes = [ready(project), ready(make_project({Role.ARTIST: artist}))]

    client_of(artist).post(reverse("bulk-download"), {"take": [take.pk for take in takes]})

    assert Export.objects.count() == 0


def test_more_takes_than_a_zip_holds_are_refused_before_any_is_read(
    client_of: ClientOf, project: Project, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.services.exports.MOST_TAKES", 2)
    monkeypatch.setattr("studio.services.export_choice.chosen", None)
    takes = [ready(project).pk for _ in range(2)] + [ready(make_project({Role.ARTIST: artist})).pk]

    response = client_of(artist).post(reverse("bulk-download"), {"take": takes}, headers=HTMX)

    assert (response.status_code, toast(response)["text"]) == (
        422,
        "An export holds up to 2 takes; these are 3. Make two of them.",
    )
