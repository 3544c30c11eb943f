"""Reference images, videos and audios. The bytes lie in storage under their SHA-256."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from studio.choices import AssetKind
from studio.models.users import User


class AssetQuerySet(models.QuerySet["Asset"]):
    """Questions asked of references."""

    def visible_to(self, user: User) -> AssetQuerySet:
        """Those in projects that `user` may open."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_admin else self.filter(project__memberships__user=user)

    def in_library(self) -> AssetQuerySet:
        """Those that have not been taken out."""
        return self.filter(removed_at=None)

    def unprepared(self) -> AssetQuerySet:
        """Those whose preview and outgoing copy are still to be made."""
        return self.filter(prepared_at=None, removed_at=None)


class Asset(models.Model):
    """One file in one project, described by what is in it and not by its name."""

    project = models.ForeignKey("studio.Project", models.CASCADE, related_name="assets")
    sha256 = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=10, choices=AssetKind.choices)
    name = models.CharField(max_length=255)
    mime = models.CharField(max_length=60)
    extension = models.CharField(max_length=8)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    seconds = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    file = models.CharField(max_length=200)
    # The copy that leaves the building: upright, and without a word of where it was taken.
    outgoing = models.CharField(max_length=200, blank=True)
    thumbnail = models.CharField(max_length=200, blank=True)
    prepared_at = models.DateTimeField(null=True)
    preparation_error = models.CharField(max_length=300, blank=True)
    preparation_tries = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey("studio.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["project", "sha256"], name="one_asset_per_file_and_project")]

    def __str__(self) -> str:
        return self.name
