#!/usr/bin/env python
"""Django's command line for the studio."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # The settings say in a sentence what to do. Whatever breaks once they are read keeps its traceback.
        if settings.configured:
            raise
        sys.exit(f"Rushes cannot start: {error}")
