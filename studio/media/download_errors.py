"""How a download can fail; the kind says whether trying again makes sense."""

from __future__ import annotations


class DownloadError(Exception):
    """A download that did not come to its end; `message` is a sentence for the person waiting."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[DownloadError], tuple[str, str]]:
        return type(self), (self.code, self.message)


class LinkGone(DownloadError):
    """The link has ended or was never ours; this link will not work again."""


class DownloadInterrupted(DownloadError):
    """Nothing final: what has arrived is kept, and the same call goes on from there."""


class DownloadRefused(DownloadError):
    """A rule of ours forbids this file or address; trying again changes nothing."""
