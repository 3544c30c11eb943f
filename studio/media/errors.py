"""What the media layer says when a file cannot be taken."""

from __future__ import annotations


class Rejected(Exception):
    """The file cannot be used; `code` is for programs, `message` is a sentence for the person who sent it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[Rejected], tuple[str, str]]:
        return type(self), (self.code, self.message)
