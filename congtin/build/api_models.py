"""The one schema of everything published as data (I1): JSON, its OpenAPI description, SQLite and CSV follow from it.

A field added here is in all four. A field never changes its meaning or goes within a version; addresses hold the
version. Times have an offset, languages are BCP 47 tags, and what is not known is left out.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = "v1"
ROOT = f"api/{VERSION}/"

Address = Annotated[str, Field(pattern=r"^https?://", description="An absolute address.")]
LanguageCode = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$", description="BCP 47.")]
SiteId = Annotated[str, Field(pattern="^[a-z0-9-]+/[a-z0-9-]+$", description="Portal and Site: hanoi/hoankiem.")]
ItemKey = Annotated[str, Field(description="Stays with an Item for ever, in every language and on every Site.")]


class ApiModel(BaseModel):
    """Base of all: nothing beside what is declared."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class File(ApiModel):
    """A file that belongs to a document."""

    title: str
    url: Address
    type: Annotated[str | None, Field(description="Media type.")] = None
    size: Annotated[int, Field(ge=0, description="Bytes.")]


class DocumentFacts(ApiModel):
    """The facts of a legal or administrative document (L42-4a)."""

    number: Annotated[str, Field(description="Number and symbol: 42/2022/NĐ-CP.")]
    type: str
    type_label: str
    issuer: str
    signatory: str | None = None
    signatory_post: str | None = None
    issued: dt.date
    effective: dt.date | None = None
    expires: dt.date | None = None
    field: str
    field_label: str
    state: Annotated[str | None, Field(pattern="^(in-force|not-yet|expired|replaced)$")] = None
    recipients: list[str] = []
    replaces: Annotated[list[ItemKey], Field(description="Documents that this one replaces.")] = []
    replaced_by: ItemKey | None = None
    files: list[File] = []


class Entry(ApiModel):
    """One Item as one Site shows it in one of its languages."""

    id: ItemKey
    kind: str
    role: Annotated[
        Literal["original", "crosspost", "fallback"],
        Field(description="At home here; a copy; or shown in its original language for want of a text."),
    ]
    section: str
    title: str
    summary: str | None = None
    text_lang: Annotated[LanguageCode, Field(description="Language of title, summary and text.")]
    url: Annotated[Address, Field(description="Its page on this Site.")]
    canonical: Annotated[Address, Field(description="Its page on the Site it comes from.")]
    agency: Annotated[SiteId, Field(description="The Site that published it first.")]
    agency_name: str
    published: dt.datetime
    updated: dt.datetime | None = None
    change_note: str | None = None
    author: str | None = None
    source_name: str | None = None
    source_url: Address | None = None
    tags: list[str] = []
    image: Address | None = None
    image_alt: str | None = None
    demo: Annotated[bool, Field(description="Written to show the website; states nothing of any agency.")] = False
    document: DocumentFacts | None = None
    facts: Annotated[dict[str, Any] | None, Field(description="What Items of other kinds hold besides.")] = None
    html: Annotated[
        str | None,
        Field(description="The whole text; addresses in it are relative to `url`. Copies have theirs at home."),
    ] = None


class Gone(ApiModel):
    """An Item that was withdrawn; whoever keeps a copy takes it away (J6)."""

    id: ItemKey
    at: dt.datetime
    reason: str


class Entries(ApiModel):
    """One page of an Edition's Items of one year; of several, 0 has the newest and the others count from the oldest."""

    site: SiteId
    lang: LanguageCode
    year: int | None = None
    number: Annotated[int, Field(ge=0)]
    url: Address
    newer: Address | None = None
    older: Address | None = None
    entries: list[Entry]
    withdrawn: list[Gone] = []


class SectionFacts(ApiModel):
    """A section of a Site."""

    id: str
    kind: str
    label: str
    url: Address


class ContactFacts(ApiModel):
    """How to reach the Editorial Board (C12)."""

    address: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    hours: str | None = None


class Version(ApiModel):
    """A Site in one of its languages."""

    lang: LanguageCode
    url: Address
    data: Annotated[Address, Field(description="Its facts: a Site.")]


class SiteFacts(ApiModel):
    """A Site in one language, and where its data is."""

    id: SiteId
    portal: SiteId
    kind: str
    status: Literal["live", "retired"]
    lang: LanguageCode
    name: str
    url: Address
    owning_authority: str | None = None
    managing_authority: str | None = None
    operator: str | None = None
    responsible_post: str | None = None
    contact: ContactFacts
    sections: list[SectionFacts]
    languages: list[Version]
    items: Annotated[Address, Field(description="The newest Items; `older` leads to all the others.")]
    documents_csv: Address | None = None
    feed: Address
    description: Annotated[Address, Field(description="The OpenAPI document.")]


class SiteEntry(ApiModel):
    """A Site in the list of its Portal."""

    id: SiteId
    kind: str
    status: Literal["live", "retired"]
    name: str
    languages: list[Version]


class Sites(ApiModel):
    """All Sites of a Portal (A7)."""

    portal: SiteId
    name: str
    sites: list[SiteEntry]


class DocumentRow(ApiModel):
    """A document as a line of `documents.csv`."""

    id: ItemKey
    number: str
    type: str
    type_label: str
    issuer: str
    signatory: str | None = None
    signatory_post: str | None = None
    issued: dt.date
    effective: dt.date | None = None
    expires: dt.date | None = None
    field: str
    field_label: str
    state: str | None = None
    title: str
    abstract: str | None = None
    url: Address
    updated: dt.datetime | None = None
    files: Annotated[str, Field(description="Addresses, parted by spaces.")] = ""
