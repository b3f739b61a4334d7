"""What a build finds before any page is made: the store brought up to date, and which Sites that concerns."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from congtin import strict_yaml
from congtin.build.frame import Frame, load_frame
from congtin.catalogue.closure import whole_catalogue
from congtin.catalogue.media import Looking
from congtin.catalogue.misplaced import misplaced
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.sync import Synchroniser
from congtin.catalogue.tree import GitTree, TreeState
from congtin.checks.registry import Repository
from congtin.checks.text import inspect_text
from congtin.crosspost.placements import place
from congtin.engine import frame_digest, network_digest
from congtin.errors import Problem, did_you_mean
from congtin.layout import BASE_BRAND, KINDS, THEMES
from congtin.messages import msg
from congtin.model import Profile
from congtin.network.load import load_network
from congtin.network.network import Network
from congtin.network.stored import network_of, network_text
from congtin.rules.document_numbers import load_document_numbers
from congtin.stored_problems import problems_of_text

_FRAME_FOLDERS = ("themes/", "plugins/")
_NETWORK_FOLDERS = ("sites/", "workflows/", f"{KINDS}/")


@dataclass
class Look:
    """The repository as it is now."""

    network: Network
    problems: list[Problem] = field(default_factory=list)
    """Of single files, whatever Site they belong to."""


def look(
    root: Path,
    store: CatalogueStore,
    workers: int,
    *,
    tree: GitTree | None,
    changed: Collection[str] | None = None,
    everywhere: bool = False,
) -> Look:
    """Bring the store up to date with the files below ``root`` and forget the state of every Site it concerns.

    ``changed`` are paths that somebody saw change; without it Git is asked, and without Git every file is
    compared. Raise ProblemsFound when `sites/` holds errors.
    """
    before = TreeState.from_text(store.meta("tree"))
    now: TreeState | None
    paths: set[str] | None = None
    if changed is None or before is None:
        with closing(GitTree(root)) if tree is None else nullcontext(tree) as asked:
            now = asked.state
            paths = asked.between(before, now) if before and now and not everywhere else None
    else:
        now = TreeState(before.commit, tuple(sorted({*before.dirty, *changed})))
        paths = set(changed)
    with store.db:
        network = _network(root, store, paths)
        reader = Synchroniser(root, store, network, inspect_text, workers, looking=Looking.HERE)
        store.forget_sites(reader.everything() if paths is None else reader.paths(paths))
        store.set_meta("tree", now.to_text() if now else "")
    found = [problem for text in store.problems() for problem in problems_of_text(text)]
    return Look(network, [*found, *misplaced(network, store), *_unknown_brands(root, network)])


def _unknown_brands(root: Path, network: Network) -> Iterator[Problem]:
    """Yield the Portals whose look does not exist."""
    for portal in network.portals.values():
        brand = portal.options.brand
        if brand != BASE_BRAND and not (root / THEMES / brand).is_dir():
            path = f"sites/{portal.id}/portal.yaml"
            line = strict_yaml.line_of((root / path).read_text("utf-8"), ["portal", "brand"])
            hint = did_you_mean(brand, sorted(folder.name for folder in (root / THEMES).iterdir() if folder.is_dir()))
            text = msg(
                "There is no brand “{brand}”: the folder {path} is missing.", brand=brand, path=f"{THEMES}/{brand}"
            )
            yield Problem("unknown-brand", text, path, line, hint)


def _network(root: Path, store: CatalogueStore, paths: Collection[str] | None) -> Network:
    """Return the Network; when it is another one than before, every Site is looked at again."""
    known = store.meta("network-text")
    if known and paths is not None and not any(path.startswith(_NETWORK_FOLDERS) for path in paths):
        return network_of(known, root)
    digest = network_digest(root)
    if known and digest == store.meta("network"):
        return network_of(known, root)
    network = load_network(root)
    store.set_meta("network", digest)
    store.set_meta("network-text", network_text(network))
    store.set_meta("sites", json.dumps(list(network.sites)))
    chosen = _only_choices(network, paths)
    if chosen is None:
        store.forget_all_sites()
    else:
        store.forget_sites(chosen | store.sites_of_ids(_ids(paths or ())))
    return network


def _only_choices(network: Network, paths: Iterable[str] | None) -> set[str] | None:
    """Return the Sites whose picks or alerts changed, when nothing else of the Network did."""
    if paths is None:
        return None
    sites: set[str] = set()
    for path in paths:
        parts = path.split("/")
        if not path.startswith(_NETWORK_FOLDERS):
            continue
        if len(parts) == 5 and parts[3] in ("picks", "alerts"):
            sites.add(f"{parts[1]}/{parts[2]}")
        elif len(parts) == 4 and parts[2] == "alerts":
            sites.update(site.id for site in network.sites_of(parts[1]))
        else:
            return None
    return sites


def _ids(paths: Iterable[str]) -> set[str]:
    return {path.rpartition("/")[2].removesuffix(".yaml") for path in paths if "/picks/" in path}


def current_frame(root: Path, store: CatalogueStore, changed: Collection[str] | None = None) -> Frame:
    """Return the theme as it is; when it is another than before, every Site is looked at again."""
    known = store.meta("frame-digest")
    if known and changed is not None and not any(path.startswith(_FRAME_FOLDERS) for path in changed):
        digest = known
    else:
        digest = frame_digest(root)
    frame = Frame.from_text(store.meta("frame"), digest)
    if frame is None:
        frame = load_frame(root, digest)
        with store.db:
            store.set_meta("frame", frame.to_text())
            store.set_meta("frame-digest", digest)
            store.forget_all_sites()
    return frame


def read_repository(root: Path, state: Path, now: datetime, profile: Profile, workers: int = 1) -> Repository:
    """Read sites and content and decide what stands where: the whole repository at once.

    For commands that ask about everything; a build looks at one Site at a time.
    """
    with closing(CatalogueStore(state)) as store:
        seen = look(root, store, workers, tree=None)
        catalogue = whole_catalogue(store, seen.network)
    problems = (*dict.fromkeys([*catalogue.problems, *seen.problems]),)
    catalogue = replace(catalogue, problems=problems)
    placements = place(seen.network, catalogue, now)
    return Repository(seen.network, catalogue, placements, load_document_numbers(root), now, profile)
