"""The log as lines for people and programs (E19, M3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from congtin.editorial import log
from congtin.editorial.log import Entry
from congtin.editorial.repository import GitRepository


@dataclass(frozen=True)
class Line:
    """One entry, flat."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "seq", "time", "event", "change", "person", "key", "sites", "digest", "commit", "roster", "detail",
    )  # fmt: skip

    seq: int
    time: datetime
    event: str
    change: str
    person: str
    key: str
    sites: tuple[str, ...]
    digest: str
    commit: str
    roster: str
    detail: dict[str, Any]

    def data(self) -> dict[str, Any]:
        """Return this as JSON can hold it."""
        return {name: getattr(self, name) for name in self.FIELDS} | {
            "time": self.time.isoformat(),
            "sites": list(self.sites),
        }

    def row(self) -> dict[str, str]:
        """Return this as a row of a table; what a spreadsheet would take for a formula is written as text."""
        values = self.data() | {
            "sites": " ".join(self.sites),
            "detail": " ".join(f"{name}={value}" for name, value in self.detail.items()),
        }
        return {name: _plain(str(value)) for name, value in values.items()}


def lines_of(
    content: GitRepository,
    head: str | None,
    *,
    site: str | None = None,
    change: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[Line]:
    """Yield the entries that fit, the oldest first; ``until`` itself is outside. Raise LogDamaged."""
    for recorded in log.entries(content, head):
        entry = recorded.entry
        if since and entry.time < since:
            continue
        if until and entry.time >= until:
            return
        if (site is None or site in entry.sites) and (change is None or change == entry.change):
            yield _line(entry)


def _line(entry: Entry) -> Line:
    detail = {name: value for name, value in entry.detail.items() if name not in ("brought", "digest")}
    commit = next((new for ref, (_, new) in entry.refs.items() if ref.startswith("refs/heads/")), "")
    return Line(
        entry.seq, entry.time, entry.event, entry.change or "", entry.person or "", entry.key or "", entry.sites,
        str(entry.detail.get("digest", "")), commit, entry.roster or "", detail,
    )  # fmt: skip


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
