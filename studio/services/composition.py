"""One state of the composer, ready to be shown: the request it stands for, what stops it, and what it would cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from studio.choices import Lineage, Operation
from studio.lib import mentions, variables
from studio.models import ComposerDraft, PromptVersion, ProviderKey, Render
from studio.providers.availability import Options
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, takes_problems
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.services.doors import Door, Offer, choose, doors, frozen, next_doors
from studio.services.requests import Choice, build_request
from studio.services.storing import Origin
from studio.services.tray import Slot, TrayItem, counts_of


@dataclass
class Composition:
    """Everything that the composer's template needs. `capability` is what any of the doors can do."""

    draft: ComposerDraft
    values: dict[str, str]
    capability: Capability | None
    keys: list[ProviderKey]
    # The key that was chosen by hand; None leaves the choice to the studio.
    pinned: ProviderKey | None
    options: Options
    tray: list[TrayItem]
    slots: list[Slot]
    variables: list[tuple[str, str]]
    takes: int
    source_take: Render | None = None
    extendable: Sequence[Render] = ()
    doors: list[Door] = field(default_factory=list)
    door: Door | None = None
    door_reason: str = ""
    # Where it is tried next if the chosen door refuses, in order.
    further: list[Door] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    origin: Origin = field(default_factory=Origin)

    @property
    def key(self) -> ProviderKey | None:
        """The key that a press would use."""
        return self.door.key if self.door else None

    @property
    def request(self) -> RenderRequest | None:
        """What a press would ask for."""
        return self.door.request if self.door else None

    @property
    def estimate(self) -> Estimate | None:
        """The price of one take, and what it rests on."""
        return self.door.estimate if self.door else None

    @property
    def cheapest(self) -> Door | None:
        """The door that the studio would choose by itself."""
        found, reason = choose(self.doors)
        return found if reason else None

    @property
    def unused(self) -> list[TrayItem]:
        """References in the tray that the chosen operation does not take."""
        return [item for item in self.tray if item.role is None]

    @property
    def total(self) -> Decimal | None:
        """The price of all takes together, where one can be given."""
        if self.estimate is None or self.estimate.amount is None or takes_problems(self.takes):
            return None
        return self.estimate.amount * self.takes

    @property
    def shown(self) -> str:
        """A digest of what a press would pay for, but for the words: a page that shows another one is out of date."""
        paid_for = {
            "references": [(item.asset.pk, item.role) for item in self.tray if item.role is not None],
            "key": self.key.pk if self.key else None,
            "price": [str(self.total), self.estimate.currency if self.estimate else ""],
            "further": frozen(self.further),
            "takes": self.takes,
            "model": self.values.get("model", ""),
            "operation": self.values["operation"],
        }
        return hashlib.sha256(json.dumps(paid_for).encode()).hexdigest()

    @property
    def problem_of(self) -> dict[str, str]:
        """The problems by field, for showing each beside what it is about."""
        return _by_field(self.problems)

    @property
    def warning_of(self) -> dict[str, str]:
        """The warnings by field."""
        return _by_field(self.warnings)

    @property
    def can_be_done(self) -> bool:
        """Whether a gateway was found that can do exactly this."""
        return self.door is not None and self.door.is_open

    @property
    def gateway_words(self) -> str:
        """What the chip says of the gateway before its price."""
        if self.door is None:
            return "Choose a gateway"
        if self.pinned is not None:
            return self.door.gateway
        if not self.can_be_done and len(self.doors) > 1:
            return "None can do this"
        return f"Cheapest: {self.door.gateway}" if self.compares_prices else self.door.gateway

    @property
    def compares_prices(self) -> bool:
        """Whether another gateway could do this at a price in the same currency, so that one is the cheapest."""
        prices = [door.estimate for door in self.doors if door.is_open and door.estimate and door.amount is not None]
        chosen = self.cheapest.estimate if self.cheapest else None
        return chosen is not None and sum(price.currency == chosen.currency for price in prices) > 1


def _by_field(problems: Sequence[Problem]) -> dict[str, str]:
    by_field: dict[str, str] = {}
    for problem in problems:
        by_field[problem.field] = f"{by_field.get(problem.field, '')} {problem.message}".strip()
    return by_field


