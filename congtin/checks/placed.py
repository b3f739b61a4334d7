"""What a Change does to Placements: the Sites on which an Item appears, vanishes or reads otherwise (F1, F2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from congtin.catalogue.source import Item
from congtin.checks.registry import Repository
from congtin.checks.scheduled import all_due
from congtin.crosspost.acceptance import acceptance
from congtin.crosspost.placements import Placements, place
from congtin.model import Role

Via = Literal["home", "rule", "pick"]


@dataclass(frozen=True, slots=True, order=True)
class PlacementChange:
    """One Item on one Site, before and after; Items that are not due yet count as if they were."""

    item: str
    path: str
    """The file of the Item's original, after the Change where it still is."""
    site: str
    section: str
    change: Literal["gained", "lost", "altered"]
    via: Via
    new_item: bool
    """Nothing of the Item was published before."""
    withdrawal: bool
    """All that changes is that the Item is withdrawn, and so shown nowhere (J6)."""


@dataclass
class _Standing:
    """Where and how an Item stands on a Site."""

    shown: set[tuple[str, ...]] = field(default_factory=set)
    former: set[tuple[str, ...]] = field(default_factory=set)
    section: str = ""


@dataclass(frozen=True)
class _Eventual:
    """One side of a Change when everything's day has come."""

    repository: Repository
    items: dict[str, Item]
    standings: dict[tuple[str, str], _Standing]

    def via(self, item_id: str, site_id: str) -> Via:
        item, site = self.items[item_id], self.repository.network.sites[site_id]
        if item.site == site_id:
            return "home"
        consent = acceptance(site, item)
        return "pick" if consent and consent.by == "pick" else "rule"


def eventual(repository: Repository) -> Placements:
    """Return where everything stands when its day has come."""
    return place(repository.network, all_due(repository.catalogue, repository.now), repository.now)


def placement_changes(
    before: Repository, after: Repository, due: tuple[Placements, Placements]
) -> Iterator[PlacementChange]:
    """Yield what differs between two sides, ordered; ``due`` are their eventual Placements."""
    old, new = _eventual(before, due[0]), _eventual(after, due[1])
    found = []
    for item_id, site in old.standings.keys() | new.standings.keys():
        was, now = old.standings.get((item_id, site)), new.standings.get((item_id, site))
        side, standing = (new, now) if now else (old, was)
        if standing is None or (was and now and not _differs(was, now, old.items[item_id], new.items[item_id])):
            continue
        change = PlacementChange(
            item=item_id,
            path=side.items[item_id].path,
            site=site,
            section=standing.section,
            change="altered" if was and now else "gained" if now else "lost",
            via=side.via(item_id, site),
            new_item=not is_published(before, item_id),
            withdrawal=is_only_withdrawn(old.items.get(item_id), new.items.get(item_id), after),
        )
        found.append(change)
    yield from sorted(found)


def is_published(repository: Repository, item_id: str) -> bool:
    """Tell whether something of an Item is published at the Repository's time."""
    item = repository.catalogue.items.get(item_id)
    return item is not None and not item.facts.draft and item.facts.date <= repository.now


def is_only_withdrawn(before: Item | None, after: Item | None, repository: Repository) -> bool:
    """Tell whether an Item is withdrawn now and says nothing else it did not say before; its text is not shown."""
    if before is None or after is None:
        return False
    withdrawn = after.facts.withdrawn
    if withdrawn is None or withdrawn.at > repository.now:
        return False
    noted = {"withdrawn", "updated", "change_note"}
    same = before.facts.model_dump(exclude=noted) == after.facts.model_dump(exclude=noted)
    others = [{**item.blobs(), item.original.path: ""} for item in (before, after)]
    return same and others[0] == others[1]


def _differs(was: _Standing, now: _Standing, before: Item, after: Item) -> bool:
    if was != now:
        return True
    if all(role == Role.LINK.value for _, _, role, _ in now.shown):
        return bool(now.shown) and before.faces() != after.faces()
    return before.blobs() != after.blobs()


def _eventual(repository: Repository, placements: Placements) -> _Eventual:
    items = {item.id: item for item in repository.own_items}
    standings: dict[tuple[str, str], _Standing] = defaultdict(_Standing)
    for key, placed in (*placements.by_edition.items(), *placements.links.items()):
        for placement in placed:
            if placement.item in items:
                standing = standings[placement.item, key.site]
                standing.shown.add((key.lang, placement.path, placement.role.value, placement.lang))
                standing.section = placement.section
    for key, redirects in placements.redirects.items():
        for redirect in redirects:
            if redirect.item in items:
                standings[redirect.item, key.site].former.add((key.lang, redirect.path))
    return _Eventual(repository, items, dict(standings))
