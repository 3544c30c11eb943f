"""How often a file was being looked at when the worker died of it: counted beside the file, before the look begins.

Neither the queue nor an exception tells of a process that was killed, and a decoder that crashes or eats all memory is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.lib.english import english
from studio.media.errors import Rejected

# Two deaths may be chance: a machine that is switched off, an update.
DEADLY = 3


@contextmanager
def look_at(file: Path) -> Iterator[None]:
    """Look at `file` within the block; raises Rejected when it never came to an end, three times over."""
    note = file.with_name(f"{file.name}.looks")
    if note.exists() and note.stat().st_size >= DEADLY:
        note.unlink()
        raise Rejected(
            "deadly", english("The studio's worker died %(number)s times while it looked at the file.", number=DEADLY)
        )
    with note.open("ab") as marks:
        marks.write(b"x")
    try:
        yield
    except Exception:
        note.unlink(missing_ok=True)
        raise
    # Not when the queue ends the job for taking too long: that is a death as well.
    note.unlink(missing_ok=True)
