"""The tray: which role each reference takes in the chosen operation, and what the operation's slots still want."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.choices import ROLE_KINDS, AssetKind, InputRole, Operation
from studio.models import Asset, ComposerDraft
from studio.providers.capabilities import Capability, InputRule, OperationRule
from studio.providers.wording import limits_sentence


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


def tray_of(draft: ComposerDraft, capability: Capability | None, operation: str) -> list[TrayItem]:
    """The references of the draft that are still there, in its order, each with its role in the operation."""
    ids = draft.data.get("tray", [])
    assets = draft.project.assets.in_bulk(ids)
    return items_of([assets[pk] for pk in ids if pk in assets], capability, operation)


def items_of(present: Sequence[Asset], capability: Capability | None, operation: str) -> list[TrayItem]:
    """These references in their order, each with the role that the operation gives it."""
    roles = assigned_roles(capability, operation, [AssetKind(asset.kind) for asset in present])
    counts: dict[AssetKind, int] = {}
    items = []
    for position, (asset, role) in enumerate(zip(present, roles, strict=True)):
        mention = ""
        if role is not None:
            kind = ROLE_KINDS[role]
            counts[kind] = counts.get(kind, 0) + 1
            mention = f"@{kind.value.capitalize()}{counts[kind]}"
        items.append(TrayItem(position, asset, role, mention))
    return items


def rule_of(capability: Capability | None, operation: str) -> OperationRule | None:
    """What the model says of the operation; None when it does not offer it."""
    if capability is None or operation not in Operation.values:
        return None
    return capability.operations.get(Operation(operation))


def assigned_roles(capability: Capability | None, operation: str, kinds: Sequence[AssetKind]) -> list[InputRole | None]:
    """The role of each reference by its place in the tray: each fills the first slot for its kind with room.

    What finds no room in a slot that may hold several is still given that role, so that the limit can be named.
    """
    rule = rule_of(capability, operation)
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


def slots_of(capability: Capability | None, operation: str, tray: list[TrayItem]) -> list[Slot]:
    """What the operation takes, role by role, with what of the tray fills it; nothing for one that the model lacks."""
    rule = rule_of(capability, operation)
    return [
        Slot(each, [item for item in tray if item.role == each.role], limits_sentence(each.limits))
        for each in (rule.inputs if rule else ())
    ]


def counts_of(tray: Sequence[TrayItem]) -> dict[AssetKind, int]:
    """How many references of each kind are used, which is as far as @Image1, @Image2 … go."""
    counts: dict[AssetKind, int] = {}
    for item in tray:
        if item.role is not None:
            counts[ROLE_KINDS[item.role]] = counts.get(ROLE_KINDS[item.role], 0) + 1
    return counts
