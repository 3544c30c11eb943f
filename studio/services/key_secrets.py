"""Which secret goes with an attempt, and forgetting the secrets that nothing needs any more."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from studio.choices import ENDED, AttemptOutcome
from studio.lib.english import english
from studio.models import Attempt, RetiredSecret

# What is known of these may still change, and only with the secret that they were sent with.
OPEN_OUTCOMES = (AttemptOutcome.SENDING, AttemptOutcome.ACCEPTED, AttemptOutcome.UNKNOWN)
FORGET_BATCH = 100


def secret_of(*, attempt: Attempt) -> str:
    """The secret for asking about `attempt` where it was sent; raises ValueError in words, or UnreadableSecret."""
    key, retired = attempt.key, attempt.retired
    if retired is not None:
        if retired.base_url != attempt.base_url:
            raise ValueError(english("The secret that was kept for this take belongs to another address."))
        return str(retired.secret)
    if key.deleted_at is not None:
        raise ValueError(
            english("The key “%(key)s” was deleted, so the gateway cannot be asked about this any more.", key=key.label)
        )
    if attempt.base_url != key.base_url:
        raise ValueError(
            english(
                "The key “%(key)s” leads to another address now, and its secret is not sent to the old one.",
                key=key.label,
            )
        )
    return str(key.secret)


def forget_unused() -> int:
    """Delete the retired secrets that no open work was sent with."""
    needed = Attempt.objects.filter(retired=OuterRef("pk"), outcome__in=OPEN_OUTCOMES).exclude(render__state__in=ENDED)
    unused = list(RetiredSecret.objects.exclude(Exists(needed)).values_list("pk", flat=True)[:FORGET_BATCH])
    if unused:
        RetiredSecret.objects.filter(pk__in=unused).delete()
    return len(unused)
