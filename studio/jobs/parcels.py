"""Makes a render ready for sending: everything is decided here, so that claim and sending follow each other at once."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from studio.jobs.deliveries import deliver
from studio.jobs.gateways import connection_of_key
from studio.lib.english import english
from studio.lib.masking import redact_request
from studio.media.errors import Rejected
from studio.models import ProviderKey, Render
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.calls import encoded
from studio.providers.capabilities import Capability
from studio.providers.http import Connection
from studio.providers.provider import Provider
from studio.providers.requests import Dispatch, RenderRequest
from studio.services import unsent
from studio.services.attempts import Packed
from studio.services.links import wake_link
from studio.services.proofs import reference
from studio.services.requests import capability_with, find_problems
from studio.services.wakes import new_token

# A longer body holds whole pictures, and would lie in the database once more.
LONGEST_KEPT_BODY = 1024 * 1024
HIGHEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Parcel:
    """All that is needed to send a render, made before it is claimed."""

    connection: Connection
    request: RenderRequest
    urls: dict[int, str]
    dispatch: Dispatch
    packed: Packed


def pack(render: Render) -> Parcel | None:
    """Everything for one sending; None when the last check refused it."""
    request = RenderRequest.from_json(render.spec)
    capability = capability_with(key=render.key, model=request.model)
    if reason := _reason_against(render, request, capability):
        advice = english("Change that and render again. Nothing was sent or charged.")
        unsent.refuse_unsent(render=render, meaning=reason, advice=advice)
        return None
    try:
        connection = connection_of_key(render.key)
    except (ValueError, UnreadableSecret) as error:
        unsent.refuse_unsent(render=render, meaning=str(error), advice=english("An admin has to correct the key."))
        return None
    try:
        urls = deliver(render, request)
    except (Rejected, FileNotFoundError) as error:
        unsent.refuse_unsent(render=render, meaning=_without_path(error), advice=english("Upload the reference again."))
        return None
    return _parcel(render, request, capability, connection, urls)


def _parcel(
    render: Render,
    request: RenderRequest,
    capability: Capability | None,
    connection: Connection,
    urls: dict[int, str],
) -> Parcel:
    provider = registry.get(render.provider)
    number = render.attempts.count() + 1
    token = new_token() if provider.takes_webhook else ""
    keeps_body = provider.keeps_body(connection.base_url, connection.route)
    dispatch = Dispatch(
        route=connection.route,
        reference=reference(render_id=render.pk, number=number),
        idempotency_key=uuid.uuid4().hex if keeps_body else "",
        webhook_url=wake_link(token=token, base_url=connection.base_url) if token else "",
        seed=_drawn_seed(provider, request, capability),
    )
    body = provider.body(request, urls, dispatch)
    text = encoded(body).decode() if keeps_body else ""
    packed = Packed(
        key_version=render.key.version,
        number=number,
        # The address for waking us is a secret as well.
        request_record=redact_request(body, connection.secret, *filter(None, [token])),
        idempotency_key=dispatch.idempotency_key,
        wake_token=token if dispatch.webhook_url else "",
        sent_body=text if len(text) < LONGEST_KEPT_BODY else "",
    )
    return Parcel(connection, request, urls, dispatch, packed)


def _drawn_seed(provider: Provider, request: RenderRequest, capability: Capability | None) -> int | None:
    """A seed of our own, by which a task in a list is told from its neighbours."""
    if not provider.draws_seed or request.seed is not None:
        return None
    lowest, highest = (capability.seed if capability else None) or (0, HIGHEST_SEED)
    lowest, highest = max(lowest, 0), min(highest, HIGHEST_SEED)
    return lowest + secrets.randbelow(highest - lowest + 1)


def _without_path(error: Rejected | FileNotFoundError) -> str:
    return str(error) if isinstance(error, Rejected) else english("The file of a reference is no longer in the studio.")


def _reason_against(render: Render, request: RenderRequest, capability: Capability | None) -> str:
    """Why this may not be sent now, or nothing."""
    # It was asked for when it might; an admin may have given the key to other projects since.
    if not ProviderKey.objects.for_project(render.project).filter(pk=render.key_id).exists():
        return english("The key “%(key)s” may no longer be used for this project.", key=render.key.label)
    if capability is None:
        return english(
            "The studio no longer knows the model %(model)s, or the key no longer offers it.", model=request.model
        )
    found = find_problems(capability=capability, request=request, key=render.key, source_take=render.source_take)
    return " ".join(problem.message for problem in found)
