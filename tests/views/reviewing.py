"""Takes that are ready or wait for a review, and what a page says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from studio.models import Project, Render, User
from studio.services import reviews
from tests.factories import make_output, make_render

ClientOf = Callable[[User], Client]


HTMX = {"HX-Request": "true"}


def ready(project: Project, **over: Any) -> Render:
    take = make_render(project, **over)
    make_output(take)
    return take


def waiting(project: Project, actor: User, **over: Any) -> Render:
    take = ready(project, **over)
    reviews.send(takes=[take], actor=actor, note="New light.")
    return take


def state(take: Render) -> str:
    return Render.objects.get(pk=take.pk).review_state


def said(response: Any) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def toast(response: Any) -> str:
    return str(json.loads(response["HX-Trigger"])["toast"]["text"])
