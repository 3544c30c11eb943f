"""`ROLE=PATH` and `NAME=VALUE`: read strictly, so that nothing typed is silently dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from studio.choices import AttemptOutcome, InputRole, Operation, RenderState
from studio.lib.clock import now
from studio.models import Project, Render
from studio.services.requests import Choice, capability_of
from studio.services.shell import NO_WORKER, ShellInput, describe, is_settled, read_inputs, shell_choice, why_queued
from studio.services.transitions import move
from tests.factories import make_attempt, make_key, make_output, make_project, make_render
from tests.media_factories import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def choose(*settings: str, operation: Operation = Operation.TEXT_TO_VIDEO) -> Choice:
    capability = capability_of("tokenlab", "seedance-2.0-fast")
    assert capability is not None
    return shell_choice(capability=capability, operation=operation, prompt="A", settings=settings, inputs=ShellInput())


def test_inputs_are_taken_in_their_order(project: Project, tmp_path: Path) -> None:
    first = make_image(tmp_path / "a=b.jpg", size=(640, 360), color=(1, 2, 3))
    second = make_image(tmp_path / "c.jpg", size=(640, 360))

    found = read_inputs(project=project, pairs=[f"last_frame={second}", f"first_frame={first}"])

    assert [(role, asset.name) for role, asset in found.assets] == [
        (InputRole.LAST_FRAME, "c.jpg"),
        (InputRole.FIRST_FRAME, "a=b.jpg"),
    ]
    assert first.is_file()


def test_input_may_be_a_take_of_this_project(project: Project) -> None:
    take = make_render(project)

    assert read_inputs(project=project, pairs=[f"source_take={take.pk}"]).source_take == take


def test_inputs_that_cannot_be_read_are_named(project: Project, tmp_path: Path) -> None:
    foreign = make_render(make_project())

    for pair, words in {
        "first_frame": "is not ROLE=PATH",
        "hero=a.jpg": "is not ROLE=PATH",
        f"first_frame={tmp_path}": "There is no file",
        "first_frame=/nowhere.jpg": "There is no file",
        f"source_take={foreign.pk}": "There is no take",
        "source_take=x": "There is no take",
    }.items():
        with pytest.raises(ValidationError, match=words):
            read_inputs(project=project, pairs=[pair])


def test_settings_start_from_the_models_own() -> None:
    plain, changed = choose(), choose("duration=9", "resolution=480p", "sound=off", "seed=42", "aspect_ratio=1:1")

    assert (plain.duration, plain.resolution, plain.aspect_ratio, plain.sound, plain.seed) == (
        5,
        "720p",
        "16:9",
        True,
        None,
    )
    assert (changed.duration, changed.resolution, changed.aspect_ratio, changed.sound, changed.seed) == (
        9,
        "480p",
        "1:1",
        False,
        42,
    )


@pytest.mark.parametrize("setting", ["duration", "duration=long", "sound=perhaps", "seed=x", "fps=60"])
def test_settings_that_mean_nothing_are_refused(setting: str) -> None:
    with pytest.raises(ValidationError):
        choose(setting)


def test_describe_says_everything_as_plain_data(project: Project) -> None:
    failed = make_render(
        project, state="failed", error_said="no", error_meaning="No.", error_advice="Try.", estimate=None
    )
    ready = make_render(project)
    make_output(ready)
    ready.refresh_from_db()

    rows = [describe(failed), describe(ready)]

    names = ["id", "state", "provider", "model", "key", "door_reason", "operation", "estimate", "currency", "file"]
    assert list(rows[0]) == [*names, "error", "looking"]
    assert (rows[0]["estimate"], rows[0]["file"], rows[0]["error"]) == (None, None, "no No. Try.")
    assert (rows[1]["estimate"], rows[1]["error"], Path(rows[1]["file"]).is_absolute()) == ("0.420000", None, True)


def make_unconfirmed(project: Project, provider: str = "ark", **over: object) -> Render:
    """A take whose answer was lost; the studio looks for proof where the gateway documents one."""
    render = make_render(project, make_key(provider=provider), state=RenderState.UNCONFIRMED, **over)
    Render.objects.filter(pk=render.pk).update(provider=provider)
    render.refresh_from_db()
    make_attempt(render, outcome=AttemptOutcome.UNKNOWN)
    return render


def test_unconfirmed_take_is_settled_only_when_no_proof_is_looked_for(project: Project) -> None:
    looked_for, left = make_unconfirmed(project), make_unconfirmed(project, "tokenhub")
    ended, running = make_render(project, state="failed"), make_render(project, state="running")

    assert [is_settled(render) for render in (looked_for, left, ended, running)] == [False, True, True, False]
    assert [describe(render)["looking"] for render in (looked_for, left, ended)] == [True, False, False]


def test_unconfirmed_take_says_what_not_to_do(project: Project) -> None:
    render = make_unconfirmed(project, error_meaning="No answer.")

    assert describe(render)["error"] == (
        "No answer. It may have been charged: do not render it again before this is settled."
    )


def test_queued_take_that_nobody_took_up_asks_for_the_worker(project: Project) -> None:
    assert why_queued(make_render(project)) == NO_WORKER


def test_queued_take_says_why_it_waits(project: Project) -> None:
    told = make_render(project, error_meaning="Waiting for a free place.")
    resting = make_render(project, make_key(label="Resting", paused_at=now()))
    full = make_render(project, make_key(label="Full", max_running=0))
    tried = make_render(project, make_key(), tries=1)
    make_attempt(tried, outcome=AttemptOutcome.REFUSED)
    move(render=tried, to=RenderState.SUBMITTING, reason="Sending")
    move(render=tried, to=RenderState.QUEUED, reason="The gateway asked to wait; it is sent again later")

    assert [why_queued(take) for take in (told, resting, full, tried)] == [
        "Waiting for a free place.",
        "The key “Resting” is paused, so this waits.",
        "Waiting for a free place: 0 of 0 takes are running with this key.",
        "The gateway asked to wait; it is sent again later.",
    ]


def test_take_that_moves_has_no_reason_to_wait(project: Project) -> None:
    assert why_queued(make_render(project, state="running")) == ""
