"""Conversations are written from moulds: word for word what the templates write of each comment by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.template import Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from studio.lib.outlines import Outline
from studio.models import Project, Render, User
from studio.services import comments
from studio.templatetags.comments import _Moulds
from tests.factories import make_output, make_render
from tests.team_factories import make_comment

ClientOf = Callable[[User], Client]
BOX = [{"kind": "box", "x": 0.1, "y": 0.1, "w": 0.2, "h": 0.2}]
# All that could be taken for a place of a mould, or for something of HTML, a template or a format.
ODD = "50% %(name)s %s {{ remark.name }} {% now %} \ue000words\ue000 <b>&amp;</b> \"'"


@pytest.fixture
def take(project: Project, artist: User, reviewer: User) -> Render:
    """Much is said of it, in every way that there is."""
    take = make_render(project, asked_by=artist)
    make_output(take, frame_count=121)
    span = comments.add(take=take, text=ODD, author=reviewer, frame=3, end_frame=9, drawing=BOX)
    comments.add(take=take, text=f"@Mia Manager {ODD}", author=artist, parent=span)
    comments.add(take=take, text="As you say.", author=reviewer, parent=span)
    comments.add(take=take, text="@Ari Artist, look.", author=reviewer, frame=0)
    make_comment(take, name=ODD, frame=0, edited_at=timezone.now())
    make_comment(take, "Mine.", author=artist, edited_at=timezone.now())
    comments.resolve(comment=make_comment(take, author=reviewer), actor=artist)
    make_comment(take, "Reply.", parent=make_comment(take, removed_at=timezone.now()))
    for _ in range(2):
        make_render(project, answers=span)
    return take


def written(client: Client, take: Render) -> str:
    body = client.get(reverse("render-detail", args=[take.pk])).content.decode()
    return body.partition('id="comment-list"')[2].partition('id="talk-poll"')[0]


@pytest.mark.parametrize("language", ["en", "fr", "zh-hans"])
@pytest.mark.parametrize("who", ["artist", "reviewer", "manager"])
def test_moulds_write_what_the_templates_write(
    client_of: ClientOf, take: Render, monkeypatch: pytest.MonkeyPatch, request: Any, who: str, language: str
) -> None:
    client = client_of(request.getfixturevalue(who))
    client.cookies["language"] = language
    from_moulds = written(client, take)
    monkeypatch.setattr(_Moulds, "cast", _by_itself)

    one_by_one = written(client, take)

    assert from_moulds == one_by_one
    assert from_moulds.count("data-comment=") == 6
    assert from_moulds.count("50% %(name)s %s {{ remark.name }} {% now %} \ue000words\ue000 &lt;b&gt;") > 2


def test_a_template_runs_for_each_shape_and_not_for_each_comment(
    client_of: ClientOf, take: Render, artist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, runs, before = client_of(artist), list[int](), _Moulds._made

    def counted(self: _Moulds, values: Any) -> Outline:
        runs.append(1)
        return before(self, values)

    monkeypatch.setattr(_Moulds, "_made", counted)
    written(client, take)
    few = len(runs)
    for number in range(30):
        make_comment(take, f"More {number}.", frame=number + 1)

    written(client, take)

    assert len(runs) - few in (few, few + 1)


def _by_itself(self: _Moulds, values: Any) -> str:
    template: Template = self._template
    with self._context.push(remark=values):
        return str(template.render(self._context))
