"""`manage.py render`: the same services as the page, plain data on standard output, and an exit code that is true."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from studio.choices import AttemptOutcome, RenderState
from studio.lib.clock import now
from studio.management.commands import render as command
from studio.models import Project, ProviderKey, Render
from tests.factories import make_attempt, make_key, make_output, make_render
from tests.management.rendering import ask_all, key, media, run
from tests.media_factories import make_audio, make_image, make_video

__all__ = ["key", "media"]
pytestmark = pytest.mark.django_db


MONEY = ["estimate", "currency", "file", "error", "looking"]


KEYS = ["id", "state", "provider", "model", "key", "door_reason", "operation", *MONEY]


def test_render_prints_one_json_list_and_nothing_else(project: Project, key: ProviderKey) -> None:
    code, said = run("--takes", "2", "--json")

    rows = json.loads(said)
    assert (code, [list(row) for row in rows]) == (1, [KEYS, KEYS])
    first = rows[0]
    assert first["id"] == Render.objects.order_by("pk")[0].pk
    assert (first["state"], first["model"], first["currency"]) == ("queued", "seedance-2.0-fast", "USD")
    assert Decimal(first["estimate"]) > 0
    assert (first["file"], first["error"]) == (None, None)


def test_render_exits_0_only_when_all_are_ready(
    project: Project, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = iter([["ready", "ready"], ["ready", "failed"], ["unconfirmed", "ready"]])

    def finish(_: object, renders: list[Render], __: float) -> None:
        for render, state in zip(renders, next(ends), strict=True):
            make_output(render)
            Render.objects.filter(pk=render.pk).update(state=state)

    monkeypatch.setattr(command.Command, "_wait", finish)

    codes = [run("--takes", "2", "--wait", "5")[0] for _ in range(3)]

    assert codes == [0, 1, 1]


def test_render_waits_until_nothing_moves_any_more(
    project: Project, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def settle(seconds: float) -> None:
        looks.append(seconds)
        Render.objects.update(state=RenderState.UNCONFIRMED if len(looks) == 3 else RenderState.RUNNING)

    monkeypatch.setattr("studio.management.commands.render.time.sleep", settle)

    code, said = run("--wait", "60")

    words = "unconfirmed It may have been charged: do not render it again before this is settled."
    assert (code, len(looks), said.split(": ", 1)[1].strip()) == (1, 3, words)


def test_render_waits_for_the_proof_of_what_may_have_been_charged(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_key(provider="ark", label="Ark", base_url="http://127.0.0.1:9/api/v3")
    states = iter([RenderState.UNCONFIRMED, RenderState.UNCONFIRMED, RenderState.FAILED])

    def look(seconds: float) -> None:
        take = Render.objects.get()
        if not take.attempts.exists():
            make_attempt(take, outcome=AttemptOutcome.UNKNOWN)
        Render.objects.update(state=next(states))

    monkeypatch.setattr("studio.management.commands.render.time.sleep", look)

    row = ask_all("--model", "Seedance 2.0", "--wait", "60")

    assert (row["state"], row["looking"], list(states)) == ("failed", False, [])


def test_render_that_nobody_took_up_asks_for_the_worker_beside_the_list(
    project: Project, key: ProviderKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = io.StringIO()
    monkeypatch.setattr("studio.management.commands.render.time.sleep", lambda _: None)

    code, said = run("--takes", "2", "--wait", "0.01", "--json", stderr=err)

    takes = [row["id"] for row in json.loads(said)]
    assert (code, len(takes)) == (1, 2)
    assert err.getvalue() == (
        f"take {takes[0]}, {takes[1]}: No worker has taken it up. Is manage.py up or manage.py qcluster running?\n"
    )


def test_render_that_does_not_wait_asks_for_no_worker(project: Project, key: ProviderKey) -> None:
    err = io.StringIO()

    run(stderr=err)

    assert err.getvalue() == ""


def test_render_names_the_gateways_there_are(project: Project, key: ProviderKey) -> None:
    with pytest.raises(CommandError) as refused:
        run("--provider", "nonsense")

    assert ("''" in str(refused.value), "tokenhub" in str(refused.value)) == (False, True)


def test_render_takes_inputs_of_every_role(project: Project, key: ProviderKey, tmp_path: Path) -> None:
    picture = make_image(tmp_path / "a.jpg", size=(640, 360))
    other = make_image(tmp_path / "b.jpg", size=(640, 360), color=(1, 2, 3))
    film = make_video(tmp_path / "c.mp4", seconds=2.5, size=(640, 360))
    tone = make_audio(tmp_path / "d.mp3", seconds=3, format="mp3")

    codes = [
        run("--input", f"first_frame={picture}", "--json", operation="image-to-video"),
        run("--input", f"first_frame={picture}", "--input", f"last_frame={other}", operation="start-end-to-video"),
        run(
            *("--input", f"reference_image={picture}", "--input", f"reference_video={film}"),
            *("--input", f"reference_audio={tone}"),
            operation="reference-to-video",
        ),
        run("--input", f"source_video={film}", operation="video-to-video"),
    ]

    assert [code for code, _ in codes] == [1] * 4
    roles = [list(render.inputs.values_list("role", flat=True)) for render in Render.objects.order_by("pk")]
    assert roles == [
        ["first_frame"],
        ["first_frame", "last_frame"],
        ["reference_image", "reference_video", "reference_audio"],
        ["source_video"],
    ]


def test_render_extends_a_take(project: Project, key: ProviderKey) -> None:
    take = make_render(project, key)
    make_attempt(take, outcome=AttemptOutcome.ACCEPTED, remote_id="ldtask_7")
    make_output(take)

    run("--input", f"source_take={take.pk}", operation="video-extension")

    extension = Render.objects.latest("pk")
    assert (extension.source_take, extension.spec["source_task_id"]) == (take, "ldtask_7")


def test_render_takes_settings_and_the_named_key(project: Project, key: ProviderKey) -> None:
    other = make_key(label="Other")

    run("--key", "Other", "--set", "resolution=480p", "--set", "seed=9", "--set", "sound=off")

    render = Render.objects.get()
    assert (render.key, render.spec["resolution"], render.spec["seed"], render.spec["sound"]) == (
        other,
        "480p",
        9,
        False,
    )


@pytest.mark.parametrize(
    ("words", "over", "told"),
    [
        (["--set", "resolution=4k"], {}, "480p and 720p only"),
        (["--set", "fps=60"], {}, "no setting named"),
        (["--key", "Nobody"], {}, "no usable tokenlab key"),
        (["--input", "hero=a.jpg"], {}, "is not ROLE=PATH"),
        (["--takes", "9"], {}, "9 takes"),
        (["--project", "nowhere"], {}, "no project"),
        ([], {"model": "seedance-9"}, "TokenLab has no model “seedance-9”; it has Seedance 2.0, "),
        ([], {"operation": "image-to-video"}, "first frame"),
    ],
)
def test_render_that_cannot_be_says_why_and_stores_nothing(
    project: Project, key: ProviderKey, words: list[str], over: dict[str, Any], told: str
) -> None:
    with pytest.raises(CommandError) as refused:
        run(*words, **over)

    assert told.lower() in str(refused.value).lower()
    assert Render.objects.count() == 0


def test_render_that_cannot_be_prints_an_empty_list_as_json(project: Project, key: ProviderKey) -> None:
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command(
            "render",
            *("--project", "tea", "--provider", "tokenlab", "--model", "seedance-2.0", "--json"),
            *("--operation", "text-to-video", "--prompt", ""),
            stdout=out,
        )

    assert json.loads(out.getvalue()) == []


def test_render_in_an_archived_project_is_refused(project: Project, key: ProviderKey) -> None:
    Project.objects.update(archived_at=now())

    with pytest.raises(CommandError, match="archived"):
        run()
