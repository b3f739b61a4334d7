"""One index to make: which pages go into which of its parts, and what became of them.

An index of many Items is made in parts, because Pagefind's memory grows with the pages it reads at a time. Which part
an Item belongs to follows from its id alone, so that a new Item changes one part and leaves the others as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from congtin.release.search import pagefind
from congtin.release.search.lists import Entry

# Changes with what is staged and how: indexes of another form are made anew.
FORM = f"2 {pagefind.VERSION}"
# So many Items may stand in one part: 0.3 GB for a thousand whole texts, 0.06 GB for a thousand summaries.
FULL_PART, LIGHT_PART = 2000, 10_000


class Job(BaseModel):
    """What is handed to whoever makes an index."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    tree: Path
    lists: tuple[str, ...]
    """Paths of the lists below the tree."""
    central: bool
    lang: str
    there: tuple[str, ...]
    """Names of parts that exist already."""


class Part(BaseModel):
    """One part of an index, named by what went into it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    items: int
    seconds: float = 0
    memory: int = 0


class Made(BaseModel):
    """What became of a job."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    parts: tuple[Part, ...] = ()
    seconds: float = 0
    """All of it: reading pages and indexing them."""
    error: str = ""


def part_count(items: int, *, central: bool) -> int:
    """Return in how many parts so many Items go: a power of two, so that the number seldom changes."""
    most, count = LIGHT_PART if central else FULL_PART, 1
    while items > count * most:
        count *= 2
    return count


def part_of(entry: Entry, count: int) -> int:
    """Return the part that an Item belongs to."""
    return int.from_bytes(hashlib.sha256(entry.id.encode()).digest()[:4], "big") % count


def part_name(digests: Iterable[bytes], lang: str) -> str:
    """Return the name of a part that holds these staged pages."""
    whole = hashlib.sha256(f"{FORM} {lang}\n".encode())
    for digest in sorted(digests):
        whole.update(digest)
    return whole.hexdigest()[:16]


def parts_of(entries: Sequence[tuple[int, Entry]], count: int) -> list[list[tuple[int, Entry]]]:
    """Return the Items of each part; each comes with the number of its list."""
    parts: list[list[tuple[int, Entry]]] = [[] for _ in range(count)]
    for pair in entries:
        parts[part_of(pair[1], count)].append(pair)
    return parts
