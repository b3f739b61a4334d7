"""What a home page shows of its Site: the newest of its own, what each section brought, and where the rest is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from congtin.build.listings import Listing, by_time
from congtin.build.plan import PlacedItem
from congtin.build.view_types import Card
from congtin.build.views import Views
from congtin.model import ItemKind

LATEST = 8
# Sections whose newest entry is no news: the home page names them, with the number of what stands there.
REFERENCE = frozenset({"pages", "organisations", "procedures", "datasets", "surveys"})


def latest(live: Sequence[PlacedItem]) -> tuple[PlacedItem, ...]:
    """Return the newest articles of the Site's own, newest first; ``live`` is in the order of time.

    Copies from other Sites have their sections; they fill what a Site with little of its own leaves open.
    """
    own: list[PlacedItem] = []
    copies: list[PlacedItem] = []
    for placed in reversed(live):
        if placed.item.kind == ItemKind.ARTICLE:
            some = copies if placed.is_copy else own
            if len(some) < LATEST:
                some.append(placed)
            if len(own) == LATEST:
                break
    return tuple(sorted([*own, *copies[: LATEST - len(own)]], key=by_time, reverse=True))


def newest(views: Views, listing: Listing, shown: Collection[Card], most: int) -> tuple[Card, ...]:
    """Return the newest cards of a section, those that stand elsewhere on the page only where there are no others."""
    cards = tuple(islice(views.cards(reversed(listing.entries)), most + len(shown)))
    return tuple(card for card in cards if card not in shown)[:most] or cards[:most]


def is_reference(listing: Listing) -> bool:
    """Tell whether people look something up in a section rather than follow it."""
    return listing.kind in REFERENCE


def count(views: Views, entries: Iterable[PlacedItem]) -> int:
    """Return how many of these are not withdrawn."""
    return sum(1 for placed in entries if not placed.is_withdrawn(views.plan.now))
