"""Presses of the Render button, and the hints that they leave for workers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django_q.models import OrmQ

from studio.models import Project, ProviderKey, Render
from studio.services.renders import create_renders
from tests.factories import make_request


def press(project: Project, key: ProviderKey, **over: Any) -> list[Render]:
    values = {"asked_by": None, "request": make_request(), "takes": 2, "submission": uuid4()} | over
    return create_renders(project=project, key=key, **values)


def hints() -> list[tuple[str, tuple[int, ...]]]:
    return [(row.func(), row.task["args"]) for row in OrmQ.objects.filter(key="studio").order_by("pk")]
