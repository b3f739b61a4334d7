"""What an Item's own page shows: the body with its addresses resolved, byline, origin, document facts."""

from __future__ import annotations

import datetime as dt
import html
import posixpath
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from congtin.build.plan import EditionPlan, PlacedItem, relative_item_path
from congtin.build.view_types import Link, Text
from congtin.build.views import Views
from congtin.catalogue.front_matter import Document, Page
from congtin.catalogue.markdown import START_TAG, Heading
from congtin.catalogue.paths import MEDIA_SUFFIX
from congtin.network.network import local

_ADDRESS = re.compile(r' (href|src|cite)="([^"]*)"')


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


def resolve_addresses(plan: EditionPlan, placed: PlacedItem, markup: str) -> str:
    """Return a Fragment's HTML with the addresses of this Edition in place of paths and `item:` links."""
    base = plan.edition.root_path + placed.placement.path
    folder = f"{placed.item.item_path}{MEDIA_SUFFIX}/"

    def address(match: re.Match[str]) -> str:
        found = html.unescape(match[2])
        parts = urlsplit(found)
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        if parts.scheme == "item":
            found = plan.links.get(parts.path, "") + anchor
        elif not parts.scheme and not parts.netloc and parts.path and not parts.path.startswith("/"):
            if parts.path.endswith(".md"):
                found = _item_link(plan, placed, parts.path) + anchor
            else:
                target = posixpath.normpath(posixpath.join(placed.source.where.folder, unquote(parts.path)))
                found = base + target.removeprefix(folder)
        return f' {match[1]}="{html.escape(found)}"'

    return START_TAG.sub(lambda tag: _ADDRESS.sub(address, tag[0]), markup)


def _item_link(plan: EditionPlan, placed: PlacedItem, path: str) -> str:
    target = relative_item_path(placed.source, path)
    for other in plan.items:
        if other.item.item_path == target:
            return plan.edition.root_path + other.placement.path
    return placed.canonical


def item_view(views: Views, placed: PlacedItem, headings: tuple[Heading, ...]) -> ItemView:
    """Return the view of an Item in this Edition."""
    facts, placement = placed.item.facts, placed.placement
    card = views.card(placed)
    withdrawn = facts.withdrawn
    original = placed.item.original
    return ItemView(
        id=placed.item.id,
        kind=placed.item.kind.value,
        title=card.title,
        teaser=card.summary,
        lang=views.text("", placement.lang).lang,
        date=facts.date,
        updated=facts.updated,
        change_note=_text(views, placed, "change_note"),
        author=_text(views, placed, "author"),
        original_lang=views.text("", original.lang).lang,
        source_name=facts.source.name if facts.source else "",
        source_url=(facts.source.url or "") if facts.source else "",
        headings=headings,
        tags=tuple(_tags(views, placed)),
        image=card.image,
        image_alt=card.image_alt,
        image_credit=facts.image_credit or "",
        role=placement.role.value,
        agency=views.local(placed.origin.options.name),
        origin=_origin(views, placed),
        canonical=placed.canonical,
        demo=facts.demo,
        translated=placed.source is not original,
        stale=placed.item.is_stale(placed.source),
        original_url=placed.languages.get(original.lang, "") if placed.source is not original else "",
        review_by=facts.review_by if isinstance(facts, Page) else None,
        withdrawn_at=withdrawn.at if withdrawn else None,
        withdrawn_reason=withdrawn.reason if withdrawn else "",
        withdrawn_document=(withdrawn.document or "") if withdrawn else "",
        document=_document(views, placed, facts) if isinstance(facts, Document) else None,
    )


def _text(views: Views, placed: PlacedItem, field_name: str) -> Text:
    return views.text(placed.text(field_name), placed.text_lang(field_name))


def _tags(views: Views, placed: PlacedItem) -> list[Link]:
    tags = dict.fromkeys(placed.item.facts.tags)
    return [
        Link(views.text(*local(views.plan.vocabulary.tags.get(tag), views.plan.lang)), views.address(f"chu-de/{tag}/"))
        for tag in tags
    ]


def _origin(views: Views, placed: PlacedItem) -> Link | None:
    if not placed.is_copy:
        return None
    return Link(views.local(placed.origin.options.name), placed.canonical)


def _document(views: Views, placed: PlacedItem, facts: Document) -> DocumentView:
    plan = views.plan
    return DocumentView(
        number=facts.number,
        type=views.local(plan.vocabulary.document_types.get(facts.type)),
        issuer=views.issuer(placed),
        signatory=facts.signatory or "",
        signatory_post=_text(views, placed, "signatory_post"),
        issued=facts.issued,
        effective=facts.effective,
        expires=facts.expires,
        field=views.local(plan.vocabulary.document_fields.get(facts.field)),
        state=views.state(placed),
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
