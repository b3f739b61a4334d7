"""What the audit log tells of Releases: each that went live, each that was taken back (E19)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.release.records import RECORD, Release

PUBLISHED, ROLLED_BACK = "published", "rolled-back"


def published_event(release: Release, *, late: bool = False, despite: Sequence[str] = ()) -> Event:
    """Return what is logged of a Release that went live; ``late`` when a publisher died before it could.

    ``despite`` are the codes of what somebody said shall not keep it back.
    """
    detail = _detail(release)
    if despite:
        detail["despite"] = list(despite)
    if late:
        detail["late"] = True
    return Event(PUBLISHED, detail=detail)


def rolled_back_event(release: Release, before: Release | None, reason: str) -> Event:
    """Return what is logged of a way back."""
    return Event(ROLLED_BACK, detail=_detail(release) | {"from": before.number if before else None, "reason": reason})


def record(content: Path, event: Event) -> None:
    """Write to the audit log, at the time it is now: a long build may have begun long before."""
    with Desk(content, datetime.now().astimezone()) as desk, desk.lock():
        desk.record([event])


def log_missing_event(desk: Desk, live: Release) -> None:
    """Log that a Release is live when nobody has: who switched to it died between the switch and the log."""
    last = None
    for recorded in log.entries(desk.plain, desk.plain.ref(log.REF), live.record.log_head):
        if recorded.entry.event in (PUBLISHED, ROLLED_BACK):
            last = recorded.entry.detail.get("release")
    if last != live.number:
        record(desk.plain.path, published_event(live, late=True))


def was_live(desk: Desk, release: Release) -> bool:
    """Tell whether the log tells of this very Release that citizens saw it."""
    known = _detail(release)
    for recorded in log.entries(desk.plain, desk.plain.ref(log.REF), release.record.log_head):
        entry = recorded.entry
        if entry.event == PUBLISHED and all(entry.detail.get(name) == known[name] for name in ("release", "record")):
            return True
    return False


def _detail(release: Release) -> dict[str, object]:
    data = (release.folder / RECORD).read_bytes()
    return {
        "release": release.number,
        "commit": release.record.commit,
        "record": hashlib.sha256(data).hexdigest(),
        "profile": release.record.profile,
    }
