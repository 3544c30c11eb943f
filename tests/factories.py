"""Plain functions that make rows for tests; every argument that a test does not care about has a sensible value."""

from __future__ import annotations

from itertools import count
from typing import Any

from studio.choices import Role
from studio.models import Membership, Project, Prompt, PromptVersion, User

_numbers = count(1)


def make_user(username: str = "", **over: Any) -> User:
    """A person who can sign in only through `client_of`: no password is set unless one is given."""
    password = over.pop("password", None)
    return User.objects.create_user(username or f"person-{next(_numbers)}", password=password, **over)


def make_project(members: dict[Role, User] | None = None, **over: Any) -> Project:
    """A project with `members`, each under their role."""
    number = next(_numbers)
    project = Project.objects.create(**{"name": f"Project {number}", "slug": f"project-{number}", **over})
    for role, user in (members or {}).items():
        Membership.objects.create(project=project, user=user, role=role)
    return project


def make_prompt(project: Project, *texts: str, **over: Any) -> Prompt:
    """A prompt with a version for each of `texts`, oldest first."""
    prompt = Prompt.objects.create(**{"project": project, "title": f"Prompt {next(_numbers)}", **over})
    for number, text in enumerate(texts or ("A red car stops.",), start=1):
        PromptVersion.objects.create(prompt=prompt, number=number, text=text)
    return prompt
