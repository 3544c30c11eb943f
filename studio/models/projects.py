"""Projects and who works in them."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.choices import Role
from studio.models.renders import Render
from studio.models.users import User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Questions asked of projects."""

    def visible_to(self, user: User) -> ProjectQuerySet:
        """Those that `user` may open: their own, or all of them for a studio admin."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_admin else self.filter(memberships__user=user)

    def active(self) -> ProjectQuerySet:
        """Those still worked in."""
        return self.filter(archived_at=None)

    def with_card(self, user: User, posters: int) -> ProjectQuerySet:
        """Each with `take_count`, `my_role` and `poster_1` …: the ids of its newest takes that have a poster."""
        # One seek into an index per poster and project, where a window function would rank every take there is.
        takes = Render.objects.present().filter(project=OuterRef("pk")).order_by("-id")
        pictured = takes.filter(output__poster__gt="").values("pk")
        counted = takes.order_by().values("project").annotate(number=Count("pk")).values("number")
        mine = Membership.objects.filter(project=OuterRef("pk"), user=user).values("role")
        return self.annotate(
            take_count=Coalesce(Subquery(counted), 0),
            my_role=Subquery(mine),
            **{f"poster_{number}": Subquery(pictured[number - 1 : number]) for number in range(1, posters + 1)},
        )


class Project(models.Model):
    """A brief, its people, and the settings that the composer starts from."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    brief = models.TextField(blank=True)
    # What a new composer starts with, in the words of its own fields, as far as chosen.
    default_settings = models.JSONField(default=dict, blank=True)
    # Whether a render that one gateway refuses for certain may go to the next one by itself.
    tries_next_gateway = models.BooleanField(default=False)
    # How many people must approve a take before it counts as approved.
    approvals_needed = models.PositiveSmallIntegerField(default=1)
    # Whether artists may say what becomes of the takes that they asked for themselves.
    artists_decide_on_own = models.BooleanField(default=False)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    members = models.ManyToManyField("studio.User", through="studio.Membership", related_name="projects")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    def role_of(self, user: User) -> Role | None:
        """The role of `user` here; a studio admin counts as manager everywhere."""
        if user.is_admin:
            return Role.MANAGER
        role = self.memberships.filter(user=user).values_list("role", flat=True).first()
        return Role(role) if role else None


class Membership(models.Model):
    """One person's role in one project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="memberships")
    user = models.ForeignKey("studio.User", models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_role_per_member")]
