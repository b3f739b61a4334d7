"""Where an Edition's files go: collected beside the output, in the shape they will have there."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from congtin.build.manifest import FULL, LOST, NEW, STAGING, Manifest, edition_name
from congtin.errors import BuildError
from congtin.messages import msg
from congtin.model import EditionKey

TREE = "tree"
"""Files in folders of their own, which are put in place as they are."""
REPLACING = "replacing"
"""Files that take the place of older ones, under `replacing_name`: such a file needs no folder of its own here."""
SEAL = "sealed.txt"
_PART = r"(?!\.{1,2}(?:/|$))[a-z0-9._][a-z0-9._-]*"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")


@dataclass(frozen=True)
class Written:
    """How many files one Edition has, and how many of them changed."""

    total: int
    changed: int
    removed: int
    rendered: int = 0


@dataclass(frozen=True)
class Collected:
    """What another process has put into a sink or kept there."""

    outputs: Mapping[str, str]
    keys: Mapping[str, str]
    reasons: Mapping[str, str]
    changed: int


class OutputSink:
    """Takes the files of one Edition; nothing is visible before all Editions are put in place (`commit`)."""

    def __init__(
        self,
        root: Path,
        state: Path,
        key: EditionKey,
        *,
        full: bool = False,
        whole: bool = False,
        before: Manifest | None = None,
    ) -> None:
        self.root = root
        self.state = state
        self.key = key
        self.full = full
        self.whole = whole
        self.staging = root / STAGING / edition_name(key)
        self.outputs: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.changed = 0
        self._read_before = before
        self._base = f"{root}/"
        self._tree = f"{self.staging / TREE}/"
        self._replacing = f"{self.staging / REPLACING}/"
        self._folders: set[str] = set()
        self._hosts: dict[str, bool] = {}

    @cached_property
    def before(self) -> Manifest:
        """What this Edition wrote the last time."""
        if self.full:
            return Manifest()
        return self._read_before or Manifest.load(self.state, self.key)

    def open(self) -> None:
        """Begin anew; leftovers of an interrupted run go."""
        shutil.rmtree(self.staging, ignore_errors=True)
        for folder in (TREE, REPLACING):
            (self.staging / folder).mkdir(parents=True)

    def keep(self, name: str, key: str) -> bool:
        """Keep the file that is there when nothing it shows has changed; tell whether that was so."""
        before = self.before
        known = before.outputs.get(name)
        reason = FULL if self.full else NEW if known is None else self._difference(before.keys.get(name, ""), key)
        if not reason and not self.whole and _size(self._base + name) is None:
            reason = LOST
        self.keys[name] = key
        if reason or known is None:
            self.reasons[name] = reason
            return False
        self._claim(name, known)
        return True

    @staticmethod
    def _difference(old: str, new: str) -> str:
        """Return which parts of two keys differ, as numbers; nothing where they are equal."""
        if old == new:
            return ""
        if old[:1] != new[:1]:
            return "0"
        parts = zip(old.split("."), new.split("."), strict=False)
        return ",".join(str(number) for number, (one, other) in enumerate(parts) if one != other) or "0"

    def put(self, name: str, data: bytes) -> None:
        """Take the bytes of ``name``, a path below the output root; equal bytes stay untouched on disk."""
        self._claim(name, hashlib.sha256(data).hexdigest())
        old = _size(self._base + name) if self._has_host(name.partition("/")[0]) else None
        if old == len(data) and _holds(self._base + name, data):
            return
        if old is None:
            folder = name.rpartition("/")[0]
            if folder not in self._folders:
                self._make_folder(folder)
            write_new(self._tree + name, data)
        else:
            write_new(self._replacing + replacing_name(name), data)
        self.changed += 1

    def _has_host(self, host: str) -> bool:
        """Tell whether anything of a host is in place; where nothing is, no file of it need be looked for."""
        if host not in self._hosts:
            self._hosts[host] = os.path.lexists(self._base + host)
        return self._hosts[host]

    def collected(self, work: Callable[[], None]) -> Collected:
        """Do ``work`` that puts files here, in another process; return what it brought, for ``add`` in the first."""
        known, changed = set(self.outputs), self.changed
        work()
        new = {name: digest for name, digest in self.outputs.items() if name not in known}
        keys = {name: key for name, key in self.keys.items() if name in new}
        reasons = {name: reason for name, reason in self.reasons.items() if name in new}
        return Collected(new, keys, reasons, self.changed - changed)

    def add(self, collected: Collected) -> None:
        """Take what another process has put here."""
        for name, digest in collected.outputs.items():
            self._claim(name, digest)
        self.keys.update(collected.keys)
        self.reasons.update(collected.reasons)
        self.changed += collected.changed

    def _make_folder(self, folder: str) -> None:
        parent = folder.rpartition("/")[0]
        if parent and parent not in self._folders:
            self._make_folder(parent)
        # Another process of the same Edition may have made it.
        with suppress(FileExistsError):
            os.mkdir(self._tree + folder)  # noqa: PTH102 (once a page)
        self._folders.add(folder)

    def _claim(self, name: str, digest: str) -> None:
        if not _NAME.fullmatch(name):
            raise BuildError(msg("“{name}” is not a path for an output.", name=name))
        if name in self.outputs:
            raise BuildError(msg("Two pages of {edition} are written to {name}.", edition=self.key, name=name))
        self.outputs[name] = digest

    def seal(self, fingerprint: str) -> Written:
        """Leave everything ready to be put in place."""
        manifest = Manifest(self.outputs, fingerprint, self.keys, self.reasons)
        (self.staging / SEAL).write_bytes(manifest.to_bytes())
        old = Manifest.load(self.state, self.key).outputs if self.full else self.before.outputs
        removed = len(old.keys() - self.outputs.keys())
        return Written(len(self.outputs), self.changed, removed, len(self.reasons))

    def discard(self) -> None:
        """Throw away what was collected."""
        shutil.rmtree(self.staging, ignore_errors=True)


def replacing_name(name: str) -> str:
    """Return what an output is called among the files that take the place of older ones."""
    return hashlib.sha256(name.encode()).hexdigest()


def write_new(path: str, data: bytes) -> None:
    """Write a file that does not exist yet; a stream's other calls would cost as much again for every page."""
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        written = os.write(target, data)
        while written < len(data):
            written += os.write(target, data[written:])
    finally:
        os.close(target)


def _size(path: str) -> int | None:
    """Return the size of a plain file; nothing for anything else."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _holds(path: str, data: bytes) -> bool:
    with open(path, "rb") as stream:  # noqa: PTH123 (once a page)
        return stream.read() == data
