"""Portals, Sites and their Editions, as the rest of the engine sees them."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from congtin.languages import VIETNAMESE, ascii_slug
from congtin.model import HANOI_TIME, Edition, EditionKey, SiteKind
from congtin.network.alerts import LEVELS, Alert
from congtin.network.options import LocalText, Pick, PortalOptions, SiteOptions, Vocabulary


def local(text: LocalText | None, lang: str) -> tuple[str, str]:
    """Return (text, its language): the wanted language, else Vietnamese, else whatever there is."""
    if not text:
        return "", lang
    for candidate in (lang, VIETNAMESE):
        if candidate in text:
            return text[candidate], candidate
    first = next(iter(text))
    return text[first], first


@dataclass(frozen=True)
class Site:
    """One website with everything known of it."""

    id: str
    file: str
    options: SiteOptions
    host: str
    editions: tuple[Edition, ...]
    picks: Mapping[str, Pick] = field(default_factory=dict)

    @property
    def portal_id(self) -> str:
        return self.id.split("/")[0]

    @property
    def kind(self) -> SiteKind:
        return self.options.kind

    @property
    def name(self) -> str:
        return local(self.options.name, self.main_language)[0]

    @property
    def main_language(self) -> str:
        return self.options.languages[0]

    def is_retired(self, now: datetime) -> bool:
        """Tell whether the Site is kept as it was because its organisation has ended (A17)."""
        day = self.options.retired_on
        gone = self.options.status == "retired"
        return gone and (day is None or day <= now.astimezone(HANOI_TIME).date())

    def takes(self, published: datetime) -> bool:
        """Tell whether something published at that time may still come in: nothing does once the Site is retired."""
        return not self.is_retired(published)

    def edition(self, lang: str) -> Edition:
        return self._by_lang[lang]

    @cached_property
    def _by_lang(self) -> dict[str, Edition]:
        return {edition.lang: edition for edition in self.editions}

    def fallback(self, lang: str) -> str:
        """Return ``hide`` or ``show-original`` for Items without text in ``lang``."""
        return self.options.fallback.get(lang, self.options.fallback.get("default", "hide"))


@dataclass(frozen=True)
class Portal:
    """One city or province."""

    id: str
    file: str
    options: PortalOptions


@dataclass(frozen=True)
class Network:
    """Everything one repository publishes."""

    root: Path
    portals: Mapping[str, Portal]
    sites: Mapping[str, Site]
    vocabulary: Vocabulary
    alerts: tuple[Alert, ...] = ()

    def editions(self) -> Iterator[Edition]:
        for site in self.sites.values():
            yield from site.editions

    def portal_of(self, site: Site) -> Portal:
        return self.portals[site.portal_id]

    def edition(self, key: EditionKey) -> Edition:
        return self.sites[key.site].edition(key.lang)

    def sites_of(self, portal_id: str) -> list[Site]:
        return [site for site in self.sites.values() if site.portal_id == portal_id]

    def alerts_over(self, site: str) -> list[Alert]:
        """Return the alerts that reach a Site, whenever they are up: the most urgent first, then the newest (C18)."""
        return self._alerts_by_site.get(site, [])

    @cached_property
    def _alerts_by_site(self) -> dict[str, list[Alert]]:
        found: dict[str, list[Alert]] = {}
        for alert in sorted(self.alerts, key=_urgency):
            for site in self.reach(alert):
                found.setdefault(site.id, []).append(alert)
        return found

    def reach(self, alert: Alert) -> list[Site]:
        """Return the Sites an alert stands over; those of another Portal never."""
        portal = alert.owner.partition("/")[0]
        found = {site.id: site for pattern in alert.to for site in self.matching(pattern)}
        return [site for site in found.values() if site.portal_id == portal]

    def successor_of(self, site: Site) -> Site | None:
        """Return the Site that took over from another; None where that is elsewhere or nobody."""
        return self.sites.get(site.options.successor or "")

    def matching(self, pattern: str) -> list[Site]:
        """Return the Sites a target names: an id, ``hanoi/*``, or ``hanoi/*:ward``."""
        name, _, kind = pattern.partition(":")
        if "*" not in name:
            return [self.sites[name]] if name in self.sites and not kind else []
        return [
            site
            for site in self.sites.values()
            if fnmatch.fnmatchcase(site.id, name) and (not kind or site.kind.value == kind)
        ]


def _urgency(alert: Alert) -> tuple[int, float, str]:
    return LEVELS.index(alert.options.level), -alert.options.begins.timestamp(), alert.file


_MOST_ISSUER = 60


def issuer_slug(issuer: str) -> str:
    """Return the address part of an issuing authority; a digest tells apart what cutting made equal."""
    slug = ascii_slug(issuer)
    if slug and len(slug) <= _MOST_ISSUER:
        return slug
    digest = hashlib.sha256(issuer.encode()).hexdigest()[:8]
    return f"{slug[: _MOST_ISSUER - 9].strip('-')}-{digest}".strip("-")
