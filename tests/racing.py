"""Two sides at the same rows: acts begun together in threads of their own, and a look at who waits for whom."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from django.db import connection, connections

SECONDS = 120.0


def at_once(acts: Sequence[Callable[[], object]]) -> list[str]:
    """Run them in threads of their own, begun together; what went wrong."""
    start, troubles = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        start.wait(SECONDS)
        try:
            act()
        except Exception as error:
            troubles.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return troubles


def wait_for_a_lock() -> None:
    """Until somebody waits for a lock that another holds, as PostgreSQL says."""
    for _try in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waits.")
