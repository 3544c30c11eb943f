"""Signed, expiring addresses under which a gateway may fetch one reference of one attempt, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.utils.text import slugify

from studio.choices import ENDED
from studio.lib.addresses import is_loopback_host
from studio.models import Asset, Render, RenderInput

# A gateway may fetch as late as the task starts, and tasks may queue for 48 hours (TokenLab: execution window).
LIFE = timedelta(hours=60)
_SALT = "studio.reference"


def reference_link(*, render: Render, asset: Asset) -> str:
    """The address of `asset` for the gateway that works on `render`; ends in the file's extension."""
    token = signing.dumps([render.pk, asset.pk], salt=_SALT).replace(":", "~")
    name = slugify(asset.name.rsplit(".", 1)[0])[:40] or asset.kind
    return f"{settings.STUDIO_PUBLIC_URL}/r/{token}/{name}.{asset.extension}"


def referenced_asset(*, token: str) -> Asset | None:
    """The asset behind a token, or None when it is forged, too old, or its render has ended."""
    try:
        render_pk, asset_pk = signing.loads(token.replace("~", ":"), salt=_SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError):
        return None
    uses = RenderInput.objects.filter(render=render_pk, asset=asset_pk).exclude(render__state__in=ENDED)
    use = uses.select_related("asset").first()
    return use.asset if use else None


def can_be_fetched(*, base_url: str) -> bool:
    """Whether the gateway at `base_url` can reach this studio's public address.

    A studio on loopback is reached by a gateway on loopback only; a public one by every gateway.
    """
    ours = urlsplit(settings.STUDIO_PUBLIC_URL)
    if is_loopback_host(ours.hostname or ""):
        return is_loopback_host(urlsplit(base_url).hostname or "")
    return ours.scheme == "https"
