"""Turns what a gateway says of a task into the one write that follows from it."""

from __future__ import annotations

from datetime import datetime

from studio.choices import RenderState
from studio.lib.english import english
from studio.models import Attempt
from studio.providers import registry
from studio.providers.answers import NO_VIDEO_CODE, RemoteState, RemoteStatus
from studio.services import statuses

ADVICE = {
    RenderState.FAILED: english("Change the prompt or the references if the gateway named them; otherwise try again."),
    RenderState.CANCELLED: english("Render again whenever you like."),
    RenderState.EXPIRED: english("Try again; the gateway was probably too busy."),
}
ENDS = {
    RemoteState.FAILED: (RenderState.FAILED, english("The gateway could not render it")),
    RemoteState.CANCELLED: (RenderState.CANCELLED, english("Cancelled at the gateway")),
    RemoteState.EXPIRED: (RenderState.EXPIRED, english("The gateway gave up on it")),
}

NO_FILE = english("The gateway calls the take completed but names no file. It is probably charged.")
LOOK_FOR_IT = english("Look for the file in the gateway's own console before asking for the take again.")


def brings_news(*, state: str, progress: int | None, status: RemoteStatus) -> bool:
    """Whether a status changes anything about a render in `state` that was last seen at `progress`."""
    if status.state in (RemoteState.WAITING, RemoteState.UNKNOWN_WORD):
        return False
    moved_on = status.progress is not None and status.progress != progress
    return status.has_ended or state != RenderState.RUNNING or moved_on


def apply_status(
    *,
    provider: str,
    render_id: int,
    state: str,
    status: RemoteStatus,
    next_poll_at: datetime,
    progress: int | None = None,
) -> None:
    """Write down a status, if it brings news."""
    if status.state in ENDS:
        _end(provider, render_id, status)
    elif status.state == RemoteState.SUCCEEDED:
        statuses.record_succeeded(
            render_id=render_id, video_url=status.video_url, billing_id=status.billing_id, usage=status.usage
        )
    elif brings_news(state=state, progress=progress, status=status):
        statuses.record_running(render_id=render_id, progress=status.progress, next_poll_at=next_poll_at)


def _end(provider: str, render_id: int, status: RemoteStatus) -> None:
    to, reason = ENDS[status.state]
    free = registry.get(provider).failed_is_free
    advice = ADVICE[to]
    meaning = english("Nothing is charged.") if free else _what_was_taken(render_id, status)
    if status.error_code == NO_VIDEO_CODE:
        # A task called completed was rendered, whatever is missing from its answer.
        free, reason, meaning, advice = False, english("Done at the gateway, but without a file"), NO_FILE, LOOK_FOR_IT
    elif to == RenderState.FAILED and not status.error_text:
        meaning = english("The gateway gave no reason. %(meaning)s", meaning=meaning)
    statuses.record_ended(
        render_id=render_id,
        to=to,
        reason=reason,
        said=status.error_text,
        meaning=meaning,
        advice=advice,
        free=free,
        code=status.error_code,
    )


def _what_was_taken(render_id: int, status: RemoteStatus) -> str:
    """A gateway that takes its price on accepting has said so; what it leaves open is whether it gives that back."""
    accepted = Attempt.objects.filter(render=render_id, charged__gt=0).order_by("-number").first()
    charged, currency = status.usage.charged, status.usage.currency
    if accepted is not None:
        charged, currency = accepted.charged, accepted.charged_currency
    if not charged:
        return english("The gateway does not say whether this is charged.")
    taken = f"{charged.normalize():f} {currency}"
    return english(
        "The gateway has taken %(taken)s for this, and does not say whether that is given back.", taken=taken
    )
