"""What finds texts that say the same: a few numbers of each, kept with its row, and a measure (E16)."""

from __future__ import annotations

import re
from typing import NamedTuple
from zlib import crc32

_SENTENCES = 4
_SHORTEST = 40
"""Shorter sentences are greetings and headings, which stand in many texts."""
_SHINGLE = 5
_WORD = re.compile(r"\w+")


class Sketch(NamedTuple):
    """Numbers of a title and of the sentences that come first in an order of chance: texts alike share some."""

    title: int | None = None
    first: int | None = None
    second: int | None = None
    third: int | None = None
    fourth: int | None = None


NO_SKETCH = Sketch()


def sketch_of(title: str, body: str) -> Sketch:
    """Return the numbers of a text; sentences are taken as they stand, for whoever copies copies them."""
    sentences = (part for line in body.split("\n") for part in line.split(". "))
    keys = sorted({crc32(sentence.encode()) for sentence in sentences if len(sentence) >= _SHORTEST})
    return Sketch(crc32(" ".join(title.casefold().split()).encode()), *keys[:_SENTENCES])


def likeness(one: str, other: str) -> float:
    """Return how much of the shorter of two texts stands in the other, from 0 to 1, by runs of five words."""
    runs = _runs(one), _runs(other)
    fewest = min(map(len, runs))
    return len(runs[0] & runs[1]) / fewest if fewest else 0.0


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return set(zip(*(words[at:] for at in range(_SHINGLE)), strict=False))
