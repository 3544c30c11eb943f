"""What the studio knows of its own health: looks that change nothing, for `doctor`, /readyz and /metrics."""
