"""Judges whether the task that a webhook named is that of an unanswered create.

The webhook comes to an address that only this attempt and the gateway know, and may bring our metadata; but its body is
described nowhere, and a read of the task is not documented to tell the metadata, so neither is believed as it stands.
What is believed is the gateway's own answer under the attempt's key: that the task exists, and that it repeats exactly
what was asked: model, prompt, length and shape, as the documents show, and whatever else of ours it tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.lib.english import english
from studio.providers import reading
from studio.providers.answers import Proof, ProofKind
from studio.providers.provider import Lost


def judged(lost: Lost, document: Mapping[str, Any]) -> Proof:
    """FOUND only if nothing speaks against it and all that is documented speaks for it."""
    if reading.text(document.get("requestId")) != lost.claimed_id:
        return _unclear(english("The gateway's answer is not about that task."))
    if lost.claimed_id in lost.known_ids:
        return _unclear(english("That task is another take's."))
    request, metadata = lost.request, document.get("metadata")
    documented: dict[str, str | int] = {
        "model": request.model,
        "prompt": request.prompt,
        "duration": request.duration,
        "aspectRatio": request.aspect_ratio,
    }
    if not all(_same(document.get(name), wanted) for name, wanted in documented.items()):
        return _unclear(english("The gateway's answer about that task does not repeat what was asked here."))
    if document.get("resolution") not in (None, request.resolution):
        return _unclear(english("That task is of another resolution."))
    if isinstance(metadata, Mapping) and metadata.get("renderId") not in (None, lost.dispatch.reference):
        return _unclear(english("The gateway says that the task was made for something else."))
    return Proof(ProofKind.FOUND, lost.claimed_id)


def _same(told: Any, wanted: str | int) -> bool:
    return type(told) is type(wanted) and told == wanted


def _unclear(said: str) -> Proof:
    return Proof(ProofKind.UNCLEAR, said=said)
