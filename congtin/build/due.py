"""How long a look at a Site holds: nothing in it changes by the clock alone before ``until``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from congtin.catalogue.front_matter import Document
from congtin.checks.registry import Repository
from congtin.model import HANOI_TIME


def holds(repository: Repository) -> tuple[float, float]:
    """Return (since, until) in seconds since 1970: the last and the next moment at which something becomes due."""
    now = repository.now.timestamp()
    since, until = 0.0, float("inf")
    for moment in _moments(repository):
        if moment <= now:
            since = max(since, moment)
        else:
            until = min(until, moment)
    return since, until


def _moments(repository: Repository) -> Iterator[float]:
    for item in repository.catalogue.items.values():
        facts = item.facts
        yield facts.date.timestamp()
        if facts.withdrawn:
            yield facts.withdrawn.at.timestamp()
        if isinstance(facts, Document):
            for day in (facts.issued, facts.effective, facts.expires):
                if day:
                    # The first day something holds, and the first it no longer does.
                    yield _start(day)
                    yield _start(day + timedelta(days=1))
    for site in repository.own_sites():
        for ended in (*(rule.ended for rule in site.options.accepts), *(pick.ended for pick in site.picks.values())):
            if ended:
                yield _start(ended)
    # The expiry written into security.txt moves on with each quarter.
    today = repository.now
    for year in (today.year, today.year + 1):
        for month in (1, 4, 7, 10):
            first = date(year, month, 1)
            yield _start(first)
            yield datetime.combine(first, time(), repository.now.tzinfo).timestamp()


def _start(day: date) -> float:
    return datetime.combine(day, time(), HANOI_TIME).timestamp()
