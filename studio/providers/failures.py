"""Sorts what the network did into the four errors: by whether a byte of the request can have left."""

from __future__ import annotations

import httpx

from studio.lib.english import english
from studio.providers.clients import ForbiddenPeer
from studio.providers.errors import NotSent, ProviderError, Refused, Retryable, Unknown

# Raised by httpx while a connection is being made, and never later.
_BEFORE_SENDING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_SAME_REQUEST_ELSEWHERE = (301, 307, 308)

MAY_BE_CHARGED = english("The gateway may have started the work and may charge for it. It is not sent again by itself.")


class AnswerTooLarge(httpx.HTTPError):
    def __init__(self) -> None:
        super().__init__(english("the answer is far larger than any answer of a gateway"))


class AnswerTooSlow(httpx.HTTPError):
    def __init__(self) -> None:
        super().__init__(english("the answer did not end in time"))


def transport_error(error: Exception, *, is_read: bool, has_sent: bool) -> ProviderError:
    """The error to raise; it never carries the library's own, whose frames hold the key."""
    if _is_forbidden_peer(error):
        return _forbidden_error(is_read)
    if isinstance(error, _BEFORE_SENDING) and not has_sent and not is_read:
        return NotSent(
            english("The gateway could not be reached: %(cause)s. Nothing was sent.", cause=_cause(error)),
            code="not_connected",
        )
    if is_read:
        return Retryable(
            english("The gateway could not be asked: %(cause)s. It is asked again.", cause=_cause(error)),
            code="no_answer",
        )
    meaning = english("The request was sent, but no answer could be read: %(cause)s.", cause=_cause(error))
    return Unknown(meaning, advice=MAY_BE_CHARGED, code="no_answer")


def redirect_error(status: int, *, is_read: bool) -> ProviderError:
    """Nothing is followed with a key. A read of work already paid for must not be lost over it, and a create is only
    refused by the answers that ask for the very same request elsewhere; the others may follow finished work."""
    meaning = english("The gateway answered with a redirect (HTTP %(status)s), which is never followed.", status=status)
    advice = english("Ask an admin to correct the base URL of this key.")
    if is_read:
        return Retryable(meaning, advice=advice, status=status, code="redirect")
    if status not in _SAME_REQUEST_ELSEWHERE:
        return Unknown(meaning, advice=MAY_BE_CHARGED, status=status, code="redirect")
    return Refused(meaning, advice=advice, status=status, code="redirect")


def _forbidden_error(is_read: bool) -> ProviderError:
    meaning = english("The gateway's host leads to an address that is not public, so nothing was sent.")
    advice = english("Ask an admin to correct the base URL of this key.")
    if is_read:
        return Retryable(meaning, advice=advice, code="address_not_allowed")
    return Refused(meaning, advice=advice, code="address_not_allowed")


def _is_forbidden_peer(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 8:
        if isinstance(error, ForbiddenPeer):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def _cause(error: Exception) -> str:
    """In our words: the library's text may name local addresses or repeat parts of the request."""
    if isinstance(error, AnswerTooLarge | AnswerTooSlow):
        return str(error)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return english("no connection in time")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return english("no answer in time")
    if isinstance(error, httpx.ConnectError):
        return english("no connection")
    return english("the connection broke")
