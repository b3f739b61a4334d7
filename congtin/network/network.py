"""Portals, Sites and their Editions, as the rest of the engine sees them."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from congtin.kinds.kinds import NO_KINDS, Kinds
from congtin.languages import VIETNAMESE, ascii_slug
from congtin.model import Edition, EditionKey, SiteKind
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
    kinds: Kinds = NO_KINDS

    def editions(self) -> Iterator[Edition]:
        for site in self.sites.values():
            yield from site.editions

    def portal_of(self, site: Site) -> Portal:
        return self.portals[site.portal_id]

    def edition(self, key: EditionKey) -> Edition:
        return self.sites[key.site].edition(key.lang)

    def sites_of(self, portal_id: str) -> list[Site]:
        return [site for site in self.sites.values() if site.portal_id == portal_id]

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


_MOST_ISSUER = 60


def issuer_slug(issuer: str) -> str:
    """Return the address part of an issuing authority; a digest tells apart what cutting made equal."""
    slug = ascii_slug(issuer)
    if slug and len(slug) <= _MOST_ISSUER:
        return slug
    digest = hashlib.sha256(issuer.encode()).hexdigest()[:8]
    return f"{slug[: _MOST_ISSUER - 9].strip('-')}-{digest}".strip("-")
