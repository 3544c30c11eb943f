"""Renders: one paid piece of work each, from the frozen specification to its end."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.choices import AT_GATEWAY, ENDED, LIVE, Lineage, Operation, RenderState, ReviewState, Standing, label_of
from studio.models.attempts import Attempt
from studio.models.encryption import EncryptedTextField
from studio.models.users import User

PRESENT = Q(deleted_at__isnull=True)
# What a take counts for in an order by price: what was paid, until then what was estimated.
COST = Coalesce("price", "estimate")
# All that galleries filter by, newest first: with an index of these no row of a take is opened for a filter.
FILTERED = [
    *("-id", "project", "state", "review_state", "operation", "model", "provider", "aspect_ratio", "resolution"),
    *("seconds", "asked_by", "created_at", "rating", "currency", "price", "estimate", "lineage"),
]


class RenderQuerySet(models.QuerySet["Render"]):
    """Questions asked of renders."""

    def visible_to(self, user: User) -> RenderQuerySet:
        """Those in projects that `user` may open, without the deleted ones."""
        if not user.is_authenticated:
            return self.none()
        present = self.present()
        return present if user.is_admin else present.filter(project__memberships__user=user)

    def present(self) -> RenderQuerySet:
        """Those that nobody has deleted."""
        return self.filter(deleted_at=None)

    def in_gallery(self) -> RenderQuerySet:
        """Newest first, with all that a card shows and nothing more: a page makes many of them."""
        wanted = self.present().select_related("asked_by", "output").with_switch()
        return wanted.defer("estimate_basis", "result_url").order_by("-id")

    def with_page(self) -> RenderQuerySet:
        """With all that the page of a take shows."""
        wanted = self.select_related("project", "asked_by", "output", "key", "prompt_version__prompt", "price_row")
        # A secret is decrypted on reading, and no page needs it.
        return wanted.with_switch().defer("key__secret", "key__management_secret")

    def with_switch(self) -> RenderQuerySet:
        """With the take that was asked for at the next gateway after a refusal, if there is one, and whose it is.

        And `was_billed`: whether its gateway said itself, when it accepted, what it takes for it."""
        switched = Render.objects.present().filter(parent=OuterRef("pk"), lineage=Lineage.SWITCH).order_by("-pk")
        return self.annotate(
            switched_to=Subquery(switched.values("pk")[:1]),
            switched_provider=Subquery(switched.values("provider")[:1]),
            was_billed=Exists(Attempt.objects.filter(render=OuterRef("pk"), charged__isnull=False)),
        )

    def in_doubt(self) -> RenderQuerySet:
        """Possibly charged, with all that a line about it shows: first those that only a person may settle."""
        open_first = models.Case(models.When(state=RenderState.UNCONFIRMED, then=0), default=1)
        wanted = self.filter(standing=Standing.POSSIBLY).select_related("asked_by", "key").order_by(open_first, "-id")
        return wanted.defer("key__secret", "key__management_secret", "estimate_basis", "result_url")

    def before(self, cursor: int | None) -> RenderQuerySet:
        """The page after `cursor`, the id of the last card seen (keyset)."""
        return self if cursor is None else self.filter(id__lt=cursor)

    def live(self) -> RenderQuerySet:
        """Those that still move by themselves."""
        return self.filter(state__in=LIVE)

    def due(self, now: datetime) -> RenderQuerySet:
        """Those at the gateway whose next poll has come, longest waiting first."""
        return self.filter(state__in=AT_GATEWAY, next_poll_at__lte=now).order_by("next_poll_at")


class Render(models.Model):
    """What was asked, by whom, and how far it is. Its state only changes through `services/transitions.py`."""

    project = models.ForeignKey("studio.Project", models.PROTECT, related_name="renders")
    prompt_version = models.ForeignKey("studio.PromptVersion", models.SET_NULL, null=True, related_name="renders")
    asked_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="renders")
    key = models.ForeignKey("studio.ProviderKey", models.PROTECT, related_name="renders")
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=80)
    operation = models.CharField(max_length=30, choices=Operation.choices)
    # The request as frozen when it was asked for: RenderRequest.to_json().
    spec = models.JSONField()
    state = models.CharField(max_length=20, choices=RenderState.choices, default=RenderState.QUEUED)
    # One press of the button is one submission of so many takes; pressing twice finds them already there.
    submission = models.UUIDField()
    take_number = models.PositiveSmallIntegerField(default=1)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    # The take that an extension goes on from; its parent may be another one, as when an extension is retried.
    source_take = models.ForeignKey("self", models.SET_NULL, null=True, related_name="extensions")
    lineage = models.CharField(max_length=10, choices=Lineage.choices, blank=True)
    # The first take of the tree that this one grew in; none for a first take itself.
    shot = models.ForeignKey("self", models.SET_NULL, null=True, related_name="versions")
    # The comment that this take answers.
    answers = models.ForeignKey("studio.Comment", models.SET_NULL, null=True, related_name="answered_by")
    estimate = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    currency = models.CharField(max_length=10, default="USD")
    estimate_basis = models.TextField(blank=True)
    # The row of a price table that the estimate was worked out with, where there is one.
    price_row = models.ForeignKey("studio.PriceRow", models.PROTECT, null=True, related_name="renders")
    # Where its money stands, and under which moment it counts: when it was asked for, later when it was paid.
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.RESERVED)
    booked_at = models.DateTimeField(default=timezone.now)
    price = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    progress = models.PositiveSmallIntegerField(null=True)
    # Why this gateway and key: the choice and its reason, as shown when it was asked for.
    door_reason = models.CharField(max_length=400, blank=True)
    # Further keys that may be tried, in order, if this one refuses for certain; each with the price that was shown.
    fallbacks = models.JSONField(default=list, blank=True)
    # The gateway's own account of the finished work: answers.Usage.to_json().
    usage = models.JSONField(default=dict, blank=True)
    # The gateway's own code and words, what they mean, and what to do.
    error_code = models.CharField(max_length=100, blank=True)
    error_said = models.TextField(blank=True)
    error_meaning = models.TextField(blank=True)
    error_advice = models.TextField(blank=True)
    cancel_asked_at = models.DateTimeField(null=True)
    # When the gateway gave a clear answer to the wish; until then it is asked again.
    cancel_answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    state_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    # Work of the jobs: when to look next, who holds it until when, and how often it has been tried.
    next_poll_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    not_before = models.DateTimeField(null=True)
    enqueued_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    polls = models.PositiveIntegerField(default=0)
    poll_failures = models.PositiveIntegerField(default=0)
    # Since when the gateway says that it does not know the task.
    unknown_since = models.DateTimeField(null=True)
    # Since when it calls the task done without naming a file.
    no_file_since = models.DateTimeField(null=True)
    # Files that arrived and were no video; broken-off downloads do not count.
    bad_files = models.PositiveSmallIntegerField(default=0)
    # Encrypted, as whoever has it may fetch the file, and a gateway may write the key itself into it.
    result_url = EncryptedTextField(blank=True)

    # Where it stands in the review; only services/reviews.py writes these three.
    review_state = models.CharField(max_length=10, choices=ReviewState.choices, blank=True, default=ReviewState.NONE)
    review_asked_at = models.DateTimeField(null=True)
    review_asked_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    # Counts what is said of it: pages ask whether they have heard everything.
    talk = models.PositiveIntegerField(default=0)
    # Taken out of every list; brought back by a person, or cleared away by a job after some time.
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    # When the files of a deleted take were removed; then it cannot be brought back, and its money still counts.
    cleared_at = models.DateTimeField(null=True)

    # What galleries filter and sort by: as asked for, and once the file is here, as it is.
    aspect_ratio = models.CharField(max_length=12, blank=True)
    resolution = models.CharField(max_length=12, blank=True)
    seconds = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    # 1 to 5 by the people of the project, 0 for none.
    rating = models.PositiveSmallIntegerField(default=0)

    # Set on what a press finds made by an earlier one of the same submission; not a column.
    was_asked_before = False
    # What a card shows of the person who looks and of the tags: set by views/marks.py, not columns.
    is_favourite = False
    tag_names: tuple[str, ...] = ()

    objects = RenderQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "submission", "take_number"], name="one_render_per_press_and_take"
            )
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="render_gallery"),
            models.Index(fields=["next_poll_at"], name="render_due", condition=Q(state__in=[*map(str, AT_GATEWAY)])),
            models.Index(fields=["state", "claimed_until"], name="render_unsettled"),
            models.Index(fields=["project", "booked_at"], name="render_booked_in_project"),
            models.Index(fields=["asked_by", "booked_at"], name="render_booked_by_person"),
            models.Index(fields=["key", "booked_at"], name="render_booked_with_key"),
            models.Index(fields=["provider", "state"], name="render_counts"),
            # Read backwards it gives a model's newest bills.
            models.Index(fields=["provider", "model", "booked_at"], name="render_bills"),
            # Holds all that the report of spending reads: no row of a take is opened for it.
            models.Index(
                fields=[
                    "booked_at",
                    "project",
                    "asked_by",
                    "provider",
                    "model",
                    "currency",
                    "standing",
                    "state",
                    "price",
                    "estimate",
                ],
                name="render_spending",
            ),
            models.Index(
                fields=["project", "-id"], name="render_possibly_charged", condition=Q(standing=Standing.POSSIBLY)
            ),
            models.Index(
                fields=["project", "review_asked_at", "id"],
                name="render_in_review",
                condition=Q(review_state=ReviewState.WAITING),
            ),
            models.Index(
                fields=["project", "id"], name="render_approved", condition=Q(review_state=ReviewState.APPROVED)
            ),
            models.Index(fields=["deleted_at"], name="render_deleted", condition=Q(deleted_at__isnull=False)),
            # One for each order of a gallery, of one project and of all.
            models.Index(fields=["project", "-rating", "-id"], name="render_rated_in_project", condition=PRESENT),
            models.Index(fields=["-rating", "-id"], name="render_rated", condition=PRESENT),
            models.Index(fields=["project", "-seconds", "-id"], name="render_length_in_project", condition=PRESENT),
            models.Index(fields=["-seconds", "-id"], name="render_length", condition=PRESENT),
            models.Index(F("project"), COST.desc(), F("id").desc(), name="render_cost_in_project", condition=PRESENT),
            models.Index(COST.desc(), F("id").desc(), name="render_cost", condition=PRESENT),
            models.Index(fields=["prompt_version", "-id"], name="render_of_prompt"),
            models.Index(fields=FILTERED, name="render_filters", condition=PRESENT),
            # Whether a take went on at another gateway is asked for each card of a page.
            models.Index(fields=["parent", "-id"], name="render_children", condition=Q(parent__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"take {self.pk}"

    # Django's own way works through all the labels of a field for each one that it shows.
    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in words."""
        return label_of(RenderState, self.state)

    def get_operation_display(self) -> str:  # type: ignore[no-redef]
        """The operation in words."""
        return label_of(Operation, self.operation)

    def get_review_state_display(self) -> str:  # type: ignore[no-redef]
        """Where it stands in the review, in words."""
        return label_of(ReviewState, self.review_state)

    @property
    def is_live(self) -> bool:
        """True while it still moves by itself."""
        return self.state in LIVE

    @property
    def has_ended(self) -> bool:
        """True when nothing will change it any more."""
        return self.state in ENDED

    @property
    def is_approved(self) -> bool:
        """True when enough people have approved it; it is then not deleted."""
        return self.review_state == ReviewState.APPROVED

    @property
    def is_released(self) -> bool:
        """True when it costs nothing."""
        return self.standing == Standing.RELEASED

    @property
    def may_be_charged(self) -> bool:
        """True when nobody knows for certain whether it was paid for."""
        return self.standing == Standing.POSSIBLY

    @property
    def amount(self) -> Decimal | None:
        """What it counts for in `currency`: the price once it is known, else the estimate; None for nothing known."""
        if self.standing == Standing.RELEASED:
            return None
        return self.price if self.standing == Standing.SETTLED and self.price is not None else self.estimate


class RenderInput(models.Model):
    """A reference used by a render, in its order; keeps the asset from being taken away."""

    render = models.ForeignKey(Render, models.CASCADE, related_name="inputs")
    asset = models.ForeignKey("studio.Asset", models.PROTECT, related_name="uses")
    role = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["render", "position"], name="one_input_per_position")]
