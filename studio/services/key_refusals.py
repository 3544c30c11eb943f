"""A look at a task that its gateway refused because of the key: what it says of the key, and when to look again."""

from __future__ import annotations

from django.db import transaction

from studio.choices import AT_GATEWAY
from studio.lib.clock import later, now
from studio.lib.english import english
from studio.models import Attempt, Render
from studio.services import keys, statuses
from studio.services.key_limits import lock

# A refused key is hardly ever accepted again by itself, and gateways frown on being asked all the time.
PAUSE_SECONDS = 300.0
GOES_ON = english(
    "The render goes on at the gateway, and is charged as usual; it is looked at again when the key works."
)
TO_DO = english("An admin replaces the key's secret or resumes it.")


def record_refused_look(
    *, render_id: int, attempt_id: int, key_version: int, said: str, meaning: str, is_revocation: bool, failures: int
) -> None:
    """The render stays where it is. The key is paused, unless another secret than its present one was refused.

    Only a revoked secret gives way to the key's present one: that may belong to an account that knows no such task.
    """
    with transaction.atomic():
        attempt = Attempt.objects.get(pk=attempt_id)
        key = lock(key_id=attempt.key_id)
        attempt.refresh_from_db(fields=["retired"])
        if key.version != key_version or (is_revocation and fall_back(attempt_id=attempt.pk)):
            _look_at_once(render_id)
            return
        words = english("The gateway does not accept the key “%(key)s” any more.", key=key.label)
        if attempt.retired_id is None:
            keys.pause_refused(key=key, said=said, meaning=meaning)
        else:
            words = english(
                "The gateway does not accept the secret any more that this was sent with, at %(base_url)s.",
                base_url=attempt.base_url,
            )
        statuses.record_trouble(
            render_id=render_id,
            reason=english("The gateway refused the key"),
            said=said,
            meaning=f"{words} {GOES_ON}",
            advice=TO_DO,
            next_poll_at=later(PAUSE_SECONDS),
            failures=failures,
        )


def fall_back(*, attempt_id: int) -> bool:
    """Ask with the key's present secret from now on, as the one that the attempt was sent with is refused.

    False where there is none for its address. A revoked secret after a rotation is as it should be: the account is
    likely the same.
    """
    with transaction.atomic():
        attempt = Attempt.objects.select_related("key").get(pk=attempt_id)
        key = attempt.key
        if attempt.retired_id is None or attempt.base_url != key.base_url or key.deleted_at is not None:
            return False
        return bool(Attempt.objects.filter(pk=attempt_id, retired=attempt.retired_id).update(retired=None))


def _look_at_once(render_id: int) -> None:
    here = Render.objects.filter(pk=render_id, state__in=AT_GATEWAY)
    here.update(next_poll_at=now(), claimed_until=None, claimed_by="")
