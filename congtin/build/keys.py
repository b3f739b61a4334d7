"""Why a page is what it is: one short digest for each thing it can see.

Equal keys mean that the bytes on disk are still right, so the page is not rendered again. A key is a few named
parts rather than one digest, so that `--explain` can say which of them changed. Pages without a key are always
rendered: those that show a bit of everything, such as the home page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import cached_property

from pydantic import BaseModel

from congtin.build import home
from congtin.build.discovery import security
from congtin.build.frame import Frame, short_digest
from congtin.build.interface import Interface
from congtin.build.listings import Listing
from congtin.build.pages import Outline, PageSpec
from congtin.build.plan import EditionPlan, PlacedItem
from congtin.build.views import document_state
from congtin.catalogue.front_matter import Document
from congtin.catalogue.kind_models import KindItem
from congtin.catalogue.rows import link_targets
from congtin.catalogue.stages import stage_of
from congtin.network.network import Site

# What the parts of a key are, by its first letter; `--explain` names them.
PARTS = {
    "i": ("", "template", "site", "item", "links", "beside"),
    "l": ("", "template", "site", "list", "cards"),
    "f": ("", "template", "site", "cards"),
    "d": ("", "template", "site", "cards", "list"),
    "m": ("", "file"),
}


class Keys:
    """The keys of one Edition's pages."""

    def __init__(self, plan: EditionPlan, outline: Outline, frame: Frame, interface: Interface) -> None:
        self.plan = plan
        self.outline = outline
        self.frame = frame
        self.interface = interface
        self._items: dict[str, str] = {}
        self._cards: dict[str, str] = {}
        self._origins: dict[str, str] = {}

    @cached_property
    def edition(self) -> str:
        """The digest of everything this Edition's pages can see."""
        digest = hashlib.sha256(f"{self.frame.digest} {self.site} {self.around}".encode())
        for placed in self.plan.listed():
            digest.update(self._item(placed).encode())
        return digest.hexdigest()

    def of(self, spec: PageSpec) -> str:
        """Return the key of a page; nothing for one that is always rendered."""
        if spec.placed is not None:
            return f"i.{self._template(spec)}.{self.site}.{self._item(spec.placed)}.{self._beside(spec.placed)}"
        if spec.listing is not None and spec.part is not None:
            return f"l.{self._template(spec)}.{self.site}.{self._list(spec)}"
        if spec.template == "search":
            return f"f.{self._template(spec)}.{self.site}.{self._newest}"
        return ""

    @cached_property
    def _newest(self) -> str:
        """What the search page shows for who cannot search: the newest articles, and which indexes there are."""
        outline = self.outline
        cards = "".join(map(self._card, home.latest(outline.live)))
        return short_digest(cards, str(bool(outline.tags)), str(bool(outline.archives)))

    def of_feed(self, items: Sequence[PlacedItem]) -> str:
        """Return the key of a feed of these Items."""
        cards = "".join(f"{self._card(placed)}{placed.canonical} " for placed in items)
        return f"f.{self.frame.digest[:16]}.{self.feed_frame}.{short_digest(cards)}"

    def of_data(self, items: Iterable[PlacedItem], *around: object) -> str:
        """Return the key of data that holds all that is known of these Items, and what stands ``around`` them."""
        known = "".join(f"{self._item(placed)}{self._card(placed)}" for placed in items)
        return f"d.{self.frame.digest[:16]}.{self.feed_frame}.{short_digest(known)}.{short_digest(_text(around))}"

    def _template(self, spec: PageSpec) -> str:
        return self.frame.templates.get(spec.template, self.frame.digest[:16])

    @cached_property
    def site(self) -> str:
        """What the frame of every page shows: what feeds show of the Site too, and the alerts over its pages."""
        alerts = [list(map(str, astuple(alert))) for alert in self.plan.alerts]
        return short_digest(self.feed_frame, _text(alerts)) if alerts else self.feed_frame

    @cached_property
    def feed_frame(self) -> str:
        """The Site, its Portal, the words of the interface."""
        plan = self.plan
        return short_digest(
            self.interface.lang,
            self.interface.compiled,
            _text(sorted(self.interface.languages)),
            _text([str(plan.edition.key), plan.edition.folder, plan.profile.value]),
            _site(plan.site),
            _text([plan.site.is_retired(plan.now), self._followed(plan.site)]),
            _site(plan.portal_site),
            _model(plan.portal.options),
            self.frame.brands[plan.portal.options.brand].digest,
            _model(plan.vocabulary),
        )

    @cached_property
    def around(self) -> str:
        """What only pages without a key show: other Sites, redirects, what machines look for."""
        plan = self.plan
        parts: list[object] = [
            [_listed(s) for s in plan.directory],
            [
                [s.id, s.options.retired_on.isoformat() if s.options.retired_on else "", self._followed(s)]
                for s in plan.directory
                if s.is_retired(plan.now)
            ],
            [[redirect.path, redirect.target] for redirect in plan.redirects],
            security(plan),
            {lang: sorted(paths) for lang, paths in plan.sibling_pages.items()},
        ]
        return short_digest(_text(parts))

    def _followed(self, site: Site) -> str:
        """Return what pages show of a Site's successor."""
        successor = self.plan.successors.get(site.id)
        return _site(successor) if successor else site.options.successor or ""

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
            *(lang for lang, paths in self.plan.sibling_pages.items() if placement.path in paths),
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
        if site.id == self.plan.site.id:
            return ""
        if site.id not in self._origins:
            self._origins[site.id] = _site(site)
        return self._origins[site.id]

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
            [lang for lang, paths in self.plan.sibling_pages.items() if spec.path in paths],
            self._filters(listing) if spec.template == "library" else "",
            self.plan.kinds.has_feeds(listing.kind),
            self._has_appointments(listing),
        ]  # fmt: skip
        known = self._cards
        cards = "".join([known.get(placed.item.id) or self._card(placed) for placed in part.entries])
        return f"{short_digest(_text(around))}.{short_digest(cards)}"

    def _has_appointments(self, listing: Listing) -> bool:
        shown = (placed for placed in listing.entries if not placed.is_withdrawn(self.plan.now))
        return self.plan.kinds.has_calendar(listing.kind) and next(shown, None) is not None

    def _filters(self, listing: Listing) -> str:
        section = listing.parent or listing.key
        return self._library_counts.get(section, "")

    @cached_property
    def _library_counts(self) -> dict[str, str]:
        counts: dict[str, list[object]] = {}
        for listing in self.outline.library:
            counts.setdefault(listing.parent, []).append(
                [listing.path, listing.label, listing.label_lang, listing.key, len(listing.entries)]
            )
        return {section: short_digest(_text(found)) for section, found in counts.items()}


def _lead_picture(placed: PlacedItem) -> str:
    name = (placed.item.facts.image or "").rpartition("/")[2]
    media = placed.item.media.get(name)
    return media.blob if media else ""


def _site(site: Site) -> str:
    editions = [[edition.lang, edition.base_url] for edition in site.editions]
    return short_digest(site.id, _model(site.options), _text(editions))


def _listed(site: Site) -> list[object]:
    """Return what a Portal's directory shows of a Site, as a page and as data."""
    options = site.options
    return [site.id, site.kind.value, options.name, options.status, [[e.lang, e.base_url] for e in site.editions]]


def _model(model: BaseModel) -> str:
    return model.model_dump_json(by_alias=True)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
