"""The target decides: what a Site's `accepts` rules and picks let in (F1, F2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from congtin.catalogue.source import Item
from congtin.network.network import Site
from congtin.network.options import AcceptRule, Mode

PORTAL_ORIGIN = "portal"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A target's consent: the section the Item goes into, in which mode, and since when it is over."""

    into: str
    by: str
    mode: Mode
    ended: date | None = None


def acceptance(site: Site, item: Item) -> Acceptance | None:
    """Return the consent of ``site`` to a copy of ``item``; a pick goes before the rules.

    A retired Site takes nothing that is published after its end (A17).
    """
    if not site.takes(item.facts.date):
        return None
    pick = site.picks.get(item.id)
    if pick:
        return Acceptance(pick.into, "pick", pick.mode, pick.ended) if pick.into and not pick.refused else None
    for rule in site.options.accepts:
        if _matches(rule, site, item):
            return Acceptance(rule.into, "rule", rule.mode, rule.ended)
    return None


def consented(item: Item, mode: Mode) -> dict[str, str]:
    """Return what a pick consents to: for a copy the revision of every file, for a link only what its teaser shows."""
    return item.faces() if mode == "link" else item.blobs()


def _matches(rule: AcceptRule, site: Site, item: Item) -> bool:
    origin = f"{site.portal_id}/portal" if rule.origin == PORTAL_ORIGIN else rule.origin
    if origin != item.site:
        return False
    if rule.sections and item.section not in rule.sections:
        return False
    return not rule.tags or bool(set(rule.tags) & set(item.facts.tags))
