"""Proves that references can be fetched, as far as that can be proved from here, and says what cannot."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from studio.choices import AttemptOutcome, RenderState
from studio.jobs.picture_fetch import why_not_fetched
from studio.lib.english import english
from studio.media import bucket
from studio.media.bucket import BucketTrouble
from studio.media.check_picture import CHECK_PICTURE
from studio.models import Attempt, ProviderKey
from studio.providers import registry
from studio.services import reference_copies
from studio.services.links import AMAZON, CHECK_LIFE, Way, check_link, way_to
from studio.services.requests import offered_with

Line = dict[str, str]
WHAT_TO_SET = english(
    "Set STUDIO_PUBLIC_URL to a public https address of this studio, or let references go "
    "through a bucket (STUDIO_S3_BUCKET and its fellows)."
)
BUCKET_SETTINGS = english("Look at the STUDIO_S3_ settings and at what that key may do.")


def reference_lines(key: ProviderKey) -> list[Line]:
    """What is good, bad and open about references on their way to this key's gateway."""
    way = way_to(base_url=key.base_url)
    if way == Way.NONE:
        return [_line("bad", _no_way()), *_inside(key)]
    lines = _through_bucket() if way == Way.BUCKET else _by_link()
    return [*lines, _beyond(key, way)]


def _line(state: str, text: str) -> Line:
    return {"state": state, "text": text}


def _no_way() -> str:
    ours = english("%(public_url)s is not", public_url=settings.STUDIO_PUBLIC_URL)
    if settings.STUDIO_S3_BUCKET:
        ours = english(
            "neither %(s3_endpoint)s nor %(public_url)s is",
            s3_endpoint=settings.STUDIO_S3_ENDPOINT,
            public_url=settings.STUDIO_PUBLIC_URL,
        )
    return english(
        "References cannot reach this gateway by address: %(ours)s on the internet. %(what_to_set)s",
        ours=ours,
        what_to_set=WHAT_TO_SET,
    )


def _by_link() -> list[Line]:
    if reason := why_not_fetched(check_link()):
        return [
            _line(
                "bad",
                english(
                    "A test picture could not be fetched at %(public_url)s: %(reason)s",
                    public_url=settings.STUDIO_PUBLIC_URL,
                    reason=reason,
                ),
            )
        ]
    return [
        _line(
            "good",
            english(
                "A test picture came back whole from %(public_url)s, under a signed link.",
                public_url=settings.STUDIO_PUBLIC_URL,
            ),
        )
    ]


def _through_bucket() -> list[Line]:
    name = english("the bucket “%(s3_bucket)s”", s3_bucket=settings.STUDIO_S3_BUCKET)
    lines: list[Line] = []
    try:
        with _test_object() as link:
            if reason := why_not_fetched(link):
                lines.append(
                    _line(
                        "bad",
                        english(
                            "A test picture lies in %(name)s, but could not be fetched: %(reason)s",
                            name=name,
                            reason=reason,
                        ),
                    )
                )
            else:
                lines.append(
                    _line(
                        "good", english("A test picture came back whole from %(name)s, under a signed link.", name=name)
                    )
                )
    except BucketTrouble as error:
        lines.append(
            _line(
                "bad",
                english(
                    "References cannot come and go in %(name)s: %(error)s %(bucket_settings)s",
                    name=name,
                    error=error,
                    bucket_settings=BUCKET_SETTINGS,
                ),
            )
        )
    return lines


@contextmanager
def _test_object() -> Iterator[str]:
    """The link of a test picture that lies in the bucket for so long, remembered like any other object there."""
    copy = reference_copies.remember(render=None, name=bucket.new_name("check.png"))
    bucket.put_content(copy.name, CHECK_PICTURE, content_type="image/png")
    reference_copies.record_stored(copy=copy)
    yield bucket.signed_link(copy.name, seconds=CHECK_LIFE.total_seconds())
    bucket.delete(copy.name)
    reference_copies.forget(copy=copy)


def _beyond(key: ProviderKey, way: Way) -> Line:
    """What no test from here can show; what a finished take shows instead."""
    host = _host(way)
    seen = _seen_to_work(key, host)
    if key.is_local:
        if seen:
            return _line("good", english("The gateway on this machine fetches them: %(seen)s", seen=seen))
        return _line(
            "open", english("Whether the gateway on this machine fetches them shows with its first take that has one.")
        )
    proof = english("The first take with a reference shows it.")
    if seen:
        proof = english("It did once: %(seen)s", seen=seen)
    text = english("Whether the gateway's own network reaches %(host)s cannot be proved from here.", host=host)
    return _line("open", f"{text} {proof}")


def _host(way: Way) -> str:
    address = (settings.STUDIO_S3_ENDPOINT or AMAZON) if way == Way.BUCKET else settings.STUDIO_PUBLIC_URL
    return urlsplit(address).hostname or ""


def _seen_to_work(key: ProviderKey, host: str) -> str:
    """The last finished take of this key whose references went by an address like today's."""
    made = Attempt.objects.filter(key=key, outcome=AttemptOutcome.ACCEPTED, render__state=RenderState.READY)
    attempt = made.filter(render__inputs__isnull=False).select_related("render").order_by("-pk").first()
    if attempt is None or host.removeprefix("s3.") not in json.dumps(attempt.request):
        return ""
    day = timezone.localtime(attempt.render.ended_at or attempt.created_at)
    return english(
        "take %(render_id)s of %(day)s was made from references.", render_id=attempt.render_id, day=f"{day:%-d %B %Y}"
    )


def _inside(key: ProviderKey) -> list[Line]:
    """Which inputs need no address at this gateway."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in registry.get(key.provider).capabilities:
        capability = offered_with(key=key, record=record)
        for operation in capability.operations.values() if capability else ():
            for rule in operation.inputs:
                if rule.inline:
                    found[rule.role.label.lower()].add(operation.operation.label.lower())
    if not found:
        return []
    named = "; ".join(f"{role} ({', '.join(sorted(operations))})" for role, operations in sorted(found.items()))
    return [
        _line(
            "good", english("These need no address, as they travel inside the request itself: %(named)s.", named=named)
        )
    ]
