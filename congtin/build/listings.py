"""Which lists an Edition has, and which Items stand in each, oldest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

from congtin.build.plan import EditionPlan, PlacedItem
from congtin.catalogue.front_matter import Document, Page
from congtin.kinds.declaration import Order
from congtin.languages import collation_key
from congtin.model import SectionKind
from congtin.network.network import issuer_slug, local

PAGE_SIZE = 20


@dataclass(frozen=True)
class Listing:
    """One list: its address, its name, and its entries from the oldest to the newest."""

    kind: str
    path: str
    label: str
    label_lang: str
    entries: tuple[PlacedItem, ...]
    key: str = ""
    parent: str = ""
    """Section id the list belongs to, if any."""


def by_time(placed: PlacedItem) -> tuple[object, ...]:
    """Order by time of publication; the id decides between equals, so that order never flickers."""
    return (placed.item.published, placed.item.id)


def by_issue(placed: PlacedItem) -> tuple[object, ...]:
    """Order documents by date of issue, then as everything else."""
    facts = placed.item.facts
    issued = facts.issued.isoformat() if isinstance(facts, Document) else ""
    return (issued, facts.date, placed.item.id)


def by_menu(placed: PlacedItem) -> tuple[object, ...]:
    """Order fixed pages as their menu wants it, the last first."""
    facts = placed.item.facts
    return (-facts.order if isinstance(facts, Page) else 0, placed.item.id)


def in_order(entries: Iterable[PlacedItem], order: Order, lang: str) -> list[PlacedItem]:
    """Return the Items of a kind as its declaration orders them, the one that a list shows first at the end.

    An Item without the field comes last in the list; the order of ``entries``, that of time, decides between equals.
    """
    having, lacking = [], []
    for placed in entries:
        value = placed.item.facts.date if order.by == "date" else getattr(placed.item.facts, order.by, None)
        if value is None:
            lacking.append(placed)
        else:
            having.append((collation_key(value, lang) if isinstance(value, str) else value, placed))
    having.sort(key=itemgetter(0), reverse=order.direction == "ascending")
    return [*lacking, *(placed for _, placed in having)]


_ORDERS: dict[str, Callable[[PlacedItem], tuple[object, ...]]] = {
    SectionKind.DOCUMENTS: by_issue,
    SectionKind.PAGES: by_menu,
}


def section_listings(plan: EditionPlan, items: Iterable[PlacedItem]) -> Iterator[Listing]:
    """Yield one listing for each section, empty ones included; ``items`` are in the order of time."""
    grouped: dict[str, list[PlacedItem]] = defaultdict(list)
    for placed in items:
        grouped[placed.placement.section].append(placed)
    for section_id, options in plan.site.options.sections.items():
        label, label_lang = local(options.label, plan.lang)
        entries = grouped[section_id]
        if options.kind in _ORDERS:
            entries.sort(key=_ORDERS[options.kind])
        elif plan.kinds.list_order(options.kind) != Order():
            entries = in_order(entries, plan.kinds.list_order(options.kind), plan.lang)
        yield Listing(options.kind, f"{section_id}/", label, label_lang, tuple(entries), section_id)


def tag_listings(plan: EditionPlan, live: Iterable[PlacedItem]) -> list[Listing]:
    """Return one listing for each tag in use, in the order of their labels; ``live`` is in the order of time."""
    grouped: dict[str, list[PlacedItem]] = defaultdict(list)
    for placed in live:
        tags = placed.item.facts.tags
        for tag in tags if len(tags) < 2 else dict.fromkeys(tags):
            grouped[tag].append(placed)
    found = []
    for tag, entries in grouped.items():
        label, label_lang = local(plan.vocabulary.tags.get(tag), plan.lang)
        found.append(Listing("tag", f"chu-de/{tag}/", label or tag, label_lang, tuple(entries), tag))
    return sorted(found, key=lambda listing: (collation_key(listing.label, plan.lang), listing.key))


def archive_listings(plan: EditionPlan, live: Iterable[PlacedItem]) -> list[Listing]:
    """Return one listing for each year, then one for each month, newest first; ``live`` is in the order of time."""
    grouped: dict[str, list[PlacedItem]] = defaultdict(list)
    for placed in live:
        item = placed.item
        if not item.fixed:
            grouped[item.month[:4]].append(placed)
            grouped[item.month].append(placed)
    return [
        Listing("year" if len(key) == 4 else "month", f"luu-tru/{key}/", key, plan.lang, tuple(entries), key)
        for key, entries in sorted(grouped.items(), reverse=True)
    ]


_Facet = Callable[[EditionPlan, Document], tuple[str, str, str]]
"""(address part, label, language of the label) of a document in one respect."""


def _by_type(plan: EditionPlan, document: Document) -> tuple[str, str, str]:
    return document.type, *local(plan.vocabulary.document_types.get(document.type), plan.lang)


def _by_field(plan: EditionPlan, document: Document) -> tuple[str, str, str]:
    return document.field, *local(plan.vocabulary.document_fields.get(document.field), plan.lang)


def _by_issuer(plan: EditionPlan, document: Document) -> tuple[str, str, str]:
    return issuer_slug(document.issuer), document.issuer, plan.site.main_language


def _by_year(plan: EditionPlan, document: Document) -> tuple[str, str, str]:
    return f"{document.issued:%Y}", f"{document.issued:%Y}", plan.lang


# Address part and how documents are told apart: the library's filters.
FACETS: dict[str, _Facet] = {"loai": _by_type, "co-quan": _by_issuer, "nam": _by_year, "linh-vuc": _by_field}


def library_listings(plan: EditionPlan, sections: Iterable[Listing]) -> Iterator[Listing]:
    """Yield the filtered lists of every document section."""
    for section in sections:
        if section.kind == SectionKind.DOCUMENTS.value:
            rank = {placed.placement.item: number for number, placed in enumerate(section.entries)}
            documents = [placed for placed in plan.live_items() if placed.placement.section == section.key]
            for part, facet in FACETS.items():
                yield from _facet_listings(plan, section.key, part, facet, documents, rank)


def _facet_listings(
    plan: EditionPlan, section_id: str, part: str, facet: _Facet, documents: list[PlacedItem], rank: Mapping[str, int]
) -> Iterator[Listing]:
    grouped: dict[str, list[PlacedItem]] = defaultdict(list)
    labels: dict[str, tuple[str, str]] = {}
    for placed in documents:
        if isinstance(placed.item.facts, Document):
            key, label, label_lang = facet(plan, placed.item.facts)
            grouped[key].append(placed)
            labels.setdefault(key, (label or key, label_lang))
    for key in sorted(grouped, key=lambda k: collation_key(labels[k][0], plan.lang), reverse=part == "nam"):
        entries = tuple(sorted(grouped[key], key=lambda placed: rank[placed.placement.item]))
        yield Listing("facet", f"{section_id}/{part}/{key}/", *labels[key], entries, part, section_id)
