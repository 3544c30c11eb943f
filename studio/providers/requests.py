"""What one render asks of a gateway, as plain frozen data that goes into a JSON column and comes back equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from studio.choices import AssetKind, InputRole, Operation

# The settings a person may choose by name, on the page and on the shell.
PARAMETERS = ("aspect_ratio", "duration", "resolution", "sound", "seed")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One reference as it was measured on upload; `extension` is lower case without the dot."""

    role: InputRole
    kind: AssetKind
    mime: str
    extension: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: Decimal | None = None
    name: str = ""
    asset_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> InputFile:
        values = _known(cls, data)
        values["role"] = InputRole(values["role"])
        values["kind"] = AssetKind(values["kind"])
        values["seconds"] = _decimal(values.get("seconds"))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """One paid piece of work; `source_*` name the take to extend by its remote id on the same key."""

    provider: str
    model: str
    operation: Operation
    prompt: str
    duration: int
    resolution: str
    aspect_ratio: str
    sound: bool
    seed: int | None = None
    inputs: tuple[InputFile, ...] = ()
    source_task_id: str = ""
    source_seconds: Decimal | None = None

    def with_role(self, role: InputRole) -> list[tuple[int, InputFile]]:
        """The inputs of one role in tray order, each with its index among all inputs."""
        return [(index, file) for index, file in enumerate(self.inputs) if file.role == role]

    def to_json(self) -> dict[str, Any]:
        data = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        data["inputs"] = [file.to_json() for file in self.inputs]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RenderRequest:
        values = _known(cls, data)
        values["operation"] = Operation(values["operation"])
        values["inputs"] = tuple(InputFile.from_json(item) for item in values.get("inputs", ()))
        values["source_seconds"] = _decimal(values.get("source_seconds"))
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What belongs to one sending and not to the work: each part is used where the gateway documents a place for it.

    `reference` is our own name for the render, `webhook_url` an unguessable address that only wakes us, `seed` one
    drawn by the studio where none was chosen, so that a task in a list can be told from its neighbours."""

    route: str = ""
    reference: str = ""
    idempotency_key: str = ""
    webhook_url: str = ""
    seed: int | None = None


def _known(cls: type, data: Mapping[str, Any]) -> dict[str, Any]:
    """A stored field that nobody here knows would be dropped silently, so it is refused instead."""
    unknown = sorted(set(data) - {field.name for field in fields(cls)})
    if unknown:
        raise ValueError(f"{cls.__name__} has no field named {', '.join(unknown)}")
    return dict(data)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return str(value) if isinstance(value, str) else value


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
