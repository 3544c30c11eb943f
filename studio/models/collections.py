"""Collections (boards) of takes in an order made by hand, favourites, and views of the gallery kept under a name."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.models.users import User


class CollectionQuerySet(models.QuerySet["Collection"]):
    """Questions asked of collections."""

    def visible_to(self, user: User) -> CollectionQuerySet:
        """Those in projects that `user` may open."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_admin else self.filter(project__memberships__user=user)

    def with_card(self, posters: int) -> CollectionQuerySet:
        """Each with `take_count` and `poster_1` …: the ids of its first takes that have a poster."""
        # One seek into the index of the order per poster, where a window function would rank all that is collected.
        shown = CollectionTake.objects.filter(collection=OuterRef("pk"), render__deleted_at=None)
        pictured = shown.filter(render__output__poster__gt="").order_by("position", "id").values("render")
        counted = shown.order_by().values("collection").annotate(number=Count("pk")).values("number")
        return self.select_related("created_by").annotate(
            take_count=Coalesce(Subquery(counted), 0),
            **{f"poster_{number}": Subquery(pictured[number - 1 : number]) for number in range(1, posters + 1)},
        )


class Collection(models.Model):
    """Some takes of one project, put together and into an order by its people."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="collections")
    name = models.CharField(max_length=120)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_collection_per_name")]

    def __str__(self) -> str:
        return self.name


class CollectionTakeQuerySet(models.QuerySet["CollectionTake"]):
    """Questions asked of the places in collections; in the order made by hand."""

    def shown(self) -> CollectionTakeQuerySet:
        """Those whose takes nobody has deleted; the others keep their places and are not seen."""
        return self.filter(render__deleted_at=None)

    def after(self, position: int, pk: int) -> CollectionTakeQuerySet:
        """Those behind the place with this position and id."""
        return self.filter(Q(position__gt=position) | Q(pk__gt=pk), position__gte=position)

    def before(self, position: int, pk: int) -> CollectionTakeQuerySet:
        """Those in front of the place with this position and id."""
        return self.filter(Q(position__lt=position) | Q(pk__lt=pk), position__lte=position)


class CollectionTake(models.Model):
    """A take in a collection; positions leave gaps, so that moving one take writes one row."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="places")
    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="places")
    position = models.BigIntegerField()
    added_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = CollectionTakeQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["collection", "render"], name="one_place_in_a_collection")]
        indexes = [models.Index(fields=["collection", "position", "id"], name="collection_order")]


class Favourite(models.Model):
    """One person's heart on one take."""

    user = models.ForeignKey("studio.User", models.CASCADE, related_name="favourites")
    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # Read by person and then newest first, as a gallery asks.
        constraints = [models.UniqueConstraint(fields=["user", "render"], name="one_heart_per_person_and_take")]


class SavedView(models.Model):
    """What one person asked of a gallery, kept under a name: the part of its address behind the question mark."""

    user = models.ForeignKey("studio.User", models.CASCADE, related_name="saved_views")
    # None for the gallery of all projects.
    project = models.ForeignKey("studio.Project", models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project", "name"],
                name="one_view_per_name_and_project",
                condition=models.Q(project__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "name"], name="one_view_per_name_everywhere", condition=models.Q(project__isnull=True)
            ),
        ]
