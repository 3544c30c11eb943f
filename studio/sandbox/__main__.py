"""`python -m studio.sandbox`: the sandbox without the studio in memory, as `manage.py up` starts it."""

from __future__ import annotations

import sys

from studio.sandbox.program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
