"""What an Edition publishes as data: its facts, its Items in pages, its documents as a table (I1, I7, P3).

There is no file for each Item: that would double the number of files a network of hundreds of Sites writes, copies,
compresses and signs, while a page of a hundred Items costs less than ten such files. An Item is found by its id in
the pages or in the Portal's database.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel

from congtin.build import api_models as models
from congtin.build.api_pages import ITEMS, ItemsPage, items_pages
from congtin.build.contexts import Contexts
from congtin.build.heads import JSON_FEED
from congtin.build.item_view import AttachmentView, ItemView
from congtin.build.media_types import media_type
from congtin.build.plan import PlacedItem
from congtin.catalogue.front_matter import Document, Original
from congtin.languages import html_lang
from congtin.model import Edition, Role
from congtin.network.network import Site, local

SITE, DOCUMENTS, SITES, DESCRIPTION = "site.json", "documents.csv", "sites.json", "openapi.json"
_SHARED = frozenset(Original.model_fields) | {"kind"}
# What spreadsheet programs would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Read = Callable[[PlacedItem], tuple[str, ItemView]]
"""Returns an Item's text in this Edition, and its view."""


def address_of(edition: Edition, name: str) -> str:
    """Return the address of a file of an Edition's data."""
    return f"{edition.base_url}{models.ROOT}{name}"


def bytes_of(model: BaseModel) -> bytes:
    """Return a model as it is published: what is not known is left out."""
    return model.model_dump_json(exclude_none=True).encode() + b"\n"


class Api:
    """Makes the data of one Edition."""

    def __init__(self, contexts: Contexts, read: Read) -> None:
        self.contexts = contexts
        self.plan = contexts.plan
        self.edition = contexts.plan.edition
        self.read = read

    def site(self) -> bytes:
        """Return the facts of the Site."""
        plan, site = self.plan, self.plan.site
        options = site.options
        made = models.SiteFacts(
            id=site.id,
            portal=plan.portal_site.id,
            kind=site.kind.value,
            status=options.status,
            lang=html_lang(plan.lang),
            name=self.contexts.views.site.name.text,
            url=self.edition.base_url,
            owning_authority=options.owning_authority,
            managing_authority=options.managing_authority,
            operator=options.operator,
            responsible_post=options.responsible_post,
            contact=models.ContactFacts(**dict(options.contact)),
            sections=[
                models.SectionFacts(
                    id=name,
                    kind=str(section.kind),
                    label=local(section.label, plan.lang)[0],
                    url=f"{self.edition.base_url}{name}/",
                )
                for name, section in options.sections.items()
            ],
            languages=versions(site),
            items=self._address(f"{ITEMS}.json"),
            documents_csv=self._address(DOCUMENTS) if self.own_documents else None,
            feed=f"{self.edition.base_url}{JSON_FEED}",
            description=address_of(plan.portal_site.editions[0], DESCRIPTION),
        )
        return bytes_of(made)

    def pages(self) -> list[ItemsPage]:
        """Return the pages of the list of Items, newest first."""
        # What only has a teaser here stands in the data of its origin (F3).
        return items_pages([placed for placed in self.contexts.outline.by_time if not placed.is_teaser])

    def page(self, page: ItemsPage) -> bytes:
        """Return the bytes of a page of the list."""
        now = self.plan.now
        made = models.Entries(
            site=self.plan.site.id,
            lang=html_lang(self.plan.lang),
            year=page.year,
            number=page.number,
            url=self._address(page.name),
            newer=page.newer and self._address(page.newer),
            older=page.older and self._address(page.older),
            entries=[self.entry(placed) for placed in page.entries if not placed.is_withdrawn(now)],
            withdrawn=[_gone(placed) for placed in page.entries if placed.is_withdrawn(now)],
        )
        return bytes_of(made)

    def entry(self, placed: PlacedItem) -> models.Entry:
        """Return one Item; the text of a copy stands with its original."""
        html, view = self.read(placed)
        own = placed.placement.role is Role.ORIGINAL
        return models.Entry(
            id=view.id,
            kind=str(view.kind),
            role=_role(placed),
            section=placed.placement.section,
            title=view.title.text,
            summary=view.teaser or None,
            text_lang=html_lang(placed.placement.lang),
            url=f"{self.edition.base_url}{placed.placement.path}",
            canonical=view.canonical,
            agency=placed.origin.id,
            agency_name=view.agency.text,
            published=view.date,
            updated=view.updated,
            change_note=view.change_note.text or None,
            author=view.author.text or None,
            source_name=view.source_name or None,
            source_url=view.source_url or None,
            tags=list(dict.fromkeys(placed.item.facts.tags)),
            image=self._absolute(view.image) if view.image else None,
            image_alt=view.image_alt or None,
            demo=view.demo,
            document=self._document(placed, placed.item.facts, view),
            facts=_kind_facts(placed),
            html=html if own else None,
        )

    @cached_property
    def own_documents(self) -> list[PlacedItem]:
        """The documents that are at home here, oldest first."""
        live = self.contexts.outline.live
        return [p for p in live if p.placement.role is Role.ORIGINAL and isinstance(p.item.facts, Document)]

    def documents(self, documents: Iterable[PlacedItem]) -> bytes:
        """Return documents as CSV (RFC 4180).

        It begins with a byte order mark: without it the most used spreadsheet program shows Vietnamese as rubbish.
        """
        text = io.StringIO()
        writer = csv.DictWriter(text, list(models.DocumentRow.model_fields), lineterminator="\r\n")
        writer.writeheader()
        for placed in documents:
            row = self._row(self.entry(placed)).model_dump(mode="json")
            writer.writerow({name: cell(value) for name, value in row.items()})
        return text.getvalue().encode("utf-8-sig")

    def _row(self, entry: models.Entry) -> models.DocumentRow:
        if entry.document is None:
            raise TypeError(entry)
        facts = entry.document.model_dump(exclude={"recipients", "replaces", "replaced_by", "files"})
        files = " ".join(file.url for file in entry.document.files)
        return models.DocumentRow(
            id=entry.id,
            title=entry.title,
            abstract=entry.summary,
            url=entry.url,
            updated=entry.updated,
            files=files,
            **facts,
        )

    def _document(self, placed: PlacedItem, facts: Original, view: ItemView) -> models.DocumentFacts | None:
        shown = view.document
        if not isinstance(facts, Document) or shown is None:
            return None
        return models.DocumentFacts(
            number=shown.number,
            type=facts.type,
            type_label=shown.type.text,
            issuer=shown.issuer.text,
            signatory=shown.signatory or None,
            signatory_post=shown.signatory_post.text or None,
            issued=shown.issued,
            effective=shown.effective,
            expires=shown.expires,
            field=facts.field,
            field_label=shown.field.text,
            state=shown.state or None,
            recipients=list(shown.recipients),
            replaces=list(facts.replaces),
            replaced_by=placed.newer or None,
            files=[self._file(file) for file in shown.attachments],
        )

    def _file(self, file: AttachmentView) -> models.File:
        return models.File(title=file.title, url=self._absolute(file.url), type=media_type(file.url), size=file.size)

    def _address(self, name: str) -> str:
        return address_of(self.edition, name)

    def _absolute(self, path: str) -> str:
        return f"https://{self.edition.host}{path}" if path.startswith("/") else path


