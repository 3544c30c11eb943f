"""Watches that clusters really take tasks: one can look alive and do nothing for ever, when its leader or its waiting
worker hangs, is stopped, or waits for a connection that is gone without a word. A beat is a task that only one running
cluster can take; one that is not done and written down in time, while somebody there is free to do it, means that the
cluster is started again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import Error, close_old_connections

from studio.supervisor import Supervisor

log = logging.getLogger(__name__)

BEAT_SECONDS = 10.0
# With the restart itself under a minute, counted from whatever went wrong.
SILENCE_SECONDS = 40.0
# Until its first beat: on a busy machine it may only be starting.
START_SECONDS = 55.0
CHECK_SECONDS = 2.0
SIGN_SECONDS = 5.0
IDLE_GRACE_SECONDS = 2.0
# A lock that many want is no news: this watch waits for it shorter than anybody else.
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Cluster:
    """One watched cluster; what is asked is answered for the one running under the given process number."""

    name: str
    workers: int
    ask: Callable[[int], None]
    # Whether a beat that was asked for is still to be done.
    owes: Callable[[int], bool]
    # How many of its workers are at a task.
    busy: Callable[[int], int]


@dataclass
class _Pulse:
    number: int | None = None
    asked_at: float | None = None
    has_beaten: bool = False
    # By the monotonic clock, which stands still while a laptop sleeps: no cluster is restarted for that.
    quiet_since: float = 0.0


@dataclass
class Heartbeats:
    """Called at each tick of the supervisor; keeps every cluster beating and restarts those that fell silent."""

    clusters: list[Cluster]
    # Called with the names of clusters that were just started: what forerunners had in hand is taken up at once.
    revive: Callable[[Iterable[str]], None]
    # Called every few seconds: says for others that this supervisor is alive.
    sign: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    _pulses: dict[str, _Pulse] = field(default_factory=dict)
    _next_check: float = 0.0
    _next_sign: float = 0.0
    _away_since: float | None = None
    _has_told: bool = False

    def __call__(self, supervisor: Supervisor) -> None:
        if self.clock() < self._next_check:
            return
        self._next_check = self.clock() + CHECK_SECONDS
        try:
            self._look(supervisor)
        except Error as error:
            self._database_away(error)
        else:
            self._away_since, self._has_told = None, False
        finally:
            close_old_connections()

    def _look(self, supervisor: Supervisor) -> None:
        if self.clock() >= self._next_sign:
            self.sign()
            self._next_sign = self.clock() + SIGN_SECONDS
        running = {cluster: supervisor.number_of(cluster.name) for cluster in self.clusters}
        fresh = [cluster for cluster, number in running.items() if number and number != self._pulse(cluster).number]
        if fresh:
            self.revive([cluster.name for cluster in fresh])
        for cluster in fresh:
            self._pulses[cluster.name] = _Pulse(running[cluster], quiet_since=self.clock())
        for cluster, number in running.items():
            if number is None:
                continue
            limit = SILENCE_SECONDS if self._pulse(cluster).has_beaten else START_SECONDS
            if (silence := self._silence(cluster, number)) > limit:
                # Nothing to wait for when nobody works; a cluster in this state seldom ends when asked.
                grace = None if cluster.busy(number) else IDLE_GRACE_SECONDS
                supervisor.restart(cluster.name, f"it has taken no task for {silence:.0f} s", grace=grace)

    def _pulse(self, cluster: Cluster) -> _Pulse:
        return self._pulses.setdefault(cluster.name, _Pulse())

    def _silence(self, cluster: Cluster, number: int) -> float:
        """Seconds since `cluster` last did a beat, or had no hand free for one; asks for the next when it is time."""
        pulse, now = self._pulse(cluster), self.clock()
        owes = pulse.asked_at is not None and cluster.owes(number)
        if not owes or cluster.busy(number) >= cluster.workers:
            pulse.quiet_since = now
        pulse.has_beaten |= pulse.asked_at is not None and not owes
        if not owes and (pulse.asked_at is None or now - pulse.asked_at >= BEAT_SECONDS):
            cluster.ask(number)
            pulse.asked_at = now
        return now - pulse.quiet_since

    def _database_away(self, error: Error) -> None:
        # No sign can be seen, so none is missed.
        for pulse in self._pulses.values():
            pulse.quiet_since = self.clock()
        if self._away_since is None:
            self._away_since = self.clock()
        if not self._has_told and self.clock() - self._away_since >= PATIENCE_SECONDS:
            log.warning("the database does not answer, trying again: %s", error)
            self._has_told = True
