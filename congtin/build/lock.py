"""One build at a time for one output tree."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FILE = "lock"


@contextmanager
def alone(state: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the output tree whose state lies in ``state``; call ``waiting`` once if another build has it.

    The system lets go of it when this process ends, however it ends.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / _FILE).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
