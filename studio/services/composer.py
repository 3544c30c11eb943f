"""Reads a draft and works out all that the composer shows: options, slots, doors, problems and price. No writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.choices import InputRole, Operation, RenderState
from studio.lib import variables
from studio.models import ComposerDraft, ProviderKey, Render
from studio.providers import registry
from studio.providers.availability import Options, Selection, options
from studio.providers.capabilities import Capability
from studio.providers.merging import merged
from studio.services.budgets import binding, limits_of
from studio.services.composition import Composition, number
from studio.services.doors import Offer, keys_of, offers_of
from studio.services.judging import judge
from studio.services.notes import note_of
from studio.services.tray import TrayItem, slots_of, tray_of


def compose(draft: ComposerDraft) -> Composition:
    """Work everything out for the draft as it stands."""
    chosen = {name: value for name, value in draft.data.get("values", {}).items() if value or name == "sound"}
    values = {"takes": "1", "operation": Operation.TEXT_TO_VIDEO.value} | chosen
    keys = keys_of(draft.project)
    offers = offers_of(keys)
    values["model"] = _model(values, offers)
    pinned = next((key for key in keys if str(key.pk) == values.get("key")), None)
    capability = capability_for(values["model"], offers, pinned)
    values = with_defaults(values, capability)
    tray = tray_of(draft, capability, values["operation"])
    composition = Composition(
        draft=draft,
        values=values,
        capability=capability,
        keys=keys,
        pinned=pinned,
        options=_options(values, tray, offers, pinned),
        tray=tray,
        slots=slots_of(capability, values["operation"], tray),
        variables=[
            (name, draft.data.get("variables", {}).get(name, "")) for name in variables.names(values.get("prompt", ""))
        ],
        takes=number(values.get("takes"), 1) or 1,
        source_take=_source_take(draft, values),
        note=note_of(draft),
        budgets=limits_of(binding(project_id=draft.project_id, person_id=draft.user_id)),
        extendable=_extendable(draft, offers, pinned) if values["operation"] == Operation.VIDEO_EXTENSION else (),
    )
    judge(composition, [offer for offer in offers if offer.capability.studio_model == values["model"]])
    return composition


def _model(values: Mapping[str, str], offers: Sequence[Offer]) -> str:
    """The chosen model, or the first one that there is a key for."""
    if chosen := registry.studio_model_of(values.get("model", "")):
        return chosen
    running = [offer for offer in offers if offer.key.paused_at is None]
    return next((offer.capability.studio_model for offer in running or offers), "")


def capability_for(model: str, offers: Sequence[Offer], pinned: ProviderKey | None) -> Capability | None:
    """What can be done with the model by the chosen key, or by any; from the catalogue when no key offers it."""
    fitting = [offer for offer in offers if offer.capability.studio_model == model]
    if not offers:
        return None
    of_pinned = [offer for offer in fitting if pinned is not None and offer.key.pk == pinned.pk]
    running = [offer for offer in fitting if offer.key.paused_at is None]
    found = [offer.capability for offer in of_pinned or running or fitting]
    return merged(found or registry.studio_models()[model])


def with_defaults(values: dict[str, str], capability: Capability | None) -> dict[str, str]:
    """The settings with the model's own choice wherever nothing is chosen; as they are without a model."""
    if capability is None:
        return values
    operation = values["operation"]
    ratio = capability.default_aspect_ratio
    if operation in Operation.values:
        ratio = capability.default_aspect_ratio_for(Operation(operation))
    defaults = {
        "resolution": capability.default_resolution,
        "aspect_ratio": ratio,
        "duration": str(capability.default_duration),
        # Of the model itself: a gateway without the switch does not turn it off for the others.
        "sound": "on" if merged(registry.studio_models()[values["model"]]).default_sound else "",
    }
    return defaults | {name: value for name, value in values.items() if value or name == "sound"}


def _options(
    values: Mapping[str, str], tray: list[TrayItem], offers: Sequence[Offer], pinned: ProviderKey | None
) -> Options:
    roles: dict[InputRole, int] = {}
    for item in tray:
        if item.role is not None:
            roles[item.role] = roles.get(item.role, 0) + 1
    selection = Selection(
        model=values.get("model", ""),
        operation=values.get("operation", ""),
        resolution=values.get("resolution", ""),
        aspect_ratio=values.get("aspect_ratio", ""),
        duration=number(values.get("duration")),
        roles=roles,
        pinned=None if pinned is None else [each.capability for each in offers if each.key.pk == pinned.pk],
    )
    return options([each.capability for each in offers if each.key.paused_at is None], selection)


def _source_take(draft: ComposerDraft, values: Mapping[str, str]) -> Render | None:
    """The take to extend; a choice that belongs to another operation is kept but not used."""
    if values["operation"] != Operation.VIDEO_EXTENSION:
        return None
    takes = draft.project.renders.present().select_related("key", "output")
    with_key = takes.defer("key__secret", "key__management_secret")
    return with_key.filter(pk=number(values.get("source_take")) or 0).first()


def _extendable(draft: ComposerDraft, offers: Sequence[Offer], pinned: ProviderKey | None) -> Sequence[Render]:
    """Finished takes of a key that offers extensions; whichever is picked decides the door."""
    keys = {offer.key.pk for offer in offers if Operation.VIDEO_EXTENSION in offer.capability.operations}
    if pinned is not None:
        keys &= {pinned.pk}
    return list(draft.project.renders.in_gallery().filter(state=RenderState.READY, key__in=keys)[:20])
