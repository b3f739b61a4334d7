"""The database of everything a Portal and its Sites publish, made of the files of their API (I1).

Its tables follow from the models that those files follow from. The same files make the same bytes: rows go in by a
fixed order, and nothing in it says when it was made.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from congtin.build.api import SITES
from congtin.build.api_models import (
    ROOT,
    VERSION,
    DocumentFacts,
    Entries,
    Entry,
    Gone,
    SiteFacts,
    Sites,
)
from congtin.errors import CongtinError
from congtin.languages import fold
from congtin.messages import msg

M = TypeVar("M", bound=BaseModel)


class DataDamaged(CongtinError):
    """A file of the API is not what a build leaves there."""


@dataclass(frozen=True)
class Table:
    """One table: what it takes from a model, and what tells its rows apart."""

    name: str
    model: type[BaseModel]
    key: tuple[str, ...]
    before: tuple[str, ...] = ()
    """Columns that the page of a row says, not the row itself."""
    without: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.before, *(name for name in self.model.model_fields if name not in self.without))

    @property
    def statement(self) -> str:
        """The table in SQL."""
        own = [f"{name} TEXT NOT NULL" for name in self.before]
        fields = self.model.model_fields
        own += [f"{name} {_type(fields[name])}" for name in self.columns[len(self.before) :]]
        return f"CREATE TABLE {self.name} ({', '.join(own)}, PRIMARY KEY ({', '.join(self.key)}))"

    @property
    def insertion(self) -> str:
        return f"INSERT INTO {self.name} VALUES ({', '.join('?' * len(self.columns))})"  # noqa: S608 (names of ours)


TABLES = (
    Table("sites", SiteFacts, ("id", "lang")),
    Table("items", Entry, ("site", "lang", "id"), ("site", "lang"), frozenset({"document"})),
    Table("documents", DocumentFacts, ("site", "lang", "id"), ("site", "lang", "id")),
    Table("withdrawn", Gone, ("site", "lang", "id"), ("site", "lang")),
)
_SITES, _ITEMS, _DOCUMENTS, _WITHDRAWN = TABLES
# Words of originals, without accents and with d for đ; SQLite itself knows of no đ.
_SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5 "
    "(title, number, summary, content='', tokenize='unicode61 remove_diacritics 2')"
)


def portals_of(tree: Path) -> dict[str, Path]:
    """Return, by host, the list of Sites of every Portal below ``tree``."""
    return {file.relative_to(tree).parts[0]: file for file in sorted(tree.glob(f"*/{ROOT}{SITES}"))}


def make(tree: Path, sites_file: Path, target: Path) -> int:
    """Write the database of one Portal to ``target``, which must not exist; return the number of Items in it.

    Raise DataDamaged when a file of the API is not what it should be, OSError or sqlite3.Error when the disk fails.
    """
    sites = _read(Sites, sites_file)
    with closing(sqlite3.connect(target)) as db, db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA page_size = 4096")
        for table in TABLES:
            db.execute(table.statement)
        db.execute("CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        db.executemany("INSERT INTO about VALUES (?, ?)", [("api", VERSION), ("portal", sites.portal)])
        db.execute(_SEARCH)
        for site in sorted(sites.sites, key=lambda site: site.id):
            for version in site.languages:
                _fill(db, tree, _read(SiteFacts, _file(tree, version.data)))
        db.execute("CREATE INDEX items_by_id ON items (id)")
        db.execute("CREATE INDEX documents_by_number ON documents (number)")
        db.commit()
        db.execute("VACUUM")
        count: int = db.execute("SELECT count(*) FROM items").fetchone()[0]
    return count


def _fill(db: sqlite3.Connection, tree: Path, site: SiteFacts) -> None:
    db.execute(_SITES.insertion, _row(site, _SITES, {}))
    pages = list(_pages(tree, site.items))
    for page in reversed(pages):
        place = {"site": page.site, "lang": page.lang}
        # The newest comes first on a page; here it comes last.
        for entry in reversed(page.entries):
            number = db.execute(_ITEMS.insertion, _row(entry, _ITEMS, place)).lastrowid
            if entry.document:
                db.execute(_DOCUMENTS.insertion, _row(entry.document, _DOCUMENTS, {**place, "id": entry.id}))
            if entry.role == "original":
                symbol = entry.document.number if entry.document else ""
                words = [fold(text) for text in (entry.title, symbol, entry.summary or "")]
                db.execute("INSERT INTO search (rowid, title, number, summary) VALUES (?, ?, ?, ?)", (number, *words))
        db.executemany(_WITHDRAWN.insertion, [_row(gone, _WITHDRAWN, place) for gone in page.withdrawn])


def _pages(tree: Path, first: str) -> Iterator[Entries]:
    """Yield the pages of a list from the newest to the oldest."""
    address: str | None = first
    seen: set[str] = set()
    while address and address not in seen:
        seen.add(address)
        page = _read(Entries, _file(tree, address))
        yield page
        address = page.older


def _file(tree: Path, address: str) -> Path:
    """Return the file of an address of the network; raise DataDamaged for anything else."""
    parts = urlsplit(address)
    path = f"{parts.hostname}{parts.path}"
    if parts.scheme != "https" or ".." in path.split("/") or f"/{ROOT}" not in path:
        raise DataDamaged(msg("{path} is no address of published data.", path=address))
    return tree / path


def _read(model: type[M], file: Path) -> M:
    try:
        return model.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        text = msg("{path} is not published data as this version makes it.", path=file)
        raise DataDamaged(text, msg("Run: congtin build")) from error


def _row(model: BaseModel, table: Table, place: Mapping[str, str]) -> list[object]:
    values = {**place, **model.model_dump(mode="json")}
    return [_value(values[name]) for name in table.columns]


def _value(value: object) -> object:
    """Return a value as it stands in a column: what has parts as JSON, which SQLite can take apart."""
    if isinstance(value, list | dict):
        return json.dumps(_known(value), ensure_ascii=False, separators=(",", ":"))
    return value


def _known(value: Any) -> Any:
    """Return JSON without what is not known, as the API gives it."""
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items() if each is not None}
    return [_known(each) for each in value] if isinstance(value, list) else value


def _type(field: Any) -> str:
    kind = "INTEGER" if field.annotation in (bool, int) else "TEXT"
    return f"{kind} NOT NULL" if field.is_required() else kind
