"""Looks into one file beside a text: what it is, and what keeps it from citizens. What reads it is loaded late."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from congtin.engine import folder_digest
from congtin.errors import Problem, Severity
from congtin.media.facts import BadMedia, MediaFacts
from congtin.messages import msg

_PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_ARCHIVES = frozenset({"docx", "xlsx", "pptx", "odt", "ods", "odp", "zip"})
_TEXTS = frozenset({"csv", "txt", "vtt"})
_LIBRARIES = ("Pillow", "lxml", "pypdfium2")


@cache
def examination_version() -> str:
    """Return a digest of everything that decides what is found in a file, and what is made of a picture."""
    parts = [folder_digest(Path(__file__).parent), *(f"{name}={version(name)}" for name in _LIBRARIES)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def examine(data: bytes, path: str) -> tuple[MediaFacts, tuple[Problem, ...]]:
    """Return what the file at ``path`` is, and a Problem for what is wrong with it (D3, D10, B6)."""
    try:
        facts = _facts(data, path.rpartition(".")[2])
    except BadMedia as error:
        return MediaFacts(), (Problem(error.code, error.message, path, error.line, error.hint),)
    facts = replace(facts, sha256=hashlib.sha256(data).hexdigest())
    if not facts.animated:
        return facts, ()
    text = msg("The picture moves; pages show how it begins, standing still.")
    hint = msg("Publish what must move as a film (.mp4): people can stop it (WCAG 2.2.2).")
    return facts, (Problem("picture-moves", text, path, 0, hint, Severity.WARNING),)


def _facts(data: bytes, suffix: str) -> MediaFacts:
    if suffix in _PICTURES:
        from congtin.media import pictures

        return pictures.facts_of(data)
    if suffix == "svg":
        from congtin.media import svg

        return svg.facts_of(data)
    if suffix == "pdf":
        from congtin.media import pdf

        return pdf.facts_of(data)
    if suffix in _ARCHIVES:
        from congtin.media import office

        return office.facts_of(data, suffix)
    if suffix in _TEXTS:
        _require_unicode(data)
    return MediaFacts()


def _require_unicode(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = msg("Save the file as UTF-8 (Unicode).")
        raise BadMedia("not-utf8", msg("The file is not UTF-8 text."), hint, line) from error
