"""The composer where quoting has been stopped: that gateway cannot be chosen, the others of the model still can."""

from __future__ import annotations

import pytest

from studio.models import Project, ProviderKey, Render
from tests.factories import make_key
from tests.team_factories import make_stop
from tests.views.composing import Press, alert_of, hidden_of, key, press

__all__ = ["key", "press"]

STOPPED = (
    "Price not quoted: the last 7 bills of TokenLab for this model were 40 % above what was estimated. "
    "Choose another gateway, or ask an admin, who can let it be quoted again."
)


@pytest.fixture
def hub(project: Project, key: ProviderKey) -> ProviderKey:
    return make_key(provider="tokenhub", label="Hub", base_url="http://127.0.0.1:9/api/v1")


def test_only_gateway_of_the_model_says_that_its_price_is_not_quoted(press: Press) -> None:
    make_stop()

    response = press("update")

    composer = response.context["composer"]
    page = response.content.decode()
    assert (composer.door.why_not, composer.can_be_done, composer.total) == (STOPPED, False, None)
    assert composer.problem_of["key"] == STOPPED
    assert STOPPED in page
    assert "Render · price unknown" in page


def test_render_at_a_stopped_price_is_refused_and_nothing_is_lost(press: Press) -> None:
    make_stop()

    response = press("render", prompt="A red car stops at the sea.")

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert STOPPED in alert_of(response)
    assert "A red car stops at the sea." in response.content.decode()


def test_page_from_before_the_stop_renders_nothing(press: Press) -> None:
    page = hidden_of(press("update"))
    make_stop()

    response = press("render", **page)

    assert (response.status_code, Render.objects.count()) == (422, 0)


def test_other_gateway_of_the_model_takes_its_place(press: Press, key: ProviderKey, hub: ProviderKey) -> None:
    make_stop()

    response = press("update")

    composer = response.context["composer"]
    assert f'value="{key.pk}" disabled' in response.content.decode()
    assert (composer.key, composer.can_be_done, composer.problem_of.get("key")) == (hub, True, None)
    assert [(door.gateway, door.is_open, door.why_not) for door in composer.doors] == [
        ("TokenHub", True, ""),
        ("TokenLab", False, STOPPED),
    ]
    assert press("render").status_code == 200
    assert list(Render.objects.values_list("provider", flat=True)) == ["tokenhub"]


def test_stopped_gateway_that_is_chosen_by_hand_has_no_silent_stand_in(
    press: Press, key: ProviderKey, hub: ProviderKey
) -> None:
    make_stop()

    response = press("render", key=str(key.pk))

    assert (response.status_code, Render.objects.count()) == (422, 0)
    assert response.context["composer"].problem_of["key"] == STOPPED


def test_other_model_of_the_gateway_goes_on(press: Press) -> None:
    make_stop(model="seedance-2.0")

    assert press("render").status_code == 200
    assert Render.objects.count() == 1
