"""On PYTHONPATH of every process of one pretended machine: its own name, and telling titles for its processes."""
