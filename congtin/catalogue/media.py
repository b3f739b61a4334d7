"""What files beside texts are: looked into once for their bytes, remembered by blob id; what was made of pictures."""

from __future__ import annotations

import enum
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from congtin.catalogue.rows import MEDIA, Row
from congtin.errors import Problem
from congtin.media.apart import examine_apart
from congtin.media.examine import examination_version, examine
from congtin.stored_problems import problems_of_text, problems_text
from congtin.workers import Workers

TABLES = """
CREATE TABLE media (blob TEXT NOT NULL, suffix TEXT NOT NULL, facts TEXT NOT NULL, problems TEXT,
                    PRIMARY KEY (blob, suffix));
CREATE TABLE picture (blob TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,
                      PRIMARY KEY (blob, id));
"""
# Fewer files are looked into sooner here than by starting other processes.
_FEW = 4

Key = tuple[str, str]
"""Blob id and suffix: what the same bytes are depends on what their name says."""


@dataclass(frozen=True)
class _File:
    """A file for one worker to look into."""

    root: Path
    path: str
    key: Key

    def __str__(self) -> str:
        return self.path


def prepare(database: sqlite3.Connection, known: Mapping[str, str]) -> str:
    """Forget what another version found or made; return the version of this one."""
    version = examination_version()
    if known.get("media") != version:
        database.execute("DELETE FROM media")
        database.execute("DELETE FROM picture")
    return version


class Looking(enum.Enum):
    """Whether Media are looked into, and where."""

    NOT = enum.auto()
    HERE = enum.auto()
    APART = enum.auto()
    """In a process that has nothing to lose: the files of people whom nobody has checked."""


def examined(
    database: sqlite3.Connection, root: Path, rows: Sequence[Row], workers: int, looking: Looking, *, remember: bool
) -> list[Row]:
    """Return rows with the facts of the Media among them and what is wrong with them.

    Only bytes that nobody has looked into are read; with ``remember`` what is found is kept in the caller's
    transaction.
    """
    wanted = [row for row in rows if row.kind == MEDIA and not row.problems]
    known = {key: found for row in wanted if (found := _known(database, key := _key(row)))}
    new = {_key(row): row.path for row in wanted if _key(row) not in known}
    jobs = [_File(root, path, key) for key, path in new.items()]
    for key, facts, problems in _results(root, jobs, workers, looking):
        known[key] = (facts, problems)
        if remember:
            database.execute("INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?)", (*key, facts, problems))
    return [_with(row, *known[_key(row)]) if row.kind == MEDIA and not row.problems else row for row in rows]


def _results(root: Path, jobs: list[_File], workers: int, looking: Looking) -> Iterable[tuple[Key, str, str | None]]:
    if looking is Looking.APART and jobs:
        found = examine_apart(root, [job.path for job in jobs])
        return [(job.key, facts.to_text(), problems_text(told)) for job, (facts, told) in zip(jobs, found, strict=True)]
    return map(_look_into, jobs) if len(jobs) < _FEW or workers == 1 else Workers(_look_into, workers).run(jobs)


def _key(row: Row) -> Key:
    return row.blob, row.name.rpartition(".")[2]


def _known(database: sqlite3.Connection, key: Key) -> tuple[str, str | None] | None:
    query = "SELECT facts, problems FROM media WHERE blob = ? AND suffix = ?"
    found: tuple[str, str | None] | None = database.execute(query, key).fetchone()
    return found


def _look_into(file: _File) -> tuple[Key, str, str | None]:
    facts, problems = examine((file.root / file.path).read_bytes(), file.path)
    return file.key, facts.to_text(), problems_text(problems)


def _with(row: Row, facts: str, problems: str | None) -> Row:
    """Return the row of a Media file; what was found in its bytes is told of this file."""
    found: Iterable[Problem] = (replace(problem, path=row.path) for problem in problems_of_text(problems))
    return row._replace(front=facts, problems=problems_text(found))


def forget(database: sqlite3.Connection) -> None:
    """Forget what is known of bytes that no file has any more."""
    for table in ("media", "picture"):
        database.execute(f"DELETE FROM {table} WHERE blob NOT IN (SELECT blob FROM file)")  # noqa: S608 (constants)


def made(database: sqlite3.Connection, blob: str) -> dict[str, tuple[str, int]]:
    """Return digest and size of all that was made of a picture, by variant id."""
    query = "SELECT id, digest, size FROM picture WHERE blob = ?"
    return {id_: (digest, size) for id_, digest, size in database.execute(query, (blob,))}


def put_made(database: sqlite3.Connection, blob: str, files: Iterable[tuple[str, str, int]]) -> None:
    """Keep (variant id, digest, size) of all that was made of a picture."""
    database.executemany("INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?)", ((blob, *file) for file in files))


def unmade(database: sqlite3.Connection) -> Iterator[Row]:
    """Yield a row for each picture of which nothing was made yet."""
    columns = ", ".join(f"file.{name}" for name in Row._fields)
    query = (
        f"SELECT {columns} FROM file WHERE kind = '{MEDIA}' AND front != '' AND NOT EXISTS"  # noqa: S608 (constants)
        " (SELECT 1 FROM picture WHERE picture.blob = file.blob) ORDER BY path"
    )
    yield from map(Row._make, database.execute(query))


def digests(database: sqlite3.Connection) -> set[str]:
    """Return the digest of everything that was made of pictures there are."""
    return {row[0] for row in database.execute("SELECT digest FROM picture")}
