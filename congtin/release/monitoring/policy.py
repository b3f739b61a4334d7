"""What the live Release was made by: its Sites, the rules they are under today, the working days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from congtin.editorial.mainline import Mainline
from congtin.editorial.repository import GitRepository
from congtin.network.network import Network
from congtin.release.home import Home
from congtin.release.records import Release
from congtin.rules.combine import InForce, SiteRules
from congtin.rules.pack_rules import UpdateWindows
from congtin.rules.working_days import WorkingDays

FOLDER = "monitoring"


@dataclass(frozen=True)
class ReleasePolicy:
    """Sites and rules as they stand in the commit of a Release."""

    network: Network
    rules: Callable[[str], SiteRules]
    """The rules of a Site that are in force at the time asked about."""
    calendar: WorkingDays

    def windows(self, site: str, now: datetime) -> tuple[InForce[UpdateWindows], ...]:
        """Return when something new is to appear on a Site; never on one that is kept as it was (A17)."""
        known = self.network.sites.get(site)
        return () if known and known.is_retired(now) else self.rules(site).update_windows


def policy_of(home: Home, release: Release, at: datetime) -> ReleasePolicy:
    """Read what a Release was made by; raise ProblemsFound when its rules cannot be used at that time."""
    commit = release.record.commit
    with GitRepository(home.content) as git, Mainline(git, home.folder / FOLDER / "sites") as mainline:
        return ReleasePolicy(
            mainline.side(commit).network, mainline.rules(commit, at), WorkingDays.load(git.tree(commit))
        )
