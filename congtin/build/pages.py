"""Every page of an Edition: its address, its template, and what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from congtin.build.listings import (
    PAGE_SIZE,
    Listing,
    archive_listings,
    library_listings,
    section_listings,
    tag_listings,
)
from congtin.build.paging import ListPage, paginate
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.crosspost.placements import Redirect
from congtin.model import SiteKind

TAGS_PATH = "chu-de/"
ARCHIVE_PATH = "luu-tru/"
SITEMAP_PATH = "so-do-trang/"
CONTACT_PATH = "lien-he/"
DIRECTORY_PATH = "co-quan/"


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


def item_pages(plan: EditionPlan) -> Iterator[PageSpec]:
    """Yield the page of every Item, withdrawn ones included."""
    for placed in plan.items:
        template = "withdrawn" if placed.is_withdrawn(plan.now) else placed.item.kind.value
        yield PageSpec(template, placed.placement.path, placed=placed)


def list_pages(plan: EditionPlan) -> Iterator[PageSpec]:
    """Yield all lists: sections, the library's filters, tags, archives."""
    for listing in section_listings(plan):
        template = {"documents": "library", "pages": "pages"}.get(listing.kind, "section")
        yield from _paged(template, listing)
    for listing in library_listings(plan):
        yield from _paged("library", listing)
    tags = tag_listings(plan)
    if tags:
        yield PageSpec("tags", TAGS_PATH)
    for listing in tags:
        yield from _paged("tag", listing)
    archives = archive_listings(plan)
    if archives:
        yield PageSpec("archives", ARCHIVE_PATH)
    for listing in archives:
        yield from _paged("archive", listing)


def fixed_pages(plan: EditionPlan) -> Iterator[PageSpec]:
    """Yield the pages every Edition has, and the Portal's directory (A7)."""
    yield PageSpec("home", "")
    yield PageSpec("contact", CONTACT_PATH)
    yield PageSpec("sitemap", SITEMAP_PATH)
    if plan.site.kind is SiteKind.PORTAL:
        yield PageSpec("directory", DIRECTORY_PATH)
    yield PageSpec("404", "404.html")


def redirect_pages(plan: EditionPlan) -> Iterator[PageSpec]:
    """Yield a page for every former address (A12)."""
    for redirect in plan.redirects:
        yield PageSpec("redirect", redirect.path, redirect=redirect)


def page_paths(plan: EditionPlan) -> Iterator[str]:
    """Yield the addresses a reader can be sent to from another language."""
    for pages in (fixed_pages(plan), list_pages(plan), item_pages(plan)):
        for spec in pages:
            if spec.template not in ("404", "withdrawn"):
                yield spec.path


def _paged(template: str, listing: Listing) -> Iterator[PageSpec]:
    for part in paginate(listing.entries, PAGE_SIZE):
        yield PageSpec(template, page_path(listing.path, part.number), listing=listing, part=part)


def page_path(base: str, number: int) -> str:
    """Return the address of a numbered page of a list; 0 is the list itself."""
    return f"{base}trang-{number}/" if number else base
