"""How a file of the repository looks in the store: one row, plain text and numbers only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from congtin.catalogue.front_matter import Document, Original, Translation
from congtin.catalogue.kind_models import KindItem, SourceModels
from congtin.catalogue.markdown import Heading
from congtin.catalogue.paths import MediaPath, SourcePath
from congtin.catalogue.read import Reading
from congtin.catalogue.sketch import Sketch
from congtin.catalogue.source import Body, Media, Source, relative_item_path
from congtin.errors import Problem
from congtin.media.facts import MediaFacts
from congtin.stored_problems import problems_text

TRANSLATION = "translation"
MEDIA = "media"
UNREAD = "unread"
"""A file nothing could be made of; its Problems say why."""


class Row(NamedTuple):
    """A file below `content/`; the fields are the columns of the table ``file``."""

    path: str
    site: str
    section: str
    item_path: str
    name: str
    """Language of a Source, file name of a Media file."""
    kind: str
    blob: str
    size: int
    id: str | None
    front: str
    front_text: str
    body: str
    problems: str | None
    title_key: int | None = None
    text_key1: int | None = None
    text_key2: int | None = None
    text_key3: int | None = None
    text_key4: int | None = None
    """The sketch of an original: what finds others that say the same."""

    @property
    def sketch(self) -> Sketch:
        return Sketch(self.title_key, self.text_key1, self.text_key2, self.text_key3, self.text_key4)


KEYS = Row._fields[-len(Sketch._fields) :]
NUMBERS = frozenset({"size", *KEYS})
"""The columns that hold numbers."""


class Edge(NamedTuple):
    """What makes one Item matter to others: an offer, a link, a relation of documents, a number, an address."""

    path: str
    item_path: str
    kind: str
    target: str


OFFER = "offer"
LINK = "link"
DOCUMENT = "document"
NUMBER = "number"
ALIAS = "alias"
"""A former address without its section: copies have the same below theirs."""


def kind_of(front: Original | Translation) -> str:
    """Return the word for what a Source is in the store."""
    return str(getattr(front, "kind", TRANSLATION))


def row_of_reading(reading: Reading) -> Row:
    """Return the row of a Source, or of what could not be read as one."""
    where, source = reading.where, reading.source
    problems = problems_text(reading.problems)
    if source is None:
        return Row(
            where.path, where.site, where.section, where.item_path, where.lang, UNREAD, reading.blob, 0,
            None, "", "", "", problems,
        )  # fmt: skip
    front = source.front
    body = source.body
    return Row(
        path=where.path,
        site=where.site,
        section=where.section,
        item_path=where.item_path,
        name=where.lang,
        kind=kind_of(front),
        blob=source.blob,
        size=0,
        id=front.id if isinstance(front, Original) else None,
        front=front.model_dump_json(exclude_unset=True, by_alias=True),
        front_text=source.front_text,
        body=json.dumps(
            [body.first_line, body.links, body.images, [(h.level, h.id, h.text) for h in body.headings], body.empty],
            ensure_ascii=False,
        ),
        problems=problems,
        **dict(zip(KEYS, reading.sketch, strict=True)),
    )


def row_of_media(where: MediaPath, path: str, blob: str, size: int, problems: Iterable[Problem]) -> Row:
    """Return the row of a Media file."""
    _, portal, site, section = path.split("/")[:4]
    found = problems_text(tuple(problems))
    return Row(
        path, f"{portal}/{site}", section, where.item_path, where.name, MEDIA, blob, size, None, "", "", "", found
    )


def row_of_stranger(path: str, problems: Iterable[Problem]) -> Row:
    """Return the row of a file that has no place below `content/`."""
    return Row(path, "", "", "", "", UNREAD, "", 0, None, "", "", "", problems_text(tuple(problems)))


def source_of(row: Row, models: SourceModels) -> Source:
    """Return the Source a row was made of, by the models of the kinds it was read with."""
    first_line, links, images, headings, empty = json.loads(row.body)
    folder, _, file = row.item_path.rpartition("/")
    where = SourcePath(row.site, row.section, folder.rpartition("/")[2], file, row.name)
    body = Body(
        first_line,
        tuple(links),
        tuple((address, alternative) for address, alternative in images),
        tuple(Heading(*heading) for heading in headings),
        empty,
    )
    front = models.of_row(row.kind).__pydantic_validator__.validate_json(row.front)
    return Source(where, row.blob, front, row.front_text, body)


def media_of(row: Row) -> Media:
    """Return the Media file a row was made of."""
    return Media(row.path, row.name, row.blob, row.size, MediaFacts.of_text(row.front))


def edges_of(source: Source) -> Iterator[Edge]:
    """Yield what makes this Source matter to others."""
    path, item_path, front = source.path, source.where.item_path, source.front
    for target in link_targets(source):
        yield Edge(path, item_path, LINK, target)
    if isinstance(front, Original):
        for pattern in dict.fromkeys([*front.crosspost, *front.crosspost_ended]):
            yield Edge(path, item_path, OFFER, pattern)
        for tail in dict.fromkeys(alias.split("/", 2)[2] for alias in front.aliases):
            yield Edge(path, item_path, ALIAS, tail)
    if isinstance(front, Document):
        for other in related(front):
            yield Edge(path, item_path, DOCUMENT, other)
        yield Edge(path, item_path, NUMBER, number_key(front))


def link_targets(source: Source) -> Iterator[str]:
    """Yield the ids and Item paths that a Source links to; what is no possible address is left to the checks."""
    if isinstance(source.front, KindItem):
        yield from source.front.references
    for link in source.body.links:
        if link[:5].lower() != "item:" and ".md" not in link:
            continue
        try:
            parts = urlsplit(link)
        except ValueError:
            continue
        if parts.scheme == "item":
            yield parts.path
        elif not parts.scheme:
            # The build takes the path as it stands, the checks without its escapes.
            yield from {relative_item_path(source, parts.path), relative_item_path(source, unquote(parts.path))}


def related(document: Document) -> list[str]:
    """Return the ids a document names as older or newer."""
    return [*document.replaces, *([document.replaced_by] if document.replaced_by else [])]


def number_key(document: Document) -> str:
    """Return what two documents share when one of them may have the other's number."""
    return f"{document.issuer.strip().casefold()}\n{document.number.strip()}"
