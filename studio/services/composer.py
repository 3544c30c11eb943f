"""Reads a draft and works out everything that the composer shows: options, slots, problems and price. No writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studio.choices import InputRole, Operation, RenderState
from studio.lib import variables
from studio.models import ComposerDraft, ProviderKey, Render
from studio.providers import registry
from studio.providers.availability import Options, Selection, options
from studio.providers.capabilities import Capability
from studio.services.composition import Composition, judge, number
from studio.services.keys import usable_keys
from studio.services.tray import TrayItem, slots_of, tray_of


def compose(draft: ComposerDraft) -> Composition:
    """Work everything out for the draft as it stands."""
    chosen = {name: value for name, value in draft.data.get("values", {}).items() if value or name == "sound"}
    values = {"takes": "1", "operation": Operation.TEXT_TO_VIDEO.value} | chosen
    keys = usable_keys()
    capability = _capability(values, keys)
    values = _with_defaults(values, capability)
    tray = tray_of(draft, capability, values["operation"])
    key = _key(values, keys, capability)
    composition = Composition(
        draft=draft,
        values=values,
        capability=capability,
        keys=[each for each in keys if capability and each.provider == capability.provider],
        key=key,
        options=_options(values, tray, keys),
        tray=tray,
        slots=slots_of(capability, values["operation"], tray),
        variables=[
            (name, draft.data.get("variables", {}).get(name, "")) for name in variables.names(values.get("prompt", ""))
        ],
        takes=number(values.get("takes"), 1) or 1,
        source_take=_source_take(draft, values),
        extendable=_extendable(draft, key) if values["operation"] == Operation.VIDEO_EXTENSION else (),
    )
    judge(composition)
    return composition


def _capability(values: Mapping[str, str], keys: list[ProviderKey]) -> Capability | None:
    """The chosen model, or the first one that there is a key for."""
    chosen = registry.find_key(values.get("model", ""))
    if chosen is not None:
        return chosen
    held = {key.provider for key in keys}
    return next((each for each in registry.all_capabilities() if each.provider in held), None)


def _with_defaults(values: dict[str, str], capability: Capability | None) -> dict[str, str]:
    if capability is None:
        return values
    operation = values["operation"]
    ratio = capability.default_aspect_ratio
    if operation in Operation.values:
        ratio = capability.default_aspect_ratio_for(Operation(operation))
    defaults = {
        "model": capability.key,
        "resolution": capability.default_resolution,
        "aspect_ratio": ratio,
        "duration": str(capability.default_duration),
        "sound": "on" if capability.default_sound else "",
    }
    return defaults | {name: value for name, value in values.items() if value or name == "sound"}


def _key(values: Mapping[str, str], keys: list[ProviderKey], capability: Capability | None) -> ProviderKey | None:
    """The chosen key, or the first one for the model; none when the chosen one is gone, since another's money is no
    stand-in. A key of another gateway only means that the model was changed."""
    fitting = [key for key in keys if capability is not None and key.provider == capability.provider]
    wanted = values.get("key")
    if wanted and wanted not in {str(key.pk) for key in keys}:
        return None
    chosen = [key for key in fitting if str(key.pk) == wanted]
    return next(iter(chosen or fitting), None)


def _options(values: Mapping[str, str], tray: list[TrayItem], keys: list[ProviderKey]) -> Options:
    held = {key.provider for key in keys}
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
    )
    return options([each for each in registry.all_capabilities() if each.provider in held], selection)


def _source_take(draft: ComposerDraft, values: Mapping[str, str]) -> Render | None:
    """The take to extend; a choice that belongs to another operation is kept but not used."""
    if values["operation"] != Operation.VIDEO_EXTENSION:
        return None
    takes = draft.project.renders.select_related("key", "output")
    return takes.filter(pk=number(values.get("source_take")) or 0).first()


def _extendable(draft: ComposerDraft, key: ProviderKey | None) -> Sequence[Render]:
    takes = draft.project.renders.in_gallery().filter(state=RenderState.READY, key=key)
    return list(takes[:20])
