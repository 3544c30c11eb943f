"""One studio with many takes, furnished and asked in a process of its own, through `tests.bench.launch`.

`furnish TAKES` writes it and prints a session for a browser; `ask ROUNDS` prints for each question its times in
milliseconds, its queries, its size and its cards. A question goes through all middleware and the whole page is made.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studio.management.static_files import collect_when_changed
from studio.models import Render, RenderEvent, User
from tests.bench import library
from tests.bench.figures import say

HEADERS = {"Host": "127.0.0.1", "Accept-Encoding": "identity"}
WARM_UP = 5
RANGE = {"Range": "bytes=0-65535"}


@dataclass(frozen=True)
class Question:
    """One address to ask for, under the name of its figure, and the status that it has to answer with."""

    figure: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200


def furnish(takes: int) -> None:
    """The studio with all its rows, its search index and the database's own knowledge of them."""
    call_command("migrate", verbosity=0)
    collect_when_changed()
    artist = library.furnish(takes)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize = 0x10002")
    say(json.dumps({"session": _client(artist).cookies[settings.SESSION_COOKIE_NAME].value}))


def _client(person: User) -> Client:
    client = Client(headers=HEADERS)
    client.force_login(person, backend="studio.views.backends.PersonBackend")
    return client


def questions() -> list[Question]:
    """What is asked: the gallery as it opens, at its very end, and searched; and what its page asks for by itself."""
    newest = RenderEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    # The artist's last page: about a page of takes lies behind it.
    artist = User.objects.get(username=library.PEOPLE[0])
    deep = Render.objects.visible_to(artist).order_by("pk").values_list("pk", flat=True)[PAGE]
    film = Render.objects.visible_to(artist).filter(output__isnull=False).latest("pk").pk
    return [
        Question("gallery_first", "/gallery/"),
        Question("gallery_deep", f"/gallery/?before={deep}"),
        Question("gallery_search", "/gallery/?q=lighthouse+sun&rating=3&state=ready"),
        # Of a word that is in a tenth of all prompts: a full page even of the small studio.
        Question("gallery_search_full", "/gallery/?q=lighthouse&rating=1&state=ready"),
        Question("gallery_search_rare", f"/gallery/?q={library.RARE}"),
        Question("gallery_search_common", "/gallery/?q=people"),
        Question("gallery_filtered", "/gallery/?project=salt&tag=hero&ratio=16:9&min_seconds=5&rating=2"),
        Question("gallery_nothing_found", "/gallery/?q=zebra&rating=5"),
        Question("gallery_rated", "/gallery/?sort=rating"),
        Question("gallery_priced", "/gallery/?sort=price"),
        Question("project_first", "/projects/salt/"),
        Question("changes", f"/changes/?since={newest}", status=204),
        Question("range_64k", f"/takes/{film}/video/", RANGE, 206),
        Question("card_poster", f"/takes/{film}/poster/480/"),
    ]


PAGE = 24


def ask(rounds: int) -> None:
    """Ask each question `rounds` times, after a few that fill caches and do not count."""
    client = _client(User.objects.get(username=library.PEOPLE[0]))
    found = {}
    for question in questions():
        times = [_time(client, question) for _ in range(WARM_UP + rounds)][WARM_UP:]
        with CaptureQueriesContext(connection) as captured:
            body = _answer(client, question)
        found[question.figure] = {
            "times": times,
            "queries": len(captured),
            "kb": round(len(gzip.compress(body, 6)) / 1024, 1),
            "cards": body.count(b'<article class="take"'),
        }
    say(json.dumps(found))


def _time(client: Client, question: Question) -> float:
    begin = time.perf_counter()
    _answer(client, question)
    return (time.perf_counter() - begin) * 1000


def _answer(client: Client, question: Question) -> bytes:
    response: Any = client.get(question.path, headers=question.headers)
    if response.status_code != question.status:
        raise SystemExit(f"{question.path}: answered {response.status_code} instead of {question.status}")
    return b"".join(response.streaming_content) if response.streaming else response.content


ACTS: dict[str, Callable[[int], None]] = {"furnish": furnish, "ask": ask}

if __name__ == "__main__":
    ACTS[sys.argv[1]](int(sys.argv[2]))
