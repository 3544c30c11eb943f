"""Watches that clusters really take tasks: one can look alive and do nothing for ever (a killed idle worker keeps the
queue's lock). A beat is a task like any other; a cluster that shows no sign of work for too long is started again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from django.db import Error, close_old_connections

from studio.supervisor import Supervisor

log = logging.getLogger(__name__)

BEAT_SECONDS = 20.0
SILENCE_SECONDS = 90.0
CHECK_SECONDS = 2.0
IDLE_GRACE_SECONDS = 2.0


@dataclass(frozen=True)
class Cluster:
    """One watched cluster: how to ask it for a beat, what it last showed, and how many of its workers are at a task."""

    name: str
    ask: Callable[[], None]
    last_beat: Callable[[], Hashable]
    last_work: Callable[[], Hashable]
    busy: Callable[[], int]
    workers: int


@dataclass
class _Pulse:
    started_at: float = 0.0
    asked_at: float | None = None
    beat_when_asked: Hashable = None
    signs: Hashable = None
    # By the monotonic clock, which stands still while a laptop sleeps: no cluster is restarted for that.
    changed_at: float = 0.0


@dataclass
class Heartbeats:
    """Called at each tick of the supervisor; keeps every cluster beating and restarts those that fell silent."""

    clusters: list[Cluster]
    # Called with the names of clusters that were just started: what forerunners had in hand is taken up at once.
    revive: Callable[[Iterable[str]], None]
    clock: Callable[[], float] = time.monotonic
    _pulses: dict[str, _Pulse] = field(default_factory=dict)
    _revived: dict[str, float | None] = field(default_factory=dict)
    _next_check: float = 0.0
    _database_was_away: bool = False

    def __call__(self, supervisor: Supervisor) -> None:
        if self.clock() < self._next_check:
            return
        self._next_check = self.clock() + CHECK_SECONDS
        try:
            self._look(supervisor)
        except Error as error:
            self._database_away(error)
        else:
            self._database_was_away = False
        finally:
            close_old_connections()

    def _look(self, supervisor: Supervisor) -> None:
        starts = {cluster.name: supervisor.started_at(cluster.name) for cluster in self.clusters}
        if fresh := [name for name, at in starts.items() if at is not None and at != self._revived.get(name)]:
            self.revive(fresh)
            self._revived = starts
        for cluster in self.clusters:
            started_at = starts[cluster.name]
            if started_at is not None and (silence := self._silence(cluster, started_at)) > SILENCE_SECONDS:
                # Nothing to wait for when nobody works; a cluster in this state seldom ends when asked.
                grace = None if cluster.busy() else IDLE_GRACE_SECONDS
                supervisor.restart(cluster.name, f"it has taken no task for {silence:.0f} s", grace=grace)

    def _silence(self, cluster: Cluster, started_at: float) -> float:
        """Seconds since `cluster` last showed a sign of work; asks for the next one when the last was given."""
        pulse = self._pulses.setdefault(cluster.name, _Pulse())
        now, beat = self.clock(), cluster.last_beat()
        if pulse.started_at != started_at:
            # A beat asked of the dead one is locked in the queue for minutes.
            self._pulses[cluster.name] = pulse = _Pulse(started_at=started_at, changed_at=now)
        signs = (beat, cluster.last_work())
        if signs != pulse.signs or cluster.busy() >= cluster.workers:
            pulse.signs, pulse.changed_at = signs, now
        answered = pulse.asked_at is None or beat != pulse.beat_when_asked
        if answered and (pulse.asked_at is None or now - pulse.asked_at >= BEAT_SECONDS):
            cluster.ask()
            pulse.asked_at, pulse.beat_when_asked = now, beat
        return now - pulse.changed_at

    def _database_away(self, error: Error) -> None:
        # No sign can be seen, so none is missed.
        for pulse in self._pulses.values():
            pulse.changed_at = self.clock()
        if not self._database_was_away:
            log.warning("the database does not answer, trying again: %s", error)
        self._database_was_away = True
