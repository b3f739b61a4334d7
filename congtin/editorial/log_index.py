"""An index of the log, so that nobody reads all of it to ask about one Change. A cache: it can be deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.editorial import log
from congtin.editorial.log import Recorded
from congtin.editorial.repository import GitRepository

FILE = "log-index.sqlite"
_FORMAT = 1
_TABLES = """
CREATE TABLE entry (seq INTEGER PRIMARY KEY, oid TEXT, time TEXT, event TEXT, change TEXT, roster TEXT, statement TEXT);
CREATE INDEX entry_change ON entry (change);
CREATE INDEX entry_event ON entry (event);
CREATE TABLE brought (blob TEXT, key TEXT, PRIMARY KEY (blob, key)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Intake:
    """When the log took a statement in, and the roster that was in force then."""

    seq: int
    time: datetime
    roster: str


class LogIndex:
    """Answers about the log up to the entry it was last brought to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        self.db = self._open()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path)
        try:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version == _FORMAT:
                return database
        except sqlite3.DatabaseError:
            pass
        database.close()
        self.path.unlink(missing_ok=True)
        database = sqlite3.connect(self.path)
        database.executescript(_TABLES + f"PRAGMA user_version = {_FORMAT};")
        return database

    def close(self) -> None:
        self.db.close()

    def bring_to(self, content: GitRepository, head: str | None) -> None:
        """Take in the entries up to ``head``; when the log is another one than before, read all of it again."""
        last = self.db.execute("SELECT oid FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        known = last[0] if last else None
        if known == head:
            return
        if known and (head is None or not content.is_ancestor(known, head)):
            with self.db:
                self.db.execute("DELETE FROM entry")
                self.db.execute("DELETE FROM brought")
            known = None
        with self.db:
            for recorded in log.entries(content, head, known):
                self._put(recorded)

    def _put(self, recorded: Recorded) -> None:
        entry = recorded.entry
        statement = entry.detail.get("statement")
        self.db.execute(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
            (entry.seq, recorded.oid, entry.time.isoformat(), entry.event, entry.change, entry.roster, statement),
        )
        brought = entry.detail.get("brought")
        if isinstance(brought, dict):
            pairs = [(blob, key) for blob, keys in brought.items() if isinstance(keys, list) for key in keys]
            self.db.executemany("INSERT OR IGNORE INTO brought VALUES (?, ?)", pairs)

    def intakes(self, change: str) -> dict[str, Intake]:
        """Return when each statement about a Change was taken in, by its sha256."""
        query = "SELECT statement, seq, time, roster FROM entry WHERE change = ? AND statement IS NOT NULL ORDER BY seq"
        rows = self.db.execute(query, (change,))
        return {sha: Intake(seq, datetime.fromisoformat(time), roster) for sha, seq, time, roster in rows}

    def brought(self, blobs: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the keys that signed commits which brought these files, in whatever Change."""
        query = "SELECT key FROM brought WHERE blob = ?"
        found = {blob: frozenset(row[0] for row in self.db.execute(query, (blob,))) for blob in blobs}
        return {blob: keys for blob, keys in found.items() if keys}

    def last_roster(self) -> str | None:
        """Return the roster that the newest entry names."""
        query = "SELECT roster FROM entry WHERE roster IS NOT NULL ORDER BY seq DESC LIMIT 1"
        row = self.db.execute(query).fetchone()
        return str(row[0]) if row else None

    def changes(self) -> list[str]:
        """Return every Change the log tells of, newest first."""
        query = "SELECT change, MAX(seq) FROM entry WHERE change IS NOT NULL GROUP BY change ORDER BY 2 DESC"
        return [row[0] for row in self.db.execute(query)]

    def dump(self) -> str:
        """Return all there is, to be compared with an index made anew."""
        tables = ("entry", "brought")
        return json.dumps([self.db.execute(f"SELECT * FROM {t} ORDER BY 1, 2").fetchall() for t in tables])  # noqa: S608
