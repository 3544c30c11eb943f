"""The composer: what each button does, that nothing typed is lost, and that nothing of other projects gets in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from studio.choices import Role
from studio.models import ComposerDraft, Project, ProviderKey, Render, User
from tests.factories import make_asset, make_key, make_project, make_prompt
from tests.views.composing import Press, draft_of, fill_tray, key, press

__all__ = ["key", "press"]


def test_update_keeps_what_was_typed_and_shows_the_form_again(press: Press, project: Project, artist: User) -> None:
    response = press("update", prompt="Waves\r\nroll in.", duration="9", seed="12", takes="3")

    values = draft_of(project, artist).data["values"]
    assert (response.status_code, response.headers.get("HX-Trigger")) == (200, None)
    assert response.content.decode().count('<form id="composer"') == 1
    assert values == {
        "prompt": "Waves\nroll in.",
        "model": "seedance-2.0-fast",
        "duration": "9",
        "seed": "12",
        "takes": "3",
        "sound": "",
    }


def test_update_without_javascript_goes_back_to_the_page(press: Press, project: Project) -> None:
    response = press("update", htmx=False)

    assert response["Location"] == reverse("project-detail", args=[project.slug])


def test_save_answers_nothing(press: Press, project: Project, artist: User) -> None:
    response = press("save", prompt="Half a thou")

    assert (response.status_code, response.content) == (204, b"")
    assert draft_of(project, artist).data["values"]["prompt"] == "Half a thou"


def test_update_shows_no_error_before_a_render_was_tried(press: Press) -> None:
    response = press("update", prompt="")

    assert 'role="alert"' not in response.content.decode()


def test_button_elsewhere_keeps_what_stands_in_the_composer(
    client_of: Callable[[User], Client], press: Press, project: Project, artist: User
) -> None:
    press("save", prompt="Kept", sound="on")
    asset = make_asset(project)

    response = client_of(artist).post(reverse("composer", args=[project.slug]), {"act": f"add:{asset.pk}"})

    data = draft_of(project, artist).data
    assert response.status_code == 302
    assert (data["values"]["prompt"], data["values"]["sound"], data["tray"]) == ("Kept", "on", [asset.pk])


@pytest.mark.parametrize(
    ("act", "order"),
    [
        ("remove:1", [0, 2]),
        ("up:1", [1, 0, 2]),
        ("up:0", [0, 1, 2]),
        ("down:1", [0, 2, 1]),
        ("down:2", [0, 1, 2]),
        ("move:0:2", [1, 2, 0]),
        ("move:2:0", [2, 0, 1]),
        ("move:0:9", [0, 1, 2]),
        ("move:1", [0, 1, 2]),
        ("remove:9", [0, 1, 2]),
        ("remove", [0, 1, 2]),
        ("remove:-1", [0, 1, 2]),
        ("remove:٣", [0, 1, 2]),
        ("remove:99999999999999999999999", [0, 1, 2]),
        ("nonsense:1", [0, 1, 2]),
        ("", [0, 1, 2]),
    ],
)
def test_tray_steps(press: Press, project: Project, artist: User, act: str, order: list[int]) -> None:
    assets = fill_tray(project, artist, 3)

    response = press(act)

    assert response.status_code == 200
    assert draft_of(project, artist).data["tray"] == [assets[place].pk for place in order]


def test_add_puts_references_of_this_project_into_the_tray_once(press: Press, project: Project, artist: User) -> None:
    asset, removed = make_asset(project), make_asset(project, removed_at=timezone.now())
    foreign = make_asset(make_project({Role.ARTIST: artist}))

    for subject in (asset.pk, asset.pk, removed.pk, foreign.pk, 987654321, f"{asset.pk}:{foreign.pk}"):
        press(f"add:{subject}")

    assert draft_of(project, artist).data["tray"] == [asset.pk]


def test_tray_ignores_what_belongs_elsewhere_even_if_it_got_in(press: Press, project: Project, artist: User) -> None:
    foreign = make_asset(make_project(), name="secret.png")
    ComposerDraft.objects.create(project=project, user=artist, data={"tray": [foreign.pk]})

    response = press("render", operation="image-to-video")

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert "secret.png" not in response.content.decode()


def test_tray_names_references_as_the_prompt_does(press: Press, project: Project, artist: User) -> None:
    fill_tray(project, artist, 2)

    response = press("update", operation="reference-to-video")

    assert [item.mention for item in response.context["composer"].tray] == ["@Image1", "@Image2"]


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "x" * 100_000},
        {"prompt": "a\x00b"},
        {"prompt": "\N{CLAPPER BOARD}" * 30_000},
        {"model": "tokenlab:nothing"},
        {"model": "x" * 30_000},
        {"operation": "\x00"},
        {"duration": "9" * 5000},
        {"duration": "-1", "resolution": "", "aspect_ratio": "adaptive"},
        {"aspect_ratio": "<script>"},
        {"key": "x"},
        {f"variable:{'n' * 3000}": "v"},
    ],
)
@pytest.mark.parametrize("act", ["update", "render"])
def test_composer_survives_what_no_browser_sends(press: Press, act: str, fields: dict[str, str]) -> None:
    response = press(act, **fields)

    assert response.status_code in {200, 422}
    assert "<script>" not in response.content.decode()


def test_composer_never_stores_invisible_nulls(press: Press, project: Project, artist: User) -> None:
    press("save", prompt="a\x00b", **{"variable:na\x00me": "c\x00d"})

    assert "\\u0000" not in json.dumps(draft_of(project, artist).data)


def test_composer_limits_how_much_is_kept(press: Press, project: Project, artist: User) -> None:
    for batch in range(3):
        press("save", prompt="x" * 50_000, **{f"variable:{batch}-{number}": "v" * 30_000 for number in range(40)})

    assert len(json.dumps(draft_of(project, artist).data)) < 200_000


def test_switching_the_model_keeps_choices_and_says_what_does_not_fit(press: Press) -> None:
    response = press("update", model="tokenlab:seedance-2.0-fast", resolution="4k")

    option = re.search(
        r'<label class="choice" title="([^"]*)"><input[^>]*value="4k"([^>]*)>', response.content.decode()
    )
    assert option is not None
    assert "checked" in option[2]


def test_what_a_model_rules_out_stays_visible_with_its_reason(press: Press) -> None:
    response = press("update", model="tokenlab:seedance-2.0-fast", resolution="720p")

    option = re.search(r'title="([^"]+)"><input[^>]*value="4k"([^>]*)>', response.content.decode())
    assert option is not None
    assert "disabled" in option[2]


def test_drafts_are_each_persons_own(
    client_of: Callable[[User], Client], press: Press, project: Project, manager: User
) -> None:
    press("save", prompt="Ada's own")

    response = client_of(manager).get(reverse("project-detail", args=[project.slug]))

    assert response.context["composer"].values.get("prompt", "") == ""


@pytest.mark.parametrize("count", [1, 3])
def test_update_asks_the_same_number_of_questions_for_any_tray(
    press: Press, project: Project, artist: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill_tray(project, artist, count)
    for _ in range(count):
        make_prompt(project, "One.", "Two.")
        make_asset(project)

    # Two of them for money: the budgets that bind, of which there are none, and where quoting is stopped.
    with django_assert_num_queries(15):
        response = press("update", operation="reference-to-video")

    assert len(response.context["composer"].tray) == count


def test_prompt_from_its_own_page_goes_into_the_composer_and_nothing_else_changes(
    client_of: Callable[[User], Client], press: Press, project: Project, artist: User
) -> None:
    press("save", prompt="Typed.", duration="9")
    version = make_prompt(project, "Waves.").versions.get()

    response = client_of(artist).post(reverse("composer", args=[project.slug]), {"act": f"prompt:{version.pk}"})

    values = draft_of(project, artist).data["values"]
    assert response.headers["Location"] == reverse("project-detail", args=[project.slug])
    assert (values["prompt"], values["duration"]) == ("Waves.", "9")


def test_ratio_that_follows_the_input_reads_as_a_word(press: Press) -> None:
    body = press("update", aspect_ratio="adaptive").content.decode()

    assert '<span class="chip-value">Adaptive</span>' in body
    assert '<span class="choice-text">Adaptive<' in body


def test_gateway_that_stands_alone_is_named_with_its_price(press: Press) -> None:
    chip = press("update").content.decode().partition('id="chip-key"')[2].partition("</summary>")[0]

    assert (">TokenLab</span>" in chip, "≈ $" in chip, "Cheapest" in chip) == (True, True, False)


def test_sound_stays_switched_on_while_a_gateway_without_the_switch_is_pinned(
    press: Press, project: Project, artist: User
) -> None:
    silent = make_key(provider="seedance", currency="credits")
    drawn = press("update", key=silent.pk, sound="on").content.decode()

    assert '<input type="hidden" name="sound" value="on">' in drawn
    assert 'id="id_sound"' not in drawn


def test_reason_why_the_pinned_key_is_of_no_use_stands_under_the_chips(press: Press, key: ProviderKey) -> None:
    ProviderKey.objects.filter(pk=key.pk).update(paused_at=timezone.now(), monthly_cap=0)

    drawn = press("update", key=key.pk).content.decode()

    line = drawn.partition('id="key-problem"')[2].partition("</p>")[0]
    assert f"The key “{key.label}” is paused. Choose another gateway, or ask an admin.</span>" in line
    assert 'aria-describedby="key-problem"' in drawn


def test_operation_that_the_pinned_gateway_lacks_says_why_once_below_the_row(press: Press) -> None:
    hub = make_key(provider="tokenhub")
    chosen = press("update", key=hub.pk, operation="video-extension").content.decode()
    another = press("update", key=hub.pk, operation="text-to-video").content.decode()

    below = '<p class="operations-why" aria-hidden="true">TokenHub has no way to extend a take'
    assert (chosen.count(below), another.count("operations-why")) == (1, 0)
