"""Reads a draft and works out everything that the composer shows: options, slots, problems and price. No writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Lineage, Operation, RenderState
from studio.lib import mentions, variables
from studio.models import Asset, ComposerDraft, PromptVersion, ProviderKey, Render
from studio.providers import registry
from studio.providers.availability import Options, Selection, options
from studio.providers.capabilities import Capability, InputRule
from studio.providers.checks import Problem, takes_problems, warnings
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.providers.wording import limits_sentence
from studio.services.keys import usable_keys
from studio.services.renders import Origin
from studio.services.requests import Choice, build_request, find_problems


@dataclass(frozen=True)
class TrayItem:
    """One reference in the tray; `role` is empty when the chosen operation has no use for it."""

    position: int
    asset: Asset
    role: InputRole | None
    # How the prompt speaks of it, such as @Image1; empty when it is not used.
    mention: str = ""


@dataclass(frozen=True)
class Slot:
    """What the chosen operation takes in one role, and what fills it now."""

    rule: InputRule
    items: list[TrayItem]
    limits: str

    @property
    def label(self) -> str:
        """The role's name."""
        return str(InputRole(self.rule.role).label)

    @property
    def missing(self) -> int:
        """How many are still needed."""
        return max(0, self.rule.minimum - len(self.items))

    @property
    def room(self) -> int:
        """How many more would fit."""
        return max(0, self.rule.ceiling - len(self.items))


@dataclass
class Composition:
    """Everything that the composer's template needs."""

    draft: ComposerDraft
    values: dict[str, str]
    capability: Capability | None
    keys: list[ProviderKey]
    key: ProviderKey | None
    options: Options
    tray: list[TrayItem]
    slots: list[Slot]
    variables: list[tuple[str, str]]
    takes: int
    source_take: Render | None = None
    extendable: Sequence[Render] = ()
    request: RenderRequest | None = None
    estimate: Estimate | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    origin: Origin = field(default_factory=Origin)

    @property
    def unused(self) -> list[TrayItem]:
        """References in the tray that the chosen operation does not take."""
        return [item for item in self.tray if item.role is None]

    @property
    def total(self) -> Decimal | None:
        """The price of all takes together, where one can be given."""
        if self.estimate is None or self.estimate.amount is None:
            return None
        return self.estimate.amount * self.takes

    @property
    def problem_of(self) -> dict[str, str]:
        """The problems by field, for showing each beside what it is about."""
        by_field: dict[str, str] = {}
        for problem in self.problems:
            by_field[problem.field] = f"{by_field.get(problem.field, '')} {problem.message}".strip()
        return by_field


def compose(draft: ComposerDraft) -> Composition:
    """Work everything out for the draft as it stands."""
    values = {"takes": "1", "operation": Operation.TEXT_TO_VIDEO.value} | draft.data.get("values", {})
    keys = usable_keys()
    capability = _capability(values, keys)
    values = _with_defaults(values, capability)
    tray = _tray(draft, capability, values["operation"])
    key = _key(values, keys, capability)
    composition = Composition(
        draft=draft,
        values=values,
        capability=capability,
        keys=[each for each in keys if capability and each.provider == capability.provider],
        key=key,
        options=_options(values, tray, keys),
        tray=tray,
        slots=_slots(capability, values["operation"], tray),
        variables=[
            (name, draft.data.get("variables", {}).get(name, "")) for name in variables.names(values.get("prompt", ""))
        ],
        takes=number(values.get("takes"), 1) or 1,
        source_take=_source_take(draft, values),
        extendable=_extendable(draft, key) if values["operation"] == Operation.VIDEO_EXTENSION else (),
    )
    _judge(composition)
    return composition


def number(text: str | None, otherwise: int | None = None) -> int | None:
    """The whole number that was typed, or `otherwise`."""
    try:
        return int(str(text).strip())
    except ValueError:
        return otherwise


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
    fitting = [key for key in keys if capability is not None and key.provider == capability.provider]
    chosen = [key for key in fitting if str(key.pk) == values.get("key")]
    return next(iter(chosen or fitting), None)


def _tray(draft: ComposerDraft, capability: Capability | None, operation: str) -> list[TrayItem]:
    ids = draft.data.get("tray", [])
    assets = draft.project.assets.in_bulk(ids)
    present = [assets[pk] for pk in ids if pk in assets]
    roles = assigned_roles(capability, operation, [AssetKind(asset.kind) for asset in present])
    counts: dict[AssetKind, int] = {}
    items = []
    for position, (asset, role) in enumerate(zip(present, roles, strict=True)):
        mention = ""
        if role is not None:
            kind = ROLE_KINDS[role]
            counts[kind] = counts.get(kind, 0) + 1
            mention = f"@{kind.label}{counts[kind]}"
        items.append(TrayItem(position, asset, role, mention))
    return items


