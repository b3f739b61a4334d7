"""The pages that an Edition's Items are published in as data (I1): the years, and full hundreds of a year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby

from congtin.build.paging import paginate
from congtin.build.plan import PlacedItem

ITEMS = "items"
PAGE_SIZE = 100


@dataclass(frozen=True)
class ItemsPage:
    """One page, before it is written; pages are named by what follows the address of the API."""

    name: str
    year: int | None
    number: int
    entries: tuple[PlacedItem, ...]
    newer: str | None = None
    older: str | None = None


def items_pages(oldest_first: Iterable[PlacedItem]) -> list[ItemsPage]:
    """Return the pages, newest first; the first has a name that stays, and is there even when there are no Items.

    Readers keep what they have read: an Item changes pages of the year in which it was published (in Hà Nội) alone,
    also when a Site gets it long afterwards.
    """
    pages: list[ItemsPage] = []
    for year, items in reversed([(year, list(items)) for year, items in groupby(oldest_first, _year)]):
        for part in paginate(items, PAGE_SIZE):
            page = f"{year}-{part.number}" if part.number else str(year)
            name = f"{ITEMS}/{page}.json" if pages else f"{ITEMS}.json"
            pages.append(ItemsPage(name, year, part.number, part.entries))
    names = [None, *(page.name for page in pages), None]
    around = zip(pages, names, names[2:], strict=False)
    return [replace(page, newer=newer, older=older) for page, newer, older in around] or [_NONE]


_NONE = ItemsPage(f"{ITEMS}.json", None, 0, ())


def _year(placed: PlacedItem) -> int:
    return int(placed.item.month[:4])
