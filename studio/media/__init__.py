"""Bytes: what a file is, what is made from it, how it travels and where it lies. No models, no services."""
