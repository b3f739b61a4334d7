"""Which smaller pictures are made of a picture; a matter of its facts alone, so that pages can name them unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from congtin.media.facts import MediaFacts

WIDTHS = (480, 960, 1600)
"""Phones, phones with fine screens and columns of text, wide screens."""
FALLBACK_WIDTH = 960
# What was photographed becomes AVIF. What was drawn keeps its sharp edges in WebP.
_MODERN = {"jpeg": "avif", "webp": "avif", "png": "webp", "gif": "webp"}
_FALLBACK = {"jpeg": "jpg", "webp": "webp", "png": "png", "gif": "png"}
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
CLEANED = "cleaned"
"""The whole picture with nothing in it but the picture."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A picture in another size or format."""

    width: int
    height: int
    suffix: str

    @property
    def id(self) -> str:
        return f"{self.width}.{self.suffix}"

    @property
    def type(self) -> str:
        return TYPES[self.suffix]

    def name(self, original: str, blob: str) -> str:
        """Return the file's name beside the published original: another for other bytes, so it never changes."""
        return f"{original.rpartition('.')[0]}-{blob[:10]}-{self.id}"


def modern(facts: MediaFacts) -> tuple[Variant, ...]:
    """Return the sizes in which browsers of today may choose a picture, the smallest first."""
    if facts.format not in _MODERN:
        return ()
    widths = [width for width in WIDTHS if width < facts.width]
    if facts.width <= WIDTHS[-1]:
        widths.append(facts.width)
    return tuple(_scaled(facts, width, _MODERN[facts.format]) for width in widths)


def fallback(facts: MediaFacts) -> Variant | None:
    """Return what browsers of yesterday are given; None where that is the original itself.

    A drawing made smaller seldom takes fewer bytes, so only a very wide one is. What moves stands still on pages.
    """
    if facts.format not in _FALLBACK:
        return None
    most = WIDTHS[-1] if facts.format in ("png", "gif") and not facts.animated else FALLBACK_WIDTH
    if facts.width <= most and not facts.animated:
        return None
    return _scaled(facts, min(facts.width, FALLBACK_WIDTH), _FALLBACK[facts.format])


def variants(facts: MediaFacts) -> Iterator[Variant]:
    """Yield every smaller picture that is made of one."""
    yield from modern(facts)
    last = fallback(facts)
    if last:
        yield last


def ids(facts: MediaFacts) -> list[str]:
    """Return what is published of a picture: the cleaned original and its variants."""
    return [CLEANED, *dict.fromkeys(variant.id for variant in variants(facts))]


def _scaled(facts: MediaFacts, width: int, suffix: str) -> Variant:
    return Variant(width, max(1, round(facts.height * width / facts.width)), suffix)
