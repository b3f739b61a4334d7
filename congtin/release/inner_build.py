"""What runs apart: one build of exported files, and its result as a file. It knows no key and no repository."""

from __future__ import annotations

import errno
import json
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.catalogue.store import CatalogueStore
from congtin.ending import end_now
from congtin.errors import CongtinError, ProblemsFound
from congtin.model import Profile
from congtin.release.built import RESULT
from congtin.release.room import is_full_disk
from congtin.sandbox import wait_for_the_word
from congtin.stored_problems import message_data, problems_text


def main(arguments: list[str]) -> None:
    """Build ``source`` into ``output`` with the store ``state``; write the result beside the store.

    End with the number ENOSPC when the disk is full.
    """
    try:
        _build(arguments)
    except (OSError, sqlite3.Error, CongtinError) as error:
        if not is_full_disk(error):
            raise
        sys.exit(errno.ENOSPC)


def _build(arguments: list[str]) -> None:
    source, output, state, now, profile, workers = arguments
    where = Path(state)
    request = BuildRequest(
        Path(source), Path(output), where, datetime.fromisoformat(now), Profile(profile), workers=int(workers)
    )
    try:
        report = build(request)
    except ProblemsFound as error:
        result: dict[str, Any] = {"refused": problems_text(error.problems)}
    except CongtinError as error:
        if is_full_disk(error):
            raise
        result = {"failed": message_data(error.message), "hint": error.hint and message_data(error.hint)}
    else:
        result = {
            "problems": problems_text(report.problems), "rendered": report.rendered, "editions": len(report.built),
            "items": report.items, "next_due": _next_due(where),
        }  # fmt: skip
    (where.parent / RESULT).write_text(json.dumps(result, ensure_ascii=False), "utf-8")


def _next_due(state: Path) -> float | None:
    """Return when the clock alone changes a page, in seconds since 1970."""
    with closing(CatalogueStore(state)) as store:
        moments = [until for _, until, _ in store.site_states().values()]
    first = min(moments, default=float("inf"))
    return first if first != float("inf") else None


if __name__ == "__main__":
    wait_for_the_word()
    main(sys.argv[1:])
    end_now()
