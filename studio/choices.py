"""The studio's vocabulary: every word that is stored, shown and typed on the shell. No logic beyond grouping."""

from __future__ import annotations

from django.db.models import TextChoices


class Role(TextChoices):
    """What a member may do in one project; studio admins stand above all of them."""

    ARTIST = "artist", "Artist"
    REVIEWER = "reviewer", "Reviewer"
    MANAGER = "manager", "Manager"


class Operation(TextChoices):
    """The six kinds of work a gateway may offer."""

    TEXT_TO_VIDEO = "text-to-video", "Text to video"
    IMAGE_TO_VIDEO = "image-to-video", "Image to video"
    START_END_TO_VIDEO = "start-end-to-video", "Start and end frames"
    REFERENCE_TO_VIDEO = "reference-to-video", "References to video"
    VIDEO_TO_VIDEO = "video-to-video", "Edit a video"
    VIDEO_EXTENSION = "video-extension", "Extend a take"


class AssetKind(TextChoices):
    """What a reference is, by its content."""

    IMAGE = "image", "Image"
    VIDEO = "video", "Video"
    AUDIO = "audio", "Audio"


class InputRole(TextChoices):
    """What a reference does in a render."""

    FIRST_FRAME = "first_frame", "First frame"
    LAST_FRAME = "last_frame", "Last frame"
    REFERENCE_IMAGE = "reference_image", "Reference image"
    REFERENCE_VIDEO = "reference_video", "Reference video"
    REFERENCE_AUDIO = "reference_audio", "Reference audio"
    SOURCE_VIDEO = "source_video", "Video to edit"


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

    DRAFT = "draft", "Draft"
    QUEUED = "queued", "Queued"
    SUBMITTING = "submitting", "Sending"
    WAITING = "waiting", "Waiting at the gateway"
    RUNNING = "running", "Rendering"
    FETCHING = "fetching", "Downloading"
    READY = "ready", "Ready"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    UNCONFIRMED = "unconfirmed", "Unconfirmed"


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

    EXTEND = "extend", "Extends"
    VARY = "vary", "Varies"
    RETRY = "retry", "Retries"
    REMIX = "remix", "Uses the last frame of"
    SWITCH = "switch", "Tries the next gateway for"
    NOTE = "note", "Answers a note on"


class AttemptOutcome(TextChoices):
    """What is known of one submission to a gateway."""

    SENDING = "sending", "Sending"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused, no job was created"
    NOT_SENT = "not_sent", "Nothing was sent"
    UNKNOWN = "unknown", "Sent, no answer was read"


class LedgerKind(TextChoices):
    """The steps of a render's money; entries are added, never edited."""

    ESTIMATED = "estimated", "Estimated"
    RESERVED = "reserved", "Reserved"
    POSSIBLY = "possibly", "Possibly charged"
    SETTLED = "settled", "Settled"
    RELEASED = "released", "Released"


class Standing(TextChoices):
    """Where a render's money stands now: what its newest ledger entry comes to."""

    RESERVED = "reserved", "Held"
    POSSIBLY = "possibly", "Possibly charged"
    SETTLED = "settled", "Paid"
    RELEASED = "released", "Not charged"


# What counts against budgets although nobody has been charged for certain.
HELD = (Standing.RESERVED, Standing.POSSIBLY)


class BudgetPeriod(TextChoices):
    """For how long a budget's amount is meant."""

    MONTH = "month", "a month"
    TOTAL = "total", "in all"


class Verdict(TextChoices):
    """What one reviewer says of a take."""

    APPROVED = "approved", "Approved"
    CHANGES = "changes", "Changes requested"
    REJECTED = "rejected", "Rejected"


# The verdicts that say nothing without a reason.
WANTS_REASON = (Verdict.CHANGES, Verdict.REJECTED)


class ReviewState(TextChoices):
    """Where a take stands in the review: what its sending and its current verdicts come to."""

    NONE = "", "Not sent for review"
    WAITING = "waiting", "In review"
    APPROVED = "approved", "Approved"
    CHANGES = "changes", "Changes requested"
    REJECTED = "rejected", "Rejected"


class NoticeKind(TextChoices):
    """What a person can be told of."""

    READY = "ready", "A take of mine is ready"
    REVIEW = "review", "Takes wait for my review"
    DECIDED = "decided", "A take of mine was decided on"
    COMMENT = "comment", "A comment or reply concerns me"
    MENTION = "mention", "Somebody mentions me"
    UNCONFIRMED = "unconfirmed", "A payment is unconfirmed"
    BUDGET = "budget", "A budget is near its end"
    KEY = "key", "A key was paused"


class NoticeChannel(TextChoices):
    """Where a notification goes, beside the studio itself."""

    MAIL = "mail", "Mail"
    WEBHOOK = "webhook", "Webhook"


class DispatchState(TextChoices):
    """How far one mail or call has come; it is claimed before it leaves, so that it never leaves twice."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not sent"
    UNKNOWN = "unknown", "Sent, no answer was read"


class HookFormat(TextChoices):
    """The shape of a project's outgoing calls."""

    STANDARD = "standard", "Signed JSON"
    SLACK = "slack", "Slack-compatible JSON"


class VisitKind(TextChoices):
    """What a guest did."""

    OPENED = "opened", "Opened the link"
    REFUSED = "refused", "Wrong password"
    PLAYED = "played", "Played a take"
    DOWNLOADED = "downloaded", "Downloaded a take"
    COMMENTED = "commented", "Commented"
    DECIDED = "decided", "Decided"


class FileState(TextChoices):
    """How far a file is that a job makes."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being made"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class ExportFormat(TextChoices):
    """What an edit can take in."""

    ZIP = "zip", "ZIP with files and manifest"
    OTIO = "otio", "OpenTimelineIO"
    EDL = "edl", "EDL (CMX 3600)"
    FCPXML = "fcpxml", "Final Cut Pro XML"


class BulkAct(TextChoices):
    """What can be done to many takes at once."""

    TAG = "tag", "Tag"
    UNTAG = "untag", "Remove tag"
    RATE = "rate", "Rate"
    FAVOURITE = "favourite", "Favourite"
    UNFAVOURITE = "unfavourite", "Remove from favourites"
    COLLECT = "collect", "Add to collection"
    UNCOLLECT = "uncollect", "Remove from collection"
    MOVE = "move", "Move to another collection"
    REVIEW = "review", "Send for review"
    DELETE = "delete", "Delete"


class BulkState(TextChoices):
    """How far work on many takes has come."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class CellState(TextChoices):
    """What became of one cell of a matrix; its take tells the rest."""

    OPEN = "open", "Not asked for"
    REFUSED = "refused", "Cannot be rendered"
    ASKED = "asked", "Asked for"
