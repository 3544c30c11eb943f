"""Looks for the task of an unanswered create where the gateway documents a proof. Safe to run twice."""

from __future__ import annotations

import logging

from django.core.exceptions import ValidationError

from studio.choices import RenderState
from studio.jobs.gateways import client, connection_of_attempt
from studio.lib.english import english
from studio.lib.masking import holds
from studio.models import Attempt
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.answers import Proof, ProofKind
from studio.providers.errors import ProviderError
from studio.services import fairness, late_proofs, proofs, unconfirmed
from studio.services.proofs import Look

log = logging.getLogger(__name__)


def confirm(render_id: int) -> None:
    """Take one look, and settle the render if what it shows is certain; the sweep asks again for one not taken."""
    base_url = Attempt.objects.filter(render_id=render_id).order_by("-number").values_list("base_url", flat=True)
    with fairness.turn(base_url=base_url.first() or "") as is_mine:
        look = proofs.claim_look(render_id=render_id) if is_mine else None
        if look is not None:
            _look(look)


def _look(look: Look) -> None:
    try:
        connection = connection_of_attempt(look.attempt)
        proof = registry.get(look.render.provider).adapter.prove(client(), connection, look.lost)
        if holds(proof.remote_id, connection.secret):
            # Kept as a task's name, the key would be on every page of the take.
            proof = Proof(ProofKind.UNCLEAR, said=english("The gateway names no task that could be followed."))
    except ProviderError as error:
        proof = Proof(ProofKind.UNCLEAR, said=error.said or error.meaning)
    except (ValueError, UnreadableSecret) as error:
        proof = Proof(ProofKind.UNCLEAR, said=str(error))
    _settle(look, proof)


def _settle(look: Look, proof: Proof) -> None:
    try:
        if proof.kind == ProofKind.FOUND and look.render.state == RenderState.FAILED:
            late_proofs.record_created(attempt=look.attempt, remote_id=proof.remote_id)
            return
        if proof.kind == ProofKind.FOUND and not proofs.has_rival(look):
            unconfirmed.adopt_by_proof(render=look.render, remote_id=proof.remote_id)
            return
        if proof.kind == ProofKind.NOT_CREATED:
            unconfirmed.release_by_proof(render=look.render, said=proof.said)
            return
    except ValidationError as error:
        # A person was quicker, or the task belongs to another take.
        log.warning("take %s: the proof was not used: %s", look.render.pk, " ".join(error.messages))
        proof = Proof(ProofKind.UNCLEAR, said=" ".join(error.messages))
    proofs.record_nothing_found(render=look.render, attempt=look.attempt, said=proof.said)