def sites_of(contexts: Contexts) -> bytes:
    """Return the list of all Sites of a Portal."""
    plan = contexts.plan
    return bytes_of(
        models.Sites(
            portal=plan.portal_site.id,
            name=contexts.views.site.name.text,
            sites=[
                models.SiteEntry(
                    id=site.id,
                    kind=site.kind.value,
                    status=site.options.status,
                    name=local(site.options.name, plan.lang)[0],
                    languages=versions(site),
                )
                for site in (plan.portal_site, *plan.directory)
            ],
        )
    )


def versions(site: Site) -> list[models.Version]:
    """Return where each language of a Site is."""
    return [
        models.Version(lang=html_lang(each.lang), url=each.base_url, data=address_of(each, SITE))
        for each in site.editions
    ]


def cell(value: object) -> str:
    """Return a value as a cell: text that a spreadsheet would compute gets an apostrophe, as such programs do it."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _role(placed: PlacedItem) -> Literal["original", "crosspost", "fallback"]:
    match placed.placement.role:
        case Role.ORIGINAL:
            return "original"
        case Role.CROSSPOST:
            return "crosspost"
        case Role.FALLBACK:
            return "fallback"
        case _:
            raise ValueError(placed)


def _gone(placed: PlacedItem) -> models.Gone:
    withdrawn = placed.item.facts.withdrawn
    if withdrawn is None:
        raise TypeError(placed)
    return models.Gone(id=placed.item.id, at=withdrawn.at, reason=withdrawn.reason)


def _kind_facts(placed: PlacedItem) -> dict[str, Any] | None:
    """Return what an Item of a kind of its own holds besides; those with words of their own above have none here."""
    facts = placed.item.facts
    if str(facts.kind) in ("article", "document", "page"):
        return None
    return facts.model_dump(mode="json", exclude=set(_SHARED), exclude_none=True)
