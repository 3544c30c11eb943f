"""The four ways a gateway call can go wrong. An adapter raises them; what to do next is the job's decision."""

from __future__ import annotations

from studio.lib.english import english


class ProviderError(Exception):
    """`said` holds the gateway's own words with the key masked; `meaning` and `advice` are ours."""

    kind = "error"

    def __init__(
        self,
        meaning: str,
        *,
        advice: str = "",
        said: str = "",
        status: int | None = None,
        code: str = "",
    ) -> None:
        self.meaning = meaning
        self.advice = advice
        self.said = said
        self.status = status
        self.code = code
        super().__init__(meaning)

    def __str__(self) -> str:
        if not self.said:
            return self.meaning
        return english("%(meaning)s The gateway said: “%(said)s”", meaning=self.meaning, said=self.said)

    @property
    def text(self) -> str:
        """All that a person should read, in one paragraph."""
        return f"{self} {self.advice}".strip()


class Retryable(ProviderError):
    """Nothing is lost or decided: the same call may be made later, after `retry_after` seconds if given."""

    kind = "retryable"

    def __init__(
        self,
        meaning: str,
        *,
        advice: str = "",
        said: str = "",
        status: int | None = None,
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(meaning, advice=advice, said=said, status=status, code=code)
        self.retry_after = retry_after


class NotSent(Retryable):
    """No byte of the request left this machine, so no work can have been started by it."""


class NotFound(Retryable):
    """The gateway does not know the task: lag right after a create, or another key's; worth a few more tries."""


class Refused(ProviderError):
    """The gateway says for certain that it did not take the request, and never will as it stands."""

    kind = "refused"


class BadKey(ProviderError):
    """The key or its rights are wrong: no request with it can succeed until an admin acts."""

    kind = "bad_key"

    @property
    def is_revocation(self) -> bool:
        """Whether the key itself is no longer known (401), and not only one of its rights missing for once."""
        return self.status == 401


class Unknown(ProviderError):
    """The request left, and no readable answer came: the work may be running and may be paid for."""

    kind = "unknown"
