"""What a dialect hands over once a request is understood: one film to make, in nobody's dialect."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["image", "video", "audio"]


@dataclass(frozen=True)
class Source:
    """One reference: where it is, what it must turn out to be, and the field it came in (for error messages)."""

    kind: Kind
    url: str
    field: str


@dataclass(frozen=True)
class Job:
    """One film. `seconds` is -1 and `ratio` is "adaptive" where the renderer is to choose.

    `declared_seconds` is what the caller says of its videos: a figure for each, or one for all of them together.
    """

    model: str
    operation: str
    prompt: str
    seconds: int
    resolution: str
    ratio: str
    sound: bool
    seed: int
    watermark: bool = False
    wants_last_frame: bool = False
    sources: tuple[Source, ...] = ()
    parent_id: str = ""
    declared_seconds: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Job:
        sources = tuple(Source(**source) for source in data["sources"])
        declared = tuple(data.get("declared_seconds", ()))
        return cls(**{**data, "sources": sources, "declared_seconds": declared})

    def of_kind(self, kind: Kind) -> list[Source]:
        return [source for source in self.sources if source.kind == kind]
