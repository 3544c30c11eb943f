"""Filters for takes and references: how money, lengths, shapes and models are written. Nothing is looked up here."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

from studio.choices import AssetKind, InputRole, LedgerKind, Operation, RenderState, Standing
from studio.lib.english import english
from studio.lib.figures import booked_money, fine_money, localised, money, reckoned
from studio.models import LedgerEntry, Render
from studio.providers import registry
from studio.providers.capabilities import Capability
from studio.providers.traps import Trap, trap_of
from studio.services.ledger import CHARGED, SAID
from studio.services.requests import can_be_called_back
from studio.services.said import said

register = template.Library()

OPERATION_ICONS = {
    Operation.TEXT_TO_VIDEO: "text",
    Operation.IMAGE_TO_VIDEO: "first-frame",
    Operation.START_END_TO_VIDEO: "first-last",
    Operation.REFERENCE_TO_VIDEO: "references",
    Operation.VIDEO_TO_VIDEO: "edit-video",
    Operation.VIDEO_EXTENSION: "extend",
}
OPERATION_HINTS = {
    Operation.TEXT_TO_VIDEO: english("From words alone"),
    Operation.IMAGE_TO_VIDEO: english("One image begins it"),
    Operation.START_END_TO_VIDEO: english("Between two images"),
    Operation.REFERENCE_TO_VIDEO: english("Images, videos, sound"),
    Operation.VIDEO_TO_VIDEO: english("A video, changed"),
    Operation.VIDEO_EXTENSION: english("Goes on from a take"),
}
STEPS = {
    LedgerKind.SETTLED.value: english("Paid"),
    LedgerKind.RELEASED.value: english("Not charged"),
}
AS_THE_GATEWAY_DECIDES = english("sound as the gateway decides")

register.filter(money)
register.filter(booked_money)
register.filter(fine_money)
register.filter(reckoned)


@register.filter
def model_name(take: Render) -> str:
    """The studio's name of the take's model; the gateway's id for one that is no longer in the catalogue."""
    model = _model_of(take)
    return model.name if model else take.model


def _model_of(take: Render) -> Capability | None:
    try:
        return registry.find_model(take.provider, take.model)
    except LookupError:
        return None


@register.filter
def gateway_name(provider: str) -> str:
    """The name of a gateway by its slug; the slug for one that is no longer in the registry."""
    return registry.get(provider).name if provider in registry.PROVIDERS else provider


@register.filter
def task_hint(provider: str) -> str:
    """What the ids of a gateway's tasks look like; empty where nothing is known of them."""
    return registry.get(provider).task_hint if provider in registry.PROVIDERS else ""


@register.filter
def sound_in_words(take: Render) -> str:
    """Whether it was asked for with sound; where the gateway has no switch for it, nothing was asked."""
    model = _model_of(take)
    if model is not None and not model.sound_offered:
        return _(AS_THE_GATEWAY_DECIDES)
    return _("sound") if take.spec.get("sound") else _("no sound")


@register.filter
def is_bill(entry: LedgerEntry) -> bool:
    """Whether this sum was charged, by the gateway's word or a person's; all others are reckoned by its price list."""
    return entry.note == CHARGED or entry.note.startswith(SAID)


@register.filter
def entry_money(entry: LedgerEntry) -> str:
    """The sum of a step in the ledger: “about” only where it is reckoned and still stands."""
    if is_bill(entry) or entry.kind == LedgerKind.RELEASED:
        return booked_money(entry.amount, entry.currency)
    if entry.kind == LedgerKind.SETTLED:
        return _about(entry.amount, entry.currency)
    return reckoned(entry.amount, entry.currency)


def _about(amount: Decimal | None, currency: str) -> str:
    written = booked_money(amount, currency)
    return written if amount is None else f"≈ {written}"


@register.filter
def card_money(take: Render) -> str:
    """What a card says of the money: exact where the gateway or a person has said the sum, about so much else."""
    if take.is_released:
        return _("not charged")
    if take.standing != Standing.SETTLED or take.price is None:
        return reckoned(take.estimate, take.currency)
    # Without a file nothing is reckoned: only the gateway's own figure or a person's word settles it.
    is_said = take.state != RenderState.READY or getattr(take, "was_billed", False)
    return (booked_money if is_said else _about)(take.price, take.currency)