def number(text: str | None, otherwise: int | None = None) -> int | None:
    """The whole number that was typed, or `otherwise`; one that no column or sum could hold is none."""
    typed = str(text).strip()
    try:
        return int(typed) if len(typed) < 19 else otherwise
    except ValueError:
        return otherwise


def judge(composition: Composition, offers: Sequence[Offer]) -> None:
    """Build the request, find the doors for it, and add what stops it, what to beware of, and what it would cost."""
    if problem := _nothing_to_ask(composition, offers):
        composition.problems.append(problem)
        return
    request = build_request(_choice(composition))
    composition.doors = doors(
        offers=offers, request=request, source_take=composition.source_take, takes=composition.takes
    )
    _choose_door(composition)
    composition.problems += _typed_problems(composition)
    composition.origin = _origin(composition)


def _nothing_to_ask(composition: Composition, offers: Sequence[Offer]) -> Problem | None:
    if composition.capability is None:
        return Problem("model", "There is no gateway key here yet. An admin adds one under Keys.")
    if not offers:
        name = composition.capability.name
        return Problem("model", f"No key of this project offers {name}. Choose another model, or ask an admin.")
    if composition.values["operation"] not in Operation.values:
        return Problem("operation", "Choose what to make from the list.")
    return None


def _choose_door(composition: Composition) -> None:
    wanted, pinned = composition.values.get("key"), composition.pinned
    if wanted and pinned is None:
        composition.problems.append(Problem("key", "The key chosen here is gone. Choose another gateway."))
        return
    composition.door, composition.door_reason = choose(composition.doors, pinned)
    if composition.door is None:
        composition.problems.append(_not_there(composition))
        return
    # One reason why the key is of no use is enough: what it may spend matters little while it is paused.
    composition.problems += [*composition.door.closed[:1], *composition.door.problems]
    composition.warnings += composition.door.warnings
    if composition.draft.project.tries_next_gateway and pinned is None and composition.door.is_open:
        composition.further = next_doors(composition.doors, composition.door)


def _not_there(composition: Composition) -> Problem:
    """A key chosen by hand has no silent stand-in."""
    label = composition.pinned.label if composition.pinned else ""
    name = composition.capability.name if composition.capability else "this model"
    return Problem("key", f"The key “{label}” does not offer {name}. Choose another gateway or another model.")


def _choice(composition: Composition) -> Choice:
    """The request as it would go to any of the doors; each makes it out to its own gateway and model."""
    values, capability = composition.values, composition.capability
    return Choice(
        provider="",
        model="",
        operation=Operation(values["operation"]),
        prompt=_filled(composition),
        duration=number(values.get("duration"), 0) or 0,
        resolution=values.get("resolution", ""),
        aspect_ratio=values.get("aspect_ratio", ""),
        # What no door of the model has is not shown, so it is not asked for either.
        sound=bool(values.get("sound")) and capability is not None and capability.sound_offered,
        seed=number(values.get("seed")) if capability is not None and capability.seed else None,
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
    found += [Problem(f"variable:{name}", str(variables.MissingVariables([name]))) for name in empty]
    if values.get("seed", "").strip() and number(values["seed"]) is None:
        found.append(Problem("seed", f"“{values['seed']}” is not a whole number. Correct it, or leave it empty."))
    if number(values.get("takes")) is None:
        found.append(Problem("takes", "Say how many takes: a number from 1 to 8."))
    found += takes_problems(composition.takes)
    return found + _mention_problems(composition)


def _mention_problems(composition: Composition) -> list[Problem]:
    counts = counts_of(composition.tray)
    # In what is sent, for a variable's value may speak of a reference as well.
    unknown = mentions.unknown(_filled(composition), counts)
    return [Problem("prompt", _missing(composition, f"@{each.kind.label}{each.number}", each)) for each in unknown]


def _missing(composition: Composition, name: str, mention: mentions.Mention) -> str:
    """Why a name in the prompt stands for nothing: its reference is not there, or this operation does not use it."""
    lying = sum(item.asset.kind == mention.kind for item in composition.tray)
    if mention.number <= lying:
        label = Operation(composition.values["operation"]).label
        return (
            f"{name} is in the tray, but {label} does not use it. Take it out of the text, or choose another operation."
        )
    return f"{name} is not in the tray. Add it there, or take it out of the text."


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
