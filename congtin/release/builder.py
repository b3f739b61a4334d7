"""The process that builds while this one serves: a server has threads, and who forks workers may have none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import Pipe

from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest
from congtin.errors import Problem
from congtin.messages import Msg, msg
from congtin.release.watch import Saved

_LOOK_SECONDS = 1.0
_END_SECONDS = 10.0


@dataclass(frozen=True)
class Order:
    """Build what was saved, as it stands at ``now``."""

    now: datetime
    saved: Saved


@dataclass(frozen=True)
class Step:
    """So many Editions of a build are ready."""

    done: int
    total: int


@dataclass(frozen=True)
class Built:
    """A build succeeded."""

    report: BuildReport


@dataclass(frozen=True)
class NotBuilt:
    """A build failed; the former pages are still there."""

    message: Msg
    hint: Msg | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class BuilderLost:
    """The process ended by itself."""

    builder: Builder
    failure: NotBuilt


Answer = Step | Built | NotBuilt


class Builder:
    """A running `congtin.release.builder_process`; tells ``heard`` what it answers, from a thread."""

    def __init__(self, request: BuildRequest, heard: Callable[[Answer | BuilderLost], None]) -> None:
        self.heard = heard
        self._connection, theirs = Pipe()
        # A session of its own: Ctrl-C in the terminal reaches the server alone, which then ends all of this one.
        self._process = subprocess.Popen(  # noqa: S603 (our own module)
            [sys.executable, "-m", "congtin.release.builder_process", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._connection.send(request)
        self._thread = threading.Thread(target=self._listen, name="congtin-builder", daemon=True)
        self._stopping = False
        self._thread.start()

    def build(self, order: Order) -> None:
        """Begin; what comes of it is heard."""
        with suppress(ConnectionError):  # it has died: that is heard too
            self._connection.send(order)

    def stop(self) -> None:
        """End the process and all that it started, whatever they are doing; return when they are gone."""
        self._stopping = True
        deadline = time.monotonic() + _END_SECONDS
        for number in (signal.SIGTERM, signal.SIGKILL):
            self._signal(number)
            while self._signal(0) and time.monotonic() < deadline:
                time.sleep(0.02)
        self._process.wait()
        self._thread.join()
        self._connection.close()

    def _signal(self, number: int) -> bool:
        """Signal every process of the session; tell whether there was one."""
        self._process.poll()
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def _listen(self) -> None:
        # Workers hold the other end too: its end alone would not tell that the builder died.
        try:
            while self._connection.poll(_LOOK_SECONDS) or self._process.poll() is None:
                if self._connection.poll():
                    self.heard(self._connection.recv())
        except (EOFError, ConnectionError):
            self._process.wait()
        if not self._stopping:
            text = msg("The builder ended by itself (status {status}).", status=self._process.wait())
            self.heard(BuilderLost(self, NotBuilt(text, msg("It starts again with the next change."))))
