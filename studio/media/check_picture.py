"""The one picture that belongs to no take: what "Check key" fetches to see whether references can be fetched."""

from __future__ import annotations

from base64 import b64decode

# A chequered PNG of 8 by 8 pixels.
CHECK_PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAE0lEQVR42mN4oACBDFD6AQNZIgCAhCABEl0ttQAAAABJRU5ErkJggg=="
)
