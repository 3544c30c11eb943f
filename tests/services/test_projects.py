"""Projects: addresses, who may make them, putting them away."""

from __future__ import annotations

import pytest

from studio.choices import Role
from studio.models import Project, User
from studio.services import projects


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Tea & Biscuits", "Tea & biscuits"], ["tea-biscuits", "tea-biscuits-2"]),
        (["Élan Vital"], ["elan-vital"]),
        (["夜の街", "夜景", "!!!"], ["project", "project-2", "project-3"]),
        (["New"], ["new-2"]),
    ],
)
def test_create_makes_an_address_from_the_name(artist: User, names: list[str], slugs: list[str]) -> None:
    made = [projects.create(name=name, by=artist) for name in names]

    assert [project.slug for project in made] == slugs


def test_create_keeps_a_long_address_within_its_column(artist: User) -> None:
    made = [projects.create(name="x" * 120, by=artist) for _ in range(2)]

    assert [len(project.slug) for project in made] == [70, 72]


def test_create_looks_again_when_somebody_took_the_address(
    artist: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["tea", "tea-2"])
    monkeypatch.setattr(projects, "_free_slug", lambda name: next(answers))

    made = projects.create(name="Tea", by=artist)

    assert made.slug == "tea-2"
    assert made.role_of(artist) == Role.MANAGER


@pytest.mark.parametrize(
    ("who", "may"), [("admin", True), ("manager", True), ("artist", False), ("reviewer", False), ("outsider", False)]
)
def test_may_create_asks_for_trust_shown_before(
    project: Project, who: str, may: bool, request: pytest.FixtureRequest
) -> None:
    assert projects.may_create(request.getfixturevalue(who)) is may


def test_describe_keeps_the_address(project: Project) -> None:
    settings = {"duration": 5}

    projects.describe(project=project, name="Coffee", brief="Warm.", default_settings=settings, tries_next_gateway=True)

    project.refresh_from_db()
    assert (project.name, project.slug, project.brief) == ("Coffee", "tea", "Warm.")
    assert (project.default_settings, project.tries_next_gateway) == ({"duration": 5}, True)


def test_archive_and_back(project: Project) -> None:
    projects.archive(project=project)
    first = Project.objects.get(pk=project.pk).archived_at
    projects.archive(project=project)
    again = Project.objects.get(pk=project.pk).archived_at
    projects.unarchive(project=project)

    assert first is not None
    assert again == first
    assert list(Project.objects.active()) == [project]
