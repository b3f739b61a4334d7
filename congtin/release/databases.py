"""Databases follow the pages: made in a thread beside the service, so that no publication waits for them.

databases/<host>/api/v1/portal.sqlite3         the database of a Portal, put in place in one step
databases/<host>/api/v1/portal.sqlite3.gz      the same, compressed once
databases/<host>/source.txt                    digest of the files it was made of
"""

from __future__ import annotations

import gzip
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from congtin.build.api_description import DATABASE
from congtin.build.api_models import ROOT
from congtin.build.manifest import replace_file
from congtin.engine import engine_digest
from congtin.errors import CongtinError
from congtin.messages import msg
from congtin.release import database
from congtin.release.home import Home
from congtin.release.releases import live_release

_SOURCE = "source.txt"
_LOOK_SECONDS = 1.0
# Most of what there is to gain, at a tenth of the time the best takes.
_LEVEL = 6
_MODE = 0o644


class DatabaseFailed(CongtinError):
    """A database could not be made; the one before stays."""


def update(place: Path, tree: Path, outputs: Mapping[str, str]) -> list[str]:
    """Make the database of every Portal whose data has changed, and return the hosts of those; raise CongtinError.

    ``outputs`` are the digests of the files below ``tree``.
    """
    data = sorted(f"{digest} {name}" for name, digest in outputs.items() if f"/{ROOT}" in name)
    source = hashlib.sha256("\n".join([engine_digest(), sqlite3.sqlite_version, *data]).encode()).hexdigest()
    made = []
    portals = database.portals_of(tree)
    for host, sites in portals.items():
        known = place / host / _SOURCE
        if not (known.is_file() and known.read_text("utf-8") == source and target_of(place, host).is_file()):
            put(tree, sites, target_of(place, host))
            replace_file(known, source.encode())
            made.append(host)
    return made


def put(tree: Path, sites: Path, target: Path) -> int:
    """Make a Portal's database and put it in place in one step; return its number of Items; raise CongtinError."""
    new = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        items = database.make(tree, sites, new)
        packed = gzip.compress(new.read_bytes(), _LEVEL, mtime=0)
        new.chmod(_MODE)
        new.replace(target)
        compressed = target.with_name(f"{target.name}.gz")
        replace_file(compressed, packed)
        compressed.chmod(_MODE)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseFailed(
            msg("The database {path} cannot be written: {detail}", path=target, detail=error)
        ) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return items


def target_of(place: Path, host: str) -> Path:
    """Return where the database of the Portal with this host lies."""
    return place / host / ROOT / DATABASE


@dataclass
class DatabaseKeeper:
    """Brings the databases to what is live whenever that has changed."""

    home: Home
    failed: Callable[[CongtinError], None] = lambda _error: None
    look_seconds: float = _LOOK_SECONDS
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        # A daemon: what is half made is made again by whoever starts next.
        self._thread = threading.Thread(target=self._run, name="databases", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and wait for what is being written."""
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        done: int | None = None
        while not self._stop.is_set():
            live = live_release(self.home)
            if live and live.number != done:
                done = live.number
                try:
                    update(self.home.databases, live.tree, live.outputs)
                except CongtinError as error:
                    self.failed(error)
            self._stop.wait(self.look_seconds)
