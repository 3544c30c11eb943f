"""The web server reads the application before its workers fork, with nothing open that two must not share."""

from __future__ import annotations

import subprocess
import sys

import pytest

FORKABLE = """
import sys, threading
from studio import serving
serving.prepare()
from django.db import connections
print("studio.views.takes" in sys.modules, threading.active_count(), [each.connection for each in connections.all()])
"""


@pytest.mark.processes
def test_server_reads_all_pages_without_a_connection_or_a_thread() -> None:
    answer = subprocess.run([sys.executable, "-c", FORKABLE], check=True, capture_output=True, text=True)

    assert answer.stdout == "True 1 [None]\n"
