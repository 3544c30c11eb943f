"""`python -m studio.serving`: granian as `python -m granian` is, with the application read before its workers fork.

A worker then shares with its like all that is only read. Nothing here opens a connection or starts a thread."""

from __future__ import annotations

from importlib import import_module

from granian.cli import entrypoint

from studio.lib.memory import keep_shared


def prepare() -> None:
    """Read what every request needs: the application and all its pages."""
    for name in ("studio.wsgi", "studio.urls"):
        import_module(name)
    keep_shared()


if __name__ == "__main__":
    prepare()
    entrypoint()  # type: ignore[no-untyped-call]
