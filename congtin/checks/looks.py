"""Two looks at the part of the repository that a Change can matter to: as it is stored, and as the Change has it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from congtin.catalogue.closure import AllIds, whole_catalogue
from congtin.catalogue.group import catalogue_of
from congtin.catalogue.kind_models import source_models
from congtin.catalogue.media import Looking
from congtin.catalogue.misplaced import misplaced, misplaced_rows
from congtin.catalogue.overlay import Overlay, ReadFile
from congtin.catalogue.rows import source_of
from congtin.catalogue.source import Catalogue, Source
from congtin.catalogue.store import CatalogueStore
from congtin.checks.extent import (
    altered_sites,
    chosen_ids,
    items_of_sites,
    linked_by_alerts,
    narrowed,
    picked_ids,
    sites_of_files,
    touched_items,
)
from congtin.checks.near import around, link_faces, reached, twins
from congtin.checks.text import inspect_text
from congtin.network.network import Network
from congtin.rules.combine import SiteRules
from congtin.rules.document_numbers import DocumentNumbers
from congtin.stored_problems import problems_of_text

MANY_ITEMS = 5000
"""With more Items to begin with, everything is read sooner than what is near them is found."""


@dataclass(frozen=True)
class Side:
    """The repository before or after a Change: its Sites and rules, and what reads one of its files."""

    network: Network
    numbers: DocumentNumbers
    read: ReadFile
    rules: Callable[[str], SiteRules] | None = None
    """What gives the rules of a Site by its id; without it nobody is told what may be quoted (D8)."""


@dataclass(frozen=True)
class Look:
    """What there is to judge on one side: all of it, or the Items ``judged`` and what they are held against."""

    network: Network
    catalogue: Catalogue
    judged: frozenset[str] | None
    alike: Mapping[str, Sequence[Source]]
    """By the path of a touched Item: Sources that may say the same."""


@dataclass(frozen=True)
class Changed:
    """The files of a Change: in ``folder`` those that the side beyond the store has; their names, and as text."""

    folder: Path
    names: Collection[str]
    paths: Collection[str]
    everything: bool
    """Every Item must be judged anew."""
    terms: Collection[str]
    """Taken out of the vocabulary."""
    looking: Looking
    """Where pictures and papers among them are looked into."""


def look_at_both(store: CatalogueStore, here: Side, other: Side, changed: Changed, now: datetime) -> tuple[Look, Look]:
    """Return looks at the side that the store holds and at the other."""
    overlay = Overlay(store, other.network, changed.folder, changed.names, inspect_text, changed.looking)
    part = _Part(store, overlay, (here.network, other.network), changed.paths, changed.terms, now)
    seeds = set() if changed.everything else part.seeds()
    if not changed.everything and len(seeds) <= MANY_ITEMS:
        return part.looks(seeds)
    first = _whole(store, here.network, changed.paths)
    with overlay.applied():
        return first, _whole(store, other.network, changed.paths)


def _alike(store: CatalogueStore, network: Network, changed: Collection[str]) -> dict[str, list[Source]]:
    rows, models = list(store.rows_of_items(touched_items(changed))), source_models(network.kinds)
    return {row.item_path: [source_of(other, models) for other in store.rows_alike(row)] for row in rows if row.id}


def _whole(store: CatalogueStore, network: Network, changed: Collection[str]) -> Look:
    catalogue = whole_catalogue(store, network)
    found = [problem for text in store.problems() for problem in problems_of_text(text)]
    found += [*catalogue.problems, *misplaced(network, store)]
    catalogue = replace(catalogue, problems=tuple(dict.fromkeys(found)))
    return Look(network, catalogue, None, _alike(store, network, changed))


@dataclass
class _Part:
    """What the Change touches, what that can matter to, and what these are held against: asked of both sides."""

    store: CatalogueStore
    overlay: Overlay
    networks: tuple[Network, Network]
    changed: Collection[str]
    terms: Collection[str]
    now: datetime

    def seeds(self) -> set[str]:
        """Return the Items to begin with: those of the files, of the picks, and of Sites that judge otherwise."""
        store, (here, other) = self.store, self.networks
        seeds = twins(store, self._seeds_of(here))
        with self.overlay.applied():
            return seeds | twins(store, seeds | self._seeds_of(other))

    def _seeds_of(self, network: Network) -> set[str]:
        found = touched_items(self.changed) | self.store.item_paths_with_ids(picked_ids(self.changed))
        found.update(*map(self.store.items_naming, self.terms))
        return found | items_of_sites(self.store, network, altered_sites(*self.networks))

    def looks(self, seeds: set[str]) -> tuple[Look, Look]:
        """Return what these Items can matter to, and what that is held against, on both sides."""
        store, (here, other) = self.store, self.networks
        sites = altered_sites(here, other) | sites_of_files(here, self.changed) | sites_of_files(other, self.changed)
        named = picked_ids(self.changed) | chosen_ids(here, sites) | chosen_ids(other, sites)
        named |= linked_by_alerts(here, self.changed) | linked_by_alerts(other, self.changed)
        faces = link_faces(store, here, seeds)
        with self.overlay.applied():
            seen = link_faces(store, other, seeds)
            renewed = {path for path in seeds if faces.get(path) != seen.get(path)}
            judged = reached(store, other, seeds, renewed, self.now)
        judged |= reached(store, here, seeds, renewed, self.now)
        held_against, ids = around(store, here, judged, named)
        with self.overlay.applied():
            beyond, more = around(store, other, judged, named)
            loaded, ids = judged | held_against | beyond, ids | more | named
            second = self.look(other, judged, loaded, ids)
        return self.look(here, judged, loaded, ids), second

    def look(self, network: Network, judged: set[str], loaded: set[str], ids: set[str]) -> Look:
        narrow = narrowed(network, ids)
        rows = list(self.store.rows_of_items(sorted(loaded)))
        catalogue = catalogue_of(sorted(rows), narrow, AllIds(self.store.path.parent))
        strange = (row for row in self.store.rows_of_paths(self.changed) if not row.item_path)
        found = [problem for row in strange for problem in problems_of_text(row.problems)]
        found += [*catalogue.problems, *misplaced_rows(network, rows)]
        catalogue = replace(catalogue, problems=tuple(dict.fromkeys(found)))
        return Look(narrow, catalogue, frozenset(judged), _alike(self.store, network, self.changed))
