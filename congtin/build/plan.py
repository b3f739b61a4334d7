"""The whole input of one Edition: its Site, its Items with their texts, its neighbours, the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from congtin.build.alerts import ShownAlert, alerts_up
from congtin.catalogue.front_matter import Document, Translation
from congtin.catalogue.source import Catalogue, Item, Source, relative_item_path
from congtin.crosspost.addresses import canonical_url
from congtin.crosspost.placements import Placements, Redirect
from congtin.model import Edition, Placement, Profile, Role
from congtin.network.network import Network, Portal, Site
from congtin.network.options import Vocabulary


@dataclass(frozen=True)
class PlacedItem:
    """An Item in this Edition, with everything its page and its cards show."""

    placement: Placement
    item: Item
    origin: Site
    canonical: str
    languages: Mapping[str, str]
    """Address of this Item on this Site, by language that has a text of its own."""
    newer: str = ""
    """Id of the document that replaces this one."""

    @cached_property
    def source(self) -> Source:
        source = self.item.source(self.placement.lang)
        if source is None:
            raise KeyError(self.placement)
        return source

    @property
    def is_teaser(self) -> bool:
        """Tell whether no page stands here: the teaser leads to the origin (F3)."""
        return self.placement.role is Role.LINK

    @property
    def is_copy(self) -> bool:
        return self.placement.edition.site != self.origin.id

    def text(self, field_name: str) -> str:
        """Return a text in the language shown; what the translation leaves out is the original's."""
        front = self.source.front
        own = getattr(front, field_name, None)
        return str(own or getattr(self.item.facts, field_name, None) or "")

    def text_lang(self, field_name: str) -> str:
        """Return the language ``text`` answers in."""
        own = getattr(self.source.front, field_name, None)
        return self.placement.lang if own else self.item.original.lang

    @property
    def teaser(self) -> str:
        front = self.source.front
        return (front.teaser if isinstance(front, Translation) else "") or self.item.facts.teaser

    def is_withdrawn(self, now: datetime) -> bool:
        withdrawn = self.item.facts.withdrawn
        return withdrawn is not None and withdrawn.at <= now


@dataclass(frozen=True)
class EditionPlan:
    """Everything that one Pelican run may look at."""

    root: Path
    portal: Portal
    portal_site: Site
    site: Site
    edition: Edition
    vocabulary: Vocabulary
    items: tuple[PlacedItem, ...]
    teasers: tuple[PlacedItem, ...]
    """Items of other Sites that stand in lists only and lead to the origin (F3)."""
    redirects: tuple[Redirect, ...]
    links: Mapping[str, str]
    """Where `item:` links in the texts of this Edition lead, by Item id."""
    document_labels: Mapping[str, str]
    """Number of each document that is replaced or replaces, by Item id."""
    directory: tuple[Site, ...]
    """The Portal's component Sites; empty on component Sites."""
    now: datetime
    profile: Profile
    sibling_pages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Addresses that the Site's other Editions have too, by language."""
    alerts: tuple[ShownAlert, ...] = ()
    """The banners over every page, the most urgent first (C18)."""
    successors: Mapping[str, Site] = field(default_factory=dict)
    """Who took over, where that is a Site: by the id of this Site and of those in the directory (A17)."""

    @property
    def lang(self) -> str:
        return self.edition.lang

    def live_items(self) -> Iterator[PlacedItem]:
        """Yield everything that stands in lists."""
        for placed in self.listed():
            if not placed.is_withdrawn(self.now):
                yield placed

    def listed(self) -> tuple[PlacedItem, ...]:
        """Return what has a page here and what only has a teaser, withdrawn Items included."""
        return (*self.items, *self.teasers)


def make_plans(
    network: Network,
    catalogue: Catalogue,
    placements: Placements,
    now: datetime,
    profile: Profile,
    sites: Iterable[str],
) -> list[EditionPlan]:
    """Return the plan of every Edition of these Sites."""
    maker = _PlanMaker(network, catalogue, placements, now, profile)
    plans: list[EditionPlan] = []
    for site_id in sites:
        site = network.sites[site_id]
        plans += with_siblings([maker.plan(site, edition) for edition in site.editions])
    return plans


