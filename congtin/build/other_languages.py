"""Where a page is in the other languages of its Site: for readers as links, for search engines as alternates."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from congtin.build.interface import Interface
from congtin.build.pages import PageSpec
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.build.view_types import Link, Text
from congtin.languages import html_lang, own_name
from congtin.model import Role

# Pages nobody is sent to from another language or a search engine.
NO_READER = frozenset({"404", "redirect"})


@dataclass(frozen=True)
class _Sibling:
    """One Edition of the same Site, this one among them."""

    lang: str
    base_url: str
    name: Text
    pages: Container[str]
    """The addresses it has that are no Item's."""


class OtherLanguages:
    """Finds what stands at an address of one Edition in every Edition of its Site."""

    def __init__(self, plan: EditionPlan, interface: Interface) -> None:
        self.plan = plan
        self.interface_languages = interface.languages
        self.translated = interface.lang == plan.lang
        """Whether the words around the texts are in this Edition's language at all."""
        editions = plan.site.editions
        self._siblings = tuple(
            _Sibling(e.lang, e.base_url, Text(own_name(e.lang), html_lang(e.lang)), plan.sibling_pages.get(e.lang, ()))
            for e in (editions if len(editions) > 1 else ())
        )

    def of_page(self, spec: PageSpec) -> tuple[tuple[str, str], ...]:
        """Return (language, address) of a page that is not an Item in each Edition that has it."""
        if not self._siblings or not self.translated or spec.template in NO_READER:
            return ()
        urls = {self.plan.lang: self.plan.edition.base_url + spec.path}
        for each in self._siblings:
            if spec.path in each.pages and each.lang in self.interface_languages:
                urls[each.lang] = each.base_url + spec.path
        return self._with_default(urls) if len(urls) > 1 else ()

    def of_item(self, spec: PageSpec, placed: PlacedItem) -> tuple[tuple[str, str], ...]:
        """Return (language, address) of an Item that is at home here in each language it has a text in."""
        own = placed.placement.role is Role.ORIGINAL and spec.template != "withdrawn"
        return self._with_default(placed.languages) if own and len(placed.languages) > 1 else ()

    def _with_default(self, urls: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        ordered = [(each.name.lang, urls[each.lang]) for each in self._siblings if each.lang in urls]
        main = self.plan.site.main_language
        return (*ordered, ("x-default", urls.get(main, ordered[0][1])))

    def links(self, path: str, own: Mapping[str, str]) -> tuple[Link, ...]:
        """Return a link to each Edition: to the same page, to the Item's text there, or else to its home page."""
        here, links = self.plan.lang, []
        for each in self._siblings:
            there = each.lang == here or path in each.pages
            url = own.get(each.lang) or (each.base_url + path if there else each.base_url)
            links.append(Link(each.name, url, each.lang == here, each.lang))
        return tuple(links)
