"""What an Item's own page shows: the body with its addresses resolved, byline, origin, document facts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from datetime import datetime

from congtin.build.neighbours import Beside
from congtin.build.plan import PlacedItem
from congtin.build.reading_view import ReadingView, reading_view
from congtin.build.view_types import Link, Text
from congtin.build.views import Views
from congtin.catalogue.front_matter import Document, Page
from congtin.catalogue.markdown import Heading


@dataclass(frozen=True)
class AttachmentView:
    """A file to download, with its type and size."""

    title: str
    url: str
    type: str
    size: int


@dataclass(frozen=True)
class DocumentView:
    """The facts of a document (L42-4a)."""

    number: str
    type: Text
    issuer: Text
    signatory: str
    signatory_post: Text
    issued: dt.date
    effective: dt.date | None
    expires: dt.date | None
    field: Text
    state: str
    recipients: tuple[str, ...]
    replaces: tuple[Link, ...]
    replaced_by: Link | None
    attachments: tuple[AttachmentView, ...]


@dataclass(frozen=True)
class ItemView:
    """One Item on its own page."""

    id: str
    kind: str
    title: Text
    teaser: str
    lang: str
    date: datetime
    updated: datetime | None
    change_note: Text
    author: Text
    original_lang: str
    """Language of facts that are not translated; empty where it is the page's own."""
    source_name: str
    source_url: str
    headings: tuple[Heading, ...]
    tags: tuple[Link, ...]
    image: str
    image_alt: str
    image_credit: str
    role: str
    agency: Text
    """Who published it first; on a copy the origin (F6, P1)."""
    origin: Link | None
    canonical: str
    demo: bool
    translated: bool
    stale: bool
    original_url: str
    review_by: dt.date | None
    withdrawn_at: datetime | None
    withdrawn_reason: str
    withdrawn_document: str
    document: DocumentView | None
    reading: ReadingView


def item_view(views: Views, placed: PlacedItem, headings: tuple[Heading, ...], beside: Beside) -> ItemView:
    """Return the view of an Item in this Edition; ``beside`` are the Items its page names."""
    item, placement = placed.item, placed.placement
    facts, original, source = item.facts, item.original, placed.source
    card = views.card(placed)
    credit, withdrawn = facts.source, facts.withdrawn
    translated = source is not original
    return ItemView(
        id=card.id,
        kind=card.kind,
        title=card.title,
        teaser=card.summary,
        lang=card.title.lang,
        date=facts.date,
        updated=facts.updated,
        change_note=views.shown(placed, "change_note"),
        author=views.shown(placed, "author"),
        original_lang=views.lang(original.lang),
        source_name=credit.name if credit else "",
        source_url=(credit.url or "") if credit else "",
        headings=headings,
        tags=tuple([views.tag(tag) for tag in dict.fromkeys(facts.tags)]),
        image=card.image,
        image_alt=card.image_alt,
        image_credit=facts.image_credit or "",
        role=placement.role.value,
        agency=views.site_link(placed.origin).label,
        origin=Link(views.site_link(placed.origin).label, placed.canonical) if card.origin else None,
        canonical=placed.canonical,
        demo=card.demo,
        translated=translated,
        stale=translated and item.is_stale(source),
        original_url=placed.languages.get(original.lang, "") if translated else "",
        review_by=facts.review_by if isinstance(facts, Page) else None,
        withdrawn_at=withdrawn.at if withdrawn else None,
        withdrawn_reason=withdrawn.reason if withdrawn else "",
        withdrawn_document=(withdrawn.document or "") if withdrawn else "",
        document=_document(views, placed, facts) if isinstance(facts, Document) else None,
        reading=reading_view(views, placed, headings, beside),
    )


def _document(views: Views, placed: PlacedItem, facts: Document) -> DocumentView:
    plan, card = views.plan, views.card(placed)
    return DocumentView(
        number=facts.number,
        type=card.document_type,
        issuer=card.issuer,
        signatory=facts.signatory or "",
        signatory_post=views.shown(placed, "signatory_post"),
        issued=facts.issued,
        effective=facts.effective,
        expires=facts.expires,
        field=views.local(plan.vocabulary.document_fields.get(facts.field)),
        state=card.state,
        recipients=tuple(facts.recipients),
        replaces=tuple(link for link in (_document_link(views, i) for i in facts.replaces) if link),
        replaced_by=_document_link(views, placed.newer) if placed.newer else None,
        attachments=tuple(_attachment(views, placed, a.file, a.title) for a in facts.attachments),
    )


def _document_link(views: Views, item_id: str) -> Link | None:
    url = views.plan.links.get(item_id)
    label = views.plan.document_labels.get(item_id)
    return Link(Text(label), url) if url and label else None


def _attachment(views: Views, placed: PlacedItem, file: str, title: str) -> AttachmentView:
    name = file.rpartition("/")[2]
    media = placed.item.media[name]
    return AttachmentView(
        title, views.address(placed.placement.path + name), name.rpartition(".")[2].upper(), media.size
    )
