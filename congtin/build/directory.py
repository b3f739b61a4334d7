"""The component Sites of a Portal as its directory shows them: by kind, then those that are kept as they were (A7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from congtin.build.view_types import Link
from congtin.build.views import Views
from congtin.languages import collation_key
from congtin.model import SiteKind
from congtin.network.network import Site

_ORDER = (SiteKind.DEPARTMENT, SiteKind.WARD, SiteKind.COMMUNE, SiteKind.SPECIAL_ZONE, SiteKind.TOPIC)


@dataclass(frozen=True)
class DirectoryGroup:
    """Component Sites of one kind, in alphabetical order."""

    kind: str
    sites: tuple[Link, ...]


@dataclass(frozen=True)
class RetiredSite:
    """A component Site whose organisation has ended, and who took over (A17)."""

    site: Link
    since: date | None
    successor: Link | None


def groups(views: Views) -> list[DirectoryGroup]:
    """Return the working component Sites of a Portal by kind; nothing on a component Site (A7)."""
    working = _sites(views, lambda site: not site.is_retired(views.plan.now))
    by_kind = [(kind, [site for site in working if site.kind is kind]) for kind in _ORDER]
    return [DirectoryGroup(kind.value, tuple(map(views.site_link, sites))) for kind, sites in by_kind if sites]


def retired(views: Views) -> list[RetiredSite]:
    """Return the component Sites that are kept as they were, in alphabetical order (A17)."""
    sites = _sites(views, lambda site: site.is_retired(views.plan.now))
    return [RetiredSite(views.site_link(each), each.options.retired_on, views.successor(each)) for each in sites]


def _sites(views: Views, wanted: Callable[[Site], bool]) -> list[Site]:
    return sorted(filter(wanted, views.plan.directory), key=lambda site: collation_key(site.name))
