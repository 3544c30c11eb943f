"""The one Django app of the project."""

from __future__ import annotations

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """One app, label `studio`: project, app and layers share the package."""

    name = "studio"
    verbose_name = "Rushes"

    def ready(self) -> None:
        """Register the system checks."""
        from studio import checks  # noqa: F401, PLC0415  (settings must be there first)
