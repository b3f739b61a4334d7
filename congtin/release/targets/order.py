"""In which order files go to a place that shows them at once: each moment there must make sense.

What pages need comes first, then pages and lists that were not there, then the pages, then what leads to them. So
no page is seen before its style, and no list before the page it names.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterable
from itertools import groupby

# A part of a search index: named by what it was made of, like a style; but nobody asks for it after some minutes.
_PART = re.compile(r"/tim-kiem/chi-muc/[0-9a-f]{16}/")
_ASSET = re.compile(r"(^|/)theme/(.+/)?[^/]+\.[0-9a-f]{10}(\.[^/.]+)?$")
# Items stand below their section and year; the archive's months (luu-tru/2026/03/) do not.
_ITEM = re.compile(r"/\d{4}/(?!\d+/)[^/]+/")
_LEADING = (".html", ".xml", ".txt", ".json", ".csv", ".atom", ".webmanifest")
_COMPRESSED = (".gz", ".br")


class Rank(enum.IntEnum):
    """What is sent before what. Nothing leads yet to what is new, and what is new leads to what was there."""

    ASSET = 0
    MEDIA = 1
    NEW_PAGE = 2
    NEW_INDEX = 3
    PAGE = 4
    INDEX = 5


def plain_name(name: str) -> str:
    """Return the name of the file that a compressed one stands for; other names as they are."""
    for suffix in _COMPRESSED:
        plain = name.removesuffix(suffix)
        if plain != name and "." in plain.rpartition("/")[2]:
            return plain
    return name


def is_asset(name: str) -> bool:
    """Tell whether a file is named by its content, so that its bytes never change."""
    return _ASSET.search(plain_name(name)) is not None


def is_immutable(name: str) -> bool:
    """Tell whether the bytes of a name never change, so that caches may keep them for ever."""
    return is_asset(name) or _PART.search(name) is not None


def rank(name: str, there: Collection[str] = ()) -> Rank:
    """Return when a file of a Release (`<host>/<path>`) is sent to a place that holds ``there``."""
    plain = plain_name(name)
    if is_immutable(name):
        return Rank.ASSET
    item = _ITEM.search(plain)
    if item and plain.endswith(".html"):
        return Rank.PAGE if plain in there else Rank.NEW_PAGE
    if plain.startswith(".server/") or (not item and plain.endswith(_LEADING)):
        return Rank.INDEX if plain in there else Rank.NEW_INDEX
    return Rank.MEDIA


def in_groups(names: Iterable[str], there: Collection[str] = ()) -> tuple[tuple[str, ...], ...]:
    """Return names as they are sent: each group has arrived before the next begins."""

    def place(name: str) -> tuple[Rank, str, str]:
        # A page and its compressed forms travel together.
        return (rank(name, there), plain_name(name), name)

    ordered = sorted(names, key=place)
    return tuple(tuple(group) for _, group in groupby(ordered, key=lambda name: rank(name, there)))
