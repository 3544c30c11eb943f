"""Whether the clocks agree: claims, leases and links end by the clock, so one that is wrong ends them wrongly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Max

from studio.lib.clock import now
from studio.models import Lease, RenderEvent
from studio.services.health.findings import Finding, ok, problem, span, warning

NOTICEABLE = timedelta(seconds=2)
HARMFUL = timedelta(seconds=30)
ADVICE = "Set every machine's clock by the network (chrony or systemd-timesyncd), and the database's as well."


def compare(check: str, whose: str, theirs: datetime) -> Finding:
    """Their clock against ours, as of this moment."""
    ahead = theirs - now()
    apart = abs(ahead)
    if apart < NOTICEABLE:
        return ok(check, f"{whose} agrees with this machine's.")
    found = f"{whose} is {span(apart)} {'ahead of' if ahead > timedelta(0) else 'behind'} this machine's."
    return problem(check, found, ADVICE) if apart >= HARMFUL else warning(check, found, ADVICE)


def of_database() -> Finding:
    """The clock of the database's machine."""
    if connection.vendor == "sqlite":
        return ok("database clock", "The database has this machine's clock.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    return compare("database clock", "The database's clock", theirs.astimezone(UTC))


def of_history() -> Finding:
    """Whether anything was written in what is still the future: then a clock was set back, or another runs ahead."""
    newest = RenderEvent.objects.order_by("-pk").values_list("created_at", flat=True).first()
    beat = Lease.objects.aggregate(latest=Max("beat_at"))["latest"]
    ahead = max((moment - now() for moment in (newest, beat) if moment is not None), default=timedelta(0))
    if ahead < NOTICEABLE:
        return ok("recorded times", "Nothing was written in the future.")
    found = f"Something was written {span(ahead)} in the future: a clock was set back, or another machine's is ahead."
    return problem("recorded times", found, ADVICE) if ahead >= HARMFUL else warning("recorded times", found, ADVICE)
