"""`manage.py qcluster`: the whole worker. Stands before django-q2's command of that name: its clusters are our own."""

from __future__ import annotations

import inspect
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.db import Error, connection, connections
from django_q.conf import Conf
from django_q.signals import post_execute_in_worker, pre_execute

from studio.lib.activity import Activity, clear_dead
from studio.lib.memory import give_back
from studio.lib.processes import Program, die_with_parent_after_fork
from studio.management.clusters import become, share
from studio.management.crew import Crew
from studio.management.heartbeats import Cluster, Heartbeats
from studio.services import queue, recovery, workers
from studio.services.broker import private_key
from studio.supervisor import Supervisor

NAME = "Q_CLUSTER_NAME"
RUN = settings.STUDIO_DATA_DIR / "run"
# What is in hand may finish; the tracker never finishes by itself, and loses nothing when it is cut off.
GRACE = {queue.TRACK: 0.0}
# A task that overruns its time-out is ended by its cluster, somewhat later.
SLACK_SECONDS = 30.0


class Command(BaseCommand):
    # Whoever has no pages reads neither their addresses nor their templates; `up` has checked those.
    requires_system_checks = (Tags.compatibility, Tags.files, Tags.models, Tags.security)
    help = "Start the worker: every job cluster under one watch; ends on Ctrl-C. With a name: that cluster alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("-n", "--name", dest="cluster_name", help="the one cluster to run (default: all)")

    def handle(self, *args: Any, cluster_name: str | None, **options: Any) -> None:
        name = cluster_name or os.environ.get(NAME)
        if name:
            share()
            become(name)
            self._run_one(name)
        else:
            sys.exit(self._run_all())

    def _run_one(self, name: str) -> None:
        # The workers would go on without their leader, unwatched.
        die_with_parent_after_fork()
        clear_dead(RUN)
        activity = _activity(name, os.getpgrp())
        # Kept in a variable: signals hold their receivers weakly.
        begin, end = partial(_call, activity.begin), partial(_call, activity.end)
        pre_execute.connect(begin)
        post_execute_in_worker.connect(end)
        post_execute_in_worker.connect(_drop_result)
        post_execute_in_worker.connect(_give_back)
        connections.close_all()
        Crew(Conf.WORKERS, take_over=partial(_take_over, name)).run()

    def _run_as(self, name: str, asking: dict[str, Any]) -> None:
        """In a fork of this worker: be the cluster `name` until it is over, and ask the database as `asking` says."""
        connection.settings_dict.update(asking)
        become(name)
        self._run_one(name)

    def _run_all(self) -> int:
        share()
        asking = {name: connection.settings_dict[name] for name in ("OPTIONS", "CONN_MAX_AGE")}
        # What is open when a cluster is forked would be open in both of them.
        connection.settings_dict["CONN_MAX_AGE"] = 0
        if connection.vendor == "sqlite":
            # A watch that waits 20 s for a lock can neither stop nor restart anything meanwhile.
            connection.settings_dict["OPTIONS"] = asking["OPTIONS"] | {"timeout": 2}
        names = [settings.Q_CLUSTER["name"], *settings.Q_CLUSTER["ALT_CLUSTERS"]]
        heartbeats = Heartbeats([_cluster(name) for name in names], revive=_revive, sign=workers.beat)
        programs = [_program(name, partial(self._run_as, name, asking)) for name in names]
        try:
            return Supervisor(programs, say=self._say, each_tick=heartbeats).run()
        finally:
            # Without a database its time runs out by itself.
            with suppress(Error):
                workers.gone()

    def _say(self, text: str) -> None:
        self.stdout.write(f"worker: {text}")
        self.stdout.flush()


def _program(name: str, run: Callable[[], None]) -> Program:
    return Program(name=name, command=(), environment={NAME: name}, grace=GRACE.get(name, 20.0), run=run)


def _cluster(name: str) -> Cluster:
    main = settings.Q_CLUSTER
    conf = {**main, **main["ALT_CLUSTERS"].get(name, {})}
    return Cluster(
        name=name,
        workers=conf["workers"],
        ask=lambda number: queue.ask_beat(cluster=name, number=number),
        owes=lambda number: queue.owes_beat(name, number),
        busy=lambda number: _activity(name, number).busy(conf["timeout"] + SLACK_SECONDS),
    )


def _revive(names: Iterable[str]) -> None:
    recovery.revive(clusters=names)
    give_back()


def _take_over(name: str) -> None:
    # A database that is away is asked again by the sweep, or by the watch over silent clusters.
    with suppress(Error):
        recovery.take_over(cluster=name, number=os.getpgrp())


def _activity(name: str, number: int) -> Activity:
    return Activity(RUN / private_key(name, number))


def _call(note: Any, **_: Any) -> None:
    note()


def _give_back(**_: Any) -> None:
    give_back()


def _drop_result(task: dict[str, Any], **_: Any) -> None:
    """Nobody reads what a job returns; and one that cannot be sent to the next process would be run for ever."""
    if inspect.iscoroutine(task["result"]):
        task["result"].close()
        task["success"], task["result"] = False, "A job must not be a coroutine: nothing of it was run."
    elif task["success"]:
        task["result"] = None
