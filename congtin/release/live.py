"""What pages open in a browser are told: that they are built anew, or that the last build failed."""

from __future__ import annotations

import json
import secrets
import threading
from pathlib import Path

from congtin.errors import Severity
from congtin.messages import msg, translate, user_language
from congtin.release.builder import NotBuilt

FOLDER = "/.congtin/"
SCRIPT = f"{FOLDER}reload.js"
EVENTS = f"{FOLDER}events"
_SCRIPT_FILE = Path(__file__).with_name("reload.js")
# Each waiting page holds a thread; hidden pages do not wait.
MOST_WAITING = 64
_WAIT_SECONDS = 25.0
_MOST_SHOWN = 5


class LivePages:
    """The state all open pages follow; they ask for what comes after the state they know."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        # Pages of a server that was started anew know another word and load again.
        self._start = secrets.token_hex(4)
        self._news = self._pages = self._waiting = 0
        self._failure: dict[str, object] | None = None
        self._closed = False

    def built(self, *, changed: bool) -> None:
        """Tell pages that the last build succeeded, and whether it changed a file."""
        self._tell(None, changed=changed)

    def not_built(self, failure: NotBuilt) -> None:
        """Tell pages that the last build failed."""
        self._tell(_failure(failure), changed=False)

    def _tell(self, failure: dict[str, object] | None, *, changed: bool) -> None:
        with self._changed:
            if changed or failure != self._failure:
                self._news += 1
                self._pages += changed
                self._failure = failure
                self._changed.notify_all()

    def close(self) -> None:
        """Answer all who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self, known: str) -> bytes | None:
        """Return the state as JSON, later when it is the ``known`` one; nothing when too many wait already."""
        with self._changed:
            if self._waiting >= MOST_WAITING:
                return None
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: self._closed or known != self._word(self._news), _WAIT_SECONDS)
            finally:
                self._waiting -= 1
            state = {"news": self._word(self._news), "pages": self._word(self._pages), "failure": self._failure}
            return json.dumps(state, ensure_ascii=False).encode()

    def _word(self, number: int) -> str:
        return f"{self._start}-{number}"

    def pages_word(self) -> str:
        """Return which pages are served now; asked before a page is read, so that no build is missed."""
        with self._changed:
            return self._word(self._pages)


def with_script(page: bytes, pages_word: str) -> bytes:
    """Return a page that follows the state; the file on disk knows nothing of it."""
    tag = f'<script src="{SCRIPT}" data-pages="{pages_word}" defer></script>'.encode()
    at = page.lower().rfind(b"</body>")
    return page + tag if at < 0 else page[:at] + tag + page[at:]


def script() -> bytes:
    """Return what every page runs."""
    return _SCRIPT_FILE.read_bytes()


def _failure(failure: NotBuilt) -> dict[str, object]:
    errors = [problem for problem in failure.problems if problem.severity is Severity.ERROR]
    rest = len(errors) - _MOST_SHOWN
    return {
        "lang": user_language(),
        "title": str(failure.message),
        "note": translate("This page is the former one."),
        "hint": str(failure.hint or ""),
        "problems": [
            {"place": p.place, "message": str(p.message), "hint": str(p.hint or "")} for p in errors[:_MOST_SHOWN]
        ],
        "rest": str(msg("… and {count} more.", count=rest)) if rest > 0 else "",
    }
