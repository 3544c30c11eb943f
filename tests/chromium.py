"""The browser that the tests drive: found on the machine, or installed by `python -m tests.chromium`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox: inside a container root may not make one. The rest keeps it from asking its maker for anything.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HELP = (
    "The browser tests need Chromium or Chrome on the path, and none of "
    f"{', '.join(NAMES)} is there.\n"
    "Install it and run this again. Debian: sudo apt-get install chromium. Fedora: sudo dnf install chromium. "
    "macOS: put Chrome's program on the path as google-chrome."
)


def find() -> str | None:
    """The path of a usable browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> bool:
    """Install Debian's package when this machine and account can; True when a browser is there afterwards."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
    return find() is not None


def main() -> int:
    """Make sure that there is a browser; otherwise say what to install."""
    if find() or install():
        return 0
    sys.stderr.write(f"{HELP}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
