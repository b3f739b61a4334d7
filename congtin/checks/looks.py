"""Two looks at the part of the repository that a Change can matter to: as it is stored, and as the Change has it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from congtin.catalogue.closure import AllIds, whole_catalogue
from congtin.catalogue.group import catalogue_of
from congtin.catalogue.misplaced import misplaced, misplaced_rows
from congtin.catalogue.overlay import Overlay, ReadFile
from congtin.catalogue.rows import source_of
from congtin.catalogue.source import Catalogue, Source
from congtin.catalogue.store import CatalogueStore
from congtin.checks.extent import (
    altered_sites,
    chosen_ids,
    items_of_sites,
    narrowed,
    picked_ids,
    touched_items,
)
from congtin.checks.near import around, link_faces, reached, twins
from congtin.checks.text import inspect_text
from congtin.network.network import Network
from congtin.rules.combine import SiteRules
from congtin.rules.document_numbers import DocumentNumbers
from congtin.stored_problems import problems_of_text


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


def look_at_both(store: CatalogueStore, here: Side, other: Side, changed: Changed, now: datetime) -> tuple[Look, Look]:
    """Return looks at the side that the store holds and at the other."""
    overlay = Overlay(store, other.network, changed.folder, changed.names, inspect_text)
    networks = here.network, other.network
    if changed.everything:
        first = _whole(store, here.network, changed.paths)
        with overlay.applied():
            return first, _whole(store, other.network, changed.paths)
    return _Part(store, overlay, networks, changed.paths, now).looks()


def _alike(store: CatalogueStore, changed: Collection[str]) -> dict[str, list[Source]]:
    rows = list(store.rows_of_items(touched_items(changed)))
    return {row.item_path: [source_of(other) for other in store.rows_alike(row)] for row in rows if row.id}


def _whole(store: CatalogueStore, network: Network, changed: Collection[str]) -> Look:
    catalogue = whole_catalogue(store, network)
    found = [problem for text in store.problems() for problem in problems_of_text(text)]
    found += [*catalogue.problems, *misplaced(network, store)]
    return Look(network, replace(catalogue, problems=tuple(dict.fromkeys(found))), None, _alike(store, changed))


@dataclass
class _Part:
    """What the Change touches, what that can matter to, and what these are held against: asked of both sides."""

    store: CatalogueStore
    overlay: Overlay
    networks: tuple[Network, Network]
    changed: Collection[str]
    now: datetime

    def looks(self) -> tuple[Look, Look]:
        store, (here, other) = self.store, self.networks
        altered = altered_sites(here, other)
        picked = picked_ids(self.changed) | chosen_ids(here, altered) | chosen_ids(other, altered)
        seeds = twins(store, self.seeds(here))
        with self.overlay.applied():
            seeds |= twins(store, seeds | self.seeds(other))
            seen = link_faces(store, other, seeds)
        faces = link_faces(store, here, seeds)
        renewed = {path for path in seeds if faces.get(path) != seen.get(path)}
        judged = reached(store, here, seeds, renewed, self.now)
        with self.overlay.applied():
            judged |= reached(store, other, seeds, renewed, self.now)
            beyond, ids = around(store, other, judged, picked)
        held_against, more = around(store, here, judged, picked)
        loaded, ids = judged | beyond | held_against, ids | more | picked
        first = self.look(here, judged, loaded, ids)
        with self.overlay.applied():
            return first, self.look(other, judged, loaded, ids)

    def seeds(self, network: Network) -> set[str]:
        """Return the Items to begin with: those of the files, of the picks, and of Sites that judge otherwise."""
        found = touched_items(self.changed) | self.store.item_paths_with_ids(picked_ids(self.changed))
        return found | items_of_sites(self.store, network, altered_sites(*self.networks))

    def look(self, network: Network, judged: set[str], loaded: set[str], ids: set[str]) -> Look:
        narrow = narrowed(network, ids)
        rows = list(self.store.rows_of_items(sorted(loaded)))
        catalogue = catalogue_of(sorted(rows), narrow, AllIds(self.store.path.parent))
        strange = (row for row in self.store.rows_of_paths(self.changed) if not row.item_path)
        found = [problem for row in strange for problem in problems_of_text(row.problems)]
        found += [*catalogue.problems, *misplaced_rows(network, rows)]
        catalogue = replace(catalogue, problems=tuple(dict.fromkeys(found)))
        return Look(narrow, catalogue, frozenset(judged), _alike(self.store, self.changed))
