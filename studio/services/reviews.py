"""The review: sending takes, saying what becomes of them, and what the verdicts come to.

Only this module writes where a take stands in the review. Each act locks the project first and then its takes in order
of their ids, works the state out from the verdicts as they are under that lock, and writes both at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from studio.choices import WANTS_REASON, ReviewState, Verdict
from studio.lib.clock import now
from studio.lib.english import english
from studio.models import Guest, Project, Render, Review, User
from studio.services import guest_links, review_notices, talk, verdicts
from studio.services.said import said as translated
from studio.services.transitions import note as write_event

LONGEST_NOTE, LONGEST_REASON = 400, 5_000
SENT, TAKEN_BACK, WITHDRAWN = (
    english("Sent for review"),
    english("Taken back from review"),
    english("Verdict withdrawn"),
)
EVENTS = {
    Verdict.APPROVED: english("Approved"),
    Verdict.CHANGES: english("Changes requested"),
    Verdict.REJECTED: english("Rejected"),
}
# Of guests, who have no account that the event could name.
EVENTS_BY = {
    Verdict.APPROVED: english("Approved by %(person)s"),
    Verdict.CHANGES: english("Changes requested by %(person)s"),
    Verdict.REJECTED: english("Rejected by %(person)s"),
}
_STANDING = ("review_state", "review_asked_at", "review_asked_by")


def why_not_sent(take: Render) -> str:
    """Why the take is not sent for review, as a sentence; empty when it can be."""
    if take.review_state == ReviewState.WAITING:
        return english("Take %(take)s waits for review already.", take=take.pk)
    if take.review_state == ReviewState.APPROVED:
        return english("Take %(take)s is approved. A reviewer can change that decision.", take=take.pk)
    return verdicts.why_not_now(take)


def send(*, takes: Sequence[Render], actor: User, note: str = "") -> list[Render]:
    """Send takes for review, maybe anew: verdicts given before then stop counting. Those waiting are left out.

    Raises ValidationError, and sends none, when one of them is not ready, approved, deleted or in an archived project.
    """
    note = " ".join(note.replace("\x00", "").split())
    if len(note) > LONGEST_NOTE:
        raise ValidationError(
            _("Keep the note under %(number)s characters; nothing was sent.") % {"number": LONGEST_NOTE}
        )
    with transaction.atomic():
        locked = [take for take in _locked(takes) if take.review_state != ReviewState.WAITING]
        if problems := [problem for take in locked if (problem := why_not_sent(take))]:
            raise ValidationError([translated(problem) for problem in problems])
        for take in locked:
            _send(take, actor, note)
        for together in _by_project(locked):
            review_notices.tell_sent(takes=together, actor=actor, note=note)
    _show_in(takes, locked)
    return locked


def take_back(*, take: Render, actor: User) -> None:
    """Take it out of the queue; what was said of it stands. Raises ValidationError when it is not waiting."""
    with transaction.atomic():
        locked = _locked_one(take)
        if locked.review_state != ReviewState.WAITING:
            raise ValidationError(_("Take %(take)s is not waiting for review any more.") % {"take": take.pk})
        locked.review_asked_at, locked.review_asked_by = None, None
        _settle(locked, TAKEN_BACK, actor)
    _show_in([take], [locked])


def decide(
    *, take: Render, verdict: str, reason: str = "", reviewer: User | None = None, guest: Guest | None = None
) -> Review:
    """Say what becomes of a take, as a member or as a guest; an earlier verdict of the same person is replaced, and
    all guests of one link are one voice, as anybody may come in there again under another name.

    The take need not have been sent for review: members decide on whatever is ready, and guests on what a manager has
    chosen for their link and let them decide on, which is how it was sent to them. A link covers no take that was not
    chosen by name. The same verdict and reason again is the standing one. Raises ValidationError without a reason where
    one is wanted, and for whoever may not decide.
    """
    if verdict not in Verdict.values:
        raise ValidationError(_("Choose approved, changes requested or rejected."))
    reason = _reason(Verdict(verdict), reason)
    with transaction.atomic():
        locked = _locked_one(take)
        _require_right(locked, reviewer, guest)
        voice = Q(reviewer=reviewer) if guest is None else Q(guest__link=guest.link_id)
        earlier = locked.reviews.current().filter(voice)
        standing = earlier.filter(reviewer=reviewer, guest=guest).first()
        if standing is not None and (standing.verdict, standing.reason) == (verdict, reason):
            return standing
        earlier.update(replaced_at=now())
        who = reviewer.label if reviewer else str(guest)
        made = Review.objects.create(
            render=locked, reviewer=reviewer, guest=guest, name=who[:160], verdict=verdict, reason=reason
        )
        said = EVENTS[Verdict(verdict)]
        _settle(locked, said if reviewer else EVENTS_BY[Verdict(verdict)] % {"person": who}, reviewer)
        review_notices.tell_decided(review=made)
    _show_in([take], [locked])
    return made


def withdraw(*, take: Render, reviewer: User) -> None:
    """Take one's own verdict back; history keeps it. Raises ValidationError when there is none."""
    with transaction.atomic():
        locked = _locked_one(take)
        if problem := verdicts.why_not_now(locked):
            raise ValidationError(translated(problem))
        if not locked.reviews.current().filter(reviewer=reviewer).update(replaced_at=now()):
            raise ValidationError(_("You have said nothing of take %(take)s that still counts.") % {"take": take.pk})
        _settle(locked, WITHDRAWN, reviewer)
    _show_in([take], [locked])


