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
from studio.providers import registry
from studio.providers.availability import Options
from studio.providers.capabilities import Capability
from studio.providers.checks import Problem, takes_problems, warnings
from studio.providers.estimates import Estimate
from studio.providers.requests import RenderRequest
from studio.services.renders import Origin
from studio.services.requests import Choice, build_request, find_problems
from studio.services.tray import Slot, TrayItem, counts_of


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
            "takes": self.takes,
            "model": self.values.get("model", ""),
            "operation": self.values["operation"],
        }
        return hashlib.sha256(json.dumps(paid_for).encode()).hexdigest()

    @property
    def problem_of(self) -> dict[str, str]:
        """The problems by field, for showing each beside what it is about."""
        by_field: dict[str, str] = {}
        for problem in self.problems:
            by_field[problem.field] = f"{by_field.get(problem.field, '')} {problem.message}".strip()
        return by_field


def number(text: str | None, otherwise: int | None = None) -> int | None:
    """The whole number that was typed, or `otherwise`; one that no column or sum could hold is none."""
    typed = str(text).strip()
    try:
        return int(typed) if len(typed) < 19 else otherwise
    except ValueError:
        return otherwise


def judge(composition: Composition) -> None:
    """Build the request and add what stops it, what to beware of, and what it would cost."""
    capability, key = composition.capability, composition.key
    if capability is None or not composition.keys:
        composition.problems.append(
            Problem("model", "There is no gateway key here yet. An admin adds one with manage.py addkey.")
        )
        return
    if composition.values["operation"] not in Operation.values:
        composition.problems.append(Problem("operation", "Choose what to make from the list."))
        return
    request = build_request(_choice(composition, capability))
    composition.request = request
    if key is None:
        composition.problems.append(Problem("key", "The key chosen here is paused or gone. Choose another one."))
    else:
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
