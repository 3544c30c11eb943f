"""Pressing Render: takes are made once, or the field that is wrong is pointed at and nothing is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.choices import AssetKind, Role
from studio.models import ComposerDraft, Project, ProviderKey, Render, User
from tests.factories import make_asset, make_key, make_output, make_project, make_render
from tests.views.composing import HTMX, Press, alert_of, draft_of, fill_tray, hidden_of, key, press, toast_of

__all__ = ["key", "press"]


def test_render_makes_the_takes_and_says_so(press: Press, project: Project, artist: User) -> None:
    response = press("render", takes="3", duration="4", resolution="480p", aspect_ratio="9:16", sound="on", seed="7")

    takes = list(Render.objects.order_by("take_number"))
    assert toast_of(response) == ("success", "3 takes are on the way.")
    assert json.loads(response["HX-Trigger"])["takes-changed"] is True
    assert [(take.project, take.asked_by, take.state) for take in takes] == [(project, artist, "queued")] * 3
    asked = ("prompt", "duration", "resolution", "aspect_ratio", "sound", "seed")
    assert [takes[0].spec[name] for name in asked] == ["A red car stops.", 4, "480p", "9:16", True, 7]


def test_render_without_javascript_goes_back_to_the_page(
    client_of: Callable[[User], Client], artist: User, press: Press, project: Project
) -> None:
    response = press("render", htmx=False)

    page = client_of(artist).get(response["Location"])
    assert response["Location"] == reverse("project-detail", args=[project.slug])
    assert [take.spec["prompt"] for take in page.context["takes"]] == ["A red car stops."]


def test_render_pressed_twice_creates_once(press: Press, project: Project, artist: User) -> None:
    press("save")
    submission = str(draft_of(project, artist).submission)

    responses = [press("render", takes="2", submission=submission) for _ in range(2)]

    first, second = Render.objects.order_by("take_number")
    assert [response.status_code for response in responses] == [200, 200]
    assert [toast_of(response) for response in responses] == [
        ("success", "2 takes are on the way."),
        ("success", f"Already asked for: takes {first.pk}, {second.pk}. Nothing new is paid for."),
    ]
    assert list(Render.objects.values_list("take_number", flat=True).order_by("take_number")) == [1, 2]
    assert draft_of(project, artist).submission != UUID(submission)


def test_render_after_the_answer_is_another_press(press: Press, project: Project, artist: User) -> None:
    for _ in range(2):
        press("save")
        press("render", submission=str(draft_of(project, artist).submission))

    assert Render.objects.values("submission").distinct().count() == 2


@pytest.mark.parametrize("submission", ["", "nonsense", "0" * 40_000, "\x00"])
def test_render_without_a_readable_submission_is_refused(
    press: Press, project: Project, artist: User, submission: str
) -> None:
    response = press("render", submission=submission)

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert "This press did not arrive whole." in alert_of(response)
    assert hidden_of(response)["submission"] == str(draft_of(project, artist).submission)


@pytest.mark.parametrize(
    ("field", "typed", "anchor"),
    [
        ("prompt", "   ", "id_prompt"),
        ("prompt", "@Image4 waves", "id_prompt"),
        ("prompt", "A car in {weather}", "variable-1"),
        ("prompt", "{hero} in {weather}", "variable-2"),
        ("key", "987654321", "chip-key"),
        ("duration", "99", "chip-duration"),
        ("duration", "soon", "chip-duration"),
        ("resolution", "4k", "chip-resolution"),
        ("aspect_ratio", "2:1", "chip-aspect_ratio"),
        ("seed", "lucky", "chip-seed"),
        ("seed", "9" * 4000, "chip-seed"),
        ("takes", "9", "chip-takes"),
        ("takes", "many", "chip-takes"),
        ("takes", "9" * 4000, "chip-takes"),
        ("takes", "-3", "chip-takes"),
        ("operation", "magic", "operations"),
        ("operation", "image-to-video", "tray"),
        ("operation", "video-extension", "tray"),
    ],
)
def test_render_points_at_the_field_that_is_wrong(press: Press, field: str, typed: str, anchor: str) -> None:
    response = press("render", **{field: typed})

    body = response.content.decode()
    alert = body.partition('role="alert"')[2].partition("</ul>")[0]
    assert response.status_code == 422
    assert f'href="#{anchor}"' in alert
    assert body.count(f'id="{anchor}"') == 1
    assert Render.objects.count() == 0


@pytest.mark.parametrize("htmx", [True, False])
def test_render_that_was_refused_keeps_everything_typed(
    press: Press, project: Project, artist: User, htmx: bool
) -> None:
    assets = fill_tray(project, artist, 2)
    prompt = "Fish & <chips> {place}"

    response = press(
        "render",
        htmx=htmx,
        prompt=prompt,
        duration="99",
        seed="lucky",
        takes="7",
        operation="reference-to-video",
        **{"variable:place": "Oslo"},
    )

    body = response.content.decode()
    draft = draft_of(project, artist)
    assert response.status_code == 422
    assert ">Fish &amp; &lt;chips&gt; {place}</textarea>" in body
    assert re.search(r'name="seed" value="lucky"', body)
    assert re.search(r'name="variable:place" value="Oslo"', body)
    assert re.search(r'value="7" checked', body)
    assert draft.data["tray"] == [asset.pk for asset in assets]
    assert draft.data["values"]["duration"] == "99"
    assert body.startswith("<!doctype html>") is not htmx


def test_render_fills_in_variables(press: Press) -> None:
    press("render", prompt="A car in {weather}", **{"variable:weather": "rain"})

    assert Render.objects.get().spec["prompt"] == "A car in rain"


def test_render_uses_the_tray_in_its_order(press: Press, project: Project, artist: User) -> None:
    assets = fill_tray(project, artist, 2)
    press("up:1", operation="reference-to-video")

    press("render", operation="reference-to-video", prompt="@Image1 meets @Image2")

    inputs = Render.objects.get().inputs.all()
    assert [(each.asset_id, each.role) for each in inputs] == [
        (assets[1].pk, "reference_image"),
        (assets[0].pk, "reference_image"),
    ]


def test_render_extends_a_take_of_this_project_only(press: Press, project: Project, key: ProviderKey) -> None:
    foreign = make_render(make_project(), key)
    make_output(foreign)

    response = press("render", operation="video-extension", source_take=str(foreign.pk))

    assert response.status_code == 422
    assert f'<option value="{foreign.pk}"' not in response.content.decode()


@pytest.mark.parametrize("source_take", ["x", "", "0", "-1", "9" * 4000, "1e3", "٣"])
def test_extension_of_no_take_at_all_is_refused(press: Press, source_take: str) -> None:
    response = press("render", operation="video-extension", source_take=source_take)

    assert (response.status_code, Render.objects.count()) == (422, 0)


def test_render_with_a_key_that_is_gone_charges_no_other(press: Press, project: Project, key: ProviderKey) -> None:
    chosen = make_key()
    press("update", key=str(chosen.pk))
    ProviderKey.objects.filter(pk=chosen.pk).update(paused_at=timezone.now())

    response = press("render")
    again = press("render", key=str(key.pk))

    assert (response.status_code, again.status_code) == (422, 200)
    assert "is paused. Choose another gateway, or ask an admin." in alert_of(response)
    assert f'name="key" value="{key.pk}" data-updates' in response.content.decode()
    assert Render.objects.get().key == key


def test_composer_without_a_key_says_who_can_help(
    client_of: Callable[[User], Client], artist: User, project: Project
) -> None:
    path = reverse("composer", args=[project.slug])

    response = client_of(artist).post(path, {"act": "render", "prompt": "A car."}, headers=HTMX)

    body = response.content.decode()
    assert response.status_code == 422
    assert "There is no gateway key here yet. An admin adds one under Keys." in body
    assert re.search(r'id="render-button"[^>]* disabled', body)


def test_paused_key_renders_nothing(press: Press, key: ProviderKey) -> None:
    ProviderKey.objects.update(paused_at=timezone.now())

    response = press("render")

    assert (response.status_code, Render.objects.count()) == (422, 0)


@pytest.mark.parametrize("htmx", [True, False])
def test_archived_project_renders_nothing(press: Press, project: Project, htmx: bool) -> None:
    Project.objects.update(archived_at=timezone.now())

    response = press("render", htmx=htmx)

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert "archived" in response.content.decode()


def test_audio_alone_is_refused(press: Press, project: Project, artist: User) -> None:
    audio = make_asset(project, kind=AssetKind.AUDIO, mime="audio/mpeg", extension="mp3", width=None, height=None)
    ComposerDraft.objects.create(project=project, user=artist, data={"tray": [audio.pk]})

    response = press("render", operation="reference-to-video")

    assert (response.status_code, Render.objects.count()) == (422, 0)


def test_submission_of_another_project_is_not_mixed_up(press: Press, project: Project, artist: User) -> None:
    other, submission = make_project({Role.ARTIST: artist}), str(uuid4())

    press("render", submission=submission)
    press("render", submission=submission, to=other)

    assert [take.project for take in Render.objects.order_by("pk")] == [project, other]


def test_render_writes_the_door_and_its_reason_on_the_take(press: Press, project: Project, key: ProviderKey) -> None:
    hub = make_key(provider="tokenhub")
    Project.objects.filter(pk=project.pk).update(tries_next_gateway=True)

    press("render")
    press("render", key=str(hub.pk))

    pinned, chosen = Render.objects.order_by("-pk")
    assert (chosen.key, chosen.door_reason) == (key, "Cheapest of 2 that can do this.")
    assert chosen.fallbacks == [{"key": hub.pk, "estimate": "0.8000", "currency": "USD"}]
    assert (pinned.key, pinned.door_reason, pinned.fallbacks) == (hub, "Chosen by hand.", [])


def test_composer_tells_the_doors_and_where_it_is_tried_next(press: Press, project: Project) -> None:
    make_key(provider="tokenhub", label="Hub")
    make_key(provider="tokenhub", label="Resting", paused_at=timezone.now())
    Project.objects.filter(pk=project.pk).update(tries_next_gateway=True)

    body = press("update", seed="7").content.decode()
    plain = press("update", seed="").content.decode()

    assert "Seedance 2.0 Fast takes no seed. Leave it empty." in body
    assert "The key “Resting” is paused. Choose another gateway, or ask an admin." in body
    assert "If it is refused there for anything but its content, TokenHub (key “Hub”) is tried next, ≈ $0.80." in plain
    assert "is tried next" not in body


def test_own_shape_takes_ratio_and_length_of_the_video(press: Press, project: Project, artist: User) -> None:
    film = make_asset(
        project, kind=AssetKind.VIDEO, mime="video/mp4", extension="mp4", seconds=Decimal("8.4"), width=1280, height=720
    )
    ComposerDraft.objects.create(project=project, user=artist, data={"tray": [film.pk]})
    fields = {"operation": "video-to-video", "aspect_ratio": "9:16"}

    warned = press("update", **fields).content.decode()
    mended = press("own-shape", **fields)

    values = mended.context["composer"].values
    assert ("Use its own shape" in warned, "Use its own shape" in mended.content.decode()) == (True, False)
    assert (values["aspect_ratio"], values["duration"]) == ("adaptive", "8")
