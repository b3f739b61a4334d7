"""Requests to publish, one file each: written by hooks, webhooks and people, taken by the service.

A request is removed only when what it asked for is live; whoever dies before leaves it where it is.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.release.built import NotWhatWasBuilt, read_plain
from congtin.release.home import Home

_SUFFIX = ".json"
_MOST_BYTES = 64 * 1024
_MOST_WORDS = 200


@dataclass(frozen=True)
class Request:
    """Somebody's wish that main be published."""

    file: Path
    at: datetime
    why: str


def ask(home: Home, why: str, now: datetime) -> Path:
    """Leave a request; it lasts when the power fails. Return its file."""
    home.queue.mkdir(parents=True, exist_ok=True)
    # Names sort by time; two of the same moment differ.
    name = f"{now.timestamp():017.6f}-{secrets.token_hex(4)}"
    half = home.queue / f".{name}"
    with half.open("w", encoding="utf-8") as stream:
        json.dump({"at": now.isoformat(), "why": why}, stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    return half.rename(home.queue / f"{name}{_SUFFIX}")


def waiting(home: Home) -> list[Request]:
    """Return the requests that wait, oldest first. One that cannot be read waits too: it is a request all the same."""
    if not home.queue.is_dir():
        return []
    return [_read(file) for file in sorted(home.queue.glob(f"[!.]*{_SUFFIX}"))]


def done(requests: Iterable[Request]) -> None:
    """Forget requests whose wish is fulfilled; what is no file at all is moved out of the way."""
    for request in requests:
        try:
            request.file.unlink(missing_ok=True)
        except OSError:
            with suppress(OSError):
                request.file.rename(request.file.with_name(f".{request.file.name}.odd-{secrets.token_hex(4)}"))


def _read(file: Path) -> Request:
    try:
        data = json.loads(read_plain(file, _MOST_BYTES))
        at = datetime.fromisoformat(data["at"])
        return Request(file, at if at.tzinfo else at.astimezone(), str(data["why"])[:_MOST_WORDS])
    # Whoever may write here may write anything; and a publication beside may have just fulfilled it.
    except (NotWhatWasBuilt, OSError, ValueError, KeyError, TypeError, RecursionError):
        return Request(file, datetime.now().astimezone(), "?")
