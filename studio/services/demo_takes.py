"""The demo's takes by name: each is asked for by a press of its own, whose number tells it from all others."""

from __future__ import annotations

import uuid

from studio.models import Project, Render

SLUG = "demo"
_PRESSES = uuid.UUID("5b0f4e0e-2a54-4c53-9f0b-6c3a8ad4d7e1")
# What the demo begins with, in this order; "coast" and "other" are two of one prompt.
FIRST: tuple[str, ...] = ("coast", "other", "city", "ridge", "hills")
# Grown out of the first of the coast: what answers the note on it, another seed, and what comes after it.
FOLLOWING: tuple[str, ...] = ("note", "vary", "extend")


def submission(project: Project, name: str) -> uuid.UUID:
    """The press that asked for the take of this name; another one in a demo that is begun anew."""
    return uuid.uuid5(_PRESSES, f"{project.created_at.isoformat()} {name}")


def pressed(project: Project, name: str) -> Render:
    """The take of a press, with its film; raises Render.DoesNotExist."""
    takes = Render.objects.select_related("project", "key", "output", "prompt_version__prompt")
    return takes.get(project=project, submission=submission(project, name))
