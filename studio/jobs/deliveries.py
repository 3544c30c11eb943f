"""How each reference of a render reaches the gateway: by a signed link to us or the bucket, or as data within."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

from studio.jobs.posters import ensure_prepared
from studio.lib.english import english
from studio.media import bucket, storage
from studio.media.bucket import BucketTrouble
from studio.media.errors import Rejected
from studio.models import Asset, Render
from studio.providers.input_checks import file_messages
from studio.providers.requests import InputFile, RenderRequest
from studio.services import reference_copies
from studio.services.assets import PREPARATION_TRIES_IN_ALL, begin_preparation
from studio.services.links import LIFE, Way, file_name, reference_link, way_to
from studio.services.requests import capability_of

# The queue ends a job at last, and a request that it cut off while being sent would be unconfirmed.
PUTTING_SECONDS = 120


def deliver(render: Render, request: RenderRequest) -> dict[int, str]:
    """The address (or data URL) of each input, by its position in the request; raises Rejected or OSError."""
    assets = Asset.objects.in_bulk([file.asset_id for file in request.inputs if file.asset_id])
    way, until = way_to(base_url=render.key.base_url), time.monotonic() + PUTTING_SECONDS
    urls = {}
    for position, file in enumerate(request.inputs):
        asset = _prepared(assets[file.asset_id or 0])
        _require_sendable(request, file, asset)
        urls[position] = _address(way, render, asset)
        if way == Way.BUCKET and time.monotonic() > until:
            raise BucketTrouble(
                english("Putting references into the bucket takes long; the next try goes on from here.")
            )
    return urls


def _address(way: Way, render: Render, asset: Asset) -> str:
    if way == Way.BUCKET:
        return _put_out(render, asset)
    return reference_link(render=render, asset=asset) if way == Way.LINK else _inlined(asset)


def _put_out(render: Render, asset: Asset) -> str:
    """Into the bucket, for this take alone; remembered first, so that nothing is left there."""
    copy = reference_copies.lying_there(render=render, asset=asset)
    if copy is None:
        copy = reference_copies.remember(render=render, asset=asset, name=bucket.new_name(file_name(asset)))
        bucket.put(copy.name, storage.absolute(asset.outgoing), content_type=asset.mime)
        reference_copies.record_stored(copy=copy)
    return bucket.signed_link(copy.name, seconds=LIFE.total_seconds())


def _prepared(asset: Asset) -> Asset:
    if asset.prepared_at is None:
        asset.refresh_from_db()
    if asset.prepared_at is None and not begin_preparation(asset=asset, tries=PREPARATION_TRIES_IN_ALL):
        raise Rejected("unprepared", english("“%(asset)s” could not be prepared for the gateway.", asset=asset.name))
    return ensure_prepared(asset)


def _require_sendable(request: RenderRequest, file: InputFile, asset: Asset) -> None:
    """The copy without its tags is another file than the one that was checked: coded again, it may have grown."""
    capability = capability_of(request.provider, request.model)
    limits = capability.media.get(file.kind) if capability else None
    copy = replace(file, size=storage.absolute(asset.outgoing).stat().st_size)
    if limits is not None and (messages := file_messages(limits, copy)):
        raise Rejected("limits", english("As prepared for the gateway: %(reasons)s", reasons=" ".join(messages)))


def _inlined(asset: Asset) -> str:
    data = storage.absolute(asset.outgoing).read_bytes()
    return f"data:{asset.mime};base64,{base64.b64encode(data).decode()}"