def with_siblings(plans: list[EditionPlan]) -> list[EditionPlan]:
    """Tell the Editions of one Site which addresses the others have (hreflang, language menu)."""
    from congtin.build.pages import Outline

    if len(plans) < 2:
        return plans
    paths = {plan.lang: frozenset(Outline(plan).reader_paths()) for plan in plans}
    return [replace(plan, sibling_pages={k: v for k, v in paths.items() if k != plan.lang}) for plan in plans]


@dataclass
class _PlanMaker:
    network: Network
    catalogue: Catalogue
    placements: Placements
    now: datetime
    profile: Profile

    def __post_init__(self) -> None:
        self.newer: dict[str, str] = {}
        live = {
            item.id: item.facts
            for item in self.catalogue.items.values()
            if isinstance(item.facts, Document) and not item.facts.draft and item.facts.date <= self.now
        }
        for item_id, facts in live.items():
            self.newer.update((older, item_id) for older in facts.replaces)
            if facts.replaced_by in live:
                self.newer[item_id] = facts.replaced_by
        self.by_path = self.catalogue.by_path()

    def plan(self, site: Site, edition: Edition) -> EditionPlan:
        placements = self.placements.by_edition.get(edition.key, ())
        items = tuple(self.placed(site, placement) for placement in placements)
        here = {placement.item: placement for placement in placements}
        is_portal = site.kind.value == "portal"
        directory = tuple(s for s in self.network.sites_of(site.portal_id) if s != site) if is_portal else ()
        followed = ((s.id, self.network.successor_of(s)) for s in (site, *directory))
        return EditionPlan(
            root=self.network.root,
            portal=self.network.portal_of(site),
            portal_site=self.network.sites[f"{site.portal_id}/portal"],
            site=site,
            edition=edition,
            vocabulary=self.network.vocabulary,
            items=items,
            teasers=tuple(self.placed(site, placement) for placement in self.placements.links.get(edition.key, ())),
            redirects=self.placements.redirects.get(edition.key, ()),
            links=dict(self.links(edition, items)),
            document_labels=dict(self.document_labels(items)),
            directory=directory,
            now=self.now,
            profile=self.profile,
            alerts=tuple(alerts_up(self.network, self.catalogue, edition, here, self.now)),
            successors={name: successor for name, successor in followed if successor},
        )

    def placed(self, site: Site, placement: Placement) -> PlacedItem:
        item = self.catalogue.items[placement.item]
        spoken = [edition for edition in site.editions if item.source(edition.lang)]
        languages = {edition.lang: f"{edition.base_url}{placement.path}" for edition in spoken}
        return PlacedItem(
            placement=placement,
            item=item,
            origin=self.network.sites[item.site],
            canonical=canonical_url(self.network, item, placement.lang),
            languages=languages,
            newer=self.newer.get(item.id, ""),
        )

    def links(self, edition: Edition, items: tuple[PlacedItem, ...]) -> Iterator[tuple[str, str]]:
        here = {placed.item.id: placed.placement for placed in items}
        for placed in items:
            for item_id in self.linked(placed):
                target = self.catalogue.items.get(item_id)
                if item_id in here:
                    yield item_id, edition.root_path + here[item_id].path
                elif target:
                    yield item_id, canonical_url(self.network, target, edition.lang)

    def document_labels(self, items: tuple[PlacedItem, ...]) -> Iterator[tuple[str, str]]:
        for placed in items:
            facts = placed.item.facts
            if isinstance(facts, Document):
                for other in [*facts.replaces, placed.newer]:
                    target = self.catalogue.items.get(other)
                    if target and isinstance(target.facts, Document):
                        yield other, target.facts.number

    def linked(self, placed: PlacedItem) -> Iterator[str]:
        for link in placed.source.body.links:
            parts = urlsplit(link)
            if parts.scheme == "item":
                yield parts.path
            elif not parts.scheme and parts.path.endswith(".md"):
                target = self.by_path.get(relative_item_path(placed.source, parts.path))
                if target:
                    yield target.id
        facts = placed.item.facts
        if isinstance(facts, Document):
            yield from facts.replaces
        if placed.newer:
            yield placed.newer
