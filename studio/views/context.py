"""What every page's template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def studio(request: HttpRequest) -> dict[str, Any]:
    """The theme from its cookie (dark unless chosen otherwise), and whether this is the demo."""
    theme = request.COOKIES.get("theme", "dark")
    return {"theme": theme if theme in {"dark", "light", "system"} else "dark", "demo_mode": settings.STUDIO_DEMO}
