"""What the head of a page tells programs: feeds, Dublin Core, Open Graph, schema.org (I1, I7).

Nothing of it is for readers, so it is no template's business: it is written as HTML here, once for each page that is
rendered and for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from pydantic_core import to_json

from congtin.build.interface import machine_moment
from congtin.build.item_view import DocumentView, ItemView
from congtin.build.linked_data import LinkedData, Node
from congtin.build.pages import Outline, PageSpec
from congtin.build.plan import PlacedItem
from congtin.build.template_environment import escaped
from congtin.build.view_types import PageView, Text
from congtin.build.views import Views
from congtin.languages import html_lang, open_graph_locale

JSON_FEED = "feed.json"
FEED_TYPE = "application/feed+json"
OPENSEARCH = "opensearch.xml"
OPENSEARCH_TYPE = "application/opensearchdescription+xml"
# Pages that are about nothing: a machine that comes upon one shall remember nothing of it.
_SILENT = frozenset({"404", "redirect", "withdrawn"})
_Pairs = Iterable[tuple[str, str]]


class Heads:
    """Adds to the view of a page what its head tells programs."""

    def __init__(
        self,
        views: Views,
        outline: Outline,
        demonstration: str,
        feed_sections: Callable[[], Sequence[tuple[str, Text]]],
    ) -> None:
        self.views = views
        self.search_path = search_path(outline)
        self.data = LinkedData(views, demonstration, self.search_path)
        self._feed_sections = feed_sections

    def page(self, spec: PageSpec, page: PageView) -> PageView:
        """Return the view of a page that is not an Item with its head."""
        if spec.template in _SILENT:
            return page
        links = self.links + self._section_feed(spec, page)
        properties = self._properties(page, "website", self.views.interface_lang)
        return replace(page, head=_head(links, self._names(page), properties, self.data.of_page(page)))

    def item(self, page: PageView, item: ItemView, placed: PlacedItem) -> PageView:
        """Return the view of an Item's page with its head; a withdrawn Item tells nothing."""
        if placed.is_withdrawn(self.views.plan.now):
            return page
        names = self._item_names(item, placed)
        properties = (*self._properties(page, "article", placed.placement.lang), *self._item_properties(item))
        return replace(page, head=_head(self.links, names, properties, self.data.of_item(page, item, placed)))

    @cached_property
    def links(self) -> str:
        """What every page of the Edition leads machines to."""
        name = self.views.site.name.text
        links = _link("alternate", FEED_TYPE, name, self.views.address(JSON_FEED))
        if self.search_path is not None:
            links += _link("search", OPENSEARCH_TYPE, name, self.views.address(OPENSEARCH))
        return links

    @cached_property
    def _with_feeds(self) -> frozenset[str]:
        return frozenset(name for name, _ in self._feed_sections())

    def _section_feed(self, spec: PageSpec, page: PageView) -> str:
        listing = spec.listing
        if listing and listing.path == f"{listing.key}/" and listing.key in self._with_feeds:
            return _link("alternate", FEED_TYPE, page.title.text, self.views.address(listing.path + JSON_FEED))
        return ""

    def _names(self, page: PageView) -> _Pairs:
        return (
            ("title", page.title.text),
            ("language", self.views.html_lang),
            ("publisher", self.views.site.name.text),
        )

    def _item_names(self, item: ItemView, placed: PlacedItem) -> Iterator[tuple[str, str]]:
        yield "title", item.title.text
        yield "language", html_lang(placed.placement.lang)
        yield "publisher", item.agency.text
        yield "identifier", item.canonical
        if item.author:
            yield "creator", item.author.text
        if item.updated:
            yield "modified", machine_moment(item.updated)
        for tag in item.tags:
            yield "subject", tag.label.text
        if item.document:
            yield from self._document_names(item.document)
        else:
            yield "issued", machine_moment(item.date)

    def _document_names(self, document: DocumentView) -> Iterator[tuple[str, str]]:
        """Yield what is said of a document besides: its own date, not that of its page (L42-4a)."""
        yield "identifier", document.number
        yield "creator", document.issuer.text
        yield "issued", document.issued.isoformat()
        yield "type", document.type.text
        if document.effective:
            until = f" end={document.expires.isoformat()};" if document.expires else ""
            yield "valid", f"start={document.effective.isoformat()};{until}"
        for other in document.replaces:
            yield "replaces", self.data.address(other.url)
        if document.replaced_by:
            yield "isReplacedBy", self.data.address(document.replaced_by.url)

    def _properties(self, page: PageView, type_: str, lang: str) -> _Pairs:
        return (
            ("og:type", type_),
            ("og:title", page.title.text),
            ("og:url", page.canonical),
            ("og:site_name", self.views.site.name.text),
            ("og:description", page.description),
            ("og:locale", open_graph_locale(lang)),
        )

    def _item_properties(self, item: ItemView) -> Iterator[tuple[str, str]]:
        if item.image:
            yield "og:image", self.data.address(item.image)
            yield "og:image:alt", item.image_alt
        yield "article:published_time", machine_moment(item.date)
        if item.updated:
            yield "article:modified_time", machine_moment(item.updated)


def search_path(outline: Outline) -> str | None:
    """Return the address of the Edition's search page below its root; None when it has none."""
    return next((spec.path for spec in outline.fixed_pages if spec.template == "search"), None)


def _link(rel: str, type_: str, title: str, url: str) -> str:
    return f'  <link rel="{rel}" type="{type_}" title="{escaped(title)}" href="{escaped(url)}">\n'


def _json(graph: Node) -> str:
    return to_json(graph).decode()


def _head(links: str, names: _Pairs, properties: _Pairs, graph: Node) -> Markup:
    parts = [links, '  <link rel="schema.DCTERMS" href="http://purl.org/dc/terms/">\n']
    parts += [f'  <meta name="DCTERMS.{name}" content="{escaped(value)}">\n' for name, value in names if value]
    parts += [f'  <meta property="{name}" content="{escaped(value)}">\n' for name, value in properties if value]
    # Jinja writes the letters that could end the element, or begin a comment, as escapes.
    parts.append(f'  <script type="application/ld+json">{htmlsafe_json_dumps(graph, _json)}</script>')
    return Markup("".join(parts))  # noqa: S704 (every value above is escaped)
