"""How much is known of the Sites: what is empty is counted, never invented (A14, C17)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from congtin.network.network import Site
from congtin.network.options import SiteOptions

# Facts a citizen or a regulation expects of every Site, and the rows that ask for them.
FACTS: dict[str, tuple[str, Callable[[SiteOptions], object]]] = {
    "owning_authority": ("HN Đ6", lambda o: o.owning_authority),
    "managing_authority": ("HN Đ6", lambda o: o.managing_authority),
    "operator": ("HN Đ6", lambda o: o.operator),
    "responsible_post": ("A13", lambda o: o.responsible_post),
    "board": ("E1", lambda o: o.board),
    "board_decision": ("E3", lambda o: o.board_decision and o.board_decision.number),
    "board_rules_url": ("E18", lambda o: o.board_rules_url),
    "contact.address": ("C12", lambda o: o.contact.address),
    "contact.phone": ("C12", lambda o: o.contact.phone),
    "contact.email": ("C12", lambda o: o.contact.email),
    "contact.fax": ("C12", lambda o: o.contact.fax),
    "contact.hours": ("C12", lambda o: o.contact.hours),
    "security_contact": ("RFC 9116", lambda o: o.security_contact),
    "report_error": ("H15", lambda o: o.report_error),
    "attribution": ("P2", lambda o: o.attribution),
    "services_url": ("C5", lambda o: o.services_url),
    "channels": ("C9", lambda o: o.channels),
    "emc_site_id": ("N1", lambda o: o.emc_site_id),
    "trust_label": ("K4", lambda o: o.trust_label.address),
    "security_level.level": ("K1", lambda o: o.security_level.level),
    "security_level.decision": ("K2", lambda o: o.security_level.decision),
}
# Without these a Site cannot be released, unless an exception holds.
REQUIRED = frozenset({"emc_site_id", "trust_label"})


@dataclass(frozen=True, slots=True)
class FactCoverage:
    """For how many Sites one fact is known."""

    field: str
    rows: str
    known: int
    total: int
    unverified: int
    required: bool
    missing: list[str]
    """Where the fact is required: the Sites without it."""
    excepted: list[str]
    """Those of them that an exception lets pass for now; past its day it is an error of the release."""


def coverage(sites: Iterable[Site]) -> list[FactCoverage]:
    """Count for each fact how many Sites have it, and how many of these no source states."""
    chosen = list(sites)
    found = []
    for field, (rows, read) in FACTS.items():
        known = sum(1 for site in chosen if read(site.options))
        unverified = sum(1 for site in chosen if field in site.options.unverified)
        required = field in REQUIRED
        missing = [site for site in chosen if required and not read(site.options)]
        excepted = [site.id for site in missing if site.options.emc_exception]
        names = [site.id for site in missing]
        found.append(FactCoverage(field, rows, known, len(chosen), unverified, required, names, excepted))
    unverified_hosts = sum(1 for site in chosen if "host" in site.options.unverified)
    count = len(chosen)
    found.append(FactCoverage("host", "A3–A5", count, count, unverified_hosts, required=False, missing=[], excepted=[]))
    return found


def missing_ids(options: SiteOptions) -> list[str]:
    """Return which of the facts a release requires a Site does not have (N1, K4)."""
    return [field for field in FACTS if field in REQUIRED and not FACTS[field][1](options)]


def unsourced(site: Site) -> list[str]:
    """Return the known facts of a Site that name no source and are not marked unverified."""
    options = site.options
    named = {*options.sources, *options.unverified}
    return [field for field, (_, read) in FACTS.items() if read(options) and not _is_named(field, named)]


def _is_named(field: str, named: set[str]) -> bool:
    return any(field == key or field.startswith(f"{key}.") or key.startswith(f"{field}.") for key in named)
