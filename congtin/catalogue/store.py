"""The catalogue on disk: every file's row, what binds Items together, Fragments, what is still to build."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from congtin.catalogue import media
from congtin.catalogue.fragments import fragment_of
from congtin.catalogue.markdown import Fragment, renderer_version
from congtin.catalogue.rows import KEYS, MEDIA, NUMBERS, Edge, Row
from congtin.catalogue.state import FILE, FORMAT, BuildState
from congtin.engine import engine_digest
from congtin.messages import Msg, msg
from congtin.model import ItemKind

_MANY = 500
_PAGE = 16384
_CACHE_KIB = 65536
_MOST_ALIKE = 20

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE fragment (blob TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE file ({", ".join(f"{name} {'INTEGER' if name in NUMBERS else 'TEXT'}" for name in Row._fields)});
CREATE UNIQUE INDEX file_path ON file (path);
CREATE INDEX file_item ON file (item_path);
CREATE INDEX file_blob ON file (blob);
CREATE INDEX file_place ON file (site, section, name, kind);
CREATE INDEX file_id ON file (id) WHERE id IS NOT NULL;
CREATE INDEX file_media ON file (path) WHERE kind = '{MEDIA}';
CREATE INDEX file_problems ON file (path) WHERE problems IS NOT NULL;
{"".join(f"CREATE INDEX file_{key} ON file ({key}) WHERE {key} IS NOT NULL;" for key in KEYS)}
CREATE TABLE edge (path TEXT NOT NULL, item_path TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL);
CREATE INDEX edge_path ON edge (path);
CREATE INDEX edge_item ON edge (item_path, kind);
CREATE INDEX edge_target ON edge (target, kind);
CREATE TABLE site (site TEXT PRIMARY KEY, since REAL NOT NULL, until REAL NOT NULL, data TEXT NOT NULL);
{media.TABLES}
"""
_COLUMNS = ", ".join(Row._fields)

Stamp = tuple[str, str, str | None]


