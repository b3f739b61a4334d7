"""Which Items a Change can matter to: those whose Problems or Placements may differ, and what holds these."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from congtin.catalogue.closure import related_documents
from congtin.catalogue.group import catalogue_of
from congtin.catalogue.rows import ALIAS, LINK, NUMBER, Row
from congtin.catalogue.source import Catalogue, Item
from congtin.catalogue.store import CatalogueStore
from congtin.checks.extent import narrowed
from congtin.checks.scheduled import as_if_due
from congtin.crosspost.placements import place
from congtin.layout import CONTENT
from congtin.network.network import Network, Site
from congtin.network.options import Pick

_YEARS = [str(year) for year in range(1900, 2100)]
Place = tuple[str, str]
"""A Site and an address on it."""


def twins(store: CatalogueStore, items: Collection[str]) -> set[str]:
    """Return these Items and those that claim the id of one of them."""
    return {*items, *store.item_paths_with_ids(store.ids_of_items(items))}


def link_faces(store: CatalogueStore, network: Network, items: Iterable[str]) -> dict[str, object]:
    """Return what links to each of these Items are judged by; of two with one id only the first can be linked to."""
    found = catalogue_of(store.rows_of_items(sorted(items)), network)
    return {path: _link_face(item) for path, item in found.by_path().items()}


def _link_face(item: Item) -> object:
    headings = frozenset(heading.id for source in item.sources() for heading in source.body.headings)
    return item.id, item.facts.draft, item.facts.date, headings


def reached(
    store: CatalogueStore, network: Network, seeds: Collection[str], renewed: Collection[str], now: datetime
) -> set[str]:
    """Return every Item whose Problems or Placements may differ when ``seeds`` do.

    ``renewed`` are those of them that links see differently: their id, their headings, whether they are published.
    """
    own = _each(store, network, seeds)
    near = {*seeds, *store.pointing({*renewed, *store.ids_of_items(renewed)}, LINK)}
    near |= documents_near(store, seeds)
    return near | sharing(store, network, set(_places(narrowed(network, {item.id for item in own}), own, now)))


def around(
    store: CatalogueStore, network: Network, items: Collection[str], named: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return what Items are held against (targets of links, documents, picks), and the ids of all that.

    ``named`` are ids that picks and Sites name which are to be judged too.
    """
    targets = store.targets(items, LINK)
    paths = {target for target in targets if "/" in target}
    found = twins(store, {*items, *paths, *store.item_paths_with_ids(targets - paths)})
    found |= documents_near(store, items)
    picks = _picks(store, network, items, named)
    ids = {*named, *(pick.item for pick in picks)}
    found |= store.item_paths_with_ids(ids) | store.items_of_paths(path for pick in picks for path in pick.sources)
    return found, ids | store.ids_of_items(found)


def _picks(store: CatalogueStore, network: Network, items: Collection[str], named: Collection[str]) -> list[Pick]:
    """Return the picks of these Items, by their ids or by the files that were picked."""
    ids = {*named, *store.ids_of_items(items)}
    files = {path for path, _, _ in store.stamps_of_items(items)}
    picks = (pick for site in network.sites.values() for pick in site.picks.values())
    return [pick for pick in picks if pick.item in ids or not files.isdisjoint(pick.sources)]


def documents_near(store: CatalogueStore, items: Collection[str]) -> set[str]:
    """Return the documents that a number or a replacement binds to these, however far."""
    found: set[str] = set()
    new = set(items)
    while new:
        found |= new
        new = store.pointing(store.targets(new, NUMBER), NUMBER) | related_documents(store, new)
        new -= found
    return found


def _each(store: CatalogueStore, network: Network, items: Iterable[str]) -> list[Item]:
    """Return Items, each put together for itself: of two with one id, both are there."""
    files: dict[str, list[Row]] = {}
    for row in store.rows_of_items(items):
        files.setdefault(row.item_path, []).append(row)
    return [item for rows in files.values() for item in catalogue_of(rows, network).items.values()]


def _places(network: Network, items: Iterable[Item], now: datetime) -> Iterator[Place]:
    """Yield every address that Items take or lead away from, also those they will have when their time comes."""
    leading = {site.id for site in network.sites.values() if site.options.moved}
    for item in items:
        alone = Catalogue({item.id: as_if_due(item, now)}, (), 1)
        offers = (*item.facts.crosspost, *item.facts.crosspost_ended)
        sites = {item.site, *leading, *(site.id for pattern in offers for site in network.matching(pattern))}
        placements = place(network, alone, now, sites)
        for key, placed in placements.by_edition.items():
            yield from ((key.site, placement.path) for placement in placed)
        for key, redirects in placements.redirects.items():
            yield from ((key.site, redirect.path) for redirect in redirects)


def sharing(store: CatalogueStore, network: Network, places: Collection[Place]) -> set[str]:
    """Return the Items that may have one of these addresses: at home, as copies, or as a former address."""
    tails = {path.partition("/")[2] for _, path in places}
    exact = {candidate for place in places for candidate in _candidates(network, *place)}
    sections = {(site, path.partition("/")[0]) for site, path in places}
    chosen = {pick for section in sections for pick in _picked(network, *section)}
    moved = {network.sites[site].options.moved.get(f"/{path}", "") for site, path in places}
    picked = {path for path in store.item_paths_with_ids(chosen) if tails & _tails(path)}
    return store.known_items(exact) | picked | store.item_paths_with_ids(moved) | store.pointing(tails, ALIAS)


def _candidates(network: Network, site_id: str, path: str) -> Iterator[str]:
    """Yield the paths of Items that have this address by where they lie."""
    section, _, tail = path.partition("/")
    names = [tail.strip("/")] if tail.count("/") == 2 else [f"{year}/{tail.strip('/')}" for year in _YEARS]
    for origin, theirs in _origins(network, network.sites[site_id], section):
        yield from (f"{CONTENT}/{origin}/{theirs}/{name}" for name in names)


def _origins(network: Network, site: Site, section: str) -> Iterator[tuple[str, str]]:
    """Yield the Sites and sections whose Items stand in a section of ``site`` without being picked."""
    yield site.id, section
    for rule in site.options.accepts:
        origin = network.sites.get(f"{site.portal_id}/portal" if rule.origin == "portal" else rule.origin)
        if origin and rule.into == section:
            yield from ((origin.id, theirs) for theirs in rule.sections or origin.options.sections)


def _picked(network: Network, site_id: str, section: str) -> Iterator[str]:
    picks = network.sites[site_id].picks.values()
    return (pick.item for pick in picks if pick.into == section)


def _tails(item_path: str) -> set[str]:
    """Return what may stand after the section in an Item's address."""
    folder, slug = posixpath.split(item_path)
    return {f"{slug}/", f"{posixpath.basename(folder)}/{slug}/"}
