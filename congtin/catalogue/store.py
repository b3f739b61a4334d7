"""Rendered Fragments on disk, keyed by blob id: a text is rendered once for all Editions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from congtin.catalogue.markdown import Fragment, Heading, renderer_version

STATE_FOLDER = ".congtin"
_FILE = "fragments.sqlite"


def state_folder(root: Path, output: Path) -> Path:
    """Return where the stores of an output tree lie: each tree has its own."""
    return root / STATE_FOLDER if output == root / "output" else output / STATE_FOLDER


class FragmentStore:
    """A SQLite file; one written by another renderer, or a damaged one, starts anew."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self.path = folder / _FILE
        if read_only:
            self._db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
            return
        folder.mkdir(parents=True, exist_ok=True)
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        version = renderer_version()
        try:
            database = sqlite3.connect(self.path)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("CREATE TABLE IF NOT EXISTS renderer (version TEXT PRIMARY KEY)")
            database.execute("CREATE TABLE IF NOT EXISTS fragment (blob TEXT PRIMARY KEY, data TEXT NOT NULL)")
            known = database.execute("SELECT version FROM renderer").fetchone()
        except sqlite3.DatabaseError:
            database.close()
            self.path.unlink(missing_ok=True)
            return self._open()
        if known != (version,):
            database.execute("DELETE FROM fragment")
            database.execute("DELETE FROM renderer")
            database.execute("INSERT INTO renderer VALUES (?)", (version,))
            database.commit()
        return database

    def get(self, blob: str) -> Fragment | None:
        row = self._db.execute("SELECT data FROM fragment WHERE blob = ?", (blob,)).fetchone()
        return _fragment(row[0]) if row else None

    def put(self, rows: Iterable[tuple[str, str]]) -> None:
        """Keep (blob id, ``fragment_data``) pairs."""
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO fragment VALUES (?, ?)", rows)

    def close(self) -> None:
        self._db.close()


def fragment_data(fragment: Fragment) -> str:
    """Return a Fragment as the text the store keeps."""
    return json.dumps(
        {
            "html": fragment.html,
            "headings": [{"level": h.level, "id": h.id, "text": h.text} for h in fragment.headings],
            "links": fragment.links,
            "images": fragment.images,
            "text": fragment.text,
        },
        ensure_ascii=False,
    )


def _fragment(data: str) -> Fragment:
    fields = json.loads(data)
    return Fragment(
        html=fields["html"],
        headings=tuple(Heading(**heading) for heading in fields["headings"]),
        links=tuple(fields["links"]),
        images=tuple((source, alternative) for source, alternative in fields["images"]),
        text=fields["text"],
    )
