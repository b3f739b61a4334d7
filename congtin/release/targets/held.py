"""What a target that is changed in place holds, as it says itself: kept there, and written last.

.congtin/head.json            the signed record of the Release it holds, and the digest of the list
.congtin/outputs-<digest>.txt the list: every file that was sent, as `sha256sum --check` reads it
.congtin/pending.txt          the names that a send under way changes; what they hold is not known until it ends

Whoever stops half-way leaves the old head with a list of what may have changed: the next send, from whatever
machine, compares these and goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from congtin.editorial.statements import Sha256
from congtin.release.records import Record, outputs_bytes
from congtin.release.targets.wanted import is_safe

FOLDER = ".congtin"
HEAD, PENDING = f"{FOLDER}/head.json", f"{FOLDER}/pending.txt"
_NOTHING = "-"


class Left(BaseModel):
    """A file named by its content that no page uses any more, and stays a while."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: Sha256
    since: AwareDatetime


class Head(BaseModel):
    """The newest Release that arrived completely."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    record: str
    signature: str
    outputs: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    sent: AwareDatetime
    left: dict[str, Left] = {}

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=1).encode() + b"\n"

    @property
    def list_name(self) -> str:
        return f"{FOLDER}/outputs-{self.outputs}.txt"


class Reader(Protocol):
    """Whatever can read a target's own notes."""

    def read(self, names: Iterable[str]) -> Mapping[str, bytes]:
        """Return the bytes of those that are there."""


@dataclass(frozen=True)
class Held:
    """What is known of a target."""

    head: Head | None = None
    base: str = _NOTHING
    """Digest of the head's bytes; a list of pending names belongs to one head."""
    files: Mapping[str, str] = field(default_factory=dict)
    """What it holds, those that left among them."""
    pending: frozenset[str] = frozenset()
    """Files that a send which did not end may have changed."""

    @property
    def record(self) -> Record | None:
        """The record of the Release it says it holds."""
        if self.head is None:
            return None
        try:
            return Record.model_validate_json(self.head.record)
        except ValidationError:
            return None


def read_held(place: Reader, known: Iterable[bytes] = ()) -> Held:
    """Return what a target says it holds; ``known`` are lists at hand, of which one saves the way.

    Notes that cannot be read, or name files outside the target, count as none: all is compared then, and nothing
    removed.
    """
    notes = place.read((HEAD, PENDING))
    data = notes.get(HEAD)
    head = _head(data)
    base = hashlib.sha256(data).hexdigest() if data and head else _NOTHING
    files: dict[str, str] = {}
    if head is not None:
        lists = (*known, *place.read((head.list_name,)).values()) if not _has(known, head.outputs) else known
        found = next((each for each in lists if hashlib.sha256(each).hexdigest() == head.outputs), None)
        read = _files(found) if found is not None else None
        if read is None or not all(map(is_safe, head.left)):
            return Held(pending=_pending(notes.get(PENDING), None))
        files = {name: left.digest for name, left in head.left.items()} | read
    return Held(head, base, files, _pending(notes.get(PENDING), base if head else None))


def _has(known: Iterable[bytes], digest: str) -> bool:
    return any(hashlib.sha256(each).hexdigest() == digest for each in known)


def _head(data: bytes | None) -> Head | None:
    try:
        return Head.model_validate_json(data) if data else None
    except ValidationError:
        return None


def _files(data: bytes) -> dict[str, str] | None:
    try:
        pairs = [line.split("  ", 1) for line in data.decode("utf-8").splitlines()]
        files = {name: digest for digest, name in pairs}
    except ValueError:
        return None
    return files if all(map(is_safe, files)) else None


def _pending(data: bytes | None, base: str | None) -> frozenset[str]:
    """Return the names under way; without a head to compare with (``None``) those of any send."""
    if not data:
        return frozenset()
    try:
        first, *names = data.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return frozenset()
    if base is not None and first != base:
        return frozenset()
    return frozenset(name for name in names if name and is_safe(name))


def pending_bytes(base: str, names: Iterable[str]) -> bytes:
    """Return the list of what a send changes."""
    return "\n".join([base, *sorted(names), ""]).encode()


def list_bytes(files: Mapping[str, str]) -> tuple[str, bytes]:
    """Return a list of files with its digest."""
    data = outputs_bytes(files)
    return hashlib.sha256(data).hexdigest(), data
