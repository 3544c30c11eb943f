"""Two workers on one machine pretend to be on two: each takes its host's name from the environment."""

from __future__ import annotations

import os
import socket

HOST = os.environ.get("TORTURE_HOST", "") or socket.gethostname()
socket.gethostname = lambda: HOST
