"""What the processes of a worker have in common: its code and the shape of its tables are read once, before any fork.

A page of memory is shared until somebody writes into it, so all that is worked out at the first use is used here."""

from __future__ import annotations

import pkgutil
from contextlib import suppress
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.db import Error, connection, connections
from django.urls import reverse
from django_q.conf import Conf

from studio import jobs
from studio.lib.memory import keep_shared
from studio.media import addresses
from studio.providers import clients

# What is otherwise read at its first use, and then by each process for itself.
LATER = ("django.core.cache.backends.locmem", "encodings.idna")
# Of SQLite, for jobs: no window into the file, which fills with whatever a sweep reads, and a small cache. Whatever
# they read lies in the memory of the machine anyway, and no person waits for the copying.
SPARING = "PRAGMA mmap_size=0;PRAGMA cache_size=-4000;"


def share() -> None:
    """Read everything that the clusters will need; afterwards no connection is open."""
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["init_command"] += SPARING
    names = (module.name for module in pkgutil.iter_modules(jobs.__path__, f"{jobs.__name__}."))
    for name in (*names, *LATER):
        import_module(name)
    # Every notice holds a link, and the first one asks for all addresses with their views: 12 MB.
    reverse("home")
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
