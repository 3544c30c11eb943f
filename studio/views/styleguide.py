"""Every component in every state on one page, dark beside light, for whoever builds or judges them; only in the demo.

What it shows is made up and never stored. It is in English only: those who build the studio read it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from studio.choices import Operation, RenderState, ReviewState, Standing
from studio.forms.styling import StyledForm
from studio.models import Output, Render, User

THEMES = ("dark", "light")
SECTIONS = (
    ("buttons", "Buttons"),
    ("forms", "Forms"),
    ("chips", "Chips and counts"),
    ("marks", "Rating and tags"),
    ("badges", "Badges and people"),
    ("alerts", "Alerts and toasts"),
    ("empty", "Empty, loading and progress"),
    ("menus", "Menus and tabs"),
    ("dialogs", "Dialogs"),
    ("tables", "Tables"),
    ("cards", "Takes in every state"),
    ("selection", "Selection"),
)
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
# Far above any take there is, so that no card leads to a real one.
FIRST_NUMBER = 10**12
LONG = "A lighthouse on a rocky coast at golden sunset, long waves rolling in, warm haze, slow aerial push-in, 35 mm"
TAGS = ("sea", "golden hour", "a-tag-of-one-word-that-is-far-too-long-for-the-room-there-is-for-it-on-any-page")
WHY: dict[str, dict[str, Any]] = {
    RenderState.RUNNING: {"progress": 42},
    RenderState.REFUSED: {"error_said": "prompt was flagged", "standing": Standing.RELEASED},
    RenderState.FAILED: {"error_meaning": "The gateway broke off.", "standing": Standing.RELEASED},
    RenderState.CANCELLED: {"standing": Standing.RELEASED},
    RenderState.EXPIRED: {"standing": Standing.POSSIBLY, "error_meaning": "No end was heard of."},
    RenderState.UNCONFIRMED: {
        "standing": Standing.POSSIBLY,
        "error_advice": "Look at the gateway’s own list of tasks.",
    },
}


class SampleForm(StyledForm):
    """One field of each kind."""

    name = forms.CharField(max_length=12, help_text="As others will see it.")
    number = forms.IntegerField(required=False, label="Number of takes")
    ratio = forms.ChoiceField(choices=[("16:9", "16:9"), ("1:1", "1:1")], label="Aspect ratio")
    brief = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)
    locked = forms.CharField(disabled=True, required=False, initial="Cannot be changed")


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The whole sheet; elsewhere than in the demo there is no such page."""
    if not settings.STUDIO_DEMO:
        raise Http404
    with translation.override("en-gb"):
        sides = [_side(theme, number) for number, theme in enumerate(THEMES)]
        return render(request, "styleguide/page.html", {"sections": SECTIONS, "sides": sides})


def _side(theme: str, number: int) -> dict[str, Any]:
    wrong = {"name": "Far too long a name", "number": "many", "ratio": "2:1"}
    return {
        "theme": theme,
        "form": SampleForm(auto_id=f"{theme}-%s"),
        "refused_form": SampleForm(wrong, auto_id=f"{theme}-refused-%s"),
        "tags": TAGS,
        "takes": _takes(FIRST_NUMBER + 100 * number),
    }


def _takes(first: int) -> list[Render]:
    states = [*RenderState.values, *([RenderState.READY] * len(VERDICTS))]
    verdicts = [ReviewState.NONE] * len(RenderState.values) + VERDICTS
    return [_take(first + n, state, verdict) for n, (state, verdict) in enumerate(zip(states, verdicts, strict=True))]


VERDICTS = [state for state in ReviewState if state != ReviewState.NONE]


def _take(number: int, state: str, verdict: str) -> Render:
    take = Render(
        pk=number,
        project_id=0,
        asked_by=User(username="ada", display_name="Ada Artist"),
        provider="tokenlab",
        model="seedance-2.0",
        operation=Operation.TEXT_TO_VIDEO,
        spec={"prompt": LONG if state == RenderState.READY else f"A take that is {state}", "aspect_ratio": "16:9"},
        state=state,
        review_state=verdict,
        estimate=Decimal("0.74"),
        created_at=MOMENT,
        **WHY.get(state, {}),
    )
    if state == RenderState.READY:
        take.rating, take.is_favourite, take.tag_names = 4, True, TAGS
        Output(render=take, width=1280, height=720, seconds=Decimal("5.042"), frame_rate="24/1")
    return take
