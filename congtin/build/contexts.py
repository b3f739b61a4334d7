"""What each template is given: one function a template, all over the views of one Edition."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from congtin.build import directory, home
from congtin.build.calendars import CALENDAR
from congtin.build.heads import Heads
from congtin.build.interface import show_month
from congtin.build.listings import FACETS, Listing
from congtin.build.pages import ARCHIVE_PATH, CONTACT_PATH, SEARCH_PATH, TAGS_PATH, Outline, PageSpec
from congtin.build.plan import PlacedItem
from congtin.build.view_types import Card, Link, Text
from congtin.build.views import Views

Context = dict[str, object]

FEED = 30
# Titles of pages that are no Item; the theme's catalogues translate them by these ids.
TITLES = {
    "tags": "Topics",
    "archives": "Archive",
    "sitemap": "Site map",
    "contact": "Contact",
    "accessibility": "Accessibility",
    "search": "Search",
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


@dataclass(frozen=True, eq=False)
class Filters:
    """The filters of one document library; one in an Edition, so that what is made of it can be kept."""

    url: str
    """The library without a filter."""
    counts: Mapping[str, tuple[Count, ...]]


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


class Contexts:
    """Builds the context of every page of one Edition."""

    def __init__(self, views: Views, gettext: Callable[[str], str], outline: Outline | None = None) -> None:
        self.views = views
        self.plan = views.plan
        self.gettext = gettext
        self.outline = outline or Outline(self.plan)
        self.heads = Heads(views, self.outline, gettext("Demonstration data"), self.feed_sections)
        self._filters: dict[str, Filters] = {}

    def of(self, spec: PageSpec) -> Context:
        """Return the context of a page that is not an Item."""
        listed = spec.template.startswith("kinds/")
        make = self._listed if listed else getattr(self, f"_{spec.template.replace('404', 'not_found')}", None)
        own: Context = make(spec) if make else {}
        page = self.views.page(spec, self.title(spec), self.trail(spec))
        return {"site": self.views.site, "page": self.heads.page(spec, page), **own}

    def title(self, spec: PageSpec) -> Text:
        if spec.template == "home":
            return self.views.site.name
        if spec.listing:
            return self.listing_label(spec.listing)
        return Text(self.gettext(TITLES[spec.template]))

    def trail(self, spec: PageSpec) -> tuple[Link, ...]:
        if spec.template in self._trails:
            return self._trails[spec.template]
        parent = spec.listing.parent if spec.listing else ""
        return (self.views.sections[parent],) if parent else ()

    @functools.cached_property
    def _trails(self) -> dict[str, tuple[Link, ...]]:
        return {
            template: (Link(Text(self.gettext(TITLES[index])), self.views.address(path)),)
            for template, index, path in (("tag", "tags", TAGS_PATH), ("archive", "archives", ARCHIVE_PATH))
        }

    def listing_label(self, listing: Listing) -> Text:
        if listing.kind in ("year", "month"):
            return Text(show_month(listing.key, self.views.interface_lang))
        return self.views.text(listing.label, listing.label_lang)

    def _listed(self, spec: PageSpec) -> Context:
        if spec.listing is None or spec.part is None:
            raise TypeError(spec)
        part, base = spec.part, spec.listing.path
        return {
            "cards": tuple(self.views.cards(part.entries)),
            "listing": spec.listing.kind,
            "listing_key": spec.listing.key,
            "feed_path": self.views.address(base) if self.plan.kinds.has_feeds(spec.listing.kind) else "",
            "calendar_path": self.calendar_path(spec.listing),
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
        current = self.views.address(spec.listing.path) if spec.listing and spec.listing.kind == "facet" else ""
        return {**self._listed(spec), "filters": self.filters(section), "current": current}

    def filters(self, section: str) -> Filters:
        """Return the filters of a document section, with how many documents each shows."""
        if section not in self._filters:
            counts = {
                part: tuple(self.count(x) for x in self.outline.library if x.parent == section and x.key == part)
                for part in FACETS
            }
            self._filters[section] = Filters(self.views.address(f"{section}/"), counts)
        return self._filters[section]

    def count(self, listing: Listing) -> Count:
        return Count(self.listing_label(listing), self.views.address(listing.path), len(listing.entries))

    def _tags(self, spec: PageSpec) -> Context:
        return {"counts": [self.count(listing) for listing in self.outline.tags]}

    def _archives(self, spec: PageSpec) -> Context:
        years: dict[str, list[Count]] = {}
        for listing in self.outline.archives:
            years.setdefault(listing.key[:4], []).append(self.count(listing))
        return {"years": {year: (counts[-1:] + counts[:-1]) for year, counts in years.items()}}

    def _home(self, spec: PageSpec) -> Context:
        return {
            "latest": self.latest(),
            "blocks": [self.block(*block) for block in home.blocks(self.outline)],
            "references": self.references(),
            "services_url": self.views.site.services_url,
            "directory_counts": self.directory_counts(),
        }

    def latest(self) -> tuple[Card, ...]:
        return tuple(map(self.views.card, home.latest(self.outline)))

    def block(self, listing: Listing, entries: Sequence[PlacedItem]) -> Block:
        cards = tuple(map(self.views.card, entries))
        return Block(self.listing_label(listing), self.views.address(listing.path), cards, listing.kind)

    def references(self) -> list[Count]:
        """Return the sections people look something up in with the number of Items, empty ones too (C1)."""
        return [
            Count(self.listing_label(each), self.views.address(each.path), home.count(self.outline, each))
            for each in home.references(self.outline)
        ]

    def _sitemap(self, spec: PageSpec) -> Context:
        return {
            "blocks": [self.block(*block) for block in home.sitemap_blocks(self.outline)],
            "links": self.index_links(SEARCH_PATH, CONTACT_PATH),
        }

    def _search(self, spec: PageSpec) -> Context:
        portal = self.views.site.portal
        return {
            "latest": self.latest(),
            "links": self.index_links(CONTACT_PATH),
            "portal_search": f"{portal.url}{SEARCH_PATH}" if portal else "",
        }

    def index_links(self, *always: str) -> list[Link]:
        """Return links to the index pages this Edition has, and to others that every Edition has."""
        paths = {
            *always,
            *([TAGS_PATH] if self.outline.tags else []),
            *([ARCHIVE_PATH] if self.outline.archives else []),
        }
        named = {"tags": TAGS_PATH, "archives": ARCHIVE_PATH, "search": SEARCH_PATH, "contact": CONTACT_PATH}
        links = ((name, path) for name, path in named.items() if path in paths)
        return [Link(Text(self.gettext(TITLES[name])), self.views.address(path)) for name, path in links]

    def _contact(self, spec: PageSpec) -> Context:
        options = self.plan.site.options
        portal = self.plan.portal_site.options.contact
        return {
            "contact": dict(options.contact),
            "board": self.views.vietnamese(options.board),
            "portal_contact": {k: v for k, v in portal if v},
        }

    def directory_counts(self) -> list[Count]:
        """Return how many component Sites of each kind the Portal has; empty on component Sites."""
        return [
            Count(Text(group.kind), f"{self.views.site.directory}#{group.kind}", len(group.sites))
            for group in directory.groups(self.views)
        ]

    def _directory(self, spec: PageSpec) -> Context:
        groups = directory.groups(self.views)
        total = sum(len(group.sites) for group in groups)
        return {"groups": groups, "total": total, "retired": directory.retired(self.views)}

    def _redirect(self, spec: PageSpec) -> Context:
        return {"target": spec.redirect.target if spec.redirect else ""}

    def calendar_path(self, listing: Listing) -> str:
        """Return the address of the calendar of a list; empty where it has no appointments."""
        own = listing.path == f"{listing.key}/" and self.plan.kinds.has_calendar(listing.kind)
        return self.views.address(listing.path + CALENDAR) if own and self.feed_items(listing.key) else ""

    def mark(self, card: Card) -> str:
        """Return what stands before a title outside of the Site's pages, where no banner says it."""
        mark = "[CHƯA DUYỆT] " if self.views.preview else ""
        return f"{mark}[{self.gettext('Demonstration data')}] " if card.demo else mark

    def feed_items(self, section: str = "") -> Sequence[PlacedItem]:
        """Return the newest Items for a feed."""
        return self._newest.get(section, ())

    @functools.cached_property
    def _newest(self) -> dict[str, list[PlacedItem]]:
        """The newest Items of each section that has some, and of all sections under an empty name."""
        newest: dict[str, list[PlacedItem]] = defaultdict(list)
        for placed in reversed(self.outline.live):
            if self.plan.kinds[placed.item.kind].options.feeds:
                for entries in (newest[""], newest[placed.placement.section]):
                    if len(entries) < FEED:
                        entries.append(placed)
        return newest

    def feed_sections(self) -> list[tuple[str, Text]]:
        """Return the sections that have feeds of their own."""
        return [
            (name, self.views.local(options.label))
            for name, options in self.plan.site.options.sections.items()
            if self.plan.kinds.has_feeds(options.kind)
        ]
