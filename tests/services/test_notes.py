"""From a note to the next take: what the composer is filled with, what stands beside it, and what the takes keep."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from studio.choices import InputRole, Lineage, Operation, RenderState, Verdict
from studio.lib.clock import now
from studio.models import ComposerDraft, Project, ProviderKey, Render, User
from studio.services import drafts, renders
from studio.services.composer import compose
from studio.services.notes import note_of
from studio.services.requests import input_file
from tests.factories import make_asset, make_key, make_output, make_project, make_render, make_request
from tests.team_factories import make_comment, make_review

BOX = {"kind": "box", "x": 0.1, "y": 0.2, "w": 0.3, "h": 0.4}
STROKE = {"kind": "stroke", "points": [[0.1, 0.2], [0.3, 0.4]], "color": "red"}


@pytest.fixture
def key(db: None) -> ProviderKey:
    return make_key()


@pytest.fixture
def draft(project: Project, artist: User) -> ComposerDraft:
    return drafts.draft_of(project=project, user=artist)


@pytest.fixture
def take(project: Project, key: ProviderKey) -> Render:
    found = make_render(project, key)
    make_output(found)
    return found


def pressed(draft: ComposerDraft) -> Render:
    """The take that a press of Render makes of the draft as it stands."""
    composition = compose(draft)
    assert composition.request is not None and composition.key is not None, composition.problems
    made = renders.create_renders(
        project=draft.project,
        asked_by=draft.user,
        key=composition.key,
        request=composition.request,
        takes=1,
        submission=draft.submission,
        origin=composition.origin,
    )
    drafts.next_submission(draft=draft, submission=draft.submission)
    return made[0]


def test_note_fills_the_composer_with_prompt_inputs_and_settings(
    project: Project, draft: ComposerDraft, key: ProviderKey
) -> None:
    asset = make_asset(project)
    files = (input_file(InputRole.REFERENCE_IMAGE, asset),)
    request = make_request(operation=Operation.REFERENCE_TO_VIDEO, inputs=files, seed=7, prompt="The sea.")
    comment = make_comment(make_render(project, key, request=request))

    drafts.answer_note(draft=draft, comment=comment)

    values = draft.data["values"]
    assert [values[name] for name in ("prompt", "operation", "seed", "duration")] == [
        "The sea.", "reference-to-video", "7", "5",
    ]  # fmt: skip
    assert [draft.data[name] for name in ("tray", "parent", "lineage", "answers")] == [
        [asset.pk], comment.render_id, Lineage.NOTE, comment.pk,
    ]  # fmt: skip


def test_take_from_a_note_keeps_what_it_answers_and_its_shot(
    draft: ComposerDraft, take: Render, key: ProviderKey
) -> None:
    second = make_render(take.project, key, parent=take, shot=take)
    comment = make_comment(second)
    drafts.answer_note(draft=draft, comment=comment)

    made = pressed(draft)

    assert (made.parent_id, made.shot_id, made.answers_id, made.lineage) == (
        second.pk,
        take.pk,
        comment.pk,
        Lineage.NOTE,
    )


def test_note_is_left_behind_by_the_press(draft: ComposerDraft, take: Render) -> None:
    drafts.answer_note(draft=draft, comment=make_comment(take))
    pressed(draft)

    second = pressed(draft)

    assert (note_of(draft), second.answers_id, second.parent_id, second.lineage) == (None, None, None, "")


def test_note_can_be_left_and_everything_typed_stays(draft: ComposerDraft, take: Render) -> None:
    drafts.answer_note(draft=draft, comment=make_comment(take))
    drafts.keep(draft=draft, values={"prompt": "Slower."}, variables={})

    drafts.leave_note(draft=draft)

    assert (note_of(draft), draft.data["values"]["prompt"], "parent" in draft.data) == (None, "Slower.", False)


def test_leaving_a_note_leaves_a_variation_alone(draft: ComposerDraft, take: Render) -> None:
    drafts.use_settings(draft=draft, render=take, lineage=Lineage.VARY)

    drafts.leave_note(draft=draft)

    assert (draft.data["parent"], draft.data["lineage"]) == (take.pk, Lineage.VARY)


def test_note_says_who_where_and_what(draft: ComposerDraft, take: Render, reviewer: User) -> None:
    comment = make_comment(take, "Here.", reviewer, frame=60, end_frame=72, drawing=[BOX, STROKE])
    drafts.answer_note(draft=draft, comment=comment)

    note = note_of(draft)

    assert note is not None
    assert (note.name, note.text, note.at, note.moment) == ("Rey Reviewer", "Here.", "00:02:12 to 00:03:00", "2.521")
    assert [shape["line"] for shape in note.shapes] == ["", "0.1,0.2 0.3,0.4"]


def test_note_on_the_whole_take_has_no_place(draft: ComposerDraft, take: Render) -> None:
    drafts.answer_note(draft=draft, comment=make_comment(take))

    note = note_of(draft)

    assert note is not None
    assert (note.at, note.moment, note.frame) == ("", "", None)


def test_removed_note_is_not_answered(draft: ComposerDraft, take: Render) -> None:
    before = draft.data

    with pytest.raises(ValidationError, match="This comment has been removed"):
        drafts.answer_note(draft=draft, comment=make_comment(take, removed_at=now()))

    assert ComposerDraft.objects.get().data == before


def test_note_removed_meanwhile_leaves_the_lineage(draft: ComposerDraft, take: Render) -> None:
    comment = make_comment(take, "A secret.")
    drafts.answer_note(draft=draft, comment=comment)
    comment.removed_at = now()
    comment.save()

    note, made = note_of(draft), pressed(draft)

    assert note is not None
    assert (note.is_gone, note.text, note.name) == (True, "", "")
    assert (made.parent_id, made.answers_id, made.lineage) == (take.pk, None, Lineage.NOTE)


@pytest.mark.parametrize("field", ["parent", "answers"])
def test_draft_of_another_projects_note_shows_and_stores_none(
    draft: ComposerDraft, take: Render, key: ProviderKey, field: str
) -> None:
    strange = make_comment(make_render(make_project(), key), "Secret campaign")
    drafts.answer_note(draft=draft, comment=make_comment(take))
    draft.data[field] = {"parent": strange.render_id, "answers": strange.pk}[field]
    draft.save()

    note, made = note_of(draft), pressed(draft)

    assert (note.text if note else "", made.answers_id) == ("", None)
    assert made.parent_id in (take.pk, None)


def test_reason_of_a_verdict_is_a_note_as_well(draft: ComposerDraft, take: Render, reviewer: User) -> None:
    review = make_review(take, reviewer, Verdict.CHANGES, reason="Too dark.")

    drafts.answer_verdict(draft=draft, review=review)

    note, made = note_of(draft), pressed(draft)
    assert note is not None
    assert (note.name, note.text, note.verdict) == ("Rey Reviewer", "Too dark.", Verdict.CHANGES)
    assert (made.parent_id, made.lineage, made.answers_id) == (take.pk, Lineage.NOTE, None)
    assert "verdict" not in ComposerDraft.objects.get().data


def test_retry_answers_what_the_take_before_did(take: Render, artist: User) -> None:
    comment = make_comment(take)
    failed = make_render(
        take.project, take.key, state=RenderState.FAILED, parent=take, shot=take, lineage=Lineage.NOTE, answers=comment
    )

    again = renders.retry(render=failed, asked_by=artist)

    assert (again.parent_id, again.shot_id, again.answers_id, again.lineage) == (
        failed.pk, take.pk, comment.pk, Lineage.RETRY,
    )  # fmt: skip
    assert again.estimate is not None and again.estimate > Decimal(0)
