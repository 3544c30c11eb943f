"""Keeps what opens doors out of the log: keys, signed links, invitations and guest links."""

from __future__ import annotations

import logging
import re

from studio.lib.masking import REMOVED, mask

_INVITATION = re.compile(r"/invitations/[^\s/\"'<>]+/")
_GUEST_LINK = re.compile(r"/g/\d+-[^\s/\"'<>?#]+")


class MaskedLog(logging.Filter):
    """Rewrites each record's message; a traceback is masked when it is turned into text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through, without its secrets."""
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True


def masked(text: str) -> str:
    """The text without keys, tokens of links and signed addresses."""
    return _GUEST_LINK.sub(f"/g/{REMOVED}", _INVITATION.sub(f"/invitations/{REMOVED}/", mask(text)))
