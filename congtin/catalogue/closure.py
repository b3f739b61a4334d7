"""The part of the catalogue that matters to one Site: its own Items, and those that touch them.

Whatever a Site's pages or checks can see is here; `affected` is the same question asked the other way round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path

from congtin.catalogue.group import catalogue_of
from congtin.catalogue.memory import Memory
from congtin.catalogue.rows import DOCUMENT, LINK, NUMBER, OFFER, Row
from congtin.catalogue.source import Catalogue
from congtin.catalogue.store import CatalogueStore, Stamp
from congtin.network.network import Network


class AllIds(Collection[str]):
    """Every id in the store, fetched when somebody looks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def _ids(self) -> list[str]:
        # Whoever looks may do so in another process, when the store that the Items came from is closed.
        with closing(CatalogueStore.reading(self.folder)) as store:
            return store.ids()

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, wanted: object) -> bool:
        return wanted in self._ids


class Offers:
    """Which patterns of offers name a Site; worked out once for all Sites."""

    def __init__(self, store: CatalogueStore, network: Network) -> None:
        self._patterns: dict[str, list[str]] = {}
        self._sites = {pattern: {s.id for s in network.matching(pattern)} for pattern in store.all_targets(OFFER)}
        for pattern, sites in self._sites.items():
            for site in sites:
                self._patterns.setdefault(site, []).append(pattern)

    def to(self, site: str) -> list[str]:
        """Return the patterns that name ``site``."""
        return self._patterns.get(site, [])

    def sites(self, patterns: Iterable[str]) -> set[str]:
        """Return the Sites these patterns name."""
        return {site for pattern in patterns for site in self._sites.get(pattern, ())}


def whole_catalogue(store: CatalogueStore, network: Network) -> Catalogue:
    """Return every Item there is."""
    return catalogue_of(store.all_rows(), network, store.ids())


def site_catalogue(
    store: CatalogueStore, network: Network, site_id: str, patterns: Iterable[str], memory: Memory | None = None
) -> Catalogue:
    """Return the Items of a Site, those offered to it (by ``patterns``), and all that these point to."""
    closure = _Closure(store, site_id, memory)
    site = network.sites[site_id]
    foreign = store.pointing(patterns, OFFER)
    foreign |= store.item_paths_with_ids([*site.picks, *site.options.moved.values()])
    foreign |= store.item_paths_with_ids(alert.item for alert in network.alerts_over(site_id) if alert.item)
    foreign |= store.items_of_paths(path for pick in site.picks.values() for path in pick.sources)
    closure.load(foreign)
    shown = {*closure.paths}
    closure.load(closure.targets(store.targets(shown, LINK)))
    closure.load_relations()
    closure.load(store.same_ids(site_id))
    rows = sorted(closure.rows.values(), key=lambda row: row.path)
    if memory:
        memory.keep_rows(site_id, closure.rows)
    return catalogue_of(rows, network, AllIds(store.path.parent), memory)


class _Closure:
    def __init__(self, store: CatalogueStore, site: str, memory: Memory | None) -> None:
        self.store = store
        self.memory = memory
        rows = self.fetch(store.stamps_of_site(site)) if memory else store.rows_of_site(site)
        self.rows: dict[str, Row] = {row.path: row for row in rows}
        self.paths: set[str] = {row.item_path for row in self.rows.values()}

    def load(self, item_paths: Iterable[str]) -> set[str]:
        """Add Items; return which of them were not here yet."""
        new = set(item_paths) - self.paths
        wanted = sorted(new)
        rows = self.fetch(self.store.stamps_of_items(wanted)) if self.memory else self.store.rows_of_items(wanted)
        self.rows.update((row.path, row) for row in rows)
        self.paths |= new
        return new

    def fetch(self, stamps: Iterable[Stamp]) -> list[Row]:
        """Return the rows of these files; of those that are remembered only the stamp is looked at."""
        memory = self.memory or Memory()
        known = [(path, memory.row(path, blob, problems)) for path, blob, problems in stamps]
        fetched = {row.path: row for row in self.store.rows_of_paths(path for path, row in known if row is None)}
        return [row or fetched[path] for path, row in known]

    def targets(self, targets: Collection[str]) -> set[str]:
        """Return the Items that links name, by id or by path."""
        paths = {target for target in targets if "/" in target}
        return paths | self.store.item_paths_with_ids(set(targets) - paths)

    def load_relations(self) -> None:
        """Add documents that share a number, and whatever replaces or is replaced by one here, however far."""
        documents = {row.item_path for row in self.rows.values() if row.kind == "document"}
        documents |= self.load(self.store.pointing(self.store.targets(documents, NUMBER), NUMBER))
        while documents:
            documents = self.load(related_documents(self.store, documents))


def related_documents(store: CatalogueStore, item_paths: Collection[str]) -> set[str]:
    """Return the documents that these name as older or newer, and those that name these."""
    named = store.item_paths_with_ids(store.targets(item_paths, DOCUMENT))
    return named | store.pointing(store.ids_of_items(item_paths), DOCUMENT)