def assigned_roles(capability: Capability | None, operation: str, kinds: Sequence[AssetKind]) -> list[InputRole | None]:
    """The role of each reference by its place in the tray: each fills the first slot for its kind with room.

    What finds no room in a slot that may hold several is still given that role, so that the limit can be named.
    """
    rule = capability.operations.get(Operation(operation)) if capability and operation in Operation.values else None
    if rule is None:
        return [None] * len(kinds)
    filled: dict[InputRole, int] = {}
    roles: list[InputRole | None] = []
    for kind in kinds:
        fitting = [each for each in rule.inputs if ROLE_KINDS[each.role] == kind]
        free = [each for each in fitting if filled.get(each.role, 0) < each.ceiling]
        crowded = [each for each in fitting if (each.maximum or 0) > 1]
        chosen = next(iter(free or crowded), None)
        if chosen is not None:
            filled[chosen.role] = filled.get(chosen.role, 0) + 1
        roles.append(chosen.role if chosen else None)
    return roles


def _slots(capability: Capability | None, operation: str, tray: list[TrayItem]) -> list[Slot]:
    rule = capability.operations.get(Operation(operation)) if capability and operation in Operation.values else None
    return [
        Slot(each, [item for item in tray if item.role == each.role], limits_sentence(each.limits))
        for each in (rule.inputs if rule else ())
    ]


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


def _judge(composition: Composition) -> None:
    """Build the request and add what stops it, what to beware of, and what it would cost."""
    capability, key = composition.capability, composition.key
    if capability is None or key is None:
        composition.problems.append(
            Problem("model", "There is no gateway key here yet. An admin adds one with manage.py addkey.")
        )
        return
    if composition.values["operation"] not in Operation.values:
        composition.problems.append(Problem("operation", "Choose what to make from the list."))
        return
    request = build_request(_choice(composition, capability))
    composition.request = request
    composition.problems += find_problems(
        capability=capability, request=request, key=key, source_take=composition.source_take
    )
    composition.problems += _typed_problems(composition)
    composition.warnings += warnings(capability, request)
    composition.estimate = registry.get(capability.provider).estimate(request)
    composition.origin = _origin(composition)


def _choice(composition: Composition, capability: Capability) -> Choice:
    values = composition.values
    return Choice(
        provider=capability.provider,
        model=capability.model,
        operation=Operation(values["operation"]),
        prompt=_filled(composition),
        duration=number(values.get("duration"), 0) or 0,
        resolution=values.get("resolution", ""),
        aspect_ratio=values.get("aspect_ratio", ""),
        sound=bool(values.get("sound")),
        seed=number(values.get("seed")),
        inputs=[(item.role, item.asset) for item in composition.tray if item.role is not None],
        source_take=composition.source_take,
    )


def _filled(composition: Composition) -> str:
    text = composition.values.get("prompt", "")
    try:
        return variables.fill(text, dict(composition.variables))
    except variables.MissingVariables:
        return text


def _typed_problems(composition: Composition) -> list[Problem]:
    """What is wrong with the words and numbers themselves, beyond what a gateway rules out."""
    values, found = composition.values, []
    empty = [name for name, value in composition.variables if not value.strip()]
    if empty:
        found.append(Problem("prompt", str(variables.MissingVariables(empty))))
    if values.get("seed", "").strip() and number(values["seed"]) is None:
        found.append(Problem("seed", f"“{values['seed']}” is not a whole number. Correct it, or leave it empty."))
    if number(values.get("takes")) is None:
        found.append(Problem("takes", "Say how many takes: a number from 1 to 8."))
    found += takes_problems(composition.takes)
    return found + _mention_problems(composition)


def _mention_problems(composition: Composition) -> list[Problem]:
    counts: dict[AssetKind, int] = {}
    for item in composition.tray:
        if item.role is not None:
            counts[ROLE_KINDS[item.role]] = counts.get(ROLE_KINDS[item.role], 0) + 1
    unknown = mentions.unknown(composition.values.get("prompt", ""), counts)
    return [
        Problem(
            "prompt", f"@{each.kind.label}{each.number} is not in the tray. Add it there, or take it out of the text."
        )
        for each in unknown
    ]


def _origin(composition: Composition) -> Origin:
    data = composition.draft.data
    version, parent = data.get("prompt_version"), data.get("parent")
    project = composition.draft.project
    return Origin(
        prompt_version=PromptVersion.objects.filter(pk=version, prompt__project=project).first() if version else None,
        parent=project.renders.filter(pk=parent).first() if parent else None,
        lineage=data.get("lineage", "") if data.get("lineage") in Lineage.values else "",
        source_take=composition.source_take,
    )
