"""Looks into one file beside a text: what it is, and what keeps it from citizens. What reads it is loaded late."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from congtin.engine import folder_digest
from congtin.errors import Problem, Severity
from congtin.media.facts import BadMedia, MediaFacts
from congtin.messages import msg

_PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_LIBRARIES = ("Pillow",)


@cache
def examination_version() -> str:
    """Return a digest of everything that decides what is found in a file, and what is made of a picture."""
    parts = [folder_digest(Path(__file__).parent), *(f"{name}={version(name)}" for name in _LIBRARIES)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def examine(data: bytes, path: str) -> tuple[MediaFacts, tuple[Problem, ...]]:
    """Return what the file at ``path`` is, and a Problem for what is wrong with it (D3, D10)."""
    suffix = path.rpartition(".")[2]
    try:
        if suffix in _PICTURES:
            return _picture(data, path)
    except BadMedia as error:
        return MediaFacts(), (Problem(error.code, error.message, path, 0, error.hint),)
    return MediaFacts(), ()


def _picture(data: bytes, path: str) -> tuple[MediaFacts, tuple[Problem, ...]]:
    from congtin.media.pictures import facts_of

    facts = facts_of(data)
    if not facts.animated:
        return facts, ()
    text = msg("The picture moves; pages show how it begins, standing still.")
    hint = msg("Publish what must move as a film (.mp4): people can stop it (WCAG 2.2.2).")
    return facts, (Problem("picture-moves", text, path, 0, hint, Severity.WARNING),)
