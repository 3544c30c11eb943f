"""`python -m tests.lighthouse [ADDRESS]`: what Lighthouse says of the gallery, a take and the composer of a demo.

Starts a demo of its own unless one already runs at ADDRESS, waits until its takes are there, enters it as an artist and
asks about each page in turn, LIGHTHOUSE_ROUNDS times. Prints the round in the middle of each page as a table and all
rounds as JSON (into the file that LIGHTHOUSE_JSON names, too). Fails where a score is lower than it has to be.

Lighthouse looks through a browser that is already signed in: a Cookie among its `--extra-headers` is not sent with
pictures, nor with the first request, and one would measure the way to the sign-in page.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.figures import say, table
from tests.lighthouse.demo import browser_with, enter, running
from tests.lighthouse.reports import LEAST, Looked, ask, failures, figures, middle

ROUNDS = int(os.environ.get("LIGHTHOUSE_ROUNDS", "3"))
# For each round that came to nothing there is one more, but not without end.
MOST_TRIES = 3


def main(address: str) -> int:
    """The number of scores that are too low."""
    with TemporaryDirectory(prefix="rushes-lighthouse-") as folder, running(address, Path(folder)) as base:
        found = rounds(base, Path(folder))
    middles = {name: middle(looks) for name, looks in found.items()}
    shown = {name: figures(looked) for name, looked in middles.items()}
    heads = list(next(iter(shown.values())))
    table(["page", *(head.replace("_", " ") for head in heads)], [[name, *row.values()] for name, row in shown.items()])
    for name, looked in middles.items():
        for title in failures(looked.report):
            say(f"{name}: {title}")
    keep({name: [figures(looked) for looked in looks] for name, looks in found.items()})
    return sum(shown[name][kind] < least for name in shown for kind, least in LEAST.items())


def rounds(base: str, folder: Path) -> dict[str, list[Looked]]:
    """The looks at each page, one page after the other in each round, so that a busy minute spoils no page."""
    cookies, pages = enter(base)
    found: dict[str, list[Looked]] = {name: [] for name in pages}
    for number in range(ROUNDS):
        for name, path in pages.items():
            looked = once(base + path, cookies, base, folder)
            found[name].append(looked)
            say(f"{number + 1} {name} {json.dumps(figures(looked))}")
    return found


def once(address: str, cookies: dict[str, str], base: str, folder: Path) -> Looked:
    """A look at one page, in a browser that has never seen it."""
    for _time in range(MOST_TRIES):
        with browser_with(cookies, base) as port:
            looked = ask(address, port, folder)
        if looked is not None:
            return looked
    raise SystemExit(f"Lighthouse came to nothing at {address}, {MOST_TRIES} times.")


def keep(rows: dict[str, list[dict[str, float]]]) -> None:
    """All rounds as JSON, printed and where it is wanted."""
    text = json.dumps(rows)
    say(text)
    if path := os.environ.get("LIGHTHOUSE_JSON"):
        Path(path).write_text(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
