"""What the log tells, gathered while its chain and signatures are checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from congtin.editorial.desk import MAIN
from congtin.editorial.log import Entry, Recorded


@dataclass
class Story:
    """What the log tells, its chain and signatures checked."""

    head: str | None
    entries: list[Recorded] = field(default_factory=list)
    statements: dict[str, Entry] = field(default_factory=dict)
    steps: dict[tuple[str, str], Recorded] = field(default_factory=dict)
    brought: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    oids: dict[str, int] = field(default_factory=dict)

    def take(self, recorded: Recorded) -> None:
        entry = recorded.entry
        self.entries.append(recorded)
        self.oids[recorded.oid] = entry.seq
        sha = entry.detail.get("statement")
        if isinstance(sha, str):
            self.statements[sha] = entry
        if entry.event == "merged" and MAIN in entry.refs:
            self.steps[entry.refs[MAIN]] = recorded
        brought = entry.detail.get("brought")
        for blob, keys in brought.items() if isinstance(brought, dict) else ():
            self.brought.setdefault(blob, []).extend((entry.seq, str(key)) for key in keys or ())  # type: ignore[union-attr]

    def hands(self, blobs: Iterable[str], before: int) -> dict[str, frozenset[str]]:
        """Return the keys that had brought these files by then; what came later makes nobody an author."""
        return {blob: frozenset(key for seq, key in self.brought.get(blob, ()) if seq < before) for blob in blobs}
