"""A take as the beginning of another: its settings, its frames, its last frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from studio.models import Asset, ComposerDraft, Project, User
from tests.factories import make_asset, make_key, make_output, make_render, make_request, store
from tests.views.acting import Act, act, said
from tests.views.composing import HTMX, hidden_of

__all__ = ["act"]


def draft_data(user: User) -> dict[str, Any]:
    data: dict[str, Any] = ComposerDraft.objects.get(user=user).data
    return data


def test_reuse_fills_the_composer_with_everything(act: Act, project: Project, artist: User) -> None:
    key = make_key()
    asset = make_asset(project)
    request = make_request(prompt="Waves.", duration=8, resolution="480p", aspect_ratio="1:1", sound=False, seed=7)
    take = make_render(project, key, request=request)
    take.spec["inputs"] = [
        {"role": "reference_image", "kind": "image", "mime": "image/png", "extension": "png", "size": 1,
         "asset_id": asset.pk}
    ]  # fmt: skip
    take.save(update_fields=["spec"])

    response = act("render-reuse", take)

    data = draft_data(artist)
    assert response["Location"] == reverse("project-detail", args=[project.slug])
    assert data["values"] == {
        "prompt": "Waves.",
        "model": "seedance-2.0-fast",
        "key": "",
        "operation": "text-to-video",
        "aspect_ratio": "1:1",
        "duration": "8",
        "resolution": "480p",
        "sound": "",
        "seed": "7",
        "takes": "1",
        "source_take": "",
    }
    assert (data["tray"], data.get("lineage")) == ([asset.pk], None)


def test_vary_takes_the_settings_with_a_new_seed_and_remembers_the_take(
    act: Act, project: Project, artist: User
) -> None:
    take = make_render(project, request=make_request(seed=7))

    act("render-vary", take)

    data = draft_data(artist)
    assert (data["values"]["seed"], data["parent"], data["lineage"]) == ("", take.pk, "vary")


def test_vary_comes_out_as_a_child(
    act: Act, client_of: Callable[[User], Client], project: Project, artist: User
) -> None:
    take = make_render(project)
    act("render-vary", take)

    client, address = client_of(artist), reverse("composer", args=[project.slug])
    page = hidden_of(client.post(address, {"act": "update"}, headers=HTMX))
    client.post(address, {"act": "render"} | page, headers=HTMX)

    (child,) = take.children.all()
    assert (child.lineage, child.spec["prompt"]) == ("vary", take.spec["prompt"])


def test_extend_sets_the_composer_to_go_on_from_the_take(act: Act, project: Project, artist: User) -> None:
    take = make_render(project)
    make_output(take)

    act("render-extend", take)

    values = draft_data(artist)["values"]
    assert (values["operation"], values["source_take"], values["prompt"]) == ("video-extension", str(take.pk), "")


def test_use_last_frame_sets_the_composer_to_begin_with_it(act: Act, project: Project, artist: User) -> None:
    take = make_render(project)
    output = make_output(take, last_frame=f"references/aa/aa/{'a' * 64}.png")
    store(output.last_frame, b"a frame")

    responses = [act("render-use-last-frame", take) for _ in range(2)]

    frame = Asset.objects.get()
    data = draft_data(artist)
    assert {each["Location"] for each in responses} == {reverse("project-detail", args=[project.slug])}
    assert (frame.sha256, frame.size, frame.file) == ("a" * 64, 7, output.last_frame)
    assert (data["values"]["operation"], data["tray"], data["lineage"]) == ("image-to-video", [frame.pk], "remix")


@pytest.mark.parametrize("gone", [True, False])
def test_use_last_frame_that_is_not_there_yet_says_so(act: Act, project: Project, gone: bool) -> None:
    take = make_render(project)
    if gone:
        make_output(take, last_frame=f"references/bb/bb/{'b' * 64}.png")

    response = act("render-use-last-frame", take)

    assert said(response) == [("warning", "The last frame of this take is not there yet. Try again in a moment.")]
    assert Asset.objects.count() == 0
