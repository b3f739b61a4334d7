"""The functions that gates run inside a page; they lie beside this file."""

from __future__ import annotations

from pathlib import Path


def script(name: str) -> str:
    """Return a function in the browser's language."""
    return (Path(__file__).parent / f"{name}.js").read_text("utf-8")
