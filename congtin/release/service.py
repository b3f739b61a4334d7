"""The publisher as a service: publishes when main has moved, when somebody asks, when the clock says so.

Requests that come while it works are one publication afterwards. It looks at main itself too, so that a hook that was
never called delays nothing for more than a moment. What it needs to know is on the disk: killed at any point and
started again, it goes on.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.repository import GitRepository
from congtin.errors import CongtinError, ProblemsFound
from congtin.release import queue
from congtin.release.databases import DatabaseKeeper
from congtin.release.distribute import Distributor
from congtin.release.home import Home
from congtin.release.publish import NotServed, Published
from congtin.release.releases import is_unfinished, live_release
from congtin.release.rollback import Hold
from congtin.release.search.following import following
from congtin.release.status import StatusBoard
from congtin.release.told import publish_and_tell

_LOOK_SECONDS, _GLANCE_SECONDS = 0.5, 0.05
_FIRST_PAUSE = timedelta(seconds=15)
_LONGEST_PAUSE = timedelta(minutes=10)


def _clock() -> datetime:
    return datetime.now().astimezone()


@dataclass
class Failed:
    """What did not work, and when it is tried again."""

    commit: str
    requests: frozenset[str]
    again: datetime | None
    """None: not before main moves or somebody asks, because the content itself is at fault."""
    pause: timedelta


@dataclass
class Service:
    """Watches one home; `run` returns when it is asked to stop."""

    home: Home
    published: Callable[[Published], None] = lambda _published: None
    refused: Callable[[CongtinError], None] = lambda _error: None
    clock: Callable[[], datetime] = _clock
    failed: Failed | None = None
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Publish whatever is due until somebody stops it; a publication that has begun is brought to its end."""
        distributor = Distributor(self.home, self.refused)
        databases = DatabaseKeeper(self.home, self.refused)
        indexer = following(self.home, self.refused, distributor.news)
        self._tell()
        distributor.start()
        databases.start()
        if self.home.settings.search:
            indexer.start()
        try:
            while not self._stop.is_set():
                commit = self.due()
                if commit:
                    self.publish(commit)
                elif distributor.news.is_set():
                    distributor.news.clear()
                    self._tell()
                self._rest()
        finally:
            indexer.stop()
            databases.stop()
            distributor.stop()
        self._tell()

    def stop_on_signals(self) -> None:
        """Stop after SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self._stop.set())

    def stop(self) -> None:
        """Stop after what is being done."""
        self._stop.set()

    def _rest(self) -> None:
        """Wait until it is time to look again, or until somebody merged or asked."""
        before = self._touched()
        for _ in range(round(_LOOK_SECONDS / _GLANCE_SECONDS)):
            if self._stop.wait(_GLANCE_SECONDS) or self._touched() != before:
                return

    def _touched(self) -> list[int]:
        """Return when folders that show a merge or a request changed; a hint only, looking tells."""
        places = [self.home.queue, self.home.content / "refs" / "heads"]
        return [place.stat().st_mtime_ns for place in places if place.is_dir()]

    def due(self) -> str | None:
        """Return the commit to publish now; None when there is nothing to do."""
        if Hold.of(self.home):
            return None
        with GitRepository(self.home.content) as content:
            main = content.ref(MAIN)
        requests = frozenset(request.file.name for request in queue.waiting(self.home))
        if main is None or not (requests or is_unfinished(self.home) or self._moved(main) or self._is_time()):
            return None
        failed = self.failed
        if failed and failed.commit == main and requests <= failed.requests:
            return main if failed.again and self.clock() >= failed.again else None
        return main

    def publish(self, commit: str) -> None:
        """Publish a commit; remember what failed, so that the same fault is not met without end."""
        requests = frozenset(request.file.name for request in queue.waiting(self.home))
        try:
            published = publish_and_tell(self.home, MAIN, self.clock())
        except CongtinError as error:
            before = self.failed.pause if self.failed and self.failed.commit == commit else _FIRST_PAUSE / 2
            pause = min(before * 2, _LONGEST_PAUSE)
            # What is wrong with the content stays so until somebody mends it; a full disk or a busy gate may pass.
            lasting = isinstance(error, ProblemsFound) and not isinstance(error, NotServed)
            again = None if lasting else self.clock() + pause
            self.failed = Failed(commit, requests, again, pause)
            self.refused(error)
        else:
            self.failed = None
            self.published(published)

    def _moved(self, main: str) -> bool:
        live = live_release(self.home)
        return live is None or live.record.commit != main

    def _is_time(self) -> bool:
        live = live_release(self.home)
        return bool(live and live.record.next_due and live.record.next_due <= self.clock())

    def _tell(self) -> None:
        """Say what is so: whoever was killed left the status of a publication that nobody makes any more."""
        with Desk(self.home.content, self.clock()) as desk:
            StatusBoard(self.home).working(desk, None)
