"""Which Items are named beside an Item: its neighbours in the section, and earlier ones about the same."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from congtin.build.listings import Listing
from congtin.build.plan import PlacedItem
from congtin.catalogue.front_matter import Document
from congtin.model import SectionKind

RELATED = 4
# So many of the newest Items of a topic are looked at for each Item, however many the topic has.
LOOKED_AT = 4


@dataclass(frozen=True, slots=True)
class Beside:
    """The Items named on one Item's page."""

    before: PlacedItem | None = None
    """The one published before it in its section; of fixed pages the one before it in their menu."""
    after: PlacedItem | None = None
    related: tuple[PlacedItem, ...] = ()

    def items(self) -> Iterator[PlacedItem | None]:
        """Yield all of them, each in its place."""
        yield self.before
        yield self.after
        yield from self.related


NOTHING = Beside()
_Latest = Mapping[str, "deque[tuple[int, PlacedItem]]"]


class Neighbours:
    """What stands beside each Item of an Edition; worked out once, in time that grows with the Items.

    Related Items are earlier ones only, so that publishing an Item changes no other page but that of its
    neighbour before it.
    """

    def __init__(self, live: Sequence[PlacedItem], sections: Iterable[Listing]) -> None:
        """Take the Items that are not withdrawn, oldest first, and the sections with theirs.

        Teasers are left out: nobody reads on at another Site without having been told so (F3).
        """
        live = [placed for placed in live if not placed.is_teaser]
        shown = {placed.item.id for placed in live}
        self._sides: dict[str, tuple[PlacedItem | None, PlacedItem | None]] = {}
        for listing in sections:
            self._sides.update(_sides([placed for placed in _reading_order(listing) if placed.item.id in shown]))
        self._related = dict(_related(live))

    def of(self, placed: PlacedItem) -> Beside:
        """Return what stands beside an Item; nothing where it is withdrawn."""
        item_id = placed.item.id
        sides = self._sides.get(item_id)
        return Beside(*sides, self._related.get(item_id, ())) if sides else NOTHING


def _reading_order(listing: Listing) -> Iterable[PlacedItem]:
    """Return a section as people read on: by time, but fixed pages from the first of their menu."""
    return reversed(listing.entries) if listing.kind == SectionKind.PAGES.value else listing.entries


def _sides(entries: Sequence[PlacedItem]) -> Iterator[tuple[str, tuple[PlacedItem | None, PlacedItem | None]]]:
    last = len(entries) - 1
    for number, placed in enumerate(entries):
        before = entries[number - 1] if number else None
        yield placed.item.id, (before, entries[number + 1] if number < last else None)


def _related(live: Iterable[PlacedItem]) -> Iterator[tuple[str, tuple[PlacedItem, ...]]]:
    latest: dict[str, deque[tuple[int, PlacedItem]]] = defaultdict(lambda: deque(maxlen=LOOKED_AT))
    for number, placed in enumerate(live):
        if topics := _topics(placed):
            if found := _best(latest, topics):
                yield placed.item.id, found
            for topic in topics:
                latest[topic].append((number, placed))


def _topics(placed: PlacedItem) -> Sequence[str]:
    """Return what an Item is about: its tags, and the field of a document."""
    facts = placed.item.facts
    tags = facts.tags if len(facts.tags) < 2 else list(dict.fromkeys(facts.tags))
    # No tag has a stroke.
    return [*tags, f"field/{facts.field}"] if isinstance(facts, Document) else tags


def _best(latest: _Latest, topics: Sequence[str]) -> tuple[PlacedItem, ...]:
    """Return those that share most topics, and of these the newest."""
    shared: dict[int, list[PlacedItem]] = defaultdict(list)
    for topic in topics:
        for number, other in latest.get(topic, ()):
            shared[number].append(other)
    best = sorted(shared, key=lambda number: (-len(shared[number]), -number))
    return tuple(shared[number][0] for number in best[:RELATED])
