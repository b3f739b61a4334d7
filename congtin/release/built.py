"""What a build that ran apart tells, as a file beside its store."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from congtin.errors import CongtinError, Problem, ProblemsFound
from congtin.stored_problems import message_of, problems_of_text

RESULT = "result.json"


@dataclass(frozen=True)
class Built:
    """What a build that ran apart tells."""

    problems: list[Problem]
    rendered: int
    editions: int
    """Those that were not skipped."""
    items: int
    next_due: datetime | None


def read_result(folder: Path) -> Built:
    """Return what the build said; raise what it raised."""
    data = json.loads((folder / RESULT).read_text("utf-8"))
    if "refused" in data:
        raise ProblemsFound(problems_of_text(data["refused"]))
    if "failed" in data:
        raise CongtinError(message_of(data["failed"]), message_of(data["hint"]) if data["hint"] else None)
    due = data["next_due"]
    return Built(
        problems_of_text(data["problems"]),
        data["rendered"],
        data["editions"],
        data["items"],
        datetime.fromtimestamp(due, UTC) if due is not None else None,
    )
