"""The styleguide: in the demo for everybody, elsewhere for nobody."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from studio.choices import RenderState


def test_styleguide_shows_a_card_of_every_state_in_both_themes(client: Client, db: None) -> None:
    page = client.get(reverse("styleguide")).content.decode()

    assert {state: page.count(f'data-state="{state}"') >= 2 for state in RenderState.values} == dict.fromkeys(
        RenderState.values, True
    )


def test_styleguide_is_in_english_whoever_reads_it(client: Client, db: None) -> None:
    client.cookies["language"] = "sv"

    assert '<html lang="en-gb"' in client.get(reverse("styleguide")).content.decode()


def test_styleguide_is_only_there_in_the_demo(client: Client, db: None, settings: Settings) -> None:
    settings.STUDIO_DEMO = False

    assert client.get(reverse("styleguide")).status_code == 404


def test_styleguide_shows_ratings_and_tags_on_their_own_and_on_cards(client: Client, db: None) -> None:
    page = client.get(reverse("styleguide")).content.decode()

    assert page.count('<section class="marks"') == 6
    assert page.count('class="take-badge take-rated"') == page.count('class="take-tags"') == 10
