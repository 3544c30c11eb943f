"""What every page's template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from studio.models import PriceStop, ProviderKey, User
from studio.services import keys, pricing
from studio.views import words


def studio(request: HttpRequest) -> dict[str, Any]:
    """The theme from its cookie (dark unless chosen otherwise), and whether this is the demo."""
    return {
        "theme": theme_of(request),
        "demo_mode": settings.STUDIO_DEMO,
        "words_url": words.address,
        # A function, so that only a whole page of an admin asks; a fragment and everybody else pay nothing.
        "refused_keys": lambda: _refused_keys(request),
        "price_stops": lambda: _price_stops(request),
    }


def theme_of(request: HttpRequest) -> str:
    """What was chosen in this browser: "dark", "light" or "system"."""
    theme = request.COOKIES.get("theme", "dark")
    return theme if theme in {"dark", "light", "system"} else "dark"


def _refused_keys(request: HttpRequest) -> list[ProviderKey]:
    """The keys that want an admin's hand, each with the number of takes that wait for it."""
    user = getattr(request, "user", None)
    return keys.paused_by_studio() if isinstance(user, User) and user.is_admin else []


def _price_stops(request: HttpRequest) -> list[PriceStop]:
    """Where quoting has been stopped, which is for admins to see to."""
    user = getattr(request, "user", None)
    return [*pricing.open_stops().values()] if isinstance(user, User) and user.is_admin else []
