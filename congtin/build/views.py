"""Makes the views of one Edition: its Site, its pages, the cards of its Items."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime

from congtin.build.assets import Assets
from congtin.build.interface import Interface
from congtin.build.pages import CONTACT_PATH, DIRECTORY_PATH, SITEMAP_PATH, PageSpec, page_path
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.build.view_types import Card, Link, PageView, SiteView, Text
from congtin.catalogue.front_matter import Document
from congtin.languages import html_lang, own_name
from congtin.model import HANOI_TIME, ItemKind, Profile, Role, SiteKind
from congtin.network.network import Site, local
from congtin.network.pelican_settings import THEME


class Views:
    """Makes the views of one Edition; what all pages share is made once."""

    def __init__(self, plan: EditionPlan, interface: Interface) -> None:
        self.plan = plan
        self.interface_lang = interface.lang
        self.interface_languages = interface.languages
        self.assets = Assets(plan.root / THEME / "static", plan.edition.root_path)
        self._cards: dict[str, Card] = {}

    def text(self, value: str, lang: str) -> Text:
        return Text(value, "" if lang == self.interface_lang else html_lang(lang))

    def local(self, texts: Mapping[str, str] | None) -> Text:
        return self.text(*local(dict(texts or {}), self.plan.lang))

    def vietnamese(self, value: str | None) -> Text:
        """Return a fact that `sites/` holds in the Site's main language only."""
        return self.text(value or "", self.plan.site.main_language)

    def address(self, path: str) -> str:
        return self.plan.edition.root_path + path

    @functools.cached_property
    def site(self) -> SiteView:
        plan, options = self.plan, self.plan.site.options
        is_portal = plan.site.kind is SiteKind.PORTAL
        return SiteView(
            id=plan.site.id,
            kind=plan.site.kind.value,
            name=self.local(options.name),
            home=plan.edition.root_path,
            url=plan.edition.base_url,
            host=plan.edition.host,
            brand=plan.portal.options.brand,
            sections=tuple(
                Link(self.local(section.label), self.address(f"{name}/")) for name, section in options.sections.items()
            ),
            portal=None if is_portal else self.site_link(plan.portal_site),
            directory=self.address(DIRECTORY_PATH) if is_portal else "",
            contact_url=self.address(CONTACT_PATH),
            sitemap_url=self.address(SITEMAP_PATH),
            contact={k: v for k, v in options.contact.model_dump().items() if v},
            owning_authority=self.vietnamese(options.owning_authority),
            managing_authority=self.vietnamese(options.managing_authority),
            operator=self.vietnamese(options.operator),
            responsible_post=self.vietnamese(options.responsible_post),
            attribution=self.local(options.attribution),
            channels=tuple(Link(self.local(c.label), c.url) for c in options.channels),
            services_url=options.services_url or "",
            demonstration=plan.profile is Profile.WORK,
            retired=options.status == "retired",
        )

    def site_link(self, site: Site) -> Link:
        """Return a link to another Site, in this Edition's language where that Site has it."""
        edition = next((e for e in site.editions if e.lang == self.plan.lang), site.editions[0])
        return Link(self.local(site.options.name), edition.base_url, lang=edition.lang)

    def page(self, spec: PageSpec, title: Text, trail: tuple[Link, ...] = ()) -> PageView:
        """Return the view of a page that is not an Item."""
        url = f"{self.plan.edition.base_url}{spec.path}"
        return PageView(
            title=title,
            path=spec.path,
            url=url,
            canonical=url,
            lang=html_lang(self.interface_lang),
            noindex=self.plan.profile is Profile.WORK or spec.template in ("404", "redirect"),
            alternates=() if spec.template in ("404", "redirect") else self._alternates(spec.path),
            languages=self._languages(spec.path, {}),
            trail=trail,
        )

    def item_page(self, spec: PageSpec, placed: PlacedItem) -> PageView:
        """Return the view of an Item's page: its canonical address and its translations."""
        placement = placed.placement
        own = placement.role is Role.ORIGINAL
        section = self.plan.site.options.sections[placement.section]
        alternates: tuple[tuple[str, str], ...] = ()
        if own and len(placed.languages) > 1 and spec.template != "withdrawn":
            alternates = self._with_default(dict(placed.languages))
        return PageView(
            title=self.text(placed.text("title"), placement.lang),
            path=spec.path,
            url=f"{self.plan.edition.base_url}{spec.path}",
            canonical=placed.canonical,
            lang=html_lang(self.interface_lang),
            noindex=self.plan.profile is Profile.WORK or placed.item.facts.demo or spec.template == "withdrawn",
            description=placed.teaser,
            alternates=alternates,
            languages=self._languages(spec.path, placed.languages),
            trail=(Link(self.local(section.label), self.address(f"{placement.section}/")),),
        )

    def _alternates(self, path: str) -> tuple[tuple[str, str], ...]:
        if self.interface_lang != self.plan.lang:
            return ()
        urls = {self.plan.lang: f"{self.plan.edition.base_url}{path}"}
        for edition in self.plan.site.editions:
            if path in self.plan.sibling_pages.get(edition.lang, ()) and edition.lang in self.interface_languages:
                urls[edition.lang] = f"{edition.base_url}{path}"
        return self._with_default(urls) if len(urls) > 1 else ()

    def _with_default(self, urls: dict[str, str]) -> tuple[tuple[str, str], ...]:
        ordered = [(html_lang(e.lang), urls[e.lang]) for e in self.plan.site.editions if e.lang in urls]
        main = self.plan.site.main_language
        return (*ordered, ("x-default", urls.get(main, ordered[0][1])))

    def _languages(self, path: str, own: Mapping[str, str]) -> tuple[Link, ...]:
        links = []
        for edition in self.plan.site.editions:
            if edition.lang in own:
                url = own[edition.lang]
            elif edition.lang == self.plan.lang or path in self.plan.sibling_pages.get(edition.lang, ()):
                url = f"{edition.base_url}{path}"
            else:
                url = edition.base_url
            current = edition.lang == self.plan.lang
            links.append(Link(Text(own_name(edition.lang), html_lang(edition.lang)), url, current, edition.lang))
        return tuple(links)

    def card(self, placed: PlacedItem) -> Card:
        """Return the card of an Item; the same in every list."""
        if placed.item.id not in self._cards:
            self._cards[placed.item.id] = self._make_card(placed)
        return self._cards[placed.item.id]

    def _make_card(self, placed: PlacedItem) -> Card:
        facts, placement = placed.item.facts, placed.placement
        image = facts.image.rpartition("/")[2] if facts.image else ""
        common = Card(
            id=placed.item.id,
            kind=placed.item.kind.value,
            title=self.text(placed.text("title"), placement.lang),
            url=self.address(placement.path),
            summary=placed.teaser,
            date=facts.date,
            section=self.local(self.plan.site.options.sections[placement.section].label),
            origin=self.site_link(placed.origin) if placed.is_copy else None,
            image=self.address(f"{placement.path}{image}") if image else "",
            image_alt=placed.text("image_alt"),
            demo=facts.demo,
            withdrawn=placed.is_withdrawn(self.plan.now),
            updated=facts.updated,
        )
        if not isinstance(facts, Document):
            return common
        return Card(
            **{
                **common.__dict__,
                "number": facts.number,
                "document_type": self.local(self.plan.vocabulary.document_types.get(facts.type)),
                "issuer": self.issuer(placed),
                "issued": facts.issued,
                "state": self.state(placed),
            }
        )

    def issuer(self, placed: PlacedItem) -> Text:
        """Return the issuing authority in the language it is known in."""
        return self.text(placed.text("issuer"), placed.text_lang("issuer"))

    def state(self, placed: PlacedItem) -> str:
        """Return the validity of a document at the clock's day (D11)."""
        return document_state(placed, self.plan.now)

    def page_url(self, base: str, number: int | None) -> str:
        return "" if number is None else self.address(page_path(base, number))

    def cards(self, entries: tuple[PlacedItem, ...]) -> list[Card]:
        """Return the cards of a list; withdrawn Items keep their place but are not shown."""
        return [self.card(p) for p in entries if not p.is_withdrawn(self.plan.now)]

    def recent(self, kind: ItemKind, most: int, section: str = "") -> list[Card]:
        """Return the newest cards of one kind."""
        chosen = [
            p for p in self.plan.live_items() if p.item.kind is kind and (not section or p.placement.section == section)
        ]
        chosen.sort(key=lambda p: (p.item.facts.date, p.item.id), reverse=True)
        return [self.card(p) for p in chosen[:most]]


def document_state(placed: PlacedItem, now: datetime) -> str:
    """Return ``expired``, ``replaced``, ``not-yet``, ``in-force``, or nothing where it cannot be told (D11)."""
    facts = placed.item.facts
    today = now.astimezone(HANOI_TIME).date()
    if not isinstance(facts, Document):
        return ""
    if facts.expires and facts.expires < today:
        return "expired"
    if placed.newer:
        return "replaced"
    if facts.effective and facts.effective > today:
        return "not-yet"
    return "in-force" if facts.effective else ""
