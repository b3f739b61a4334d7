"""Whether an error says that the disk is full, whoever found it so first."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator


def is_full_disk(error: BaseException) -> bool:
    """Tell whether an error is, or was caused by, a disk or a quota without room: the system's word or SQLite's."""
    return any(_says_so(each) for each in _causes(error))


def _says_so(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
