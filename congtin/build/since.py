"""What the work tree changes since a revision, judged by what that can matter to and not by everything there is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path

from congtin.build.look import look
from congtin.catalogue.changes import Revision
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.tree import GitTree, TreeState, files_below
from congtin.checks.change import ChangeView, Side, view_change
from congtin.errors import ProblemsFound, UsageError
from congtin.messages import msg
from congtin.model import Profile
from congtin.network.load import load_network
from congtin.network.network import Network
from congtin.rules.combine import SiteRules, rules_of
from congtin.rules.document_numbers import DocumentNumbers, load_document_numbers
from congtin.rules.packs import RuleBook

_RULES = ("sites", "workflows")


def view_since(root: Path, state: Path, base: Revision, now: datetime, profile: Profile) -> ChangeView:
    """Return what the work tree does to Items and Placements since ``base``.

    Raise ProblemsFound when its `sites/` holds errors, UsageError when Git cannot tell the two apart or the
    `sites/` of ``base`` held errors.
    """
    with closing(CatalogueStore(state)) as store, closing(GitTree(root)) as tree:
        network = look(root, store, 1, tree=tree).network
        here = TreeState.from_text(store.meta("tree"))
        changed = tree.between(TreeState(base.commit), here) if here else None
        if changed is None:
            raise UsageError(msg("Git cannot say what differs from {revision}.", revision=base.commit))
        after = Side(network, load_document_numbers(root), WorkTree(root).read, site_rules(root, network, now))
        before = Side(*_rules(base, after, changed), base.read)
        return view_change(store, before, after, changed, now, profile, holds="after")


class WorkTree:
    """The files of a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except OSError:
            return None

    def paths(self, below: str) -> list[str]:
        return [*files_below(self.root, below)]


def site_rules(root: Path, network: Network, now: datetime) -> Callable[[str], SiteRules]:
    """Return what gives the rules of a Site by its id; raise ProblemsFound when the packs cannot be used."""
    book = RuleBook.load(WorkTree(root))
    return cache(lambda site: rules_of(book, network.sites[site].options.rule_packs, now))


def _rules(base: Revision, after: Side, changed: Collection[str]) -> tuple[Network, DocumentNumbers]:
    if not any(path.startswith(f"{folder}/") for path in changed for folder in _RULES):
        return after.network, after.numbers
    with base.exported(_RULES) as folder:
        try:
            return load_network(folder), load_document_numbers(folder)
        except ProblemsFound as error:
            text = msg("The Sites of {revision} hold errors: nothing can be compared with it.", revision=base.commit)
            raise UsageError(text, error.errors[0].message) from error