class CatalogueStore(BuildState):
    """A SQLite file; one of another engine's, or a damaged one, starts anew and says so in ``renewed``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self.renewed: Msg | None = None
        self.db = self._open()

    @classmethod
    def reading(cls, folder: Path) -> Self:
        """Open a store that nobody writes meanwhile; after ``settle`` without any lock, so on shared storage too."""
        store = cls.__new__(cls)
        store.renewed = None
        store.open_to_read(folder)
        return store

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path)
        try:
            self._prepare(database)
        except sqlite3.DatabaseError:
            database.close()
            try:
                for suffix in ("", "-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            except OSError as error:
                raise sqlite3.OperationalError(str(error)) from error
            self.renewed = msg("The store was damaged; it has been made anew.")
            database = sqlite3.connect(self.path)
            self._prepare(database)
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute(f"PRAGMA page_size = {_PAGE}")
        database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        # With a log each page would be written twice: in an empty store there is nothing to go back to.
        database.execute(f"PRAGMA journal_mode = {'WAL' if _has_tables(database) else 'DELETE'}")
        database.execute("PRAGMA synchronous = NORMAL")
        known = dict(database.execute("SELECT key, value FROM meta")) if _has_tables(database) else None
        if known is None or known.get("format") != FORMAT:
            if known is not None or _has_any(database):
                self.renewed = msg("The store had an older form; it has been made anew.")
            _empty(database)
            database.executescript(_TABLES)
            known = {"format": FORMAT}
        renderer = renderer_version()
        with database:
            if known.get("renderer") != renderer:
                database.execute("DELETE FROM fragment")
            if known.get("engine") != engine_digest():
                for table in ("file", "edge", "site"):
                    database.execute(f"DELETE FROM {table}")  # noqa: S608 (a constant)
                database.execute("DELETE FROM meta")
            examiner = media.prepare(database, known)
            values = {"format": FORMAT, "renderer": renderer, "engine": engine_digest(), "media": examiner}
            if any(known.get(key) != value for key, value in values.items()):
                database.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def settle(self, *, shared: bool) -> None:
        """Let others read what was written; on ``shared`` storage all must be in the one file."""
        self.db.execute("PRAGMA journal_mode = WAL")
        if shared:
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def set_meta(self, key: str, value: str) -> None:
        self.db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def fragment(self, blob: str) -> Fragment | None:
        """Return the Fragment of a Source's blob id, if it was rendered before."""
        row = self.db.execute("SELECT data FROM fragment WHERE blob = ?", (blob,)).fetchone()
        return fragment_of(row[0]) if row else None

    def put_fragments(self, rows: Iterable[tuple[str, str]]) -> None:
        """Keep (blob id, ``fragment_data``) pairs."""
        self.db.executemany("INSERT OR REPLACE INTO fragment VALUES (?, ?)", rows)

    def blobs(self) -> dict[str, str]:
        """Return the blob id of every file."""
        return dict(self.db.execute("SELECT path, blob FROM file"))

    def has_files(self) -> bool:
        return self.db.execute("SELECT 1 FROM file LIMIT 1").fetchone() is not None

    def forget_fragments(self, blobs: Iterable[str]) -> None:
        """Forget the Fragments of these blob ids that no file has any more."""
        query = (
            "DELETE FROM fragment WHERE blob = ? AND NOT EXISTS (SELECT 1 FROM file WHERE file.blob = fragment.blob)"
        )
        self.db.executemany(query, ((blob,) for blob in blobs))

    def forget_all_unused_fragments(self) -> None:
        """Forget every Fragment that no file has any more."""
        self.db.execute("DELETE FROM fragment WHERE blob NOT IN (SELECT blob FROM file)")

    def troubled_paths(self) -> list[str]:
        return [row[0] for row in self.db.execute("SELECT path FROM file WHERE problems IS NOT NULL")]

    def paths_by_kinds(self) -> list[str]:
        """Return the Sources that may read otherwise when other kinds are declared: all but articles and the like."""
        own = ", ".join(f"'{word}'" for word in (*ItemKind, MEDIA))
        return [row[0] for row in self.db.execute(f"SELECT path FROM file WHERE kind NOT IN ({own}) AND site != ''")]  # noqa: S608

    def put_rows(self, rows: Sequence[Row], edges: Iterable[Edge]) -> None:
        """Keep files and what they point to; what was there of these paths must be removed before."""
        places = ", ".join("?" * len(Row._fields))
        self.db.executemany(f"INSERT OR REPLACE INTO file VALUES ({places})", rows)  # noqa: S608 (question marks)
        self.db.executemany("INSERT INTO edge VALUES (?, ?, ?, ?)", edges)

    def remove_paths(self, paths: Iterable[str]) -> None:
        """Forget files and what they pointed to."""
        rows = [(path,) for path in paths]
        self.db.executemany("DELETE FROM file WHERE path = ?", rows)
        self.db.executemany("DELETE FROM edge WHERE path = ?", rows)

    def rows_of_paths(self, paths: Iterable[str]) -> Iterator[Row]:
        query = f"SELECT {_COLUMNS} FROM file WHERE path IN (%s)"  # noqa: S608 (constants)
        yield from map(Row._make, self._each(query, paths))

    def known_paths(self, paths: Iterable[str]) -> list[str]:
        return [row[0] for row in self._each("SELECT path FROM file WHERE path IN (%s)", paths)]

    def items_of_paths(self, paths: Iterable[str]) -> set[str]:
        return {row[0] for row in self._each("SELECT item_path FROM file WHERE path IN (%s)", paths)}

    def known_items(self, item_paths: Iterable[str]) -> set[str]:
        """Return those of these Items that have a file."""
        return {row[0] for row in self._each("SELECT item_path FROM file WHERE item_path IN (%s)", item_paths)}

    def items_naming(self, term: str) -> set[str]:
        """Return the Items whose front matter has this word as a value; every one is looked at."""
        query = "SELECT item_path FROM file WHERE id IS NOT NULL AND instr(front, ?)"
        return {row[0] for row in self.db.execute(query, (f'"{term}"',))}

    def items_of_site(self, site: str) -> set[str]:
        return {row[0] for row in self.db.execute("SELECT DISTINCT item_path FROM file WHERE site = ?", (site,))}

    def rows_of_site(self, site: str) -> Iterator[Row]:
        query = f"SELECT {_COLUMNS} FROM file WHERE site = ? ORDER BY path"  # noqa: S608 (constants)
        yield from map(Row._make, self.db.execute(query, (site,)))

    def stamps_of_site(self, site: str) -> list[Stamp]:
        """Return (path, blob id, Problems) of a Site's files: what tells whether a row is another than before."""
        return self.db.execute("SELECT path, blob, problems FROM file WHERE site = ?", (site,)).fetchall()

    def stamps_of_items(self, item_paths: Iterable[str]) -> list[Stamp]:
        query = "SELECT path, blob, problems FROM file WHERE item_path IN (%s)"
        return [(path, blob, problems) for path, blob, problems in self._each(query, item_paths)]

    def all_rows(self) -> Iterator[Row]:
        yield from map(Row._make, self.db.execute(f"SELECT {_COLUMNS} FROM file ORDER BY path"))  # noqa: S608

    def rows_of_items(self, item_paths: Iterable[str]) -> Iterator[Row]:
        query = f"SELECT {_COLUMNS} FROM file WHERE item_path IN (%s) ORDER BY path"  # noqa: S608 (constants)
        yield from map(Row._make, self._each(query, item_paths))

    def rows_alike(self, row: Row) -> list[Row]:
        """Return other Sources that share a number of their sketch; of a number that many share, only some."""
        title, *text = KEYS
        found: dict[str, Row] = {}
        for columns, keys in (((title,), row.sketch[:1]), (text, row.sketch[1:])):
            wanted = [key for key in keys if key is not None]
            for column in columns:
                places = ", ".join("?" * len(wanted))
                query = f"SELECT {_COLUMNS} FROM file WHERE {column} IN ({places}) LIMIT {_MOST_ALIKE}"  # noqa: S608
                found.update((other.path, other) for other in map(Row._make, self.db.execute(query, wanted)))
        return [other for other in found.values() if other.item_path != row.item_path]

    def item_paths_with_ids(self, ids: Iterable[str]) -> set[str]:
        return {row[0] for row in self._each("SELECT item_path FROM file WHERE id IN (%s)", ids)}

    def ids_of_items(self, item_paths: Iterable[str]) -> set[str]:
        query = "SELECT id FROM file WHERE id IS NOT NULL AND item_path IN (%s)"
        return {row[0] for row in self._each(query, item_paths)}

    def same_ids(self, site: str) -> set[str]:
        """Return the Items of other places that have the id of one of this Site's."""
        query = (
            "SELECT b.item_path FROM file a JOIN file b ON a.id = b.id AND a.path != b.path"
            " WHERE a.site = ? AND a.id IS NOT NULL"
        )
        return {row[0] for row in self.db.execute(query, (site,))}

    def ids(self) -> list[str]:
        return [row[0] for row in self.db.execute("SELECT id FROM file WHERE id IS NOT NULL ORDER BY path")]

    def targets(self, item_paths: Iterable[str], kind: str) -> set[str]:
        """Return what these Items point to."""
        query = f"SELECT DISTINCT target FROM edge WHERE kind = '{kind}' AND item_path IN (%s)"  # noqa: S608
        return {row[0] for row in self._each(query, item_paths)}

    def pointing(self, targets: Iterable[str], kind: str) -> set[str]:
        """Return the Items that point to one of ``targets``."""
        query = f"SELECT DISTINCT item_path FROM edge WHERE kind = '{kind}' AND target IN (%s)"  # noqa: S608
        return {row[0] for row in self._each(query, targets)}

    def all_targets(self, kind: str) -> list[str]:
        return [row[0] for row in self.db.execute("SELECT DISTINCT target FROM edge WHERE kind = ?", (kind,))]

    def places(self) -> list[tuple[str, str, str]]:
        """Return every (Site, section, language) a Source stands in."""
        query = "SELECT DISTINCT site, section, name FROM file WHERE kind != 'media' AND site != ''"
        return [(site, section, name) for site, section, name in self.db.execute(query)]

    def paths_in(self, site: str, section: str, lang: str) -> list[str]:
        query = "SELECT path FROM file WHERE site = ? AND section = ? AND name = ? AND kind != 'media' ORDER BY path"
        return [row[0] for row in self.db.execute(query, (site, section, lang))]

    def sizes(self) -> dict[str, int]:
        """Return how many files each Site has."""
        return dict(self.db.execute("SELECT site, COUNT(*) FROM file GROUP BY site"))

    def sites_of_ids(self, ids: Iterable[str]) -> set[str]:
        return {row[0] for row in self._each("SELECT site FROM file WHERE id IN (%s)", ids)}

    def put_site(self, site: str, since: float, until: float, data: str) -> None:
        """Keep what was found of a Site; it holds until something it can see changes, or the clock says so."""
        self.db.execute("INSERT OR REPLACE INTO site VALUES (?, ?, ?, ?)", (site, since, until, data))

    def forget_sites(self, sites: Iterable[str]) -> None:
        self.db.executemany("DELETE FROM site WHERE site = ?", ((site,) for site in sites))

    def forget_all_sites(self) -> None:
        self.db.execute("DELETE FROM site")

    def _each(self, query: str, values: Iterable[str]) -> Iterator[tuple[str, ...]]:
        wanted = list(values)
        for at in range(0, len(wanted), _MANY):
            some = wanted[at : at + _MANY]
            yield from self.db.execute(query % ", ".join("?" * len(some)), some)


def _has_any(database: sqlite3.Connection) -> bool:
    return database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _has_tables(database: sqlite3.Connection) -> bool:
    found = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {"meta", "fragment", "file", "edge", "site", "media", "picture"} <= found


def _empty(database: sqlite3.Connection) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (name,) in database.execute(query).fetchall():
        database.execute(f'DROP TABLE "{name}"')
