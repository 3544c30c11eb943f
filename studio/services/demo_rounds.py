"""What the demo's people say of its takes: two rounds of a review, as a small crew would hold it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from studio.choices import Lineage, NoticeKind, Operation, ReviewState, Verdict
from studio.lib.clock import now
from studio.models import Comment, Notification, Project, Render, User
from studio.providers.requests import RenderRequest
from studio.services import comments, guest_links, prompts, reviews
from studio.services.audit import Actor
from studio.services.demo_takes import FIRST, FOLLOWING, pressed, submission
from studio.services.renders import Refused, create_renders
from studio.services.requests import Choice, build_request
from studio.services.storing import Origin

log = logging.getLogger(__name__)

LIT_HEADLAND = (
    "A lighthouse on a rocky coast at golden sunset, warm light on the headland, long waves rolling in, haze, slow "
    "aerial push-in that comes to rest, 35 mm"
)
GOES_ON = "The camera rests on the lighthouse; its lamp is lit and sweeps over the darkening water"
ANOTHER_SEED = 20260412
GUEST_DAYS = 14
Shape = dict[str, object]


def first_round(*, project: Project) -> None:
    """The first takes go to the reviewer, who wants changes of one and likes another; the artist goes on from there."""
    artist, reviewer, admin = (User.objects.get(username=name) for name in ("artist", "reviewer", "admin"))
    coast, other, city, ridge = (pressed(project, name) for name in ("coast", "other", "city", "ridge"))
    reviews.send(takes=[coast, other, city, ridge], actor=artist, note="First look at the opening and the two cutaways")
    note = _talk_of_the_coast(coast, artist, reviewer)
    _say(city, reviewer, f"@{admin.label} is this street far enough from the last spot for the client?", 30)
    _say(ridge, reviewer, "This tilt is just right. Keep it for the end.", 60, 96)
    reason = "Lovely sea. The headland stays too dark; one more in which it catches the light, please."
    reviews.decide(take=coast, verdict=Verdict.CHANGES, reason=reason, reviewer=reviewer)
    reviews.decide(take=ridge, verdict=Verdict.APPROVED, reviewer=reviewer)
    try:
        with transaction.atomic():
            _go_on(coast, note, artist)
    except Refused as refused:
        # Somebody may have paused the key already; the rest can be looked at all the same.
        log.info("the demo asks for no further takes: %s", refused)
    _leave_unread(project, FIRST, sent=coast)


def second_round(*, project: Project) -> None:
    """What answers the note is approved, the other seed waits, and the client gets a link to what is approved."""
    artist, reviewer, admin = (User.objects.get(username=name) for name in ("artist", "reviewer", "admin"))
    answer, variation, ridge = (pressed(project, name) for name in ("note", "vary", "ridge"))
    reviews.send(takes=[answer, variation], actor=artist, note="With your note, and another seed beside it")
    _say(answer, reviewer, "There it is: the light leads the eye now. This is the opening.", 84, drawing=[_box(SUN)])
    reviews.decide(take=answer, verdict=Verdict.APPROVED, reviewer=reviewer)
    guest_links.create_link(
        project=project,
        takes=[answer, ridge],
        label="Lumen, the client",
        expires_at=now() + timedelta(days=GUEST_DAYS),
        actor=Actor(admin, ""),
    )
    _leave_unread(project, FOLLOWING, sent=answer)


def _leave_unread(project: Project, names: Sequence[str], *, sent: Render) -> None:
    """Of what this round told its people only that stays unread which asks something of them: nobody begins with a wall
    of lines. What visitors have done since is not touched."""
    pressed_for = [submission(project, name) for name in names]
    told = Q(render__submission__in=pressed_for) | Q(key__startswith=f"review:{sent.pk}:")
    of_artist = Q(kind=NoticeKind.DECIDED, render__review_state=ReviewState.CHANGES)
    of_reviewer = Q(kind=NoticeKind.REVIEW, recipient__username="reviewer")
    lines = Notification.objects.unread().filter(told, project=project)
    asking = lines.filter(of_artist | of_reviewer | Q(kind=NoticeKind.MENTION)).values_list("pk", flat=True)
    lines.exclude(pk__in=list(asking)).update(read_at=now())


# Where things are in the picture that the sandbox makes with the demo's seed, in shares of it.
SUN = (0.225, 0.31, 0.125, 0.22)
HEADLAND = (0.51, 0.33, 0.32, 0.16)
HORIZON = ((0.03, 0.47), (0.2, 0.466), (0.4, 0.47), (0.6, 0.475), (0.8, 0.47), (0.97, 0.468))


def _talk_of_the_coast(coast: Render, artist: User, reviewer: User) -> Comment:
    """Three remarks, of which one is dealt with; the one that the next take answers."""
    lines = [_stroke(HORIZON, "yellow")]
    leaning = _say(coast, reviewer, "The horizon leans a little at the start.", 6, drawing=lines)
    _say(coast, artist, "It settles by frame 20. I would cut in after that.", parent=leaning)
    comments.resolve(comment=leaning, actor=reviewer)
    wish = "The headland comes in too dark. Can it catch some of the light?"
    note = _say(coast, reviewer, wish, 62, drawing=[_box(HEADLAND)])
    _say(coast, artist, f"Yes. @{reviewer.label} I will render it again with your note.", parent=note)
    _say(coast, reviewer, f"@{artist.label} let the push-in come to rest here instead of drifting on.", 96, 118)
    return note


def _go_on(coast: Render, note: Comment, artist: User) -> None:
    """Ask for what grows out of the take: the answer to the note, another seed, and what comes after it."""
    made_with = RenderRequest.from_json(coast.spec)
    version = coast.prompt_version
    if version is not None:
        version, _ = prompts.save_version(
            prompt=version.prompt, text=LIT_HEADLAND, note="The headland catches the light", based_on=version, by=artist
        )
    answer = replace(made_with, prompt=LIT_HEADLAND)
    _press("note", coast, artist, answer, Origin(version, parent=coast, lineage=Lineage.NOTE, answers=note))
    other = replace(made_with, seed=ANOTHER_SEED)
    _press("vary", coast, artist, other, Origin(coast.prompt_version, parent=coast, lineage=Lineage.VARY))
    longer = build_request(
        Choice(
            made_with.provider,
            made_with.model,
            Operation.VIDEO_EXTENSION,
            GOES_ON,
            made_with.duration,
            made_with.resolution,
            "adaptive",
            made_with.sound,
            source_take=coast,
        )
    )
    _press("extend", coast, artist, longer, Origin(source_take=coast, parent=coast, lineage=Lineage.EXTEND))


def _press(name: str, coast: Render, artist: User, request: RenderRequest, origin: Origin) -> None:
    create_renders(
        project=coast.project,
        asked_by=artist,
        key=coast.key,
        request=request,
        takes=1,
        submission=submission(coast.project, name),
        origin=origin,
    )


def _say(
    take: Render,
    author: User,
    text: str,
    frame: int | None = None,
    end_frame: int | None = None,
    *,
    parent: Comment | None = None,
    drawing: Sequence[Shape] = (),
) -> Comment:
    """A remark on frames that the film has, also where a gateway gave a shorter one than was asked for."""
    last = take.output.frames - 1
    begin = None if frame is None else min(frame, last)
    end = min(end_frame, last) if end_frame is not None and begin != last else None
    return comments.add(take=take, author=author, text=text, parent=parent, frame=begin, end_frame=end, drawing=drawing)


def _box(place: tuple[float, float, float, float]) -> Shape:
    return {"kind": "box", **dict(zip("xywh", place, strict=True)), "color": "red"}


def _stroke(points: Sequence[tuple[float, float]], color: str) -> Shape:
    return {"kind": "stroke", "points": [list(point) for point in points], "color": color}
