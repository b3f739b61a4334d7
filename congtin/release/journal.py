"""What the audit log tells of Releases: each that went live, each that was taken back (E19)."""

from __future__ import annotations

import hashlib

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.release.records import RECORD, Release

PUBLISHED, ROLLED_BACK = "published", "rolled-back"


def published_event(release: Release, *, late: bool = False) -> Event:
    """Return what is logged of a Release that went live; ``late`` when a publisher died before it could."""
    detail = _detail(release)
    if late:
        detail["late"] = True
    return Event(PUBLISHED, detail=detail)


def rolled_back_event(release: Release, before: Release | None, reason: str) -> Event:
    """Return what is logged of a way back."""
    return Event(ROLLED_BACK, detail=_detail(release) | {"from": before.number if before else None, "reason": reason})


def log_missing_event(desk: Desk, live: Release) -> None:
    """Log that a Release is live when nobody has: its publisher died between the switch and the log."""
    head = desk.plain.ref(log.REF)
    for recorded in log.entries(desk.plain, head, live.record.log_head):
        entry = recorded.entry
        if entry.event in (PUBLISHED, ROLLED_BACK) and entry.detail.get("release") == live.number:
            return
    with desk.lock():
        desk.record([published_event(live, late=True)])


def _detail(release: Release) -> dict[str, object]:
    data = (release.folder / RECORD).read_bytes()
    return {
        "release": release.number,
        "commit": release.record.commit,
        "record": hashlib.sha256(data).hexdigest(),
        "profile": release.record.profile,
    }
