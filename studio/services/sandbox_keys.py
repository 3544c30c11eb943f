"""Keys for the sandbox on this machine: gateways that play, cost nothing, and answer only where loopback is allowed."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from studio.lib.addresses import is_loopback_host
from studio.lib.secret_files import kept_secret
from studio.models import ProviderKey
from studio.services import key_checks
from studio.services.audit import Actor
from studio.services.key_rotation import rotate
from studio.services.keys import add_key

PROVIDER, LABEL = "tokenlab", "sandbox"
# What follows the host in each gateway's base URL, and how its keys begin: the sandbox tells them apart by that.
SANDBOXES = {
    "tokenlab": ("", "sk-"),
    "tokenhub": ("/api/v1", "th-"),
    "seedance": ("", "sd2_live_"),
    "ark": ("/api/v3", ""),
}


def ensure(*, provider: str, actor: Actor = Actor.shell()) -> ProviderKey:  # noqa: B008  (frozen)
    """The key for the sandbox on this machine; it follows the sandbox when its port is changed."""
    path, prefix = SANDBOXES[provider]
    base_url = f"http://127.0.0.1:{settings.STUDIO_SANDBOX_PORT}{path}"
    file = settings.STUDIO_DATA_DIR / ("sandbox-key" if provider == PROVIDER else f"sandbox-key-{provider}")
    secret = kept_secret(file, lambda: f"{prefix}sandbox-{secrets.token_hex(12)}")
    key = ProviderKey.objects.present().filter(provider=provider, label=LABEL).first()
    if key is None:
        return add_key(provider=provider, label=LABEL, base_url=base_url, secret=secret, actor=actor)
    # Only a key for this machine follows: one for a real gateway may have the same label.
    if key.base_url != base_url and is_loopback_host(urlsplit(key.base_url).hostname or ""):
        rotate(key=key, actor=actor, secret=secret, base_url=base_url)
    return key


def is_offered() -> bool:
    """Whether keys may lead to this machine, where the sandbox runs."""
    return bool(settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)


@transaction.atomic
def begin(*, actor: Actor) -> ProviderKey:
    """Give a studio without any key one for the sandbox, and have it tried. Raises ValidationError."""
    if not is_offered():
        raise ValidationError(
            _("The sandbox is not part of this studio. Nothing was changed. Start it with “manage.py up --sandbox”.")
        )
    if ProviderKey.objects.present().exists():
        raise ValidationError(_("There is a key already, so the sandbox was not added. Takes are rendered with it."))
    key = ensure(provider=PROVIDER, actor=actor)
    key_checks.ask(key=key, actor=actor)
    return key
