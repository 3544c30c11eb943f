"""A throw-away data folder and fixed settings for every test run, in place before Django reads its settings."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "STUDIO_TEST_DATA" not in os.environ:
    # Workers of a parallel run inherit the folder; only the process that made it takes it away.
    os.environ["STUDIO_TEST_DATA"] = tempfile.mkdtemp(prefix="rushes-test-")
    atexit.register(shutil.rmtree, os.environ["STUDIO_TEST_DATA"], ignore_errors=True)

worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
data_dir = Path(os.environ["STUDIO_TEST_DATA"]) / worker
data_dir.mkdir(parents=True, exist_ok=True)

os.environ["STUDIO_DATA_DIR"] = str(data_dir)
os.environ["STUDIO_SECRET_KEY"] = "a-secret-for-tests-only-" + "x" * 40
os.environ["STUDIO_ALLOW_LOOPBACK_PROVIDERS"] = "1"
os.environ["STUDIO_PUBLIC_URL"] = "http://127.0.0.1:8700"
os.environ["STUDIO_DEMO"] = os.environ.get("STUDIO_TEST_DEMO", "1")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
