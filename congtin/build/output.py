"""Where an Edition's files go: collected beside the output, put in place together, orphans removed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from congtin.build.manifest import Manifest
from congtin.errors import BuildError
from congtin.messages import msg
from congtin.model import EditionKey

STAGING = ".staging"
_SEAL = "sealed.json"
_NAME = re.compile(r"[a-z0-9._][a-z0-9._-]*")


@dataclass(frozen=True)
class Written:
    """How many files one Edition has, and how many of them changed."""

    total: int
    changed: int
    removed: int


class OutputSink:
    """Takes the files of one Edition; nothing is visible before ``commit``."""

    def __init__(self, root: Path, state: Path, key: EditionKey) -> None:
        self.root = root
        self.state = state
        self.key = key
        self.outputs: dict[str, str] = {}
        self._changed: list[str] = []
        self._ready: set[Path] = set()
        self.fingerprint = ""
        self._staging = root / STAGING / f"{key.site.replace('/', '__')}@{key.lang}"

    def open(self) -> None:
        """Begin anew; leftovers of an interrupted run go."""
        shutil.rmtree(self._staging, ignore_errors=True)
        self._staging.mkdir(parents=True)
        self.outputs.clear()
        self._changed.clear()
        self._ready.clear()

    def put(self, name: str, data: bytes) -> None:
        """Take the bytes of ``name``, a path below the output root; equal bytes stay untouched on disk."""
        self._claim(name, hashlib.sha256(data).hexdigest())
        target = self.root / name
        if _holds(target, data):
            return
        # One flat folder: no tree of folders to make and to remove again for every page.
        (self._staging / str(len(self._changed))).write_bytes(data)
        self._changed.append(name)

    def _claim(self, name: str, digest: str) -> None:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or any(not _NAME.fullmatch(p) or p in (".", "..") for p in parts):
            raise BuildError(msg("“{name}” is not a path for an output.", name=name))
        if name in self.outputs:
            raise BuildError(msg("Two pages of {edition} are written to {name}.", edition=self.key, name=name))
        self.outputs[name] = digest

    def seal(self, fingerprint: str) -> None:
        """Leave everything ready for another process to put in place with ``sealed(…).commit(…)``."""
        data = {"outputs": self.outputs, "changed": self._changed, "fingerprint": fingerprint}
        (self._staging / _SEAL).write_text(json.dumps(data), "utf-8")

    @classmethod
    def sealed(cls, root: Path, state: Path, key: EditionKey) -> OutputSink:
        """Return the sink that a worker sealed."""
        sink = cls(root, state, key)
        data = json.loads((sink._staging / _SEAL).read_text("utf-8"))
        sink.outputs, sink._changed, sink.fingerprint = data["outputs"], data["changed"], data["fingerprint"]
        return sink

    def discard(self) -> None:
        """Throw away what was collected."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def commit(self, fingerprint: str = "") -> Written:
        """Put everything in place, remove what the Edition no longer has, then save the Manifest.

        ``fingerprint`` says what decided these outputs; without it the next build does not skip the Edition.
        """
        before = Manifest.load(self.state, self.key)
        # Whatever interrupts the next lines, every file that may be there has an owner.
        Manifest({**before.outputs, **self.outputs}).save(self.state, self.key)
        for number, name in enumerate(self._changed):
            target = self.root / name
            self._make_way(target)
            (self._staging / str(number)).replace(target)
        orphans = sorted(before.outputs.keys() - self.outputs.keys())
        for name in orphans:
            remove_output(self.root, name)
        Manifest(self.outputs, fingerprint or self.fingerprint).save(self.state, self.key)
        shutil.rmtree(self._staging, ignore_errors=True)
        return Written(len(self.outputs), len(self._changed), len(orphans))

    def _make_way(self, target: Path) -> None:
        if target.parent not in self._ready:
            self._make_folder(target)
            self._ready.add(target.parent)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)

    def _make_folder(self, target: Path) -> None:
        for parent in target.parents:
            if parent == self.root:
                break
            if parent.is_symlink() or parent.is_file():
                parent.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)


def _holds(file: Path, data: bytes) -> bool:
    plain = file.is_file() and not file.is_symlink()
    return plain and file.stat().st_size == len(data) and file.read_bytes() == data


def remove_output(root: Path, name: str) -> None:
    """Remove one file and the folders it leaves empty."""
    file = root / name
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == root:
            break
        try:
            parent.rmdir()
        except OSError:
            break
