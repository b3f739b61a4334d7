"""What each template is given: one function a template, all over the views of one Edition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from congtin.build.interface import show_month
from congtin.build.listings import FACETS, Listing
from congtin.build.pages import ARCHIVE_PATH, CONTACT_PATH, TAGS_PATH, Outline, PageSpec
from congtin.build.view_types import Card, Link, Text
from congtin.build.views import Views
from congtin.languages import collation_key
from congtin.model import ItemKind, SectionKind, SiteKind

Context = dict[str, object]

LATEST = 8
BLOCK = 5
# Titles of pages that are no Item; the theme's catalogues translate them by these ids.
TITLES = {
    "tags": "Topics",
    "archives": "Archive",
    "sitemap": "Site map",
    "contact": "Contact",
    "directory": "Departments, wards and communes",
    "404": "Page not found",
    "redirect": "This page has moved",
}


@dataclass(frozen=True)
class Count:
    """A link with the number of Items behind it."""

    label: Text
    url: str
    count: int
    current: bool = False


@dataclass(frozen=True)
class Pager:
    """Neighbours of a numbered list page."""

    number: int
    last: int
    newer: str
    older: str


@dataclass(frozen=True)
class Block:
    """A section on the home page or in the site map."""

    label: Text
    url: str
    cards: tuple[Card, ...]
    kind: str


@dataclass(frozen=True)
class DirectoryGroup:
    """Component Sites of one kind, in alphabetical order."""

    kind: str
    sites: tuple[Link, ...]


class Contexts:
    """Builds the context of every page of one Edition."""

    def __init__(self, views: Views, gettext: Callable[[str], str]) -> None:
        self.views = views
        self.plan = views.plan
        self.gettext = gettext
        self.outline = Outline(self.plan)

    def of(self, spec: PageSpec) -> Context:
        """Return the context of a page that is not an Item."""
        make = getattr(self, f"_{spec.template.replace('404', 'not_found')}", None)
        own: Context = make(spec) if make else {}
        page = self.views.page(spec, self.title(spec), self.trail(spec))
        return {"site": self.views.site, "page": page, **own}

    def title(self, spec: PageSpec) -> Text:
        if spec.template == "home":
            return self.views.site.name
        if spec.listing:
            return self.listing_label(spec.listing)
        return Text(self.gettext(TITLES[spec.template]))

    def trail(self, spec: PageSpec) -> tuple[Link, ...]:
        if spec.template == "tag":
            return (Link(Text(self.gettext(TITLES["tags"])), self.views.address(TAGS_PATH)),)
        if spec.template == "archive":
            return (Link(Text(self.gettext(TITLES["archives"])), self.views.address(ARCHIVE_PATH)),)
        if spec.listing and spec.listing.parent:
            parent = next(s for s in self.outline.sections if s.key == spec.listing.parent)
            return (Link(self.listing_label(parent), self.views.address(parent.path)),)
        return ()

    def listing_label(self, listing: Listing) -> Text:
        if listing.kind in ("year", "month"):
            return Text(show_month(listing.key, self.views.interface_lang))
        return self.views.text(listing.label, listing.label_lang)

    def _listed(self, spec: PageSpec) -> Context:
        if spec.listing is None or spec.part is None:
            raise TypeError(spec)
        part, base = spec.part, spec.listing.path
        return {
            "cards": self.views.cards(part.entries),
            "listing": spec.listing.kind,
            "listing_key": spec.listing.key,
            "feed_path": self.views.address(base) if spec.listing.kind in ("articles", "documents") else "",
            "pager": Pager(
                part.number,
                part.last,
                self.views.page_url(base, part.newer),
                self.views.page_url(base, part.older),
            ),
        }

    _section = _listed
    _tag = _listed
    _archive = _listed
    _pages = _listed

    def _library(self, spec: PageSpec) -> Context:
        section = spec.listing.parent or spec.listing.key if spec.listing else ""
        filters: dict[str, list[Count]] = {part: [] for part in FACETS}
        for listing in self.outline.library:
            if listing.parent == section:
                url = self.views.address(listing.path)
                current = spec.listing is not None and spec.listing.path == listing.path
                count = Count(self.listing_label(listing), url, len(listing.entries), current)
                filters[listing.key].append(count)
        return {**self._listed(spec), "filters": filters, "library_url": self.views.address(f"{section}/")}

    def _tags(self, spec: PageSpec) -> Context:
        counts = [Count(self.listing_label(x), self.views.address(x.path), len(x.entries)) for x in self.outline.tags]
        return {"counts": counts}

    def _archives(self, spec: PageSpec) -> Context:
        years: dict[str, list[Count]] = {}
        for listing in self.outline.archives:
            count = Count(self.listing_label(listing), self.views.address(listing.path), len(listing.entries))
            years.setdefault(listing.key[:4], []).append(count)
        return {"years": {year: (counts[-1:] + counts[:-1]) for year, counts in years.items()}}

    def _home(self, spec: PageSpec) -> Context:
        return {
            "latest": self.views.recent(ItemKind.ARTICLE, LATEST),
            "blocks": self.blocks(BLOCK),
            "services_url": self.views.site.services_url,
            "directory_counts": self.directory_counts(),
        }

    def blocks(self, most: int) -> list[Block]:
        """Return the sections with their newest entries, empty ones too (C1)."""
        found = []
        for listing in self.outline.sections:
            cards = [c for c in self.views.cards(tuple(reversed(listing.entries))) if not c.withdrawn][:most]
            url = self.views.address(listing.path)
            found.append(Block(self.listing_label(listing), url, tuple(cards), listing.kind))
        return found

    def _sitemap(self, spec: PageSpec) -> Context:
        return {
            "blocks": self.blocks(10),
            "links": [
                Link(Text(self.gettext(TITLES[name])), self.views.address(path))
                for name, path in (("tags", TAGS_PATH), ("archives", ARCHIVE_PATH), ("contact", CONTACT_PATH))
                if path in self.own_paths() or name == "contact"
            ],
        }

    def own_paths(self) -> set[str]:
        """Return which of the optional index pages this Edition has."""
        paths = set()
        if self.outline.tags:
            paths.add(TAGS_PATH)
        if self.outline.archives:
            paths.add(ARCHIVE_PATH)
        return paths

    def _contact(self, spec: PageSpec) -> Context:
        options = self.plan.site.options
        portal = self.plan.portal_site.options.contact
        return {
            "contact": options.contact.model_dump(),
            "board": self.views.vietnamese(options.board),
            "portal_contact": {k: v for k, v in portal.model_dump().items() if v},
        }

    def directory_counts(self) -> list[Count]:
        """Return how many component Sites of each kind the Portal has; empty on component Sites."""
        return [
            Count(Text(group.kind), f"{self.views.site.directory}#{group.kind}", len(group.sites))
            for group in self.directory()
        ]

    def directory(self) -> list[DirectoryGroup]:
        order = (SiteKind.DEPARTMENT, SiteKind.WARD, SiteKind.COMMUNE, SiteKind.SPECIAL_ZONE, SiteKind.TOPIC)
        groups = []
        for kind in order:
            sites = [site for site in self.plan.directory if site.kind is kind]
            sites.sort(key=lambda site: collation_key(site.name))
            if sites:
                groups.append(DirectoryGroup(kind.value, tuple(self.views.site_link(site) for site in sites)))
        return groups

    def _directory(self, spec: PageSpec) -> Context:
        return {"groups": self.directory(), "total": len(self.plan.directory)}

    def _redirect(self, spec: PageSpec) -> Context:
        return {"target": spec.redirect.target if spec.redirect else ""}

    def feed_entries(self, section: str = "", most: int = 30) -> list[tuple[Card, str]]:
        """Return (card, canonical address) of the newest Items for a feed."""
        entries = [
            p
            for p in self.plan.live_items()
            if p.item.kind is not ItemKind.PAGE and (not section or p.placement.section == section)
        ]
        entries.sort(key=lambda p: (p.item.facts.date, p.item.id), reverse=True)
        return [(self.views.card(p), p.canonical) for p in entries[:most]]

    def feed_sections(self) -> list[tuple[str, Text]]:
        """Return the sections that have feeds of their own."""
        return [
            (name, self.views.local(options.label))
            for name, options in self.plan.site.options.sections.items()
            if options.kind is not SectionKind.PAGES
        ]
