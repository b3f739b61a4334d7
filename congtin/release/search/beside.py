"""Indexes follow the pages: made in a thread beside whoever changes these, so that no reader waits for an index."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from congtin.errors import CongtinError
from congtin.release.search.lists import Tree
from congtin.release.search.place import GRACE
from congtin.release.search.update import Make, Update, update

_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=10)
_LOOK_SECONDS = 1.0


@dataclass
class Indexer:
    """Brings indexes to what is published whenever that has changed, and again after what went wrong."""

    place: Path
    published: Callable[[], tuple[object, Tree] | None]
    """What is published now, with something that differs when it changes; None before there is anything."""
    make: Make
    made: Callable[[Update], None] = lambda _update: None
    failed: Callable[[CongtinError], None] = lambda _error: None
    look_seconds: float = _LOOK_SECONDS
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        # A daemon: nothing is lost when whoever published ends while an index is half made.
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more; what is half made is made again by whoever starts next."""
        self._stop.set()
        if self._thread:
            self._thread.join(self.look_seconds)

    def _run(self) -> None:
        done: object = None
        due = datetime.now().astimezone()
        pause = _FIRST_PAUSE
        tidy: datetime | None = None
        while not self._stop.is_set():
            now = datetime.now().astimezone()
            found = self._published()
            if found and now >= due and (found[0] != done or (tidy and now >= tidy)):
                tidy = None
                try:
                    ended = update(found[1], self.place, now, self.make)
                except CongtinError as error:
                    due, pause = now + pause, min(pause * 2, _LONGEST_PAUSE)
                    self.failed(error)
                else:
                    # What some pages still search in goes later.
                    tidy = now + GRACE + timedelta(seconds=1) if ended.renewed else None
                    if ended.errors:
                        due, pause = now + pause, min(pause * 2, _LONGEST_PAUSE)
                    else:
                        done, pause = found[0], _FIRST_PAUSE
                    self.made(ended)
            self._stop.wait(self.look_seconds)

    def _published(self) -> tuple[object, Tree] | None:
        try:
            return self.published()
        except CongtinError as error:
            self.failed(error)
            return None
