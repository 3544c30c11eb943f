"""What one model of one gateway can do, as data; every fact names its source. No checking happens here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from studio.choices import AssetKind, InputRole, Operation


@dataclass(frozen=True, slots=True)
class MediaLimits:
    """What a file of one kind must be. None means the document sets no such limit."""

    kind: AssetKind
    formats: tuple[str, ...]
    max_bytes: int
    source: str
    min_side: int | None = None
    max_side: int | None = None
    min_ratio: Decimal | None = None
    max_ratio: Decimal | None = None
    min_seconds: Decimal | None = None
    max_seconds: Decimal | None = None
    total_seconds: Decimal | None = None
    warn_bytes: int | None = None
    warn_min_area: int | None = None
    warn_max_area: int | None = None


@dataclass(frozen=True, slots=True)
class InputRule:
    """How many files of a role an operation takes.

    `maximum=None` says that the gateway promises no count: then only `minimum` files are safe.
    `inline` says that the documents allow the file as a data URL instead of a public address."""

    role: InputRole
    minimum: int
    maximum: int | None
    limits: MediaLimits
    note: str = ""
    inline: bool = False

    @property
    def ceiling(self) -> int:
        return self.minimum if self.maximum is None else self.maximum


@dataclass(frozen=True, slots=True)
class OperationRule:
    """What an operation needs and takes; `needs_take` is an extension's parent.

    `max_inputs` counts all files together; `mixes_kinds` asks for files of at least two kinds, where a gateway would
    take files of one kind for another operation."""

    operation: Operation
    source: str
    inputs: tuple[InputRule, ...] = ()
    needs_prompt: bool = True
    needs_take: bool = False
    default_aspect_ratio: str = ""
    note: str = ""
    max_inputs: int | None = None
    mixes_kinds: bool = False

    def rule_for(self, role: InputRole) -> InputRule | None:
        return next((rule for rule in self.inputs if rule.role == role), None)


@dataclass(frozen=True, slots=True)
class Capability:
    """One model behind one gateway. `model` is the gateway's id, `name` the studio's name for it."""

    provider: str
    model: str
    name: str
    operations: Mapping[Operation, OperationRule]
    resolutions: tuple[str, ...]
    aspect_ratios: tuple[str, ...]
    durations: tuple[int, ...]
    default_resolution: str
    default_aspect_ratio: str
    default_duration: int
    sound_offered: bool
    default_sound: bool
    seed: tuple[int, int] | None
    cancel: str | None
    media: Mapping[AssetKind, MediaLimits]
    prompt_advice: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    # The routes (Provider.routes) that offer it; none named means all of them.
    routes: tuple[str, ...] = ()
    # What is to be known where the gateway has no switch for sound.
    sound_note: str = ""
    # Why an operation is missing, where a person should be told more than that it is.
    not_offered: Mapping[Operation, str] = field(default_factory=dict)
    # What is doubtful of a resolution that is offered all the same.
    resolution_notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def studio_model(self) -> str:
        """The studio's name as one word: the same for the same model behind several gateways."""
        return self.name.lower().replace(" ", "-")

    @property
    def key(self) -> str:
        """Unique over all gateways, for a form field."""
        return f"{self.provider}:{self.model}"

    def default_aspect_ratio_for(self, operation: Operation) -> str:
        rule = self.operations.get(operation)
        return (rule.default_aspect_ratio if rule else "") or self.default_aspect_ratio
