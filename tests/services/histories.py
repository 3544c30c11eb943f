"""What the history of a take says last."""

from __future__ import annotations

from studio.models import Render


def last_word(render: Render) -> str:
    return render.events.order_by("-pk")[0].reason
