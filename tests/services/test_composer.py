"""What the composer shows for a draft: roles, options, price, and every problem beside its field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.choices import AssetKind, InputRole, Operation
from studio.models import ComposerDraft, Project, User
from studio.services import drafts
from studio.services.composer import compose
from studio.services.requests import capability_of
from studio.services.tray import assigned_roles
from tests.factories import make_asset, make_key

pytestmark = pytest.mark.django_db
PICTURE, FILM, SOUND = AssetKind.IMAGE, AssetKind.VIDEO, AssetKind.AUDIO
R = InputRole


@pytest.fixture
def draft(project: Project, artist: User) -> ComposerDraft:
    make_key()
    return drafts.draft_of(project=project, user=artist)


def say(draft: ComposerDraft, **values: str) -> ComposerDraft:
    variables = {name[4:]: values.pop(name) for name in list(values) if name.startswith("var_")}
    drafts.keep(draft=draft, values=values, variables=variables)
    return draft


@pytest.mark.parametrize(
    ("operation", "kinds", "roles"),
    [
        ("text-to-video", [PICTURE, FILM], [None, None]),
        ("image-to-video", [PICTURE], [R.FIRST_FRAME]),
        ("image-to-video", [SOUND, PICTURE, PICTURE], [None, R.FIRST_FRAME, None]),
        ("start-end-to-video", [PICTURE] * 3, [R.FIRST_FRAME, R.LAST_FRAME, None]),
        ("reference-to-video", [FILM, PICTURE, SOUND], [R.REFERENCE_VIDEO, R.REFERENCE_IMAGE, R.REFERENCE_AUDIO]),
        ("reference-to-video", [PICTURE] * 10, [R.REFERENCE_IMAGE] * 10),
        ("video-to-video", [PICTURE, FILM], [None, R.SOURCE_VIDEO]),
        ("video-extension", [FILM], [None]),
        ("nonsense", [PICTURE], [None]),
    ],
)
def test_roles_follow_operation_and_order(
    operation: str, kinds: list[AssetKind], roles: list[InputRole | None]
) -> None:
    assert assigned_roles(capability_of("tokenlab", "seedance-2.0"), operation, kinds) == roles


def test_compose_without_a_key_says_what_is_missing(project: Project, artist: User) -> None:
    composition = compose(drafts.draft_of(project=project, user=artist))

    assert list(composition.problem_of) == ["model"]
    assert (composition.capability, composition.total) == (None, None)


def test_compose_of_a_good_draft_has_a_price_for_all_takes(draft: ComposerDraft) -> None:
    composition = compose(say(draft, prompt="A red car", takes="3"))

    assert (composition.problems, composition.takes) == ([], 3)
    assert composition.estimate is not None
    assert composition.estimate.amount is not None
    assert composition.total == composition.estimate.amount * 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "{hero} runs"}, "variable:hero"),
        ({"prompt": "{hero} runs", "var_hero": "@Image1"}, "prompt"),
        ({"key": "987654321"}, "key"),
        ({"prompt": "@Image1 runs"}, "prompt"),
        ({"seed": "seven"}, "seed"),
        ({"seed": "9" * 30}, "seed"),
        ({"takes": "nine"}, "takes"),
        ({"takes": "9"}, "takes"),
        ({"duration": "99"}, "duration"),
        ({"resolution": "4k", "model": "tokenlab:seedance-2.0-fast"}, "resolution"),
        ({"operation": "nonsense"}, "operation"),
        ({"operation": "video-extension"}, "source_take"),
        ({"operation": "image-to-video"}, "inputs"),
    ],
)
def test_compose_names_the_field_of_each_problem(draft: ComposerDraft, values: dict[str, str], field: str) -> None:
    composition = compose(say(draft, **({"prompt": "A red car"} | values)))

    assert list(composition.problem_of) == [field]


def test_compose_fills_variables_and_keeps_the_typed_text(draft: ComposerDraft) -> None:
    composition = compose(say(draft, prompt="{hero} at {place}", var_hero="Ada", var_place="the sea"))

    assert composition.request is not None
    assert (composition.request.prompt, composition.values["prompt"]) == ("Ada at the sea", "{hero} at {place}")


def test_compose_names_references_in_tray_order(project: Project, draft: ComposerDraft) -> None:
    film = make_asset(project, kind="video", mime="video/mp4", extension="mp4", seconds=5)
    first, second = make_asset(project), make_asset(project)
    drafts.add_to_tray(draft=draft, assets=[second, film, first])

    composition = compose(say(draft, prompt="@Image2 meets @Image1", operation="reference-to-video"))

    assert [(item.asset, item.mention) for item in composition.tray] == [
        (second, "@Image1"),
        (film, "@Video1"),
        (first, "@Image2"),
    ]
    assert composition.problems == []


def test_compose_rules_out_in_both_directions(draft: ComposerDraft) -> None:
    by_model = compose(say(draft, prompt="A", model="tokenlab:seedance-2.0-fast"))
    ruled_out = {choice.value for choice in by_model.options.resolutions if choice.reason}
    by_setting = compose(say(draft, resolution="4k", model="tokenlab:seedance-2.0"))
    models = {choice.value for choice in by_setting.options.models if choice.reason}

    assert ruled_out == {"1080p", "4k"}
    assert models == {"seedance-2.0-fast", "seedance-2.0-mini"}


def test_compose_uses_no_reference_of_another_project(project: Project, draft: ComposerDraft) -> None:
    foreign = make_asset(project)
    drafts.add_to_tray(draft=draft, assets=[foreign])
    type(foreign).objects.filter(pk=foreign.pk).update(project=_other(project))

    assert compose(draft).tray == []


def test_compose_asks_the_database_a_fixed_number_of_times(
    project: Project, draft: ComposerDraft, django_assert_num_queries: Callable[[int], Any]
) -> None:
    drafts.add_to_tray(draft=draft, assets=[make_asset(project) for _ in range(6)])
    say(draft, prompt="A", operation=Operation.REFERENCE_TO_VIDEO.value)

    # Keys, budgets, references, and where quoting is stopped.
    with django_assert_num_queries(4):
        compose(draft)


def _other(project: Project) -> Project:
    return Project.objects.create(name="Other", slug=f"{project.slug}-other")


def test_compose_tells_an_unused_reference_from_a_missing_one(project: Project, artist: User) -> None:
    make_key()
    draft = drafts.draft_of(project=project, user=artist)
    drafts.add_to_tray(draft=draft, assets=[make_asset(project), make_asset(project)])
    values = {"operation": "image-to-video", "prompt": "@Image1 turns into @Image2 and @Image3"}
    drafts.keep(draft=draft, values=values, variables={})

    words = [problem.message for problem in compose(draft).problems]

    assert words == [
        "@Image2 is in the tray, but Image to video does not use it. "
        "Take it out of the text, or choose another operation.",
        "@Image3 is not in the tray. Add it there, or take it out of the text.",
    ]
