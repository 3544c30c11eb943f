"""Keeps secrets out of the pages and mails that Django makes of an unhandled error, also where DEBUG is on."""

from __future__ import annotations

import re
from collections.abc import ItemsView, Iterator, Mapping
from pprint import pformat
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

from studio.lib.masking import REMOVED, mask

_NAMES = re.compile(r"(?i)secret|password|authorization|api_?key")
# Shorter ones are no secrets, and taking them out would only garble the page.
_SHORTEST = 8
# As much of a value as Django shows, and what may hide at its edge.
_LONGEST = 8192


class MaskedTracebacks(SafeExceptionReporterFilter):
    """Takes every value with the name of a secret, or held by an object of ours as one, out of all variables."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always: a page for developers is seen by others as well."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        """What was sent in a form, without what its own field calls a secret."""
        sent = super().get_post_parameters(request)
        return {name: REMOVED if _NAMES.search(name) else value for name, value in sent.items()}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        """The variables of one frame, as text without any secret known there or in a frame that led to it."""
        secrets = set(_sent(request))
        frame: FrameType | None = tb_frame
        while frame is not None:
            secrets.update(_held(frame.f_locals))
            frame = frame.f_back
        found = super().get_traceback_frame_variables(request, tb_frame)
        shown = {name: REMOVED if _NAMES.search(name) else _shown(value, secrets) for name, value in found}
        return shown.items()


def _shown(value: Any, secrets: set[str]) -> str:
    try:
        text = pformat(value)[:_LONGEST]
    except Exception as error:
        return f"[cannot be shown: {type(error).__name__}]"
    # The longest first, as one may be a part of another.
    return mask(text, *sorted(secrets, key=len, reverse=True))


def _sent(request: HttpRequest | None) -> Iterator[str]:
    if request is not None:
        yield from (str(value) for name, value in request.POST.items() if _is_secret(name, value))


def _held(variables: Mapping[str, Any]) -> Iterator[str]:
    for name, value in variables.items():
        if _is_secret(name, value):
            yield value
        elif isinstance(value, Mapping):
            # A copy, since another thread may write to it.
            yield from (each for key, each in dict(value).items() if isinstance(key, str) and _is_secret(key, each))
        else:
            yield from _of_object(value)


def _of_object(value: Any) -> Iterator[str]:
    for name in ("secret", "management_secret"):
        # Not looked up on the object itself: that might ask the database.
        if name in getattr(value, "__dict__", {}) or name in getattr(type(value), "__slots__", ()):
            try:
                found = getattr(value, name)
            except Exception:  # noqa: S112  (an unreadable one cannot be shown either)
                continue
            if _is_secret(name, found):
                yield found


def _is_secret(name: str, value: Any) -> bool:
    return isinstance(value, str) and len(value) >= _SHORTEST and bool(_NAMES.search(name))
