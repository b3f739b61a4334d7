"""The append-only log of everything that was done: `refs/congtin/log` (E19).

One commit an entry; each holds the hash of the entry before and is signed by the service. The server writes an
entry before the refs move, so nothing is ever published that the log does not tell of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

from congtin.editorial import refs, signatures
from congtin.editorial.commits import Commit
from congtin.editorial.refs import RefMove
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.editorial.signatures import LOG, BadSignature
from congtin.editorial.statements import Oid, Sha256, second
from congtin.errors import CongtinError
from congtin.messages import msg

REF = "refs/congtin/log"
# A clock may be set back by a little; by more, somebody must look at it first.
_CLOCK_MAY_LAG = timedelta(minutes=5)
_FIRST = "0" * 64


class LogDamaged(CongtinError):
    """The log is not one unbroken chain of signed entries; the message names the place."""


class Entry(BaseModel):
    """One thing that was done or refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    seq: Annotated[int, Field(ge=1)]
    previous: Sha256
    time: AwareDatetime
    event: str
    change: str | None = None
    person: str | None = None
    key: str | None = None
    sites: tuple[str, ...] = ()
    roster: Oid | None = None
    approvals: Oid | None = None
    refs: Mapping[str, tuple[Oid, Oid]] = Field(default_factory=dict)
    detail: Mapping[str, JsonValue] = Field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the one form in which this is signed and kept."""
        data = self.model_dump(mode="json", exclude_none=True)
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    @property
    def sha(self) -> str:
        return hashlib.sha256(self.to_bytes()).hexdigest()


@dataclass(frozen=True)
class Event:
    """What is to be logged; number, time and chain are the log's own."""

    event: str
    change: str | None = None
    person: str | None = None
    key: str | None = None
    sites: tuple[str, ...] = ()
    roster: str | None = None
    approvals: str | None = None
    refs: Mapping[str, tuple[str, str]] | None = None
    detail: Mapping[str, Any] | None = None
    """What JSON can say."""


@dataclass(frozen=True)
class Recorded:
    """An entry and the commit that holds it."""

    oid: str
    entry: Entry


def append(repository: GitRepository, events: list[Event], now: datetime, key_file: Path) -> list[Recorded]:
    """Add entries to the log and move its ref; raise RefMoved, LogDamaged, or UsageError when the key cannot sign.

    ``repository`` must not be in quarantine: the log tells of refused pushes too.
    """
    head = repository.ref(REF)
    last = read(repository, head).entry if head else None
    time = second(now)
    if last and time < last.time:
        if last.time - time > _CLOCK_MAY_LAG:
            text = msg("The clock stands at {now}, but the log was last written at {last}.", now=time, last=last.time)
            raise LogDamaged(text, msg("Set the clock of this machine right, then try again."))
        time = last.time
    written, parent = [], head
    for event in events:
        entry = _entry(event, last, time)
        data = entry.to_bytes()
        signature = signatures.sign(data, key_file, LOG)
        tree = refs.write_small_tree(repository, {"entry.json": data, "entry.sig": signature})
        parent = refs.write_commit(repository, tree, [parent] if parent else [], f"{event.event}\n", at=time)
        written.append(Recorded(parent, entry))
        last = entry
    if parent and parent != head:
        refs.move_refs(repository, [RefMove(REF, parent, head or ABSENT)])
    return written


def _entry(event: Event, last: Entry | None, time: datetime) -> Entry:
    return Entry(
        seq=last.seq + 1 if last else 1,
        previous=last.sha if last else _FIRST,
        time=time,
        event=event.event,
        change=event.change,
        person=event.person,
        key=event.key,
        sites=event.sites,
        roster=event.roster,
        approvals=event.approvals,
        refs=event.refs or {},
        detail=event.detail or {},
    )


def read(repository: GitRepository, oid: str) -> Recorded:
    """Return the entry of one commit of the log, unchecked; raise LogDamaged when there is none."""
    kind, data = repository.object(f"{oid}:entry.json")
    try:
        entry = Entry.model_validate_json(data)
    except ValidationError as error:
        raise LogDamaged(msg("The log's commit {oid} holds no entry.", oid=oid)) from error
    if kind != "blob" or entry.to_bytes() != data:
        raise LogDamaged(msg("The log's commit {oid} holds no entry.", oid=oid))
    return Recorded(oid, entry)


def entries(repository: GitRepository, head: str | None, after: str | None = None) -> Iterator[Recorded]:
    """Yield entries, oldest first; with ``after`` only those behind that commit. Signatures are not checked."""
    if head:
        for oid in repository.commits(head, *([after] if after else [])):
            yield read(repository, oid)


def checked(
    repository: GitRepository,
    head: str | None,
    service_keys: Mapping[str, tuple[datetime, datetime | None]],
    known: str | None = None,
) -> Iterator[Recorded]:
    """Yield every entry from the first one on, each with its chain and signature checked.

    ``service_keys`` are fingerprints with the times between which they count. Up to the commit ``known``, checked
    before, signatures are not looked at again: its id holds them all. Raise LogDamaged at the first entry that does
    not fit, and when ``known`` is not one of them.
    """
    if known and not (head and repository.object(known)[0] == "commit" and repository.is_ancestor(known, head)):
        raise LogDamaged(msg("The log does not hold {oid}, which was there before.", oid=known[:12]))
    last: Recorded | None = None
    before = known is not None
    for oid in repository.commits(head) if head else ():
        commit = repository.commit(oid)
        recorded = read(repository, oid)
        _check_chain(commit, recorded.entry, last)
        if not before:
            _check_signature(repository, recorded, service_keys)
        before = before and oid != known
        yield recorded
        last = recorded


def _check_chain(commit: Commit, entry: Entry, last: Recorded | None) -> None:
    expected = (last.oid,) if last else ()
    number, before = (last.entry.seq + 1, last.entry.sha) if last else (1, _FIRST)
    if commit.parents != expected or entry.seq != number or entry.previous != before:
        raise LogDamaged(msg("Entry {seq} of the log does not follow the one before it.", seq=entry.seq))
    if last and entry.time < last.entry.time:
        raise LogDamaged(msg("Entry {seq} of the log is older than the one before it.", seq=entry.seq))


def _check_signature(
    repository: GitRepository, recorded: Recorded, service_keys: Mapping[str, tuple[datetime, datetime | None]]
) -> None:
    entry = recorded.entry
    try:
        signature = repository.object(f"{recorded.oid}:entry.sig")[1]
        key = signatures.verify(entry.to_bytes(), signature, LOG)
    except BadSignature as error:
        raise LogDamaged(msg("Entry {seq} of the log is not signed by the service.", seq=entry.seq)) from error
    since, until = service_keys.get(key.fingerprint, (None, None))
    if since is None or entry.time < since or (until and entry.time >= until):
        raise LogDamaged(msg("Entry {seq} of the log is signed with a key that does not count.", seq=entry.seq))
