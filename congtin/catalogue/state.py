"""What the last build left on record: enough to know, without reading anything else, that nothing has changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Self

FILE = "catalogue.sqlite"
FORMAT = "9"
_CACHE_KIB = 8192


class BuildState:
    """The store's few facts about builds; `CatalogueStore` has the rest."""

    path: Path
    db: sqlite3.Connection

    @classmethod
    def open_known(cls, folder: Path) -> Self | None:
        """Open the record of the last build, for reading; None where there is none."""
        state = cls.__new__(cls)
        if not (folder / FILE).is_file():
            return None
        try:
            state.open_to_read(folder)
            if state.meta("format") == FORMAT:
                return state
        except sqlite3.DatabaseError:
            pass
        else:
            state.close()
        return None

    def open_to_read(self, folder: Path) -> None:
        self.path = folder / FILE
        log = self.path.with_name(f"{FILE}-wal")
        # Without a log nobody has anything to add: no locks are needed, which shared storage may not have.
        immutable = "" if log.exists() and log.stat().st_size else "&immutable=1"
        self.db = sqlite3.connect(f"file:{self.path}?mode=ro{immutable}", uri=True)
        # The index of the Fragments, which are looked up one by one, has its place in it.
        self.db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def close(self) -> None:
        self.db.close()

    def meta(self, key: str) -> str:
        row = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def problems(self) -> list[str]:
        """Return the Problems of single files, each as `stored_problems` reads it."""
        return [row[0] for row in self.db.execute("SELECT problems FROM file WHERE problems IS NOT NULL ORDER BY path")]

    def blobs_of(self, paths: Collection[str]) -> dict[str, str]:
        """Return the blob ids of those of a few files that are known and sound."""
        places = ", ".join("?" * len(paths))
        query = f"SELECT path, blob FROM file WHERE problems IS NULL AND path IN ({places})"  # noqa: S608
        return dict(self.db.execute(query, list(paths)))

    def source_count(self) -> int:
        query = "SELECT COUNT(*) FROM file WHERE kind != 'media' AND site != ''"
        return int(self.db.execute(query).fetchone()[0])

    def site_states(self) -> dict[str, tuple[float, float, str]]:
        """Return (since, until, data) of every Site whose last look still holds, clock apart."""
        rows = self.db.execute("SELECT site, since, until, data FROM site")
        return {site: (since, until, data) for site, since, until, data in rows}
