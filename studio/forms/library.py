"""What the address of a library asks for: words, tags, a kind and an order. Whatever is none of these is left out."""

from __future__ import annotations

from collections.abc import Collection

from django.http import QueryDict

from studio.forms.exports import numbers
from studio.services.library import Asked

# Of words that are looked for, and of tags that all have to be there.
LONGEST = 200
MOST_TAGS = 10


def asked_of(query: QueryDict, *, orders: Collection[str], kinds: Collection[str] = ()) -> Asked:
    """The wishes of an address; the first of `orders` where it names none of them."""
    words = " ".join(query.get("q", "").replace("\0", " ").split())[:LONGEST]
    names = [name.strip()[:LONGEST] for name in query.getlist("tag")[:MOST_TAGS]]
    kind, sort = query.get("kind", ""), query.get("sort", "")
    return Asked(
        words=words,
        tags=[name for name in names if name],
        kind=kind if kind in kinds else "",
        sort=sort if sort in orders else next(iter(orders)),
    )


def before_of(query: QueryDict) -> int | None:
    """The id that a further page is asked for with."""
    return next(iter(numbers([query.get("before", "")])), None)
