"""Every page of an Edition: its address, its template, and what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from congtin.build.listings import (
    PAGE_SIZE,
    Listing,
    archive_listings,
    by_time,
    library_listings,
    section_listings,
    tag_listings,
)
from congtin.build.neighbours import Neighbours
from congtin.build.paging import ListPage, paginate
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.crosspost.placements import Redirect
from congtin.model import SiteKind

TAGS_PATH = "chu-de/"
ARCHIVE_PATH = "luu-tru/"
SITEMAP_PATH = "so-do-trang/"
CONTACT_PATH = "lien-he/"
ACCESSIBILITY_PATH = "tro-nang/"
DIRECTORY_PATH = "co-quan/"
SEARCH_PATH = "tim-kiem/"


@dataclass(frozen=True)
class PageSpec:
    """One HTML page, before anything is rendered."""

    template: str
    path: str
    """Address below the Edition's root: empty for the home page, with a slash at the end for folders."""
    listing: Listing | None = None
    part: ListPage[PlacedItem] | None = None
    placed: PlacedItem | None = None
    redirect: Redirect | None = None

    @property
    def output(self) -> str:
        """File below the Edition's folder."""
        return self.path if self.path.endswith(".html") else f"{self.path}index.html"


class Outline:
    """All lists and pages of one Edition; each is worked out once."""

    def __init__(self, plan: EditionPlan) -> None:
        self.plan = plan

    @cached_property
    def _by_time(self) -> list[PlacedItem]:
        return sorted(self.plan.listed(), key=by_time)

    @property
    def by_time(self) -> list[PlacedItem]:
        """All Items, withdrawn ones included, oldest first."""
        return self._by_time

    @cached_property
    def live(self) -> list[PlacedItem]:
        """The Items that are not withdrawn, oldest first."""
        return [placed for placed in self._by_time if not placed.is_withdrawn(self.plan.now)]

    @cached_property
    def sections(self) -> list[Listing]:
        return list(section_listings(self.plan, self._by_time))

    @cached_property
    def library(self) -> list[Listing]:
        return list(library_listings(self.plan, self.sections))

    @cached_property
    def tags(self) -> list[Listing]:
        return tag_listings(self.plan, self.live)

    @cached_property
    def archives(self) -> list[Listing]:
        return archive_listings(self.plan, self.live)

    @cached_property
    def neighbours(self) -> Neighbours:
        """What stands beside each Item."""
        return Neighbours(self.live, self.sections)

    @cached_property
    def item_pages(self) -> list[PageSpec]:
        """The page of every Item, withdrawn ones included."""
        return [
            PageSpec(
                "withdrawn" if placed.is_withdrawn(self.plan.now) else self.plan.kinds[placed.item.kind].item_template,
                placed.placement.path,
                placed=placed,
            )
            for placed in self.plan.items
        ]

    @cached_property
    def list_pages(self) -> list[PageSpec]:
        """All lists: sections, the library's filters, tags, archives."""
        pages: list[PageSpec] = []
        for listing in self.sections:
            pages += _paged(self.plan.kinds.list_template(listing.kind), listing)
        for listing in self.library:
            pages += _paged("library", listing)
        for template, index, path, listings in (
            ("tag", "tags", TAGS_PATH, self.tags),
            ("archive", "archives", ARCHIVE_PATH, self.archives),
        ):
            if listings:
                pages.append(PageSpec(index, path))
            for listing in listings:
                pages += _paged(template, listing)
        return pages

    @cached_property
    def fixed_pages(self) -> list[PageSpec]:
        """The pages every Edition has, and the Portal's directory (A7)."""
        pages = [
            PageSpec("home", ""),
            PageSpec("contact", CONTACT_PATH),
            PageSpec("accessibility", ACCESSIBILITY_PATH),
            PageSpec("sitemap", SITEMAP_PATH),
            PageSpec("search", SEARCH_PATH),
        ]
        if self.plan.site.kind is SiteKind.PORTAL:
            pages.append(PageSpec("directory", DIRECTORY_PATH))
        return [*pages, PageSpec("404", "404.html")]

    @cached_property
    def redirect_pages(self) -> list[PageSpec]:
        """A page for every former address (A12)."""
        return [PageSpec("redirect", redirect.path, redirect=redirect) for redirect in self.plan.redirects]

    def all_pages(self) -> Iterator[PageSpec]:
        """Yield every page of the Edition."""
        yield from self.fixed_pages
        yield from self.list_pages
        yield from self.item_pages
        yield from self.redirect_pages

    def reader_paths(self) -> Iterator[str]:
        """Yield the addresses a reader can be sent to from another language."""
        for spec in self.all_pages():
            if spec.template not in ("404", "withdrawn", "redirect"):
                yield spec.path


def _paged(template: str, listing: Listing) -> Iterator[PageSpec]:
    for part in paginate(listing.entries, PAGE_SIZE):
        yield PageSpec(template, page_path(listing.path, part.number), listing=listing, part=part)


def page_path(base: str, number: int) -> str:
    """Return the address of a numbered page of a list; 0 is the list itself."""
    return f"{base}trang-{number}/" if number else base
