"""What the processes of a worker have in common: its code and the shape of its tables are read once, before any fork.

A page of memory is shared until somebody writes into it, so all that is worked out at the first use is used here."""

from __future__ import annotations

import pkgutil
from contextlib import suppress
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db import Error, connections
from django_q.conf import Conf

from studio import jobs
from studio.lib.memory import keep_shared
from studio.media import addresses
from studio.providers import clients


def share() -> None:
    """Read everything that the clusters will need; afterwards no connection is open."""
    for module in pkgutil.iter_modules(jobs.__path__, f"{jobs.__name__}."):
        import_module(module.name)
    # A database that is away costs memory, nothing else.
    with suppress(Error):
        for model in apps.get_models():
            model._default_manager.exists()
    connections.close_all()
    for context in (clients.tls_context, addresses.tls_context):
        context()
    keep_shared()


def become(name: str) -> None:
    """Be the cluster `name` from now on; django-q2 read its settings when it was imported, before the fork."""
    own = settings.Q_CLUSTER | settings.Q_CLUSTER["ALT_CLUSTERS"].get(name, {})
    Conf.CLUSTER_NAME, Conf.WORKERS, Conf.TIMEOUT, Conf.RETRY = name, own["workers"], own["timeout"], own["retry"]
