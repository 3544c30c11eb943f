"""Tries one key with a harmless call and keeps what it shows. Safe to run twice."""

from __future__ import annotations

import logging

from studio.jobs.gateways import client, connection_of_key
from studio.jobs.reference_check import reference_lines
from studio.lib.english import english
from studio.models import ProviderKey
from studio.models.encryption import UnreadableSecret
from studio.providers import registry
from studio.providers.answers import KeyReport, KeyVerdict
from studio.providers.errors import BadKey, ProviderError
from studio.services import fairness, key_checks

log = logging.getLogger(__name__)

SLOW = english("This gateway has not answered the calls that are on their way to it yet. Check again in a minute.")


def verify_key(key_id: int) -> None:
    """Ask the gateway, and say what can be said."""
    key = ProviderKey.objects.present().filter(pk=key_id).first()
    if key is None:
        return
    with fairness.turn(base_url=key.base_url) as is_mine:
        if not is_mine:
            key_checks.record_unreachable(key=key, meaning=SLOW)
            return
        _check(key)


def _check(key: ProviderKey) -> None:
    key_id = key.pk
    try:
        report = _asked(key)
    except ProviderError as error:
        log.warning("key %s: check: %s", key_id, error)
        _record_unreachable(key, error.meaning, error.said)
    except (ValueError, UnreadableSecret) as error:
        _record_unreachable(key, english("%(error)s Nothing was sent.", error=error))
    except Exception as error:
        # The page waits for a result, and nobody would hear of a job that only broke off.
        log.exception("key %s: the check broke off", key_id)
        _record_unreachable(key, english("The studio stumbled over the check: %(kind)s.", kind=type(error).__name__))
    else:
        key_checks.record_result(key=key, report=report, references=_reference_lines(key))


def _asked(key: ProviderKey) -> KeyReport:
    """The gateway's answer; a refused key is one too, whichever way the adapter says so."""
    adapter = registry.get(key.provider).adapter
    try:
        return adapter.check(client(), connection_of_key(key), key.management_secret)
    except BadKey as error:
        return KeyReport(KeyVerdict.REFUSED, error.meaning, error.said)


def _record_unreachable(key: ProviderKey, meaning: str, said: str = "") -> None:
    key_checks.record_unreachable(key=key, meaning=meaning, said=said, references=_reference_lines(key))


def _reference_lines(key: ProviderKey) -> list[dict[str, str]]:
    """Whether references reach this key's gateway; a stumble there takes nothing from what the gateway said."""
    try:
        return reference_lines(key)
    except Exception as error:
        log.exception("key %s: the check of references broke off", key.pk)
        return [
            {
                "state": "open",
                "text": english("References could not be checked: %(kind)s.", kind=type(error).__name__),
            }
        ]
