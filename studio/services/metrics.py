"""The studio's numbers for Prometheus. They are read from the database at each scrape, so that every web process tells
the same; all queries are grouped ones, and none reads whole takes."""

from __future__ import annotations

import platform
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, Sum
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from studio.choices import AttemptOutcome, RenderState, Standing
from studio.lib.clock import now
from studio.models import Attempt, ProviderKey, Render
from studio.providers.registry import PROVIDERS
from studio.services import queue, spending
from studio.services.health import queues, renders, storage, workers

FAILED = (RenderState.REFUSED, RenderState.FAILED, RenderState.EXPIRED)
CONDITIONS = ("usable", "paused", "refused")
# A poll that is this late is late; a little is the tracker's own rhythm.
LATE = timedelta(seconds=30)
Labels = TypeVar("Labels", bound=tuple[str, ...])


class StudioCollector(Collector):
    """Everything, anew at each scrape."""

    def collect(self) -> Iterator[Metric]:
        """All families, in the order of the work: takes, attempts, queues, workers, money, keys, disk."""
        yield _build()
        yield from _takes()
        yield from _attempts_and_keys()
        yield from _queues()
        yield from _signs()
        yield from _polls()
        yield _money()
        yield from _disk()


REGISTRY = CollectorRegistry()
REGISTRY.register(StudioCollector())


def _gauge(name: str, words: str, labels: tuple[str, ...], values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(f"rushes_{name}", words, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family


def _number(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"rushes_{name}", words, value=value)


def _build() -> Metric:
    known = {"version": version(), "python": platform.python_version(), "database": connection.vendor}
    return InfoMetricFamily("rushes_build", "The version that runs here.", value=known)


@cache
def version() -> str:
    """The studio's version, as the project file says; “unknown” where that was not brought along."""
    try:
        project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]
    except OSError:
        return "unknown"
    return str(project["version"])


def _takes() -> Iterator[Metric]:
    rows = Render.objects.order_by().values_list("provider", "state").annotate(Count("pk"))
    counts = dict.fromkeys(((slug, str(state)) for slug in PROVIDERS for state in RenderState), 0)
    counts |= {(slug, state): number for slug, state, number in rows}
    yield _gauge("takes", "Takes there are, by state.", ("gateway", "state"), counts)
    ready = CounterMetricFamily("rushes_takes_ready", "Takes whose file is here.", labels=("gateway",))
    failed: Counter[tuple[str]] = Counter()
    for (slug, state), number in counts.items():
        if state == RenderState.READY:
            ready.add_metric((slug,), number)
        failed[(slug,)] += number if state in FAILED else 0
    yield ready
    # No counter: a failed take may be looked at again, and then it is none.
    yield _gauge("takes_failed", "Takes that ended without a file, cancelled ones aside.", ("gateway",), failed)
    unconfirmed = sum(number for (_, state), number in counts.items() if state == RenderState.UNCONFIRMED)
    yield _number("takes_unconfirmed", "Takes sent without an answer, that wait for a person or a proof.", unconfirmed)
    doubtful = (
        Render.objects.filter(standing=Standing.POSSIBLY).order_by().values_list("provider").annotate(Count("pk"))
    )
    possibly = dict.fromkeys(((slug,) for slug in PROVIDERS), 0) | {(slug,): number for slug, number in doubtful}
    yield _gauge("takes_possibly_charged", "Takes of which nobody knows whether they cost.", ("gateway",), possibly)


def _attempts_and_keys() -> Iterator[Metric]:
    keys = list(ProviderKey.objects.values("pk", "provider", "paused_at", "paused_by_studio", "deleted_at"))
    gateways = {key["pk"]: key["provider"] for key in keys}
    rows = Attempt.objects.order_by().values_list("key", "outcome").annotate(Count("pk"))
    outcomes = Counter({(slug, str(outcome)): 0 for slug in PROVIDERS for outcome in AttemptOutcome})
    for key_id, outcome, number in rows:
        outcomes[(gateways[key_id], outcome)] += number
    yield _gauge("attempts", "Sendings to a gateway, by what is known of them.", ("gateway", "outcome"), outcomes)
    conditions = Counter({(slug, condition): 0 for slug in PROVIDERS for condition in CONDITIONS})
    for key in keys:
        if key["deleted_at"] is None:
            paused = "refused" if key["paused_by_studio"] else "paused"
            conditions[(key["provider"], paused if key["paused_at"] else "usable")] += 1
    yield _gauge(
        "keys", "Keys there are; the studio pauses those that are refused.", ("gateway", "condition"), conditions
    )


def _queues() -> Iterator[Metric]:
    lines, moment = queues.waiting(), now()
    names = [*queue.CLUSTERS, *sorted(set(lines) - set(queue.CLUSTERS))]
    counts = {(name,): lines[name].count if name in lines else 0 for name in names}
    ages = {(name,): (moment - lines[name].since).total_seconds() if name in lines else 0.0 for name in names}
    yield _gauge("queue_waiting", "Hints that no worker has taken yet.", ("cluster",), counts)
    yield _gauge("queue_oldest_seconds", "How long the oldest of them has waited.", ("cluster",), ages)


def _signs() -> Iterator[Metric]:
    signs = workers.signs()
    yield _number("workers_alive", "Supervisors of workers, on all machines together.", signs.live_workers)
    beats = {(name,): _age(beat) for name, beat in signs.clusters.items()}
    yield _gauge("cluster_beat_age_seconds", "Since a worker of the cluster took a beat.", ("cluster",), beats)
    for name, beat in (("worker", signs.worker), ("tracker", signs.tracker)):
        # What was never heard of has no age, and its absence is what to alert on.
        if beat is not None:
            yield _number(f"{name}_beat_age_seconds", f"Since the {name} was heard of.", _age(beat))


def _age(moment: datetime) -> float:
    return max((now() - moment).total_seconds(), 0.0)


def _polls() -> Iterator[Metric]:
    late = renders.late(now(), LATE).order_by().aggregate(number=Count("pk"), since=Min("next_poll_at"))
    oldest = 0.0 if late["since"] is None else _age(late["since"])
    words = f"Takes at a gateway, asked about {LATE.total_seconds():.0f} s later than planned or more."
    yield _number("polls_late", words, late["number"])
    yield _number("polls_late_oldest_seconds", "How late the latest of them is.", oldest)


def _money() -> Metric:
    since = spending.month_start(now())
    rows = spending.counted(Render.objects.all(), since).order_by().values_list("provider", "currency", "standing")
    sums = {
        (slug, currency, standing): float(spending.exact(total))
        for slug, currency, standing, total in rows.annotate(total=Sum(spending.AMOUNT))
        if total is not None
    }
    words = "Money of this calendar month (UTC): settled, reserved, or possibly charged; never add up two currencies."
    return _gauge("money_this_month", words, ("gateway", "currency", "standing"), sums)


def _disk() -> Iterator[Metric]:
    with suppress(OSError):
        yield _number("disk_free_bytes", "Room left where takes are kept.", storage.free_bytes())
