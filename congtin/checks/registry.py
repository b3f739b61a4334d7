"""The list of checks: a function joins it with ``@check``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from congtin.catalogue.source import Catalogue, Item
from congtin.checks.personal import official_contacts
from congtin.crosspost.placements import Placements
from congtin.errors import Problem
from congtin.model import Profile
from congtin.network.network import Network, Site
from congtin.rules.document_numbers import DocumentNumbers

if TYPE_CHECKING:
    # Builds ask no rule packs.
    from congtin.rules.combine import SiteRules


@dataclass(frozen=True)
class Repository:
    """All that a check may look at."""

    network: Network
    catalogue: Catalogue
    placements: Placements
    numbers: DocumentNumbers
    now: datetime
    profile: Profile
    scope: frozenset[str] | None = None
    """The Sites to judge; all when there is none. The catalogue may hold more, to judge them by."""
    judged: frozenset[str] | None = None
    """The paths of the Items to judge; all of these Sites when there are none."""
    rules: Callable[[str], SiteRules] | None = None
    """What gives the rules of a Site; nothing that depends on them is looked at without."""
    reader: Callable[[str], bytes | None] | None = None
    """What reads a file of this Repository where it is not in a work tree."""

    @cached_property
    def own_items(self) -> Sequence[Item]:
        """The Items to judge."""
        scope, judged = self.scope, self.judged
        items = [item for item in self.catalogue.items.values() if scope is None or item.site in scope]
        return items if judged is None else [item for item in items if item.item_path in judged]

    @cached_property
    def official_contacts(self) -> frozenset[str]:
        """The telephone numbers and e-mail addresses that Sites give as their own."""
        return official_contacts(self.network)

    def text(self, path: str) -> str:
        """Return the text of a file, empty where there is none."""
        try:
            data = self.reader(path) if self.reader else (self.network.root / path).read_bytes()
        except OSError:
            return ""
        return (data or b"").decode("utf-8", "replace")

    def own_sites(self) -> Iterator[Site]:
        """Yield the Sites to judge."""
        for site in self.network.sites.values():
            if self.scope is None or site.id in self.scope:
                yield site


Check = Callable[[Repository], Iterator[Problem]]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a check under ``name``."""

    def register(function: Check) -> Check:
        if name in CHECKS:
            raise ValueError(name)
        CHECKS[name] = function
        return function

    return register
