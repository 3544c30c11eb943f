"""What a state of the composer comes to: its request, the doors for it, what stops it and what to beware of."""

from __future__ import annotations

from collections.abc import Sequence

from studio.choices import Lineage, Operation
from studio.lib import mentions, variables
from studio.lib.english import english
from studio.models import PromptVersion
from studio.providers.checks import Problem, takes_problems
from studio.services.composition import Composition, number
from studio.services.doors import Offer, choose, doors, next_doors
from studio.services.overrides import helpers_of, told
from studio.services.requests import Choice, build_request
from studio.services.storing import Origin
from studio.services.tray import counts_of


def judge(composition: Composition, offers: Sequence[Offer]) -> None:
    """Build the request, find the doors for it, and add what stops it, what to beware of, and what it would cost."""
    if problem := _nothing_to_ask(composition, offers):
        composition.problems.append(problem)
        return
    request = build_request(_choice(composition))
    composition.doors = doors(
        offers=offers,
        request=request,
        source_take=composition.source_take,
        takes=composition.takes,
        budgets=composition.budgets,
    )
    _choose_door(composition)
    composition.problems += _typed_problems(composition)
    composition.origin = _origin(composition)


def _nothing_to_ask(composition: Composition, offers: Sequence[Offer]) -> Problem | None:
    if composition.capability is None:
        return Problem("model", english("There is no gateway key here yet. An admin adds one under Keys."))
    if not offers:
        name = composition.capability.name
        return Problem(
            "model",
            english("No key of this project offers %(name)s. Choose another model, or ask an admin.", name=name),
        )
    if composition.values["operation"] not in Operation.values:
        return Problem("operation", english("Choose what to make from the list."))
    return None


def _choose_door(composition: Composition) -> None:
    wanted, pinned = composition.values.get("key"), composition.pinned
    if wanted and pinned is None:
        composition.problems.append(Problem("key", english("The key chosen here is gone. Choose another gateway.")))
        return
    composition.door, composition.door_reason = choose(composition.doors, pinned)
    if composition.door is None:
        composition.problems.append(_not_there(composition))
        return
    # One reason why the key is of no use is enough: what it may spend matters little while it is paused.
    composition.stopped = _stopped(composition)
    composition.problems += [*composition.door.closed[:1], *composition.stopped, *composition.door.problems]
    composition.warnings += composition.door.warnings
    if composition.draft.project.tries_next_gateway and pinned is None and composition.door.is_open:
        composition.further = next_doors(composition.doors, composition.door)


def _stopped(composition: Composition) -> list[Problem]:
    """What stands against the price, in words, with the names of those who can help."""
    if not composition.stops:
        return []
    composition.helpers = helpers_of(composition.draft.project)
    person_id = composition.draft.user_id
    return told(stops=composition.stops, helpers=composition.helpers, person_id=person_id, in_composer=True)


def _not_there(composition: Composition) -> Problem:
    """A key chosen by hand has no silent stand-in."""
    label = composition.pinned.label if composition.pinned else ""
    name = composition.capability.name if composition.capability else english("this model")
    return Problem(
        "key",
        english(
            "The key “%(key)s” does not offer %(name)s. Choose another gateway or another model.",
            key=label,
            name=name,
        ),
    )


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
        found.append(
            Problem(
                "seed",
                english("“%(theirs)s” is not a whole number. Correct it, or leave it empty.", theirs=values["seed"]),
            )
        )
    if number(values.get("takes")) is None:
        found.append(Problem("takes", english("Say how many takes: a number from 1 to 8.")))
    found += takes_problems(composition.takes)
    return found + _mention_problems(composition)


def _mention_problems(composition: Composition) -> list[Problem]:
    counts = counts_of(composition.tray)
    # In what is sent, for a variable's value may speak of a reference as well.
    unknown = mentions.unknown(_filled(composition), counts)
    return [
        Problem("prompt", _missing(composition, f"@{each.kind.value.capitalize()}{each.number}", each))
        for each in unknown
    ]


def _missing(composition: Composition, name: str, mention: mentions.Mention) -> str:
    """Why a name in the prompt stands for nothing: its reference is not there, or this operation does not use it."""
    lying = sum(item.asset.kind == mention.kind for item in composition.tray)
    if mention.number <= lying:
        label = Operation(composition.values["operation"]).label
        return english(
            "%(name)s is in the tray, but %(label)s does not use it. Take it out of the text, or choose "
            "another operation.",
            name=name,
            label=label,
        )
    return english("%(name)s is not in the tray. Add it there, or take it out of the text.", name=name)


def _origin(composition: Composition) -> Origin:
    data = composition.draft.data
    version, parent = data.get("prompt_version"), data.get("parent")
    project = composition.draft.project
    return Origin(
        prompt_version=PromptVersion.objects.filter(pk=version, prompt__project=project).first() if version else None,
        parent=project.renders.filter(pk=parent).first() if parent else None,
        lineage=data.get("lineage", "") if data.get("lineage") in Lineage.values else "",
        source_take=composition.source_take,
        answers=composition.note.comment if composition.note else None,
    )
