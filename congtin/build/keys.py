"""Why a page is what it is: one short digest for each thing it can see.

Equal keys mean that the bytes on disk are still right, so the page is not rendered again. A key is a few named
parts rather than one digest, so that `--explain` can say which of them changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from congtin.build import home
from congtin.build.frame import Frame, short_digest
from congtin.build.interface import Interface
from congtin.build.listings import Listing
from congtin.build.pages import Outline, PageSpec
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.build.surroundings import Surroundings, text_of
from congtin.build.views import document_state
from congtin.catalogue.front_matter import Document
from congtin.catalogue.kind_models import KindItem
from congtin.catalogue.rows import link_targets
from congtin.catalogue.stages import stage_of
from congtin.network.network import Site

# What the parts of a key are, by its first letter; `--explain` names them.
PARTS = {
    "i": ("kind", "template", "site", "item", "links", "beside"),
    "l": ("kind", "template", "site", "list", "cards"),
    "p": ("kind", "template", "site", "cards", "others"),
    "f": ("kind", "template", "site", "cards"),
    "d": ("kind", "template", "site", "cards", "list"),
    "m": ("kind", "file"),
}


class Keys:
    """The keys of one Edition's pages."""

    def __init__(self, plan: EditionPlan, outline: Outline, frame: Frame, interface: Interface) -> None:
        self.plan = plan
        self.outline = outline
        self.frame = frame
        self.around = Surroundings(plan, frame, interface)
        self._items: dict[str, str] = {}
        self._cards: dict[str, str] = {}

    @cached_property
    def edition(self) -> str:
        """The digest of everything this Edition's pages can see."""
        digest = hashlib.sha256(self.around.everything.encode())
        for placed in self.plan.listed():
            digest.update(self._item(placed).encode())
        return digest.hexdigest()

    def of(self, spec: PageSpec) -> str:
        """Return the key of a page."""
        seen = f"{self._template(spec)}.{self.around.page}"
        if spec.placed is not None:
            return f"i.{seen}.{self._item(spec.placed)}.{self._beside(spec.placed)}"
        if spec.listing is not None and spec.part is not None:
            return f"l.{seen}.{self._list(spec)}"
        cards = short_digest(*("".join(map(self._card, row)) for row in home.rows(self.outline, spec.template)))
        others = short_digest(text_of([self._others(spec), self.around.spoken(spec.path)]))
        return f"p.{seen}.{cards}.{others}"

    def _others(self, spec: PageSpec) -> list[object]:
        """Return what a page that is neither Item nor list shows beside the Site and the cards of Items."""
        outline = self.outline
        others: list[object] = []
        match spec.template:
            case "home":
                counts = [home.count(outline, each) for each in home.references(outline)]
                others = [self.around.directory, counts]
            case "directory":
                others = [self.around.directory]
            case "tags":
                others = _counted(outline.tags)
            case "archives":
                others = _counted(outline.archives)
            case "sitemap" | "search":
                others = [bool(outline.tags), bool(outline.archives)]
            case "redirect":
                others = [spec.redirect and spec.redirect.target]
            case "404" | "contact" | "accessibility":
                pass
            case unknown:
                raise LookupError(unknown)
        return others

    def of_feed(self, items: Sequence[PlacedItem]) -> str:
        """Return the key of a feed of these Items."""
        cards = "".join(f"{self._card(placed)}{placed.canonical} " for placed in items)
        return f"f.{self.frame.digest[:16]}.{self.around.feed}.{short_digest(cards)}"

    def of_data(self, items: Iterable[PlacedItem], *around: object) -> str:
        """Return the key of data that holds all that is known of these Items, and what stands ``around`` them."""
        known = "".join(f"{self._item(placed)}{self._card(placed)}" for placed in items)
        return f"d.{self.frame.digest[:16]}.{self.around.feed}.{short_digest(known)}.{short_digest(text_of(around))}"

    def _template(self, spec: PageSpec) -> str:
        return self.frame.templates.get(spec.template, self.frame.digest[:16])

    def _item(self, placed: PlacedItem) -> str:
        found = self._items.get(placed.item.id)
        if found is None:
            found = self._items[placed.item.id] = f"{self._own(placed)}.{self._links(placed)}"
        return found

    def _own(self, placed: PlacedItem) -> str:
        placement, item = placed.placement, placed.item
        parts = [
            item.item_path,
            placement.role.value,
            placement.section,
            placement.path,
            placement.lang,
            placed.source.blob,
            item.original.blob,
            placed.canonical,
            document_state(placed, self.plan.now),
            str(placed.is_withdrawn(self.plan.now)),
            self._origin(placed.origin),
            *(f"{lang} {address}" for lang, address in placed.languages.items()),
            *(f"{media.name} {media.blob}" for media in item.media.values()),
            *self.around.spoken(placement.path),
            *self._declared(placed),
        ]
        return short_digest("\n".join(parts))

    def _declared(self, placed: PlacedItem) -> Iterator[str]:
        """Yield what the kind's declaration and the clock make of an Item."""
        facts = placed.item.facts
        if isinstance(facts, KindItem):
            yield facts.declared.digest
            yield stage_of(facts, self.plan.now)

    def _links(self, placed: PlacedItem) -> str:
        facts = placed.item.facts
        if not placed.source.body.links and not isinstance(facts, Document) and not placed.references:
            return ""
        return short_digest("\n".join(self._seen(placed)))

    def _seen(self, placed: PlacedItem) -> Iterator[str]:
        """Yield where the links of a text lead, and the documents it replaces or is replaced by."""
        links, labels = self.plan.links, self.plan.document_labels
        for target in sorted(set(link_targets(placed.source))):
            yield f"{target} {links.get(target) or self._addresses.get(target)}"
        if isinstance(placed.item.facts, Document):
            for other in [*placed.item.facts.replaces, placed.newer]:
                yield f"{other} {links.get(other)} {labels.get(other)}"

        for other in placed.references:
            yield f"{other} {links.get(other)} {self.plan.titles.get(other)}"

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {placed.item.item_path: placed.placement.path for placed in self.plan.items}

    def _beside(self, placed: PlacedItem) -> str:
        """Return the digest of the Items named on a page; all are the Edition's own, so its digest has them already."""
        known = self._cards
        others = self.outline.neighbours.of(placed).items()
        return short_digest(*["-" if o is None else known.get(o.item.id) or self._card(o) for o in others])

    def _origin(self, site: Site) -> str:
        return "" if site.id == self.plan.site.id else self.around.site(site)

    def _card(self, placed: PlacedItem) -> str:
        """Return the digest of what a list shows of an Item: its front matter and its place, not its text."""
        found = self._cards.get(placed.item.id)
        if found is None:
            placement = placed.placement
            parts: tuple[str, ...] = (
                placed.item.id,
                placed.canonical if placed.is_teaser else placement.path,
                placement.section,
                placement.lang,
                placed.source.front_text,
                placed.item.original.front_text,
                document_state(placed, self.plan.now),
                str(placed.is_withdrawn(self.plan.now)),
                self._origin(placed.origin),
                _lead_picture(placed),
            )
            if isinstance(placed.item.facts, KindItem):
                media = [f"{media.name} {media.blob}" for media in placed.item.media.values()]
                parts = (*parts, *self._declared(placed), *media, *self._seen(placed))
            found = self._cards[placed.item.id] = short_digest("\n".join(parts))
        return found

    def _list(self, spec: PageSpec) -> str:
        listing, part = spec.listing, spec.part
        if listing is None or part is None:
            raise TypeError(spec)
        around = [
            listing.kind, listing.path, listing.label, listing.label_lang, listing.key, listing.parent,
            part.number, part.last, part.newer, part.older,
            self.around.spoken(spec.path),
            self._filters(listing) if spec.template == "library" else "",
            self.plan.kinds.has_feeds(listing.kind),
            self._has_appointments(listing),
        ]  # fmt: skip
        known = self._cards
        cards = "".join([known.get(placed.item.id) or self._card(placed) for placed in part.entries])
        return f"{short_digest(text_of(around))}.{short_digest(cards)}"

    def _has_appointments(self, listing: Listing) -> bool:
        kinds, now = self.plan.kinds, self.plan.now
        fed = (placed for placed in listing.entries if kinds[placed.item.kind].options.feeds)
        return kinds.has_calendar(listing.kind) and any(not placed.is_withdrawn(now) for placed in fed)

    def _filters(self, listing: Listing) -> str:
        section = listing.parent or listing.key
        return self._library_counts.get(section, "")

    @cached_property
    def _library_counts(self) -> dict[str, str]:
        counts: dict[str, list[Listing]] = {}
        for listing in self.outline.library:
            counts.setdefault(listing.parent, []).append(listing)
        return {section: short_digest(text_of(_counted(found))) for section, found in counts.items()}


def _lead_picture(placed: PlacedItem) -> str:
    name = (placed.item.facts.image or "").rpartition("/")[2]
    media = placed.item.media.get(name)
    return media.blob if media else ""


def _counted(listings: Iterable[Listing]) -> list[object]:
    return [[each.path, each.label, each.label_lang, each.key, len(each.entries)] for each in listings]
