"""Puts a studio in order, so that a test can break one thing of it, and says what it finds wrong then."""

from __future__ import annotations

from pathlib import Path

from django.db import connection
from pytest_django import Settings

from studio.lib.clock import now
from studio.models import ProviderKey
from studio.services import leases, queue, workers
from studio.services.health import report
from studio.services.health.findings import Level
from tests.factories import make_key


def beat() -> None:
    """Every worker, cluster and tracker shows a sign of life."""
    workers.beat()
    leases.acquire(name=queue.TRACK, holder="here:1", seconds=20)
    for name in queue.CLUSTERS:
        leases.beat(name=f"heartbeat:{name}")


def put_in_order(settings: Settings, folder: Path) -> ProviderKey:
    """A studio with folders of its own, live workers, and one key that was checked."""
    settings.STUDIO_DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.FILE_UPLOAD_TEMP_DIR = folder / "uploads"
    for each in (settings.MEDIA_ROOT, settings.FILE_UPLOAD_TEMP_DIR):
        each.mkdir(exist_ok=True)
    if connection.vendor == "sqlite":
        Path(str(connection.settings_dict["NAME"])).chmod(0o600)
    beat()
    checked = {"checked_at": now(), "check_result": {"verdict": "accepted"}}
    return make_key(label="main", base_url="https://api.tokenlab.sh", **checked)


def wrong() -> dict[str, tuple[str, str]]:
    """What is not in order: the level and the words of each check."""
    return {each.check: (each.level, each.found) for each in report.examine() if each.level != Level.OK}
