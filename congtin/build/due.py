"""How long a look at a Site holds: nothing in it changes by the clock alone before ``until``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from congtin.catalogue.front_matter import Document
from congtin.checks.items import EXCEPTION_WARNING
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
        yield item.published
        if item.facts.withdrawn:
            yield item.facts.withdrawn.at.timestamp()
        if isinstance(item.facts, Document):
            yield from _days(item.facts)
    for site in repository.own_sites():
        for ended in (*(rule.ended for rule in site.options.accepts), *(pick.ended for pick in site.picks.values())):
            if ended:
                yield _start(ended)
        if site.options.emc_exception:
            last = site.options.emc_exception.until
            yield _start(last + timedelta(days=1))
            yield _start(last - EXCEPTION_WARNING + timedelta(days=1))
    # The expiry written into security.txt moves on with each quarter.
    year = repository.now.astimezone(HANOI_TIME).year
    for month in (1, 4, 7, 10):
        yield _start(date(year, month, 1))
        yield _start(date(year + 1, month, 1))


def _days(document: Document) -> Iterator[float]:
    """Yield the first day something holds, and the first it no longer does."""
    for day in (document.issued, document.effective, document.expires):
        if day:
            yield _start(day)
            yield _start(day + timedelta(days=1))


def _start(day: date) -> float:
    return datetime.combine(day, time(), HANOI_TIME).timestamp()
