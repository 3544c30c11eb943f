"""The studio's vocabulary: every word that is stored, shown and typed on the shell. No logic beyond grouping."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def label_of(choices: type[TextChoices], value: str) -> str:
    """The label of a value; the value itself where it is none of these."""
    try:
        return str(choices(value).label)
    except ValueError:
        return value


class Role(TextChoices):
    """What a member may do in one project; studio admins stand above all of them."""

    ARTIST = "artist", _("Artist")
    REVIEWER = "reviewer", _("Reviewer")
    MANAGER = "manager", _("Manager")


class Operation(TextChoices):
    """The six kinds of work a gateway may offer."""

    TEXT_TO_VIDEO = "text-to-video", _("Text to video")
    IMAGE_TO_VIDEO = "image-to-video", _("Image to video")
    START_END_TO_VIDEO = "start-end-to-video", _("Start and end frames")
    REFERENCE_TO_VIDEO = "reference-to-video", _("References to video")
    VIDEO_TO_VIDEO = "video-to-video", _("Edit a video")
    VIDEO_EXTENSION = "video-extension", _("Extend a take")


class AssetKind(TextChoices):
    """What a reference is, by its content."""

    IMAGE = "image", _("Image")
    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")


class InputRole(TextChoices):
    """What a reference does in a render."""

    FIRST_FRAME = "first_frame", _("First frame")
    LAST_FRAME = "last_frame", _("Last frame")
    REFERENCE_IMAGE = "reference_image", _("Reference image")
    REFERENCE_VIDEO = "reference_video", _("Reference video")
    REFERENCE_AUDIO = "reference_audio", _("Reference audio")
    SOURCE_VIDEO = "source_video", _("Video to edit")


ROLE_KINDS: dict[InputRole, AssetKind] = {
    InputRole.FIRST_FRAME: AssetKind.IMAGE,
    InputRole.LAST_FRAME: AssetKind.IMAGE,
    InputRole.REFERENCE_IMAGE: AssetKind.IMAGE,
    InputRole.REFERENCE_VIDEO: AssetKind.VIDEO,
    InputRole.REFERENCE_AUDIO: AssetKind.AUDIO,
    InputRole.SOURCE_VIDEO: AssetKind.VIDEO,
}


class RenderState(TextChoices):
    """The life of a render; `services/transitions.py` holds the only way from one to the next."""

    DRAFT = "draft", _("Draft")
    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Sending")
    WAITING = "waiting", _("Waiting at the gateway")
    RUNNING = "running", _("Rendering")
    FETCHING = "fetching", _("Downloading")
    READY = "ready", _("Ready")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")


AT_GATEWAY = (RenderState.WAITING, RenderState.RUNNING)
LIVE = (RenderState.QUEUED, RenderState.SUBMITTING, *AT_GATEWAY, RenderState.FETCHING)
ENDED = (
    RenderState.READY,
    RenderState.REFUSED,
    RenderState.FAILED,
    RenderState.CANCELLED,
    RenderState.EXPIRED,
)


class Lineage(TextChoices):
    """How a render came from its parent."""

    EXTEND = "extend", _("Extends")
    VARY = "vary", _("Varies")
    RETRY = "retry", _("Retries")
    REMIX = "remix", _("Uses the last frame of")
    SWITCH = "switch", _("Tries the next gateway for")
    NOTE = "note", _("Answers a note on")


class AttemptOutcome(TextChoices):
    """What is known of one submission to a gateway."""

    SENDING = "sending", _("Sending")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused, no job was created")
    NOT_SENT = "not_sent", _("Nothing was sent")
    UNKNOWN = "unknown", _("Sent, no answer was read")


class LedgerKind(TextChoices):
    """The steps of a render's money; entries are added, never edited."""

    ESTIMATED = "estimated", _("Estimated")
    RESERVED = "reserved", _("Reserved")
    POSSIBLY = "possibly", _("Possibly charged")
    SETTLED = "settled", _("Settled")
    RELEASED = "released", _("Released")


