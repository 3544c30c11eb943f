"""How a gateway reaches this studio: signed, expiring addresses for one file each, and the address that wakes us."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.utils.text import slugify

from studio.choices import ENDED
from studio.lib.addresses import is_loopback_host
from studio.models import Asset, Render, RenderInput
from studio.providers.addresses import UnsafeAddress, checked_base_url

# A gateway may fetch as late as the task starts, and tasks may queue for 48 hours (TokenLab: execution window).
LIFE = timedelta(hours=60)
CHECK_LIFE = timedelta(minutes=5)
_SALT = "studio.reference"
_CHECK_SALT = "studio.reference-check"
AMAZON = "https://s3.amazonaws.com"


class Way(StrEnum):
    """By which a gateway gets hold of a reference."""

    BUCKET = "bucket"
    LINK = "link"
    NONE = "none"


def way_to(*, base_url: str) -> Way:
    """How the gateway at `base_url` can fetch: from the bucket if there is one, else from this studio, else not."""
    if settings.STUDIO_S3_BUCKET and _reaches(base_url, settings.STUDIO_S3_ENDPOINT or AMAZON):
        return Way.BUCKET
    return Way.LINK if _reaches(base_url, settings.STUDIO_PUBLIC_URL) else Way.NONE


def can_be_fetched(*, base_url: str) -> bool:
    """Whether the gateway at `base_url` can fetch references by address at all."""
    return way_to(base_url=base_url) != Way.NONE


def _reaches(base_url: str, address: str) -> bool:
    """Whether the gateway can reach `address`, by its spelling: a public one by all, this machine from itself only."""
    ours = urlsplit(address)
    if is_loopback_host(urlsplit(base_url).hostname or ""):
        return ours.scheme == "https" or is_loopback_host(ours.hostname or "")
    try:
        checked_base_url(address, allow_loopback=False)
    except UnsafeAddress:
        return False
    return True


def reference_link(*, render: Render, asset: Asset) -> str:
    """The address of `asset` for the gateway that works on `render`; ends in the file's extension."""
    token = signing.dumps([render.pk, asset.pk], salt=_SALT).replace(":", "~")
    return f"{settings.STUDIO_PUBLIC_URL}/r/{token}/{file_name(asset)}"


def file_name(asset: Asset) -> str:
    """What a reference is called outside: letters and digits of its name, and its extension."""
    return f"{slugify(asset.name.rsplit('.', 1)[0])[:40] or asset.kind}.{asset.extension}"


def referenced_asset(*, token: str) -> Asset | None:
    """The asset behind a token, or None when it is forged, too old, or its render has ended."""
    try:
        render_pk, asset_pk = signing.loads(token.replace("~", ":"), salt=_SALT, max_age=LIFE)
    except (signing.BadSignature, ValueError):
        return None
    uses = RenderInput.objects.filter(render=render_pk, asset=asset_pk).exclude(render__state__in=ENDED)
    use = uses.select_related("asset").first()
    return use.asset if use else None


def check_link() -> str:
    """An address like a reference's that leads to a test picture for a few minutes; never the same twice."""
    token = signing.dumps(secrets.token_urlsafe(8), salt=_CHECK_SALT).replace(":", "~")
    return f"{settings.STUDIO_PUBLIC_URL}/r/{token}/check.png"


def is_check(*, token: str) -> bool:
    """Whether a token is one of a test picture, and still good."""
    try:
        signing.loads(token.replace("~", ":"), salt=_CHECK_SALT, max_age=CHECK_LIFE)
    except (signing.BadSignature, ValueError):
        return False
    return True


def wake_link(*, token: str, base_url: str) -> str:
    """The address under which the gateway at `base_url` may wake us; empty when it cannot reach this studio."""
    return f"{settings.STUDIO_PUBLIC_URL}/hooks/{token}/" if _reaches(base_url, settings.STUDIO_PUBLIC_URL) else ""
