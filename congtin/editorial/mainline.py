"""What main holds, in a store of the gate's own: brought forward from commit to commit, never from a work tree."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

from congtin.catalogue.overlay import changed_files
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.sync import KINDS as READ_WITH
from congtin.catalogue.sync import Synchroniser
from congtin.checks.change import ChangeView, Side, view_change
from congtin.checks.text import inspect_text
from congtin.cores import worker_count
from congtin.editorial.repository import CommitTree, Difference, GitRepository
from congtin.engine import engine_digest
from congtin.errors import ProblemsFound
from congtin.layout import CONTENT, KINDS
from congtin.network.load import load_network, load_picks
from congtin.network.network import Network
from congtin.network.stored import network_of, network_text
from congtin.rules.combine import SiteRules, rules_of
from congtin.rules.document_numbers import DocumentNumbers, load_document_numbers
from congtin.rules.packs import RuleBook
from congtin.rules.site_packs import kind_problems, pack_problems

_COMMIT = "main"
_PICK = re.compile(r"sites/([^/]+/[^/]+)/picks/[^/]+\.yaml")


class Mainline:
    """Reads Sites, rules and Items out of commits; keeps a store in step with the last one it was asked about."""

    def __init__(self, content: GitRepository, folder: Path) -> None:
        self.content = content
        self.folder = folder
        self.store = CatalogueStore(folder)
        self.rules_at = lru_cache(maxsize=8)(self._rules_at)
        self._sides = lru_cache(maxsize=8)(self._side)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def view(self, prev: str, after: str, differences: Sequence[Difference], now: datetime) -> ChangeView:
        """Return what a step does to Items and Placements; raise ProblemsFound when its Sites or rules are unsound."""
        before = self.side(prev)
        beyond = self._with_picks(before, after, differences) or self.side(after)
        book = self.rules_at(self._oid(after, "workflows"))
        _require_packs(book, beyond.network, now)
        beyond = replace(beyond, rules=_rules_by_site(book, beyond.network, now))
        self.bring_to(prev)
        return view_change(self.store, before, beyond, {difference.path for difference in differences}, now)

    def rules(self, prev: str, at: datetime) -> Callable[[str], SiteRules]:
        """Return what gives the rules of a Site in force at a commit and time; raise ProblemsFound when unsound."""
        return _rules_by_site(self.rules_at(self._oid(prev, "workflows")), self.side(prev).network, at)

    def side(self, commit: str) -> Side:
        """Return Sites and rules of a commit, and what reads its files."""
        parts = (self._oid(commit, folder) for folder in ("sites", "workflows", KINDS))
        network, numbers = self._sides(*parts)
        return Side(network, numbers, self.content.tree(commit).read)

    def _with_picks(self, before: Side, after: str, differences: Sequence[Difference]) -> Side | None:
        """Return the side after a Change that alters nothing of Sites and rules but picks; None when it does.

        A pick is pushed every day, and reading some hundred Sites again takes longer than a person likes to wait.
        """
        paths = [d.path for d in differences if d.path.startswith(("sites/", "workflows/", f"{KINDS}/"))]
        found = [_PICK.fullmatch(path) for path in paths]
        sites = {one[1] for one in found if one}
        if not paths or None in found or not sites <= before.network.sites.keys():
            return None
        tree, changed = self.content.tree(after), dict(before.network.sites)
        with tempfile.TemporaryDirectory(prefix="congtin-") as name:
            for path in (path for site in sites for path in tree.paths(f"sites/{site}")):
                file = Path(name, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(tree.read(path) or b"")
            for site in sites:
                changed[site] = replace(changed[site], picks=load_picks(Path(name), changed[site]))
        return Side(replace(before.network, sites=changed), before.numbers, tree.read)

    def bring_to(self, commit: str) -> None:
        """Bring the store in step with a commit: only what differs is read."""
        known = self.store.meta(_COMMIT)
        if known == commit:
            return
        tree, network = self.content.tree(commit), self.side(commit).network
        paths = self._between(known, commit)
        if self.store.meta(READ_WITH) != network.kinds.digest:
            paths += self.store.paths_by_kinds()
        with changed_files(tree.read, paths) as folder, self.store.db:
            reader = Synchroniser(folder, self.store, network, inspect_text, worker_count())
            reader.paths(paths)
            self.store.set_meta(_COMMIT, commit)

    def _between(self, known: str, commit: str) -> list[str]:
        if known and self.content.object(known)[0] == "commit":
            return [difference.path for difference in self.content.differences(known, commit)]
        return [*self.content.tree(commit).paths(CONTENT), *self.store.blobs()]

    def _side(self, sites: str, workflows: str, kinds: str) -> tuple[Network, DocumentNumbers]:
        kept = self.folder / "networks" / f"{sites}-{workflows}-{kinds}-{engine_digest()[:16]}.json"
        if kept.is_file():
            with self._exported({"workflows": workflows}) as root:
                return network_of(kept.read_text("utf-8"), root), load_document_numbers(root)
        with self._exported({"sites": sites, "workflows": workflows, KINDS: kinds}) as root:
            network, numbers = load_network(root), load_document_numbers(root)
        kept.parent.mkdir(exist_ok=True)
        for old in sorted(kept.parent.iterdir(), key=lambda file: file.stat().st_mtime)[:-6]:
            old.unlink(missing_ok=True)
        half = kept.with_suffix(".new")
        half.write_text(network_text(network), "utf-8")
        half.replace(kept)
        return network, numbers

    def _rules_at(self, workflows: str) -> RuleBook:
        return RuleBook.load(_Below(self.content.tree(workflows), "workflows"))

    @contextmanager
    def _exported(self, trees: Mapping[str, str]) -> Iterator[Path]:
        """Yield a folder with the files of some trees; only ordinary files, whatever Git's settings say."""
        with tempfile.TemporaryDirectory(prefix="congtin-") as name:
            root = Path(name)
            for folder, oid in trees.items():
                (root / folder).mkdir(parents=True)
                for mode, blob, path in self.content.tree(oid).entries("") if oid else ():
                    if mode.startswith("100"):
                        file = root / folder / path
                        file.parent.mkdir(parents=True, exist_ok=True)
                        file.write_bytes(self.content.object(blob)[1])
            yield root

    def _oid(self, commit: str, folder: str) -> str:
        return self.content.ref(f"{commit}:{folder}") or ""


def _rules_by_site(book: RuleBook, network: Network, at: datetime) -> Callable[[str], SiteRules]:
    return cache(lambda site: rules_of(book, network.sites[site].options.rule_packs, at))


def _require_packs(book: RuleBook, network: Network, now: datetime) -> None:
    """Raise ProblemsFound when a Site names packs that cannot be used: nothing could be judged then."""
    chosen = {tuple(site.options.rule_packs): site for site in network.sites.values()}
    found = [p for names, site in chosen.items() for p in pack_problems(book, names, now, site.file)]
    found += kind_problems(book, network.kinds)
    if found:
        raise ProblemsFound(found)


class _Below:
    """A tree as if it stood in a folder."""

    def __init__(self, tree: CommitTree, folder: str) -> None:
        self.tree = tree
        self.folder = folder

    def read(self, path: str) -> bytes | None:
        return self.tree.read(path.removeprefix(f"{self.folder}/"))

    def paths(self, below: str) -> list[str]:
        inner = below.removeprefix(self.folder).strip("/")
        return [f"{self.folder}/{path}" for path in self.tree.paths(inner)]
