"""A Release sent to a place whose files are changed one by one, so that each moment there makes sense.

Files named by their content and media come first, then what is new, then pages, then what leads to them (`order`);
then what is gone is removed, and what the target holds is written down at the very end (`held`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from congtin.release.records import RECORD, SIGNATURE, Release
from congtin.release.targets.held import HEAD, PENDING, Head, Held, list_bytes, pending_bytes, read_held
from congtin.release.targets.plan import Plan, make_plan
from congtin.release.targets.report import PushReport
from congtin.release.targets.wanted import Wanted


class Place(Protocol):
    """Where files are put by their names. Every method raises TargetFailed when it cannot be done."""

    def read(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """Return the target's own notes that are there."""

    def write(self, name: str, data: bytes) -> None:
        """Write one of the target's own notes, in one step."""

    def send(self, wanted: Wanted, names: Sequence[str], unknown: frozenset[str]) -> int:
        """Bring files there, each in one step, and return the bytes read for it; those ``unknown`` may be there."""

    def remove(self, names: Sequence[str]) -> None:
        """Remove files; those that are not there are no matter."""


@dataclass(frozen=True)
class InPlace:
    """One target that is changed in place."""

    name: str
    place: Place
    keep_days: int
    at_hand: Path
    """A copy of the last list of files, so that it need not be fetched."""

    def held(self) -> Held:
        known = [self.at_hand.read_bytes()] if self.at_hand.is_file() else []
        return read_held(self.place, known)

    def push(
        self,
        wanted: Wanted,
        now: datetime,
        *,
        dry_run: bool,
        again: bool,
        progress: Callable[[int, int], None],
    ) -> PushReport:
        """Bring a Release there; raise TargetFailed or ReleaseDamaged, and then the next call goes on from there."""
        release = wanted.release
        held = self.held()
        plan = make_plan(held, wanted.files, now, self.keep_days, again=again)
        record = (release.folder / RECORD).read_text("utf-8")
        done = not plan.names and held.head is not None and held.head.record == record
        size = 0
        if not dry_run and not done:
            size = self._change(wanted, held, plan, progress)
            self._write_head(release, record, wanted.files, held, plan, now)
        return PushReport(
            target=self.name,
            release=release.number,
            before=held.record.number if held.record else None,
            sent=plan.send,
            unknown=len(plan.unknown),
            removed=plan.remove,
            waiting=tuple(plan.left),
            bytes=size,
            dry_run=dry_run,
            current=done,
        )

    def _change(self, wanted: Wanted, held: Held, plan: Plan, progress: Callable[[int, int], None]) -> int:
        size = sent = 0
        if plan.names:
            # What stopped before stays unknown until a send ends.
            self.place.write(PENDING, pending_bytes(held.base, plan.names | held.pending))
        for group in plan.groups:
            for batch in batches(wanted.file, group):
                size += self.place.send(wanted, batch, plan.unknown)
                sent += len(batch)
                progress(sent, len(plan.names))
        for batch in (piece for group in plan.going for piece in _pieces(group)):
            self.place.remove(batch)
            sent += len(batch)
            progress(sent, len(plan.names))
        return size

    def _write_head(
        self, release: Release, record: str, files: Mapping[str, str], held: Held, plan: Plan, now: datetime
    ) -> None:
        digest, data = list_bytes(files)
        signature = (release.folder / SIGNATURE).read_text("utf-8")
        head = Head(record=record, signature=signature, outputs=digest, sent=now, left=dict(plan.left))
        if held.head is None or held.head.outputs != digest:
            self.place.write(head.list_name, data)
        self.place.write(HEAD, head.to_bytes())
        if held.head is not None and held.head.outputs != digest:
            self.place.remove([held.head.list_name])
        self.at_hand.write_bytes(data)


MOST_FILES = 2000
MOST_BYTES = 64 << 20


def batches(where: Callable[[str], Path], names: Sequence[str]) -> Iterable[Sequence[str]]:
    """Yield names in pieces of some size, in their order: a copy of one piece never fills a disk."""
    batch: list[str] = []
    size = 0
    for name in names:
        batch.append(name)
        file = where(name)
        size += file.stat().st_size if file.is_file() else 0
        if len(batch) >= MOST_FILES or size >= MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _pieces(names: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(names), MOST_FILES):
        yield names[start : start + MOST_FILES]