def set_rules(*, project: Project, approvals_needed: int, artists_decide_on_own: bool, actor: User | None) -> None:
    """Say how many approvals a take of the project needs and whether artists decide on their own; where its takes
    stand is worked out anew."""
    project.approvals_needed, project.artists_decide_on_own = approvals_needed, artists_decide_on_own
    with transaction.atomic():
        before = Project.objects.select_for_update(no_key=True).get(pk=project.pk).approvals_needed
        project.save(update_fields=["approvals_needed", "artists_decide_on_own"])
        if before == approvals_needed:
            return
        approvals = Review.objects.current().filter(verdict=Verdict.APPROVED)
        said = english("Approvals needed in the project: %(approvals_needed)s", approvals_needed=approvals_needed)
        for take in _lock_rows(project.renders.filter(pk__in=approvals.values("render"))):
            if _state_of(take) != take.review_state:
                _settle(take, said, actor)


def _send(take: Render, actor: User, note: str) -> None:
    moment = now()
    take.reviews.current().update(replaced_at=moment)
    take.review_asked_at, take.review_asked_by = moment, actor
    _settle(take, f"{SENT}: {note}" if note else SENT, actor)


def _settle(take: Render, said: str, actor: User | None) -> None:
    """Write where a locked take stands by its current verdicts, and that something was said of it."""
    take.review_state = _state_of(take)
    Render.objects.filter(pk=take.pk).update(**{name: getattr(take, name) for name in _STANDING})
    write_event(render=take, reason=said, actor=actor)
    talk.bump(take_id=take.pk)


def _state_of(take: Render) -> ReviewState:
    said = take.reviews.current().values_list("verdict", flat=True)
    needed = take.project.approvals_needed
    return verdicts.state_of(verdicts=said, needed=needed, is_sent=take.review_asked_at is not None)


def _reason(verdict: Verdict, reason: str) -> str:
    reason = reason.replace("\x00", "").strip()
    if verdict in WANTS_REASON and not reason:
        raise ValidationError({"reason": _("Say why, so that the next take can be better.")})
    if len(reason) > LONGEST_REASON:
        raise ValidationError(
            {"reason": _("Keep the reason under %(number)s characters.") % {"number": f"{LONGEST_REASON:,}"}}
        )
    return reason


def _require_right(take: Render, reviewer: User | None, guest: Guest | None) -> None:
    """Raises ValidationError unless exactly one of them decides, and may."""
    if problem := verdicts.why_not_now(take):
        raise ValidationError(translated(problem))
    if reviewer is not None and guest is None:
        problem = verdicts.why_not_role(take=take, user=reviewer, role=take.project.role_of(reviewer))
    elif guest is not None and reviewer is None:
        may = guest_links.grants(guest=guest, take=take, right="may_decide")
        problem = "" if may else english("This link does not let you decide on this take.")
    else:
        problem = english("Exactly one person decides.")
    if problem:
        raise ValidationError(translated(problem))


def _locked_one(take: Render) -> Render:
    (found,) = _locked([take])
    return found


def _locked(takes: Iterable[Render]) -> list[Render]:
    """The takes as they are now, with their projects, held until the transaction ends; the projects come first."""
    asked = list(takes)
    projects = {take.project_id for take in asked}
    list(Project.objects.select_for_update(no_key=True).filter(pk__in=projects).order_by("pk").values_list("pk"))
    return _lock_rows(Render.objects.filter(pk__in={take.pk for take in asked}))


def _lock_rows(takes: QuerySet[Render]) -> list[Render]:
    rows = takes.select_for_update(no_key=True, of=("self",)).select_related("project")
    return list(rows.defer("result_url").order_by("pk"))


def _by_project(takes: Iterable[Render]) -> Iterable[list[Render]]:
    found: dict[int, list[Render]] = defaultdict(list)
    for take in takes:
        found[take.project_id].append(take)
    return found.values()


def _show_in(given: Iterable[Render], locked: Iterable[Render]) -> None:
    """Let the caller's own objects say what is stored."""
    fresh = {take.pk: take for take in locked}
    for take in given:
        if take.pk in fresh:
            for name in _STANDING:
                setattr(take, name, getattr(fresh[take.pk], name))
