"""What the browser is told of upload limits, so that it can refuse a file before a byte is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio.choices import AssetKind
from studio.media.info import FORMATS
from studio.providers.capabilities import MediaLimits


def upload_limits(media: Mapping[AssetKind, MediaLimits]) -> str:
    """JSON by kind: the MIME types and the largest size in bytes. The server decides again by content."""
    return json.dumps(
        {
            str(kind): {
                "types": [each.mime for each in FORMATS.values() if each.extension in limits.formats],
                "bytes": limits.max_bytes,
            }
            for kind, limits in media.items()
        }
    )
