"""Parts of a large Edition, written in processes of their own while the Edition's own process goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from congtin.build.complaints import require_none
from congtin.build.output import Collected, OutputSink
from congtin.workers import Workers, can_fork

# One process would take seconds for them while others may have nothing to do.
MANY_PAGES = 2000


@dataclass(frozen=True)
class _Part:
    edition: str
    writes: Sequence[Callable[[], None]]

    def __str__(self) -> str:
        return self.edition


class Apart:
    """Processes that put files into the sink of the one that started them."""

    def __init__(self, sink: OutputSink) -> None:
        self.sink = sink
        self._waiting: list[Callable[[], None]] = []
        self._workers = Workers(self._written, 2, fresh=True)

    def add(self, write: Callable[[], None]) -> None:
        """Let the next process that begins do this, which puts files into the sink."""
        self._waiting.append(write)

    def begin(self) -> None:
        """Begin a process with what was added; its files are in the sink when all have finished."""
        if self._waiting:
            self._workers.begin(_Part(str(self.sink.key), tuple(self._waiting)))
            self._waiting.clear()

    def finish(self) -> None:
        """Wait for the processes and take what they have put there; raise the first error of them."""
        for collected in self._workers.run(()):
            self.sink.add(collected)

    def close(self) -> None:
        """End those that still write: nobody asks for it any more."""
        self._workers.close()

    def _written(self, part: _Part) -> Collected:
        def write() -> None:
            for each in part.writes:
                each()

        collected = self.sink.collected(write)
        # Whoever watches the Edition's own process does not hear of this one.
        require_none()
        return collected


def worth_it(pages: int) -> bool:
    """Tell whether so many pages are written sooner apart, where this process may fork at all."""
    return pages >= MANY_PAGES and can_fork()
