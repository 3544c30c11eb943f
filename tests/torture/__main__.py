"""`python -m tests.torture`: takes at every gateway while workers are killed with -9, and afterwards the account.

Real processes: a web server, two workers that share the data folder as two machines would, the sandbox gateway and
somebody who looks at pages. `--seed N` asks for the same takes with the same faults and draws the same kills again:
after how many steps of takes, on which machine, which role. Which process that hits, and what it was doing, depends
on real time, so a replay is as near as real processes allow. Exit code 1, with a list, when anything is wrong.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.torture.plan import ROLES
from tests.torture.report import merge_into, report_of
from tests.torture.run import Settings, run, say


def main() -> int:
    options = _options()
    if options.postgres and "DATABASE_URL" not in os.environ:
        return _on_postgres()
    settings = Settings(
        seed=options.seed,
        renders=options.renders,
        roles=options.role or tuple(ROLES),
        most_seconds=options.minutes * 60,
    )
    folder = Path(tempfile.mkdtemp(prefix="rushes-torture-"))
    report = report_of(run(settings, folder, say))
    say(f"\n{report.table()}\n")
    if file := os.environ.get("BENCH_JSON"):
        merge_into(Path(file), report.figures)
    for complaint in report.complaints:
        say(f"WRONG: {complaint}")
    if report.complaints:
        say(f"Everything is left in {folder}.")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    where = " --postgres" if options.postgres else ""
    say(f"Again: python -m tests.torture --seed {settings.seed} --renders {settings.renders}{where}")
    return 1 if report.complaints else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(1_000_000), help="of an earlier run, to replay it"
    )
    parser.add_argument("--renders", type=int, default=1000, help="how many takes are asked for (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=15, help="the longest it may take (default: %(default)s)")
    parser.add_argument("--role", action="append", choices=[*ROLES], help="kill only these; may be given several times")
    parser.add_argument("--postgres", action="store_true", help="on a throw-away PostgreSQL instead of SQLite")
    return parser.parse_args()


def _on_postgres() -> int:
    folder = postgres.programs()
    if folder is None:
        say("PostgreSQL is not installed on this machine: nothing was run on it.")
        return 0
    with postgres.server(folder) as address:
        again = [sys.executable, "-m", "tests.torture", *sys.argv[1:]]
        return subprocess.run(again, env={**os.environ, "DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
