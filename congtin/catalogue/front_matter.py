"""The schema of each kind's front matter, and how a Source is taken apart."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from congtin.catalogue.paths import is_slug
from congtin.model import ItemKind
from congtin.validation import VISIBLE, Day, Moment, StrictModel, Url

ID_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 12

MOST_ENTRIES = 100
MOST_TAGS = 30

_ALIAS = re.compile(r"/[a-z0-9]+(-[a-z0-9]+)*/((19|20)[0-9]{2}/)?(?P<slug>[^/]+)/")


def _alias(value: str) -> str:
    form = _ALIAS.fullmatch(value)
    if form is None or not is_slug(form["slug"]):
        raise PydanticCustomError("bad_form", "bad form")
    return value


ItemId = Annotated[str, Field(pattern=f"^[{ID_ALPHABET}]{{{ID_LENGTH}}}$")]
Title = Annotated[str, Field(min_length=1, max_length=250, pattern=VISIBLE)]
Summary = Annotated[str, Field(min_length=1, max_length=600, pattern=VISIBLE)]
Abstract = Annotated[str, Field(min_length=1, max_length=1000, pattern=VISIBLE)]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=VISIBLE)]
Alias = Annotated[str, AfterValidator(_alias)]
Offers = Annotated[list[str], Field(max_length=MOST_ENTRIES)]
Revision = Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


class SourceCredit(StrictModel):
    """Where re-used text comes from (D7)."""

    name: Line
    url: Url | None = None
    consent: Line | None = None


class Withdrawal(StrictModel):
    """Why an Item is no longer shown (J6)."""

    at: Moment
    reason: Line
    document: Line | None = None


class Attachment(StrictModel):
    """A file that belongs to a document."""

    file: str
    title: Line


class Original(StrictModel):
    """Front matter that every original has: the facts all languages share."""

    id: ItemId
    title: Title
    summary: Summary | None = None
    date: Moment
    updated: Moment | None = None
    change_note: Line | None = None
    author: Line | None = None
    source: SourceCredit | None = None
    tags: Annotated[list[str], Field(max_length=MOST_TAGS)] = []
    image: str | None = None
    image_alt: Line | None = None
    image_credit: Line | None = None
    crosspost: Offers = []
    crosspost_ended: Offers = []
    aliases: Annotated[list[Alias], Field(max_length=MOST_ENTRIES)] = []
    withdrawn: Withdrawal | None = None
    draft: bool = False
    demo: bool = False
    dialect: Literal["commonmark", "python-markdown"] = "commonmark"

    @property
    def teaser(self) -> str:
        """The text for cards and feeds."""
        return self.summary or ""


class Article(Original):
    """News, announcements, guidance."""

    kind: Literal["article"]
    summary: Summary


class Page(Original):
    """A fixed page."""

    kind: Literal["page"]
    order: int = 0
    review_by: Day | None = None


class Document(Original):
    """A legal or administrative document, văn bản (D1–D5, D9, D11)."""

    kind: Literal["document"]
    summary: None = None
    number: str
    number_exception: Line | None = None
    type: str
    issuer: Line
    signatory: Line | None = None
    signatory_post: Line | None = None
    issued: Day
    effective: Day | None = None
    expires: Day | None = None
    abstract: Abstract
    field: str
    recipients: list[Line] = []
    replaces: list[ItemId] = []
    replaced_by: ItemId | None = None
    attachments: Annotated[list[Attachment], Field(max_length=MOST_ENTRIES)] = []

    @property
    def teaser(self) -> str:
        return self.abstract


class Translation(StrictModel):
    """Front matter of a translation: text only, and the revision it was made from."""

    translated_from: Revision
    title: Title
    summary: Summary | None = None
    abstract: Abstract | None = None
    image_alt: Line | None = None
    author: Line | None = None
    issuer: Line | None = None
    signatory_post: Line | None = None
    change_note: Line | None = None
    dialect: Literal["commonmark", "python-markdown"] = "commonmark"

    @property
    def teaser(self) -> str:
        return self.abstract or self.summary or ""


MODELS: dict[ItemKind, type[Article | Page | Document]] = {
    ItemKind.ARTICLE: Article,
    ItemKind.PAGE: Page,
    ItemKind.DOCUMENT: Document,
}
FrontMatter = Article | Page | Document | Translation


class NoFrontMatter(Exception):
    """The text does not begin with front matter between two ``---`` lines."""


def unmarked(text: str) -> str:
    """Return text without byte order mark, its lines ended by line feeds alone."""
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if "\r" in text else text  # one letter is found much sooner than two


def split(text: str) -> tuple[str, str, int]:
    """Return (YAML, body, lines before the body). The YAML begins at line 2 of the file.

    What Windows programs add is taken off: the byte order mark, and carriage returns at line ends.
    """
    text = unmarked(text)
    if not text.startswith("---\n"):
        raise NoFrontMatter
    end = text.find("\n---\n", 3)
    if end < 0:
        if not text.endswith("\n---"):
            raise NoFrontMatter
        end = len(text) - 4
    head = text[4 : end + 1]
    return head, text[end + 5 :], head.count("\n") + 2