class Standing(TextChoices):
    """Where a render's money stands now: what its newest ledger entry comes to."""

    RESERVED = "reserved", _("Held")
    POSSIBLY = "possibly", _("Possibly charged")
    SETTLED = "settled", _("Paid")
    RELEASED = "released", _("Not charged")


# What counts against budgets although nobody has been charged for certain.
HELD = (Standing.RESERVED, Standing.POSSIBLY)


class BudgetPeriod(TextChoices):
    """For how long a budget's amount is meant."""

    MONTH = "month", _("a month")
    TOTAL = "total", _("in all")


class Verdict(TextChoices):
    """What one reviewer says of a take."""

    APPROVED = "approved", _("Approved")
    CHANGES = "changes", _("Changes requested")
    REJECTED = "rejected", _("Rejected")


# The verdicts that say nothing without a reason.
WANTS_REASON = (Verdict.CHANGES, Verdict.REJECTED)


class ReviewState(TextChoices):
    """Where a take stands in the review: what its sending and its current verdicts come to."""

    NONE = "", _("Not sent for review")
    WAITING = "waiting", _("In review")
    APPROVED = "approved", _("Approved")
    CHANGES = "changes", _("Changes requested")
    REJECTED = "rejected", _("Rejected")


class NoticeKind(TextChoices):
    """What a person can be told of."""

    READY = "ready", _("A take of mine is ready")
    REVIEW = "review", _("Takes wait for my review")
    DECIDED = "decided", _("A take of mine was decided on")
    COMMENT = "comment", _("A comment or reply concerns me")
    MENTION = "mention", _("Somebody mentions me")
    UNCONFIRMED = "unconfirmed", _("A payment is unconfirmed")
    BUDGET = "budget", _("A budget is near its end")
    KEY = "key", _("A key was paused")


class NoticeChannel(TextChoices):
    """Where a notification goes, beside the studio itself."""

    MAIL = "mail", _("Mail")
    WEBHOOK = "webhook", _("Webhook")


class DispatchState(TextChoices):
    """How far one mail or call has come; it is claimed before it leaves, so that it never leaves twice."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")
    UNKNOWN = "unknown", _("Sent, no answer was read")


class HookFormat(TextChoices):
    """The shape of a project's outgoing calls."""

    STANDARD = "standard", _("Signed JSON")
    SLACK = "slack", _("Slack-compatible JSON")


class VisitKind(TextChoices):
    """What a guest did."""

    OPENED = "opened", _("Opened the link")
    REFUSED = "refused", _("Wrong password")
    PLAYED = "played", _("Played a take")
    DOWNLOADED = "downloaded", _("Downloaded a take")
    COMMENTED = "commented", _("Commented")
    DECIDED = "decided", _("Decided")


class FileState(TextChoices):
    """How far a file is that a job makes."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class ExportFormat(TextChoices):
    """What an edit can take in."""

    ZIP = "zip", _("ZIP with files and manifest")
    OTIO = "otio", "OpenTimelineIO"
    EDL = "edl", "EDL (CMX 3600)"
    FCPXML = "fcpxml", "Final Cut Pro XML"


class BulkAct(TextChoices):
    """What can be done to many takes at once."""

    TAG = "tag", _("Tag")
    UNTAG = "untag", _("Remove tag")
    RATE = "rate", pgettext_lazy("give stars", "Rate")
    FAVOURITE = "favourite", _("Favourite")
    UNFAVOURITE = "unfavourite", _("Remove from favourites")
    COLLECT = "collect", _("Add to collection")
    UNCOLLECT = "uncollect", _("Remove from collection")
    MOVE = "move", _("Move to another collection")
    REVIEW = "review", _("Send for review")
    DELETE = "delete", _("Delete")
    BRING_BACK = "bring-back", _("Bring back")


class BulkState(TextChoices):
    """How far work on many takes has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")


class CellState(TextChoices):
    """What became of one cell of a matrix; its take tells the rest."""

    OPEN = "open", _("Not asked for")
    REFUSED = "refused", _("Cannot be rendered")
    ASKED = "asked", _("Asked for")
