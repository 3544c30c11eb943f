"""Months of the spend report in the language of the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from studio.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "month"), [("en", "Mar 2026"), ("fr", "mar 2026"), ("zh-hans", "2026年3月")])
def test_months_to_choose_from_are_in_the_language_of_the_page(
    client_of: Any, admin: User, language: str, month: str
) -> None:
    client: Client = client_of(admin)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = client.get(reverse("spend"), {"since": "2026-03", "until": "2026-03"}).content.decode()

    assert f'<option value="2026-03" selected>{month}</option>' in page
