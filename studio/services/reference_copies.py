"""What lies in the bucket for gateways: remembered before it is put there, forgotten after it is deleted."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from studio.lib.clock import now
from studio.models import Asset, ReferenceCopy, Render
from studio.models.references import ReferenceCopyQuerySet
from studio.services.links import LIFE
from studio.services.queue import enqueue

# Far longer than the queue lets one job run.
ABANDONED_AFTER = timedelta(hours=1)
# A link is signed for LIFE from now, and a copy goes for certain a day after that.
USED_AGAIN_FOR = timedelta(hours=12)
BATCH = 200


def remember(*, render: Render | None, name: str, asset: Asset | None = None) -> ReferenceCopy:
    """Write down an object that is about to be put into the bucket; the check's test picture is of no take."""
    return ReferenceCopy.objects.create(render=render, asset=asset, bucket=settings.STUDIO_S3_BUCKET, name=name)


def lying_there(*, render: Render, asset: Asset) -> ReferenceCopy | None:
    """The copy that an earlier try of the same take has put there, if it is young enough to be signed once more."""
    found = ReferenceCopy.objects.filter(render=render, asset=asset, bucket=settings.STUDIO_S3_BUCKET)
    return found.filter(stored_at__isnull=False, created_at__gt=now() - USED_AGAIN_FOR).last()


def record_stored(*, copy: ReferenceCopy) -> None:
    """The object is there; it goes when its take has ended."""
    ReferenceCopy.objects.filter(pk=copy.pk).update(stored_at=now())


def done_with() -> list[ReferenceCopy]:
    """The copies in the present bucket that are of no more use, oldest first."""
    return list(_done_with()[:BATCH])


def forget(*, copy: ReferenceCopy) -> None:
    """The object is gone."""
    ReferenceCopy.objects.filter(pk=copy.pk).delete()


def ask_to_clear() -> bool:
    """Enqueue the deletion of what is of no more use; False when there is nothing."""
    if not settings.STUDIO_S3_BUCKET or not _done_with().exists():
        return False
    enqueue("studio.jobs.clear_references.clear_references")
    return True


def _done_with() -> ReferenceCopyQuerySet:
    found = ReferenceCopy.objects.done_with(
        abandoned=now() - ABANDONED_AFTER, outdated=now() - LIFE - timedelta(days=1)
    )
    return found.filter(bucket=settings.STUDIO_S3_BUCKET)