@register.filter
def charged_in_words(take: Render) -> str:
    """“16 credits were charged” of a take that ended without a file and is paid for all the same; else nothing."""
    if not take.has_ended or take.state == RenderState.READY or take.standing != Standing.SETTLED:
        return ""
    if take.price is None:
        return _("a sum nobody knows was charged")
    return _("%(sum)s were charged") % {"sum": booked_money(take.price, take.currency)}


@register.filter
def price_in_words(take: Render, entries: Iterable[LedgerEntry]) -> str:
    """What the take costs, how certain that is, and on what it rests."""
    if take.is_released:
        return _("not charged")
    if take.standing == Standing.SETTLED:
        return _paid_in_words(take, [entry.note for entry in entries if is_bill(entry)])
    if take.estimate is None:
        return _("price unknown, possibly charged") if take.may_be_charged else _("price unknown")
    words = _("%(sum)s, possibly charged") if take.may_be_charged else _("%(sum)s, estimated")
    return words % {"sum": reckoned(take.estimate, take.currency)}


def _paid_in_words(take: Render, bills: list[str]) -> str:
    if take.price is None:
        return _("paid, the sum is not known")
    if not bills:
        words = _("%(sum)s, by the gateway's price list")
        if take.usage:
            words = _("%(sum)s, by the gateway's count and price list")
        return words % {"sum": _about(take.price, take.currency)}
    sum_words = booked_money(take.price, take.currency)
    if bills[-1] == CHARGED:
        return _("%(sum)s, charged by the gateway") % {"sum": sum_words}
    word = said(bills[-1])
    return f"{sum_words}, {word[0].lower()}{word[1:]}"


@register.filter
def step_in_words(entry: LedgerEntry) -> str:
    """What a step in the ledger did with the money."""
    if entry.kind == LedgerKind.RESERVED:
        return _("Held again") if entry.round > 1 else _("Held")
    return _(STEPS[entry.kind]) if entry.kind in STEPS else entry.get_kind_display()


@register.filter
def can_only_stop_waiting(take: Render) -> bool:
    """Whether the take is at a gateway without a cancel; one that was not sent can always be called back."""
    return take.state != RenderState.QUEUED and not can_be_called_back(take)


@register.filter
def refused_for_sound(take: Render) -> bool:
    """Whether it was the sound alone that a gateway would not let pass, so that the take may go without it."""
    ended_badly = take.has_ended and take.state != RenderState.READY
    return ended_badly and bool(take.spec.get("sound")) and _trap(take) == Trap.SOUND_REFUSED


def _trap(take: Render) -> Trap | None:
    return trap_of(take.error_code, take.error_said)


@register.filter
def asked_ratio(take: Render) -> str:
    """The shape that the card keeps from the first moment on; adaptive counts as 16:9 until the file is known."""
    ratio = str(take.spec.get("aspect_ratio", ""))
    return ratio if ":" in ratio else "16:9"


@register.filter
def operation_icon(value: str) -> str:
    """The icon of an operation."""
    return OPERATION_ICONS.get(Operation(value), "text")


@register.filter
def operation_hint(value: str) -> str:
    """What an operation starts from, in a few words."""
    return _(OPERATION_HINTS[Operation(value)])


@register.filter
def role_label(value: str) -> str:
    """The name of an input's role."""
    return str(InputRole(value).label) if value in InputRole.values else value


@register.filter
def kind_icon(value: str) -> str:
    """The icon of a kind of reference."""
    return value if value in AssetKind.values else "image"


@register.filter
def short_seconds(value: Decimal | str | None) -> str:
    """A length without idle zeros: 5 s, 4.2 s; nothing for a take whose file is not there."""
    if value is None or isinstance(value, str):
        return ""
    return _("%(seconds)s s") % {"seconds": localised(f"{value:.1f}".removesuffix(".0"))}


@register.filter
def choice_label(choices: list, value: str) -> str:
    """The label of the chosen value in a list of choices, or the value itself."""
    return next((choice.label for choice in choices if choice.value == value), value)


@register.filter
def get(mapping: dict[str, str], name: str) -> str:
    """One value of a dictionary by a name that is only known in the template."""
    return mapping.get(name, "")
