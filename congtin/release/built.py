"""What a build that ran apart tells, as a file beside its store."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from congtin.errors import BuildError, CongtinError, Problem, ProblemsFound
from congtin.messages import msg
from congtin.stored_problems import message_of, problems_of_text

RESULT = "result.json"
_MOST_BYTES = 64 * 1024 * 1024


class NotWhatWasBuilt(CongtinError):
    """Something is not what a build leaves; what is remembered of builds must be forgotten."""


@dataclass(frozen=True)
class Built:
    """What a build that ran apart tells."""

    problems: list[Problem]
    rendered: int
    editions: int
    """Those that were not skipped."""
    items: int
    next_due: datetime | None


def read_plain(file: Path, most: int = -1) -> bytes:
    """Return a plain file's bytes, ``most`` of them at most; what a build left is never read through a link."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotWhatWasBuilt(msg("{path} is not what the build left there.", path=file)) from error
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotWhatWasBuilt(msg("{path} is not what the build left there.", path=file))
        return stream.read(most)


def read_result(folder: Path) -> Built:
    """Return what the build said; raise what it raised, BuildError when it said nothing that can be understood."""
    try:
        data = json.loads(read_plain(folder / RESULT, _MOST_BYTES))
        return _result(data)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise BuildError(msg("The build that runs apart did not say what it did.")) from error


def _result(data: Any) -> Built:
    if "refused" in data:
        raise ProblemsFound(problems_of_text(data["refused"]))
    if "failed" in data:
        raise CongtinError(message_of(data["failed"]), message_of(data["hint"]) if data["hint"] else None)
    due = data["next_due"]
    return Built(
        problems_of_text(data["problems"]),
        int(data["rendered"]),
        int(data["editions"]),
        int(data["items"]),
        datetime.fromtimestamp(due, UTC) if due is not None else None,
    )
