"""What somebody typed about a key, looked at before it is stored: in words that never repeat a secret."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from studio.lib.masking import holds, mask
from studio.providers import registry
from studio.providers.addresses import UnsafeAddress, checked_base_url
from studio.providers.provider import Provider
from studio.services.said import said


def checked_label(label: str) -> str:
    """The name without spaces around it; raises ValidationError."""
    label = label.strip()
    if not 0 < len(label) <= 80:
        raise ValidationError(_("Give the key a label of 1 to 80 characters."))
    # Everybody reads the label. Keys have digits; “mt-everest” is a name.
    if mask(label) != label and any(character.isdigit() for character in label):
        raise ValidationError(_("That looks like a key, and everybody reads the label. Give the key a plain name."))
    return label


def checked_secret(secret: str) -> str:
    """The secret as it can be sent; raises ValidationError in words that do not repeat it."""
    secret = secret.strip()
    if len(secret) < 8 or any(character.isspace() for character in secret):
        raise ValidationError(_("That is not a key: it is too short, or has spaces in it."))
    if not secret.isascii() or not secret.isprintable():
        raise ValidationError(_("That is not a key: it has characters in it that no key has."))
    return secret


def require_apart(*secrets: str, words: Sequence[str]) -> None:
    """What everybody may read holds none of the secrets; raises ValidationError in words that do not repeat them."""
    if any(holds(word, secret) for word in words for secret in secrets):
        raise ValidationError(
            _("The label or the base URL holds the key itself. A key belongs into its own field only.")
        )


def checked_management_secret(provider: str, secret: str) -> str:
    """The token for reading a balance, where the gateway has one; raises ValidationError."""
    if not secret.strip():
        return ""
    if not registry.get(provider).has_balance_token:
        raise ValidationError(
            _("%(gateway)s has no token for reading the balance. Leave it empty.")
            % {"gateway": registry.get(provider).name}
        )
    return checked_secret(secret)


def checked_address(provider: str, base_url: str, route: str) -> tuple[str, str]:
    """The base URL (the gateway's own by default) and route as they are stored; raises ValidationError."""
    if provider not in registry.PROVIDERS:
        raise ValidationError(
            _("There is no gateway “%(provider)s”. Known: %(names)s.")
            % {"provider": provider, "names": ", ".join(registry.PROVIDERS)}
        )
    gateway = registry.get(provider)
    routes = {each.value: each for each in gateway.routes}
    route = route or _route_of_host(gateway, base_url or gateway.base_url)
    if route and route not in routes:
        known = (
            _("Known: %(names)s.") % {"names": ", ".join(routes)} if routes else _("It has only one: leave it empty.")
        )
        raise ValidationError(
            _("%(gateway)s has no route “%(route)s”. %(known)s")
            % {"gateway": gateway.name, "route": route, "known": known}
        )
    own = (routes[route].base_url if route else "") or gateway.base_url
    try:
        checked = checked_base_url(base_url or own, allow_loopback=settings.STUDIO_ALLOW_LOOPBACK_PROVIDERS)
    except UnsafeAddress as error:
        raise ValidationError(said(str(error))) from None
    return checked, route


def _route_of_host(gateway: Provider, base_url: str) -> str:
    """The route that is known by its host; elsewhere none is named, and the gateway's first or any will do."""
    host = urlsplit(base_url).hostname
    return next((each.value for each in gateway.routes if urlsplit(each.base_url).hostname == host), "")
