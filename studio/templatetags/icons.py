"""Icons from the one sprite. A tag and not an included template: a page of takes shows two hundred of them."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.choices import RenderState

register = template.Library()

STATE_ICONS = {
    RenderState.SUBMITTING: "sending",
    RenderState.WAITING: "waiting",
    RenderState.RUNNING: "running",
    RenderState.FETCHING: "download",
    RenderState.READY: "check",
    RenderState.REFUSED: "error",
    RenderState.FAILED: "warning",
    RenderState.CANCELLED: "cancelled",
    RenderState.EXPIRED: "expired",
    RenderState.UNCONFIRMED: "question",
}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One icon, which says nothing to a screen reader: the words beside it do."""
    kept = _kept_icons()
    if (name, css) not in kept:
        kept[name, css] = format_html(
            '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
            f"icon {css}".strip(),
            staticfiles_storage.url("img/icons.svg"),
            name,
        )
    return kept[name, css]


@register.simple_tag
def state_icon(state: str) -> SafeString:
    """The icon of a render's state; each has a shape of its own."""
    found: SafeString = icon(STATE_ICONS.get(state, "queued"))  # type: ignore[call-overload]
    return found


def _kept_icons() -> dict[tuple[str, str], SafeString]:
    """Kept with the storage, since the sprite's address is its word: another storage starts afresh."""
    kept: dict[tuple[str, str], SafeString] | None = getattr(staticfiles_storage, "kept_icons", None)
    if kept is None:
        kept = {}
        setattr(staticfiles_storage, "kept_icons", kept)  # noqa: B010  (the storage's class does not know it)
    return kept
