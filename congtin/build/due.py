"""How long a look at a Site holds: nothing in it changes by the clock alone before ``until``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from congtin.catalogue.front_matter import Document, Page
from congtin.catalogue.source import Item
from congtin.checks.items import EXCEPTION_WARNING
from congtin.checks.registry import Repository
from congtin.model import HANOI_TIME, SiteKind
from congtin.network.network import Network, Site


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
        yield from _of_item(item)
    for site in repository.own_sites():
        yield from _of_site(repository.network, site)
    # The expiry written into security.txt moves on with each quarter.
    year = repository.now.astimezone(HANOI_TIME).year
    for month in (1, 4, 7, 10):
        yield _start(date(year, month, 1))
        yield _start(date(year + 1, month, 1))


def _of_item(item: Item) -> Iterator[float]:
    facts = item.facts
    yield item.published
    if facts.withdrawn:
        yield facts.withdrawn.at.timestamp()
    if isinstance(facts, Page) and facts.review_by:
        yield _start(facts.review_by + timedelta(days=1))
    if isinstance(facts, Document):
        yield from _days(facts)


def _of_site(network: Network, site: Site) -> Iterator[float]:
    for ended in (*(rule.ended for rule in site.options.accepts), *(pick.ended for pick in site.picks.values())):
        if ended:
            yield _start(ended)
    for alert in network.alerts_over(site.id):
        yield alert.options.begins.timestamp()
        yield alert.options.until.timestamp()
    # A Portal's directory shows its retired Sites apart.
    around = network.sites_of(site.portal_id) if site.kind is SiteKind.PORTAL else [site]
    yield from (_start(other.options.retired_on) for other in around if other.options.retired_on)
    if site.options.emc_exception:
        last = site.options.emc_exception.until
        yield _start(last + timedelta(days=1))
        yield _start(last - EXCEPTION_WARNING + timedelta(days=1))


def _days(document: Document) -> Iterator[float]:
    """Yield the first day something holds, and the first it no longer does."""
    for day in (document.issued, document.effective, document.expires):
        if day:
            yield _start(day)
            yield _start(day + timedelta(days=1))


def _start(day: date) -> float:
    return datetime.combine(day, time(), HANOI_TIME).timestamp()
