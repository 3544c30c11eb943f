"""`python -m tests.bench.launch MODULE …`: sets Django up from the environment, then runs MODULE as a program.

So the modules of the benchmarks may import models at their top.
"""

from __future__ import annotations

import os
import runpy
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    django.setup()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__")
