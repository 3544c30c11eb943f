"""Collections (boards) of takes in an order made by hand, favourites, and views of the gallery kept under a name."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Collection(models.Model):
    """Some takes of one project, put together and into an order by its people."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="collections")
    name = models.CharField(max_length=120)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_collection_per_name")]

    def __str__(self) -> str:
        return self.name


class CollectionTake(models.Model):
    """A take in a collection; positions leave gaps, so that moving one take writes one row."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="places")
    render = models.ForeignKey("studio.Render", models.CASCADE, related_name="places")
    position = models.BigIntegerField()
    added_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

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
