"""A folder as BagIt has it (RFC 8493): payload below `data/`, a list of every file with its SHA-256, facts about it.

The layout is four small text files; it is written here so that the machine which publishes needs no further package,
and so that every byte of it follows from the Release.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from congtin.release.whole_folder import whole_folder

DATA, DECLARATION, INFO = "data", "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.sig"
_VERSION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass
class Bag:
    """A bag that is being filled."""

    folder: Path
    payload: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def put(self, path: str, data: bytes) -> str:
        """Write a file of the payload, path without `data/`; return its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        name = f"{DATA}/{path}"
        known = self.payload.setdefault(name, digest)
        if known != digest:
            raise ValueError(name)
        file = self.folder / name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            self.size += len(data)
        return digest

    def close(self, facts: Mapping[str, str]) -> bytes:
        """Write the lists and the facts; return the bytes that vouch for all of it: the list of the tag files."""
        facts = {**facts, "Payload-Oxum": f"{self.size}.{len(self.payload)}"}
        tags = {
            DECLARATION: _VERSION,
            INFO: "".join(f"{name}: {_one_line(value)}\n" for name, value in facts.items()).encode(),
            MANIFEST: manifest_bytes(self.payload),
        }
        for name, data in tags.items():
            (self.folder / name).write_bytes(data)
        listed = manifest_bytes({name: hashlib.sha256(data).hexdigest() for name, data in tags.items()})
        (self.folder / TAG_MANIFEST).write_bytes(listed)
        return listed


@contextmanager
def new_bag(target: Path) -> Iterator[Bag]:
    """Give a bag that stands at ``target`` when the block ends well, and nowhere when it does not.

    Raise UsageError when something is there already.
    """
    with whole_folder(target, 0o755) as half:
        yield Bag(half)
        _sync(half)


def manifest_bytes(files: Mapping[str, str]) -> bytes:
    """Return a list of files as `sha256sum` writes it, their names escaped as RFC 8493 asks."""
    return "".join(f"{digest}  {escaped(name)}\n" for name, digest in sorted(files.items())).encode()


def manifest_of(data: bytes) -> dict[str, str]:
    """Return name → SHA-256 of such a list; raise ValueError when it is none, or names a file twice."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8").splitlines():
        digest, name = line.split(maxsplit=1)
        path = _plain(name.removeprefix("*"))
        if path in found:
            raise ValueError(path)
        found[path] = digest.lower()
    return found


def escaped(name: str) -> str:
    """Return a file's name without line ends."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _plain(name: str) -> str:
    return name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _sync(folder: Path) -> None:
    """Have all files written to the disk before the folder gets its name."""
    for directory, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(directory, name), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
