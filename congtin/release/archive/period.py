"""Which Items an archive package is about: Sites, and days on which something happened to them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from congtin.catalogue.source import Item
from congtin.model import HANOI_TIME
from congtin.release.archive.trail import Approved


@dataclass(frozen=True)
class Choice:
    """What was asked for; days are those of Hà Nội, both within."""

    sites: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def site(self, site: str) -> bool:
        """Tell whether the Items of a Site are meant: it is named, or a pattern such as ``hanoi/*`` fits it."""
        return not self.sites or any(fnmatch.fnmatchcase(site, pattern) for pattern in self.sites)

    def item(self, item: Item, steps: Iterable[Approved]) -> bool:
        """Tell whether an Item was published, updated, changed or withdrawn on one of these days."""
        facts = item.facts
        moments = [facts.date, facts.updated, facts.withdrawn.at if facts.withdrawn else None]
        moments += [step.at for step in steps]
        return any(self.holds(moment) for moment in moments if moment is not None)

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies on one of these days."""
        if self.since and moment < _start(self.since):
            return False
        return self.until is None or moment < _start(self.until + timedelta(days=1))

    def data(self) -> dict[str, object]:
        """Return this as JSON can hold it."""
        return {
            "sites": list(self.sites),
            "from": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI_TIME)
