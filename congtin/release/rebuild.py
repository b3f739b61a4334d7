"""When to build: after saves, one build at a time, and when time alone may have changed what is shown."""

from __future__ import annotations

import math
import queue
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest
from congtin.errors import BuildError
from congtin.messages import msg
from congtin.release.builder import Answer, Builder, BuilderLost, Built, NotBuilt, Order, Step
from congtin.release.watch import CodeSaved, FileWatch, Saved, WatchLost

# Texts come due at a minute: looking more often shows nothing sooner. On a network where one look takes long,
# there are at least twenty times as long between two, so that the machine is never kept busy by time alone.
_CLOCK_SECONDS = 60.0
_CLOCK_SHARE = 20
# A signal can reach another thread than the one that acts on it, which then learns of it when it wakes.
_SIGNAL_SECONDS = 0.5


class Listener:
    """Hears what becomes of the builds."""

    def building(self) -> None:
        """Learn that a build began for what somebody saved."""

    def step(self, step: Step) -> None:
        """Learn how far it is."""

    def built(self, report: BuildReport) -> None:
        """Learn that the pages are as the files say."""

    def not_built(self, failure: NotBuilt) -> None:
        """Learn that the pages are the former ones."""

    def code_changed(self) -> None:
        """Learn that a new builder starts, because a plugin changed."""


@dataclass(frozen=True)
class Clock:
    """What time it is, and whether it passes at all: a time given with `--now` stands still."""

    now: Callable[[], datetime]
    runs: bool = True
    seconds: float = _CLOCK_SECONDS
    share: int = _CLOCK_SHARE


class Rebuilder:
    """Brings together saves, the clock and the one builder. Nothing saved is forgotten before it was built."""

    def __init__(self, request: BuildRequest, clock: Clock, listener: Listener) -> None:
        self.request = request
        self.clock = clock
        self.listener = listener
        self._heard: queue.SimpleQueue[Answer | BuilderLost | Saved | CodeSaved | WatchLost] = queue.SimpleQueue()
        self._saved = Saved(None)
        self._unbuilt = Saved()
        self._under_way: Saved | None = None
        self._began = self._ended = self._took = 0.0
        self._builder: Builder | None = None
        self._new_builder = False

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            # The builder first: it reads the engine while the folders are being counted.
            stack.callback(self._stop_builder)
            self._builder = self._start_builder()
            watch = FileWatch(self.request.root, self.request.output, self._heard.put)
            watch.start()
            stack.callback(watch.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def first(self) -> None:
        """Build once, whatever was saved; return when it is done or has failed."""
        self._build()
        while self._under_way is not None:
            self._hear(math.inf)

    def run(self) -> None:
        """Build whenever it is time, for ever."""
        while True:
            if self._under_way is None and (self._saved or self._new_builder):
                self._build()
            if not self._hear(self._clock_due()):
                self._order(Saved())

    def _hear(self, deadline: float) -> bool:
        """Take the next thing that is heard; tell whether it came before ``deadline``."""
        while time.monotonic() < deadline:
            with suppress(queue.Empty):
                self._take(self._heard.get(timeout=_SIGNAL_SECONDS))
                return True
        return False

    def _clock_due(self) -> float:
        """Return when to look at the clock if nothing else happens."""
        if self._under_way is not None or not self.clock.runs:
            return math.inf
        return self._ended + max(self.clock.seconds, self._took * self.clock.share)

    def _build(self) -> None:
        if self._new_builder:
            self.listener.code_changed()
            self._stop_builder()
            self._saved = Saved(None)
        saved, self._saved = self._saved, Saved()
        self.listener.building()
        self._order(saved)

    def _order(self, saved: Saved) -> None:
        if self._builder is None:
            self._builder = self._start_builder()
            saved = Saved(None)
        self._under_way = saved | self._unbuilt
        self._began = time.monotonic()
        self._builder.build(Order(self.clock.now(), self._under_way))

    def _start_builder(self) -> Builder:
        self._new_builder = False
        return Builder(self.request, self._heard.put)

    def _stop_builder(self) -> None:
        if self._builder:
            self._builder.stop()
            self._builder = None

    def _take(self, heard: Answer | BuilderLost | Saved | CodeSaved | WatchLost) -> None:
        match heard:
            case Saved():
                self._saved |= heard
            case CodeSaved():
                self._new_builder = True
            case WatchLost():
                raise BuildError(msg("The files cannot be watched: {detail}", detail=heard.detail))
            case Step():
                self.listener.step(heard)
            case Built():
                self._end_build(Saved())
                self.listener.built(heard.report)
            case NotBuilt():
                self._fail(heard)
            case BuilderLost() if heard.builder is self._builder:
                self._stop_builder()
                self._fail(heard.failure)

    def _fail(self, failure: NotBuilt) -> None:
        # A failed build has not taken up what was saved; the next one is told again.
        self._end_build(self._under_way or Saved())
        self.listener.not_built(failure)

    def _end_build(self, unbuilt: Saved) -> None:
        self._unbuilt = unbuilt
        self._under_way = None
        self._ended = time.monotonic()
        self._took = self._ended - self._began
