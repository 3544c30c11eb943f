"""Prompts in the composer: beginning from a saved one, and saving what was written."""

from __future__ import annotations

from studio.models import Project, Prompt, PromptVersion, User
from tests.factories import make_project, make_prompt
from tests.views.composing import Press, draft_of, key, press, toast_of

__all__ = ["key", "press"]


def test_prompt_starts_from_a_saved_version(press: Press, project: Project, artist: User) -> None:
    version = make_prompt(project, "First.", "Second.").versions.first()
    assert version is not None

    response = press(f"prompt:{version.pk}")

    draft = draft_of(project, artist)
    assert (draft.data["values"]["prompt"], draft.data["prompt_version"]) == ("Second.", version.pk)
    assert ">Second.</textarea>" in response.content.decode()


def test_prompt_of_another_project_is_not_used(press: Press, project: Project, artist: User) -> None:
    foreign = make_prompt(make_project(), "Theirs.").versions.get()

    response = press(f"prompt:{foreign.pk}")

    assert "Theirs." not in response.content.decode()
    assert draft_of(project, artist).data["values"]["prompt"] == "A red car stops."


def test_save_prompt_makes_a_prompt_named_after_its_first_words(press: Press, project: Project) -> None:
    response = press("save-prompt", prompt="one two three four five six seven eight nine")

    prompt = Prompt.objects.get(project=project)
    assert (prompt.title, prompt.versions.count()) == ("one two three four five six seven eight", 1)
    assert toast_of(response) == ("success", "Saved as one two three four five six seven eight v1.")


def test_save_prompt_makes_the_next_version_once(press: Press, project: Project) -> None:
    prompt = make_prompt(project, "First.")

    said = [toast_of(press(f"save-prompt:{prompt.pk}", prompt="Second."))[1] for _ in range(2)]

    assert said == [f"Saved as {prompt.title} v2.", f"{prompt.title} v2 already says exactly this."]
    assert [version.text for version in prompt.versions.all()] == ["Second.", "First."]


def test_save_prompt_never_touches_another_project(press: Press, project: Project) -> None:
    foreign = make_prompt(make_project(), "Theirs.")

    press(f"save-prompt:{foreign.pk}", prompt="Mine.")

    assert list(PromptVersion.objects.filter(prompt=foreign).values_list("text", flat=True)) == ["Theirs."]
    assert list(PromptVersion.objects.filter(prompt__project=project).values_list("text", flat=True)) == ["Mine."]


def test_save_prompt_wants_a_text(press: Press) -> None:
    response = press("save-prompt", prompt="  ")

    assert toast_of(response) == ("warning", "There is no text to save yet.")
    assert Prompt.objects.count() == 0
