"""Makes the views of one Edition: its Site, its pages, the cards of its Items."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from congtin.build.assets import Assets
from congtin.build.brands import Brand
from congtin.build.interface import Interface
from congtin.build.kind_views import KindViews
from congtin.build.other_languages import NO_READER, OtherLanguages
from congtin.build.pages import (
    ACCESSIBILITY_PATH,
    CONTACT_PATH,
    DIRECTORY_PATH,
    SEARCH_PATH,
    SITEMAP_PATH,
    TAGS_PATH,
    PageSpec,
    page_path,
)
from congtin.build.picture_view import picture_view
from congtin.build.pictures import Pictures
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.build.view_types import AlertView, Card, Link, PageView, PictureView, SiteView, Text
from congtin.catalogue.front_matter import Document, Original
from congtin.catalogue.kind_models import KindItem
from congtin.languages import html_lang
from congtin.layout import THEME
from congtin.model import HANOI_TIME, Profile, SiteKind
from congtin.network.network import Site, local


class Views:
    """Makes the views of one Edition; what all pages share is made once."""

    def __init__(self, plan: EditionPlan, interface: Interface, brand: Brand, pictures: Pictures) -> None:
        self.plan = plan
        self.pictures = pictures
        self.interface_lang = interface.lang
        self.interface_languages = interface.languages
        self.html_lang = html_lang(interface.lang)
        self.root_path = plan.edition.root_path
        self.base_url = plan.edition.base_url
        self.demonstration = plan.profile is Profile.WORK
        self.preview = plan.profile is Profile.PREVIEW
        self.noindex = plan.profile is not Profile.RELEASE
        self.languages = OtherLanguages(plan, interface)
        self.assets = Assets(plan.root / THEME / "static", self.root_path, brand)
        self.brand = brand
        self._cards: dict[str, Card] = {}
        self._site_links: dict[str, Link] = {}
        self._tags: dict[str, Link] = {}
        self._kinds = KindViews(self)

    def lang(self, lang: str) -> str:
        """Return a language as an attribute; nothing where it is the page's own."""
        return "" if lang == self.interface_lang else html_lang(lang)

    def text(self, value: str, lang: str) -> Text:
        return Text(value, self.lang(lang))

    def local(self, texts: Mapping[str, str] | None) -> Text:
        return self.text(*local(dict(texts or {}), self.plan.lang))

    def vietnamese(self, value: str | None) -> Text:
        """Return a fact that `sites/` holds in the Site's main language only."""
        return self.text(value or "", self.plan.site.main_language)

    def shown(self, placed: PlacedItem, name: str) -> Text:
        """Return a text of an Item in the language it is known in."""
        return self.text(placed.text(name), placed.text_lang(name))

    def address(self, path: str) -> str:
        return self.root_path + path

    @functools.cached_property
    def site(self) -> SiteView:
        plan, options = self.plan, self.plan.site.options
        is_portal = plan.site.kind is SiteKind.PORTAL
        return SiteView(
            id=plan.site.id,
            kind=plan.site.kind.value,
            name=self.local(options.name),
            home=self.root_path,
            url=self.base_url,
            host=plan.edition.host,
            brand=plan.portal.options.brand,
            brand_words=self.local(self.brand.footer),
            sections=tuple(self.sections.values()),
            menu=tuple(link for name, link in self.sections.items() if options.sections[name].menu),
            portal=None if is_portal else self.site_link(plan.portal_site),
            directory=self.address(DIRECTORY_PATH) if is_portal else "",
            contact_url=self.address(CONTACT_PATH),
            accessibility_url=self.address(ACCESSIBILITY_PATH),
            sitemap_url=self.address(SITEMAP_PATH),
            search_url=self.address(SEARCH_PATH),
            contact={k: v for k, v in options.contact if v},
            owning_authority=self.vietnamese(options.owning_authority),
            managing_authority=self.vietnamese(options.managing_authority),
            operator=self.vietnamese(options.operator),
            responsible_post=self.vietnamese(options.responsible_post),
            attribution=self.local(options.attribution),
            channels=tuple(Link(self.local(c.label), c.url) for c in options.channels),
            services_url=options.services_url or "",
            # Citizens are counted, not those who try something out.
            emc_site_id=(options.emc_site_id or "") if plan.profile is Profile.RELEASE else "",
            trust_label=options.trust_label.address,
            demonstration=self.demonstration,
            preview=self.preview,
            retired=plan.site.is_retired(plan.now),
            retired_on=options.retired_on,
            retired_reason=self.local(options.retired_reason),
            successor=self.successor(plan.site),
            alerts=tuple(self._alerts()),
        )

    def _alerts(self) -> Iterator[AlertView]:
        for alert in self.plan.alerts:
            yield AlertView(
                level=alert.level,
                text=self.text(alert.text, alert.text_lang),
                url=alert.url,
                title=self.text(alert.title, alert.title_lang),
                until=alert.until,
                issuer=self.site_link(self.plan.portal_site) if alert.of_portal else None,
            )

    @functools.cached_property
    def sections(self) -> dict[str, Link]:
        """The list of each section, by the section's id."""
        sections = self.plan.site.options.sections
        return {name: Link(self.local(options.label), self.address(f"{name}/")) for name, options in sections.items()}

    @functools.cached_property
    def _trails(self) -> dict[str, tuple[Link, ...]]:
        return {name: (link,) for name, link in self.sections.items()}

    def site_link(self, site: Site) -> Link:
        """Return a link to another Site, in this Edition's language where that Site has it."""
        if site.id not in self._site_links:
            edition = next((e for e in site.editions if e.lang == self.plan.lang), site.editions[0])
            self._site_links[site.id] = Link(self.local(site.options.name), edition.base_url, lang=edition.lang)
        return self._site_links[site.id]

    def successor(self, site: Site) -> Link | None:
        """Return a link to who took over from a retired Site; outside the network it is named by its host (A17)."""
        own = self.plan.successors.get(site.id)
        if own:
            return self.site_link(own)
        address = site.options.successor
        return Link(Text(urlsplit(address).netloc), address) if address else None

    def tag(self, tag: str) -> Link:
        """Return a link to the list of a tag."""
        if tag not in self._tags:
            self._tags[tag] = Link(self.local(self.plan.vocabulary.tags.get(tag)), self.address(f"{TAGS_PATH}{tag}/"))
        return self._tags[tag]

    def page(self, spec: PageSpec, title: Text, trail: tuple[Link, ...] = ()) -> PageView:
        """Return the view of a page that is not an Item."""
        url = self.base_url + spec.path
        address = self.root_path + spec.path
        return PageView(
            title=title,
            path=spec.path,
            url=url,
            canonical=url,
            lang=self.html_lang,
            noindex=self.noindex or spec.template in NO_READER,
            alternates=self.languages.of_page(spec),
            languages=self.languages.links(spec.path, {}),
            trail=trail,
            entry=address if address in self.site.menu_addresses else "",
        )

    def item_page(self, spec: PageSpec, placed: PlacedItem) -> PageView:
        """Return the view of an Item's page: its canonical address and its translations."""
        return PageView(
            title=self.card(placed).title,
            path=spec.path,
            url=self.base_url + spec.path,
            canonical=placed.canonical,
            lang=self.html_lang,
            noindex=self.noindex or placed.item.facts.demo or spec.template == "withdrawn",
            description=placed.teaser,
            alternates=self.languages.of_item(spec, placed),
            languages=self.languages.links(spec.path, placed.languages),
            trail=self._trails[placed.placement.section],
        )

    def card(self, placed: PlacedItem) -> Card:
        """Return the card of an Item; the same in every list."""
        item_id = placed.placement.item
        if item_id not in self._cards:
            self._cards[item_id] = self._make_card(placed)
        return self._cards[item_id]

    def _make_card(self, placed: PlacedItem) -> Card:
        facts, placement = placed.item.facts, placed.placement
        url = placed.canonical if placed.is_teaser else self.root_path + placement.path
        # The picture lies beside the origin's page, and no page asks another host for anything.
        image = facts.image if not placed.is_teaser else None
        return Card(
            id=facts.id,
            kind=facts.kind,
            title=self.text(placed.text("title"), placement.lang),
            url=url,
            summary=placed.teaser,
            date=facts.date,
            section=self.sections[placement.section].label,
            origin=self.site_link(placed.origin) if placed.is_copy else None,
            image=url + image.rpartition("/")[2] if image else "",
            picture=self.picture(placed, image.rpartition("/")[2]) if image else None,
            image_alt=placed.text("image_alt"),
            demo=facts.demo,
            withdrawn=placed.is_withdrawn(self.plan.now),
            updated=facts.updated,
            host=urlsplit(url).netloc,
            **self._own(placed, facts),
        )

    def picture(self, placed: PlacedItem, name: str) -> PictureView | None:
        """Return a picture beside an Item with all its sizes; None for any other file."""
        media = placed.item.media.get(name)
        if media is None or media.facts is None or not media.facts.is_picture:
            return None
        return picture_view(media, media.facts, self.root_path + placed.placement.path)

    def _own(self, placed: PlacedItem, facts: Original) -> dict[str, Any]:
        """Return what only some kinds have."""
        if isinstance(facts, Document):
            return self._document(placed, facts)
        return self._kinds.of(placed, facts) if isinstance(facts, KindItem) else {}

    def _document(self, placed: PlacedItem, facts: Document) -> dict[str, Any]:
        return {
            "number": facts.number,
            "document_type": self.local(self.plan.vocabulary.document_types.get(facts.type)),
            "issuer": self.shown(placed, "issuer"),
            "issued": facts.issued,
            "state": document_state(placed, self.plan.now),
        }

    def page_url(self, base: str, number: int | None) -> str:
        return "" if number is None else self.address(page_path(base, number))

    def cards(self, entries: Iterable[PlacedItem]) -> Iterator[Card]:
        """Yield the cards of a list; withdrawn Items keep their place but are not shown."""
        return (card for card in map(self.card, entries) if not card.withdrawn)


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
