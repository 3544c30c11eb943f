"""Pictures and outgoing copies: everything made from a file's frames or samples, never in a page request."""

from __future__ import annotations

import hashlib
import logging
import time
from pathlib import Path

from studio.choices import AssetKind
from studio.media import storage
from studio.media.cleaning import make_outgoing
from studio.media.errors import Rejected
from studio.media.images import make_thumbnail
from studio.media.posters import extract_last_frame, make_filmstrip, make_poster, make_smaller, poster_width
from studio.media.probe import probe
from studio.media.waveform import make_waveform
from studio.models import Asset, Output
from studio.services import assets, outputs
from studio.services.outputs import Pictures

log = logging.getLogger(__name__)

FRAMES = 10
# A poster is as wide as a card of a gallery on a screen of two densities, its copy as on one of a single density.
POSTER_WIDTH, CARD_WIDTH = 960, 480
# One look after takes of earlier versions; the next one is asked for in the next minute.
CARDING_SECONDS = 40.0


def prepare_asset(asset_id: int) -> None:
    """Make the preview and the outgoing copy of a reference; safe to run twice."""
    asset = Asset.objects.get(pk=asset_id)
    if asset.prepared_at is None and assets.begin_preparation(asset=asset):
        try:
            ensure_prepared(asset)
        except (Rejected, OSError) as error:
            log.warning("reference %s: %s", asset_id, error)
            assets.record_preparation_error(asset=asset, message=str(error))


def ensure_prepared(asset: Asset) -> Asset:
    """The asset with its outgoing copy and preview made; raises Rejected when the file cannot be read."""
    if asset.prepared_at is not None:
        return asset
    source = storage.absolute(asset.file)
    outgoing = storage.derived_name(asset.file, f"outgoing.{asset.extension}")
    thumbnail = storage.derived_name(asset.file, "preview.webp")
    make_outgoing(source, probe(source), storage.absolute(outgoing))
    _preview(asset, thumbnail)
    assets.record_preparation(asset=asset, outgoing=outgoing, thumbnail=thumbnail)
    asset.refresh_from_db()
    return asset


def _preview(asset: Asset, name: str) -> None:
    source, target = storage.absolute(asset.file), storage.absolute(name)
    if asset.kind == AssetKind.IMAGE:
        make_thumbnail(source, target, (640, 640))
    elif asset.kind == AssetKind.VIDEO:
        make_poster(source, target)
    else:
        make_waveform(source, target, 640, 240)


def make_pictures(render_id: int, file: str) -> Pictures:
    """Poster, filmstrip and last frame of a take; empty when the file will not give them."""
    video = storage.absolute(file)
    poster, filmstrip = (storage.render_name(render_id, name) for name in ("poster.webp", "filmstrip.webp"))
    try:
        make_poster(video, storage.absolute(poster), width=POSTER_WIDTH)
        strip = make_filmstrip(video, storage.absolute(filmstrip), frames=FRAMES, height=180)
        last_frame = _keep_last_frame(render_id, video)
    except Exception as error:
        # Whatever it is: the take itself is whole and paid for, and the sweep asks for its pictures again.
        log.warning("take %s: no pictures yet: %s: %s", render_id, type(error).__name__, error)
        return Pictures()
    return Pictures(
        poster=poster,
        card_posters=make_card_posters(poster),
        filmstrip=filmstrip,
        filmstrip_frames=strip.frames,
        last_frame=last_frame,
    )


def make_card_posters(poster: str) -> dict[str, str]:
    """The widths in which a card may ask for the poster, each with its storage name; none when it cannot be read."""
    source = storage.absolute(poster)
    smaller = f"{poster.rpartition('.')[0]}-{CARD_WIDTH}.webp"
    try:
        made = {str(poster_width(source)): poster}
        if make_smaller(source, storage.absolute(smaller), CARD_WIDTH):
            made[str(CARD_WIDTH)] = smaller
    except Exception as error:  # noqa: BLE001  (the take is whole and paid for, whatever becomes of its pictures)
        # The card then shows the poster as it is, and so does a take without one.
        log.warning("%s: no smaller pictures: %s: %s", poster, type(error).__name__, error)
        return {}
    return made


def _keep_last_frame(render_id: int, video: Path) -> str:
    """Stored by its content, like an uploaded reference, so that it can become one without copying."""
    draft = storage.absolute(storage.render_name(render_id, "last-frame.png"))
    extract_last_frame(video, draft)
    name = storage.reference_name(hashlib.sha256(draft.read_bytes()).hexdigest(), "png")
    storage.adopt(draft, name)
    return name


def picture_take(render_id: int) -> None:
    """Make the pictures of a ready take that came home without them."""
    output = Output.objects.select_related("render").get(render_id=render_id)
    if output.poster or not outputs.begin_pictures(output=output):
        return
    pictures = make_pictures(render_id, output.file)
    if pictures.poster:
        outputs.record_pictures(output=output, pictures=pictures)


def card_old_takes() -> int:
    """Make the smaller posters of takes that came home before there were any; gives how many it looked at."""
    end, looked = time.monotonic() + CARDING_SECONDS, 0
    while time.monotonic() < end and (some := outputs.without_card_posters()):
        for output in some:
            outputs.record_card_posters(output=output, card_posters=make_card_posters(output.poster))
            looked += 1
    return looked
