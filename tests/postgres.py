"""`python -m tests.postgres COMMAND …`: runs COMMAND with a throw-away PostgreSQL as its database.

Says so and succeeds where PostgreSQL's programs are not installed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from studio.lib.processes import die_with

SETTINGS = {
    # Reached through the socket in its own folder only, so no port is taken.
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
START_SECONDS = 30.0


def programs() -> Path | None:
    """The newest folder with PostgreSQL's server programs in it."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = [Path(folder) for folder in os.get_exec_path()]
    wanted = ("initdb", "postgres", "pg_isready")
    candidates = [*reversed(packaged), *on_path]
    return next((folder for folder in candidates if all((folder / name).exists() for name in wanted)), None)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("PostgreSQL does not run as root, and there is neither a postgres nor a nobody account.")


@dataclass(frozen=True)
class Place:
    """An empty database in a folder of its own, and whom its server runs as."""

    programs: Path
    work: Path
    identity: dict[str, Any]

    @property
    def address(self) -> str:
        """What DATABASE_URL has to be, while the server runs."""
        return f"postgresql://rushes@{quote(str(self.work), safe='')}/postgres"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running server in an empty folder, gone afterwards; gives the address of its database."""
    with prepared(folder) as place, running(place):
        yield place.address


@contextmanager
def prepared(folder: Path) -> Iterator[Place]:
    """Everything for a server but the server, which may run in it more than once; gone afterwards."""
    work = Path(tempfile.mkdtemp(prefix="rushes-postgres-"))
    account = _account()
    identity: dict[str, Any] = {}
    if account:
        os.chown(work, account.pw_uid, account.pw_gid)
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    work.chmod(0o755)
    initdb = [
        str(folder / "initdb"),
        "-D",
        str(work / "data"),
        "-U",
        "rushes",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    try:
        subprocess.run([*initdb, "--no-locale"], check=True, stdout=subprocess.DEVNULL, cwd=work, **identity)
        yield Place(folder, work, identity)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def running(place: Place) -> Iterator[None]:
    """A server that answers, until the block ends."""
    folder, work = place.programs, place.work
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    parent = os.getpid()
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(
            [folder / "postgres", "-D", work / "data", "-k", work, *options],
            stdout=log,
            stderr=log,
            cwd=work,
            process_group=0,
            preexec_fn=lambda: die_with(parent, signal.SIGQUIT),
            **place.identity,
        )
    try:
        _wait_until_ready(folder, work, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(folder: Path, work: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([folder / "pg_isready", "-q", "-h", work, "-U", "rushes"], check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"PostgreSQL did not start:\n{(work / 'log').read_text()}")
        time.sleep(0.05)


def main(command: list[str]) -> int:
    """Run `command` with DATABASE_URL set; its exit code is ours."""
    folder = programs()
    if folder is None:
        sys.stdout.write("PostgreSQL is not installed on this machine: nothing was run on it.\n")
        return 0
    # So that the server is also stopped when we are told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server(folder) as address:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
