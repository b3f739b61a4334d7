"""Listing pages numbered from the oldest, so that a new Item touches the newest page only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """One page of a listing; ``number`` 0 is the front page with the newest entries."""

    number: int
    entries: tuple[T, ...]
    older: int | None
    newer: int | None
    last: int
    """How many numbered pages there are; page ``last`` follows the front page."""


def paginate(oldest_first: Sequence[T], size: int) -> list[ListPage[T]]:
    """Split a listing into a front page of ``size`` to 2·``size`` − 1 entries and full older pages.

    Page *k* holds entries (*k* − 1)·``size`` to *k*·``size`` − 1, counted from the oldest, for ever:
    its address and its content stay as they are when something new is published.
    """
    full = max(0, len(oldest_first) // size - 1)
    front = tuple(reversed(oldest_first[full * size :]))
    pages = [ListPage(0, front, full or None, None, full)]
    for number in range(full, 0, -1):
        entries = tuple(reversed(oldest_first[(number - 1) * size : number * size]))
        newer = number + 1 if number < full else 0
        pages.append(ListPage(number, entries, number - 1 or None, newer, full))
    return pages
