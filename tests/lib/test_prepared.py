"""Questions that are put together once."""

from __future__ import annotations

from studio.lib.prepared import filled, first_row, put_together
from studio.models import Project
from tests.factories import make_project

NUMBER = -1


class Kind(int):
    """As the kinds of numbers of PostgreSQL's columns are."""


def test_question_is_asked_again_of_another_row(db: None) -> None:
    projects = [make_project(name="Salt"), make_project(name="Tea")]
    text, values = put_together(Project.objects.filter(pk=NUMBER).order_by().values_list("pk", "name"))

    found = [
        first_row(text, filled(values, {NUMBER: number})) for number in (projects[1].pk, projects[0].pk, 987654321)
    ]

    assert found == [(projects[1].pk, "Tea"), (projects[0].pk, "Salt"), None]


def test_only_the_held_places_are_filled_and_keep_their_kind() -> None:
    values = filled(("ready", None, True, 1, NUMBER, Kind(NUMBER)), {NUMBER: 7})

    assert values == ("ready", None, True, 1, 7, 7)
    assert [type(value) for value in values[4:]] == [int, Kind]
