"""What is done with prompts: written, saved as the next version, renamed, put away. Versions are never changed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.models import Project, Prompt, PromptVersion, User
from studio.services import search_index

_TRIES = 20


@transaction.atomic
def create(*, project: Project, title: str, text: str, by: User, note: str = "") -> PromptVersion:
    """Start a prompt with its version 1."""
    _refuse_if_archived(project)
    prompt = Prompt.objects.create(project=project, title=title, created_by=by)
    version = PromptVersion.objects.create(prompt=prompt, number=1, text=_tidy(text), note=note, created_by=by)
    search_index.index(noun="prompt", numbers=[prompt.pk])
    return version


def save_version(
    *, prompt: Prompt, text: str, by: User, note: str = "", based_on: PromptVersion | None = None
) -> tuple[PromptVersion, bool]:
    """Save `text` as the next number: the version and True, or the newest one and False when it says the same."""
    _refuse_if_archived(prompt.project)
    if prompt.archived_at:
        raise ValidationError(_("This prompt is archived. Bring it back before writing in it."))
    for _attempt in range(_TRIES):
        newest = prompt.latest
        if newest and newest.text == _tidy(text):
            return newest, False
        number = newest.number + 1 if newest else 1
        try:
            with transaction.atomic():
                return _add(prompt, number, _tidy(text), note, based_on, by), True
        except IntegrityError:
            continue  # Somebody saved that number first; theirs stays and ours is the next.
    raise ValidationError(_("Others are saving this prompt right now. Please try again."))


@transaction.atomic
def rename(*, prompt: Prompt, title: str) -> None:
    """Give a prompt another title."""
    prompt.title = title
    prompt.save(update_fields=["title"])
    search_index.index(noun="prompt", numbers=[prompt.pk])


@transaction.atomic
def archive(*, prompt: Prompt) -> None:
    """Take a prompt out of the list; its versions stay with the takes made from them."""
    Prompt.objects.filter(pk=prompt.pk, archived_at=None).update(archived_at=timezone.now())


@transaction.atomic
def unarchive(*, prompt: Prompt) -> None:
    """Put a prompt back into the list."""
    Prompt.objects.filter(pk=prompt.pk).update(archived_at=None)


def _add(prompt: Prompt, number: int, text: str, note: str, based_on: PromptVersion | None, by: User) -> PromptVersion:
    version = PromptVersion.objects.create(
        prompt=prompt, number=number, text=text, note=note, based_on=based_on, created_by=by
    )
    search_index.index(noun="prompt", numbers=[prompt.pk])
    return version


def _tidy(text: str) -> str:
    # Browsers send CRLF; what was pasted from elsewhere must compare equal to what was typed.
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _refuse_if_archived(project: Project) -> None:
    if project.archived_at:
        raise ValidationError(_("This project is archived. A manager can bring it back in its settings."))
