"""What a render brought home: the file and what was read in it."""

from __future__ import annotations

from fractions import Fraction

from django.db import models
from django.utils import timezone


class Output(models.Model):
    """The video of a render, as the file says, and the pictures made from it."""

    render = models.OneToOneField("studio.Render", models.CASCADE, related_name="output")
    file = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    seconds = models.DecimalField(max_digits=10, decimal_places=3)
    frame_rate = models.CharField(max_length=40, help_text="Frames per second as a fraction, such as 24/1")
    frame_count = models.PositiveIntegerField(null=True)
    video_codec = models.CharField(max_length=30)
    audio_codec = models.CharField(max_length=30, blank=True)
    poster = models.CharField(max_length=200, blank=True)
    # What a card may ask for, by width in pixels: {"480": storage name, "960": …}; NULL until they were made from a
    # poster, empty when that could not be read.
    card_posters = models.JSONField(null=True, blank=True)
    filmstrip = models.CharField(max_length=200, blank=True)
    filmstrip_frames = models.PositiveSmallIntegerField(default=0)
    last_frame = models.CharField(max_length=200, blank=True)
    pictures_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="output_uncarded", condition=models.Q(card_posters__isnull=True)),
        ]

    @property
    def rate(self) -> Fraction:
        """Frames per second, exactly."""
        return Fraction(self.frame_rate)

    @property
    def frames(self) -> int:
        """How many frames it has: as counted in the file, else by its length."""
        return self.frame_count or max(1, round(Fraction(self.seconds) * self.rate))

    @property
    def frames_per_second(self) -> float:
        """The file's own rate as a number, for the player."""
        return float(Fraction(self.frame_rate))
