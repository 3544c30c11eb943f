"""The composer's draft: every step is kept, and two steps at once both count."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connections

from studio.choices import InputRole, Operation
from studio.models import ComposerDraft, Project, User
from studio.services import drafts
from studio.services.requests import input_file
from tests.factories import make_asset, make_project, make_prompt, make_render, make_request, make_user
from tests.team_factories import make_comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(project: Project, artist: User) -> ComposerDraft:
    return drafts.draft_of(project=project, user=artist)


def test_draft_starts_from_the_projects_settings_once(artist: User) -> None:
    project = make_project(default_settings={"resolution": "480p", "duration": 7, "evil": "x"})

    first, second = (drafts.draft_of(project=project, user=artist) for _ in range(2))

    assert (first, first.data) == (second, {"values": {"resolution": "480p", "duration": "7"}})


def test_keep_adds_to_what_is_there(draft: ComposerDraft) -> None:
    drafts.keep(draft=draft, values={"prompt": "A", "seed": "x", "evil": "1"}, variables={"hero": "Ada"})
    drafts.keep(draft=draft, values={"takes": "4"}, variables={"place": "sea"})

    stored = ComposerDraft.objects.get().data
    assert {name: stored["values"][name] for name in ("prompt", "seed", "takes")} == {
        "prompt": "A",
        "seed": "x",
        "takes": "4",
    }
    assert (stored["variables"], "evil" in stored["values"]) == ({"hero": "Ada", "place": "sea"}, False)


def test_version_counts_until_its_text_is_changed(project: Project, draft: ComposerDraft) -> None:
    version = make_prompt(project, "A car").versions.get()
    drafts.use_version(draft=draft, version=version)
    drafts.keep(draft=draft, values={"prompt": "A car"}, variables={})
    same = draft.data.get("prompt_version")

    drafts.keep(draft=draft, values={"prompt": "A cart"}, variables={})

    assert (same, draft.data.get("prompt_version")) == (version.pk, None)


def test_tray_keeps_its_order(project: Project, draft: ComposerDraft) -> None:
    a, b, c = (make_asset(project) for _ in range(3))
    drafts.add_to_tray(draft=draft, assets=[a, b])
    drafts.add_to_tray(draft=draft, assets=[b, c])

    drafts.change_tray(draft=draft, step="up", position=2)
    drafts.change_tray(draft=draft, step="down", position=0)
    moved = list(draft.data["tray"])
    for step, position in (("up", 0), ("down", 2), ("remove", 9), ("remove", -1)):
        drafts.change_tray(draft=draft, step=step, position=position)
    drafts.move_in_tray(draft=draft, position=0, target=2)
    drafts.change_tray(draft=draft, step="remove", position=1)

    assert (moved, draft.data["tray"]) == ([c.pk, a.pk, b.pk], [a.pk, c.pk])


@pytest.mark.django_db(transaction=True)
def test_uploads_of_one_drop_all_land_in_the_tray() -> None:
    project, user = make_project(), make_user()
    draft = drafts.draft_of(project=project, user=user)
    assets = [make_asset(project) for _ in range(8)]

    def add(number: int) -> None:
        drafts.add_to_tray(draft=ComposerDraft.objects.get(pk=draft.pk), assets=[assets[number]])
        connections.close_all()

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ComposerDraft.objects.get().data["tray"]) == [asset.pk for asset in assets]


def test_settings_of_a_take_fill_the_composer(project: Project, draft: ComposerDraft) -> None:
    asset = make_asset(project)
    files = (input_file(InputRole.REFERENCE_IMAGE, asset),)
    render = make_render(project, request=make_request(operation=Operation.REFERENCE_TO_VIDEO, inputs=files, seed=7))

    drafts.use_settings(draft=draft, render=render, lineage="vary")

    values = draft.data["values"]
    assert (values["model"], values["operation"]) == ("seedance-2.0-fast", "reference-to-video")
    assert (draft.data["tray"], draft.data["parent"], draft.data["lineage"]) == ([asset.pk], render.pk, "vary")


def test_second_press_of_a_form_leaves_what_was_chosen_since(project: Project, draft: ComposerDraft) -> None:
    submission = draft.submission
    drafts.next_submission(draft=draft, submission=submission)
    comment = make_comment(make_render(project))
    drafts.answer_note(draft=draft, comment=comment)

    drafts.next_submission(draft=draft, submission=submission)

    assert (draft.data["parent"], draft.data["answers"]) == (comment.render_id, comment.pk)


def test_press_is_followed_by_another_submission(draft: ComposerDraft) -> None:
    submission = draft.submission

    drafts.next_submission(draft=draft, submission=uuid.uuid4())
    unchanged = ComposerDraft.objects.get().submission
    drafts.next_submission(draft=draft, submission=submission)

    assert (unchanged == submission, ComposerDraft.objects.get().submission == submission) == (True, False)
