"""A lock that dies with the processes that hold it: one way to have it, for whoever must be alone."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from congtin.errors import CongtinError

_LOOK_SECONDS = 0.05


@contextmanager
def locked(file: Path, patience: float, busy: Callable[[], CongtinError]) -> Iterator[int]:
    """Hold a lock on ``file``; raise what ``busy`` returns when that takes more seconds than ``patience``.

    The file is opened without truncation and never removed, so that all lock the same one. Yield its descriptor:
    whoever inherits it holds the lock too, and the system ends it with the last of them, however that ends.
    """
    end = time.monotonic() + patience
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        while not _taken(descriptor):
            if time.monotonic() > end:
                raise busy()
            time.sleep(_LOOK_SECONDS)
        yield descriptor
    finally:
        # Not unlocked but closed: what was started meanwhile may still hold it.
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
