"""The demo's review room: filled once its takes are there, and never over what people have begun."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from studio.choices import AttemptOutcome, RenderState, Role
from studio.jobs import demo as job
from studio.jobs.schedule import each_minute
from studio.models import (
    Comment,
    GuestLink,
    Lease,
    Notification,
    Project,
    ProviderKey,
    Render,
    Review,
    User,
)
from studio.services import comments, demo_pictures, demo_review, reviews
from studio.services.demo import fill_demo
from studio.services.demo_takes import FIRST, FOLLOWING, pressed, submission
from tests.factories import make_attempt, make_output

pytestmark = pytest.mark.django_db
COUNTED = (Comment, Review, GuestLink, Render, Notification)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    # Drawing them large is what takes the time.
    monkeypatch.setattr(demo_pictures, "SIZE", (480, 360))


@pytest.fixture
def project() -> Project:
    """The demo as it is right after its start: five takes on their way."""
    fill_demo()
    return Project.objects.get(slug="demo")


def bring_home(names: Iterable[str]) -> None:
    """The sandbox has rendered these."""
    project = Project.objects.get(slug="demo")
    for name in names:
        take = project.renders.get(submission=submission(project, name))
        make_attempt(take, outcome=AttemptOutcome.ACCEPTED, remote_id=f"task-{take.pk}")
        make_output(take, frame_count=120)


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def looks() -> int:
    return [row.func() for row in OrmQ.objects.all()].count(demo_review.JOB)


def filled() -> None:
    bring_home(FIRST)
    assert demo_review.fill()
    bring_home(FOLLOWING)
    assert demo_review.fill()


def test_nothing_is_said_before_all_first_takes_are_there(project: Project) -> None:
    bring_home(FIRST[:-1])

    assert not demo_review.fill()
    assert (Comment.objects.count(), Review.objects.count()) == (0, 0)


def test_first_round_sends_comments_decides_and_asks_for_what_follows(project: Project) -> None:
    bring_home(FIRST)

    assert demo_review.fill()

    coast = pressed(project, "coast")
    assert [Render.objects.get(pk=pressed(project, name).pk).review_state for name in ("coast", "other", "ridge")] == [
        "changes",
        "waiting",
        "approved",
    ]
    assert [(child.lineage, child.shot_id, child.state) for child in coast.children.order_by("pk")] == [
        ("note", coast.pk, RenderState.QUEUED),
        ("vary", coast.pk, RenderState.QUEUED),
        ("extend", coast.pk, RenderState.QUEUED),
    ]
    threads = Comment.objects.threads().filter(render=coast)
    assert [(each.frame, each.end_frame, len(each.drawing), each.resolved_at is not None) for each in threads] == [
        (6, None, 1, True),
        (62, None, 1, False),
        (96, 118, 0, False),
    ]
    assert coast.children.get(lineage="note").answers == threads[1]
    assert Comment.objects.filter(mentions__isnull=False).count() == 3


def test_second_round_shows_the_client_what_is_approved(project: Project) -> None:
    filled()

    (link,) = GuestLink.objects.all()
    shown = [take.render for take in link.shown.all()]
    assert [take.review_state for take in shown] == ["approved", "approved"]
    assert not (link.may_comment or link.may_decide or link.may_download)
    assert Render.objects.get(pk=pressed(project, "vary").pk).review_state == "waiting"
    told = set(Notification.objects.values_list("recipient__username", "kind"))
    assert {("reviewer", "review"), ("artist", "decided"), ("artist", "comment"), ("admin", "mention")} <= told


def test_people_begin_with_the_few_lines_that_ask_something_of_them(project: Project) -> None:
    filled()

    unread = Notification.objects.unread().order_by("recipient__username", "pk")
    assert list(unread.values_list("recipient__username", "kind")) == [
        ("admin", "mention"),
        ("artist", "mention"),
        ("artist", "decided"),
        ("reviewer", "review"),
        ("reviewer", "mention"),
        ("reviewer", "review"),
    ]


def test_each_round_is_filled_in_once(project: Project) -> None:
    filled()
    before = counts()

    assert not demo_review.fill()
    assert not demo_review.ask()
    assert counts() == before


def test_what_people_have_taken_away_does_not_come_back(project: Project) -> None:
    bring_home(FIRST)
    demo_review.fill()
    bring_home(FOLLOWING)
    artist = User.objects.get(username="artist")
    answer = pressed(project, "note")
    reviews.send(takes=[answer], actor=artist)
    reviews.take_back(take=answer, actor=artist)
    before = counts()

    assert not demo_review.fill()
    assert counts() == before


@pytest.mark.parametrize("begun", ["comment", "sent", "deleted", "failed", "archived"])
def test_nothing_is_filled_in_where_people_were_first(project: Project, begun: str) -> None:
    bring_home(FIRST)
    take, artist = pressed(project, "hills"), User.objects.get(username="artist")
    if begun == "comment":
        said = comments.add(take=take, text="Mine.", author=artist)
        comments.remove(comment=said, actor=artist)
    elif begun == "sent":
        reviews.send(takes=[take], actor=artist)
        reviews.take_back(take=take, actor=artist)
    elif begun == "archived":
        Project.objects.update(archived_at=project.created_at)
    else:
        change = {"deleted_at": project.created_at} if begun == "deleted" else {"state": RenderState.FAILED}
        Render.objects.filter(pk=take.pk).update(**change)
    before = counts()

    assert not demo_review.fill()
    assert not demo_review.ask()
    assert counts() == before


def test_paused_key_costs_the_further_takes_only(project: Project) -> None:
    bring_home(FIRST)
    ProviderKey.objects.update(paused_at=project.created_at)

    assert demo_review.fill()

    assert (Render.objects.count(), Review.objects.count()) == (5, 2)
    assert not demo_review.fill()


def test_changed_roles_end_it_quietly(project: Project) -> None:
    bring_home(FIRST)
    project.memberships.filter(user__username="reviewer").update(role=Role.ARTIST)
    before = counts()

    job.look()

    assert counts() == before
    assert looks() == 1


def test_film_shorter_than_asked_for_gets_its_remarks_on_frames_it_has(project: Project) -> None:
    bring_home(FIRST)
    for take in Render.objects.all():
        take.output.frame_count = 50
        take.output.save()

    assert demo_review.fill()

    assert {each.frame for each in Comment.objects.exclude(frame=None)} == {6, 30, 49}


def test_demo_is_looked_after_from_its_start(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "SECONDS_BETWEEN_LOOKS", 0)
    assert looks() == 1

    each_minute()
    assert looks() == 1
    job.look()
    assert looks() == 2
    Project.objects.update(created_at=project.created_at - demo_review.WATCHED_FOR * 2)
    job.look()
    assert looks() == 2


def test_minute_takes_up_a_chain_of_looks_that_broke_off(project: Project) -> None:
    OrmQ.objects.all().delete()
    Lease.objects.all().delete()

    each_minute()

    assert looks() == 1


def test_looks_end_when_all_is_filled_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "SECONDS_BETWEEN_LOOKS", 0)
    filled()
    OrmQ.objects.all().delete()
    Lease.objects.all().delete()

    job.look()
    each_minute()

    assert looks() == 0


def test_nothing_is_looked_at_outside_the_demo(project: Project, settings: Settings) -> None:
    settings.STUDIO_DEMO = False
    Lease.objects.all().delete()

    assert not demo_review.ask()
