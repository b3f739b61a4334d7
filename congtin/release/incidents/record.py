"""The record of an incident: entries that are only added, each with the digest of the one before (K9, E8).

HOME/incidents/<id>.jsonl holds what was written; the audit log holds the digest of each entry, so that none can be
altered later without a trace. The file comes first: an incident may be that the log itself is damaged.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.editorial.statements import Sha256, second
from congtin.errors import CongtinError, UsageError, did_you_mean
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.release.home import Home
from congtin.release.paper import shown
from congtin.release.releases import sync_folder

FOLDER = "incidents"
_ID = re.compile(r"\d{4}-\d{3}")
_FIRST = "0" * 64
Act = Literal["opened", "noted", "notified", "closed"]
Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class RecordDamaged(CongtinError):
    """A record of an incident is not one unbroken chain of entries."""


class Entry(BaseModel):
    """One thing that was found, done or told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    incident: str
    number: Annotated[int, Field(ge=1)]
    previous: Sha256
    written: AwareDatetime
    act: Act
    at: AwareDatetime
    """When it happened; for the first entry, when the incident was found."""
    sites: tuple[str, ...] = ()
    title: Text | None = None
    text: Text | None = None
    recipient: Text | None = None
    how: Text | None = None
    report: bool = False
    """The whole report was given, not only the first notice."""
    cause: Text | None = None
    measures: Text | None = None

    def line(self) -> bytes:
        """Return the one form in which this is kept."""
        data = self.model_dump(mode="json", exclude_none=True)
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    @property
    def sha(self) -> str:
        return hashlib.sha256(self.line()).hexdigest()


@dataclass(frozen=True)
class Incident:
    """All entries of one incident, the oldest first."""

    entries: tuple[Entry, ...]

    @property
    def id(self) -> str:
        return self.entries[0].incident

    @property
    def found(self) -> datetime:
        return self.entries[0].at

    @property
    def title(self) -> str:
        return self.entries[0].title or ""

    @property
    def sites(self) -> tuple[str, ...]:
        return self.entries[0].sites

    @property
    def closed(self) -> Entry | None:
        """The entry that closed it; None while it is open."""
        return next((entry for entry in self.entries if entry.act == "closed"), None)

    def told(self, recipient: str, *, report: bool = False) -> datetime | None:
        """Return when a recipient was first told (or given the whole report); None when not yet."""
        times = [e.at for e in self.entries if e.recipient == recipient and (e.report or not report)]
        return min(times, default=None)


@dataclass(frozen=True)
class Incidents:
    """The records of one machine."""

    folder: Path

    @classmethod
    def of(cls, home: Home) -> Incidents:
        """Return those of a home."""
        return cls(home.folder / FOLDER)

    def ids(self) -> list[str]:
        """Return every id there is, in the order of their numbers."""
        names = (file.stem for file in self.folder.glob("*.jsonl")) if self.folder.is_dir() else ()
        return sorted(name for name in names if _ID.fullmatch(name))

    def read(self, incident: str) -> Incident:
        """Return a record; raise UsageError when there is none, RecordDamaged when its chain does not hold."""
        if incident not in self.ids():
            text = msg("There is no incident “{incident}”.", incident=incident)
            raise UsageError(text, did_you_mean(incident, self.ids()) or msg("congtin incident list"))
        return Incident(tuple(_checked(incident, (self.folder / f"{incident}.jsonl").read_bytes())))

    def all(self) -> Iterator[Incident]:
        """Yield every record."""
        for incident in self.ids():
            yield self.read(incident)

    def open(self, now: datetime, found: datetime, title: str, sites: Sequence[str]) -> Incident:
        """Begin a record; its id is the year and the next number of that year."""
        _require_past(found, now)
        with self._locked():
            year = now.astimezone(HANOI_TIME).year
            last = max((int(i[5:]) for i in self.ids() if i.startswith(f"{year}-")), default=0)
            identity = f"{year}-{last + 1:03}"
            entry = Entry(
                incident=identity, number=1, previous=_FIRST, written=second(now), act="opened", at=second(found),
                title=title, sites=tuple(sites),
            )  # fmt: skip
            self._write(identity, entry.line())
        return Incident((entry,))

    def add(self, incident: str, now: datetime, act: Act, at: datetime, **said: object) -> Incident:
        """Add an entry; raise UsageError when the incident is closed, or the time is impossible."""
        _require_past(at, now)
        with self._locked():
            known = self.read(incident)
            if known.closed and act != "noted":
                text = msg("The incident {incident} is closed.", incident=incident)
                raise UsageError(text, msg("Notes can still be added: congtin incident note"))
            if at < known.found:
                raise UsageError(msg("That is before the incident was found ({found}).", found=shown(known.found)))
            last = known.entries[-1]
            try:
                entry = Entry.model_validate(
                    {
                        "incident": incident, "number": last.number + 1, "previous": last.sha, "written": second(now),
                        "act": act, "at": second(at), **said,
                    }
                )  # fmt: skip
            except ValidationError as error:
                raise UsageError(msg("The entry is empty or too long.")) from error
            data = b"".join(e.line() for e in (*known.entries, entry))
            self._write(incident, data)
        return Incident((*known.entries, entry))

    def log(self, desk: Desk) -> int:
        """Write to the audit log every entry that it does not hold yet; return how many. Raise what the log raises."""
        count = 0
        for incident in self.all():
            mark = self.folder / f"{incident.id}.logged"
            known = int(mark.read_text("ascii")) if mark.is_file() else 0
            new = [entry for entry in incident.entries if entry.number > known]
            if new:
                with desk.lock():
                    desk.record([_event(entry, incident.sites) for entry in new])
                # Who is interrupted here logs the same digest twice, and never loses one.
                _replace(mark, f"{new[-1].number}\n".encode())
                count += len(new)
        return count

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, incident: str, data: bytes) -> None:
        _replace(self.folder / f"{incident}.jsonl", data)


def _event(entry: Entry, sites: tuple[str, ...]) -> Event:
    """Return what the audit log says: that something was written, and its digest; the words stay in the record."""
    detail = {"incident": entry.incident, "entry": entry.number, "sha256": entry.sha}
    return Event(f"incident-{entry.act}", sites=sites, detail=detail)


def _checked(incident: str, data: bytes) -> Iterator[Entry]:
    previous = _FIRST
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            entry = Entry.model_validate_json(line)
        except ValidationError as error:
            raise RecordDamaged(
                msg("Entry {number} of {incident} cannot be read.", number=number, incident=incident)
            ) from error
        if entry.line() != line or (entry.incident, entry.number, entry.previous) != (incident, number, previous):
            text = msg("Entry {number} of {incident} was altered, or one before it.", number=number, incident=incident)
            raise RecordDamaged(text, msg("The audit log holds the digest of each entry: congtin log"))
        previous = entry.sha
        yield entry
    if previous == _FIRST:
        raise RecordDamaged(msg("The record of {incident} is empty.", incident=incident))


def _require_past(at: datetime, now: datetime) -> None:
    if at > now:
        raise UsageError(msg("That time has not come yet: {time}.", time=shown(at)))


def _replace(file: Path, data: bytes) -> None:
    """Write a file so that it is the old or the new one, also when the power fails."""
    half = file.with_name(f".{file.name}.new")
    with open(half, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(file)
    sync_folder(file.parent)
