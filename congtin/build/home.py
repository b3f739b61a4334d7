"""What a home page shows of its Site: the newest of its own, what each section brought, and where the rest is.

The site map and the search page show some of it too. Keys and contexts both ask here, so that a page is rendered
again exactly when it shows something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from congtin.build.listings import Listing, by_time
from congtin.build.pages import Outline
from congtin.build.plan import PlacedItem
from congtin.model import ItemKind

LATEST = 8
BLOCK = 5
SITEMAP_BLOCK = 10
# Sections whose newest entry is no news: the home page names them, with the number of what stands there.
REFERENCE = frozenset({"pages", "organisations", "procedures", "datasets", "surveys"})


def latest(outline: Outline) -> tuple[PlacedItem, ...]:
    """Return the newest articles of the Site's own, newest first.

    Copies from other Sites have their sections; they fill what a Site with little of its own leaves open.
    """
    own: list[PlacedItem] = []
    copies: list[PlacedItem] = []
    for placed in reversed(outline.live):
        if placed.item.kind == ItemKind.ARTICLE:
            some = copies if placed.is_copy else own
            if len(some) < LATEST:
                some.append(placed)
            if len(own) == LATEST:
                break
    return tuple(sorted([*own, *copies[: LATEST - len(own)]], key=by_time, reverse=True))


def blocks(outline: Outline) -> Iterator[tuple[Listing, list[PlacedItem]]]:
    """Yield the sections people follow with their newest entries, empty ones too (C1)."""
    shown = latest(outline)
    for listing in outline.sections:
        if not _is_reference(listing):
            yield listing, _newest(outline, listing, shown, BLOCK)


def sitemap_blocks(outline: Outline) -> Iterator[tuple[Listing, list[PlacedItem]]]:
    """Yield every section with its newest entries."""
    for listing in outline.sections:
        yield listing, _newest(outline, listing, (), SITEMAP_BLOCK)


def references(outline: Outline) -> list[Listing]:
    """Return the sections people look something up in, empty ones too (C1)."""
    return list(filter(_is_reference, outline.sections))


def count(outline: Outline, listing: Listing) -> int:
    """Return how many entries of a list are not withdrawn."""
    return sum(1 for placed in listing.entries if not placed.is_withdrawn(outline.plan.now))


def rows(outline: Outline, template: str) -> Iterator[Sequence[PlacedItem]]:
    """Yield the Items whose cards a page of this template shows, row by row, in the order it shows them."""
    if template in ("home", "search"):
        yield latest(outline)
    if template in ("home", "sitemap"):
        for _, entries in blocks(outline) if template == "home" else sitemap_blocks(outline):
            yield entries


def _newest(outline: Outline, listing: Listing, shown: Sequence[PlacedItem], most: int) -> list[PlacedItem]:
    """Return the newest entries of a section, those that stand elsewhere on the page only where there are no others."""
    known = {placed.item.id for placed in shown}
    live = (placed for placed in reversed(listing.entries) if not placed.is_withdrawn(outline.plan.now))
    entries = list(islice(live, most + len(shown)))
    return [placed for placed in entries if placed.item.id not in known][:most] or entries[:most]


def _is_reference(listing: Listing) -> bool:
    """Tell whether people look something up in a section rather than follow it."""
    return listing.kind in REFERENCE
