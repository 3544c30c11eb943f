"""Signs of life: who is found dead, who is quiet, and who is only at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from studio.lib.clock import now
from studio.models import Lease, ProviderKey
from studio.services import queue, workers
from tests.healthy import wrong

NO_WORKER = "No worker runs."


def ago(**time: float) -> Any:
    return now() - timedelta(**time)


def test_worker_that_stopped_is_a_problem(healthy: ProviderKey) -> None:
    Lease.objects.update(beat_at=ago(minutes=7), expires_at=ago(minutes=6))

    assert wrong() == {
        "worker": ("problem", "No worker runs, so nothing is sent, followed or fetched."),
        **{f"cluster {name}": ("problem", f"{NO_WORKER} It took its last beat 7 min ago.") for name in queue.CLUSTERS},
        "tracker": ("problem", "It was heard of 7 min ago. Nobody follows the tasks at the gateways."),
    }


def test_worker_that_was_stopped_a_while_ago_is_not_called_busy(healthy: ProviderKey) -> None:
    workers.gone()
    Lease.objects.update(beat_at=ago(minutes=3))

    said = {name: words for name, (_, words) in wrong().items()}
    assert said == {
        "worker": "No worker runs, so nothing is sent, followed or fetched.",
        **{f"cluster {name}": f"{NO_WORKER} It took its last beat 3 min ago." for name in queue.CLUSTERS},
        "tracker": "It was heard of 3 min ago. Nobody follows the tasks at the gateways.",
    }


@pytest.mark.parametrize("slot", ["track", "track-2"])
def test_tracker_at_work_is_the_beat_of_its_cluster(healthy: ProviderKey, slot: str) -> None:
    Lease.objects.filter(name="track").update(name=slot)
    Lease.objects.filter(name="heartbeat:track").update(beat_at=ago(minutes=9))

    assert wrong() == {}


def test_tracker_that_is_only_asked_for_is_no_beat_of_its_cluster(healthy: ProviderKey) -> None:
    Lease.objects.filter(name__in=["track", "heartbeat:track"]).update(beat_at=ago(minutes=9))
    queue.start_tracker()

    assert list(wrong()) == ["cluster track", "tracker"]


def test_cluster_that_is_quiet_for_a_while_may_be_at_long_work(healthy: ProviderKey) -> None:
    Lease.objects.filter(name="heartbeat:media").update(beat_at=ago(minutes=3))

    words = "It took its last beat 3 min ago. All its processes are busy with long work, or it hangs."
    assert wrong() == {"cluster media": ("warning", words)}


def test_worker_that_never_ran_is_a_problem(healthy: ProviderKey) -> None:
    Lease.objects.all().delete()

    assert wrong() == {
        "worker": ("problem", "No worker runs, so nothing is sent, followed or fetched."),
        **{f"cluster {name}": ("problem", "It has never taken a task.") for name in queue.CLUSTERS},
        "tracker": ("problem", "It has never run."),
    }
