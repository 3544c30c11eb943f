"""How each reference of a render reaches the gateway: as a signed link, or as data where the documents allow it."""

from __future__ import annotations

import base64
from dataclasses import replace

from studio.jobs.posters import ensure_prepared
from studio.media import storage
from studio.media.errors import Rejected
from studio.models import Asset, Render
from studio.providers.input_checks import file_messages
from studio.providers.requests import InputFile, RenderRequest
from studio.services.assets import PREPARATION_TRIES_IN_ALL, begin_preparation
from studio.services.links import can_be_fetched, reference_link
from studio.services.requests import capability_of


def deliver(render: Render, request: RenderRequest) -> dict[int, str]:
    """The address (or data URL) of each input, by its position in the request; raises Rejected or OSError."""
    assets = Asset.objects.in_bulk([file.asset_id for file in request.inputs if file.asset_id])
    by_link = can_be_fetched(base_url=render.key.base_url)
    urls = {}
    for position, file in enumerate(request.inputs):
        asset = _prepared(assets[file.asset_id or 0])
        _require_sendable(request, file, asset)
        urls[position] = reference_link(render=render, asset=asset) if by_link else _inlined(asset)
    return urls


def _prepared(asset: Asset) -> Asset:
    if asset.prepared_at is None:
        asset.refresh_from_db()
    if asset.prepared_at is None and not begin_preparation(asset=asset, tries=PREPARATION_TRIES_IN_ALL):
        raise Rejected("unprepared", f"“{asset.name}” could not be prepared for the gateway.")
    return ensure_prepared(asset)


def _require_sendable(request: RenderRequest, file: InputFile, asset: Asset) -> None:
    """The copy without its tags is another file than the one that was checked: coded again, it may have grown."""
    capability = capability_of(request.provider, request.model)
    limits = capability.media.get(file.kind) if capability else None
    copy = replace(file, size=storage.absolute(asset.outgoing).stat().st_size)
    if limits is not None and (messages := file_messages(limits, copy)):
        raise Rejected("limits", f"As prepared for the gateway: {' '.join(messages)}")


def _inlined(asset: Asset) -> str:
    data = storage.absolute(asset.outgoing).read_bytes()
    return f"data:{asset.mime};base64,{base64.b64encode(data).decode()}"
