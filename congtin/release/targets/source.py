"""The bytes of a Release, or of its supplement, on their way out: read once, and only as a signed record names them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Protocol

from congtin.messages import msg
from congtin.release.records import ReleaseDamaged

_CHUNK = 1 << 20


class Sealed(Protocol):
    """A folder of files with a signed list."""

    @property
    def tree(self) -> Path:
        """Where the files are."""

    @property
    def number(self) -> int:
        """The Release that it is, or belongs to."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """Each file with its SHA-256."""


def open_file(sealed: Sealed, name: str) -> IO[bytes]:
    """Open a file; raise ReleaseDamaged when it is missing, a link, or cannot be read."""
    try:
        descriptor = os.open(sealed.tree / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        text = msg("The file {name} of Release {number} cannot be read.", name=name, number=sealed.number)
        raise ReleaseDamaged(text, _HINT) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _altered(sealed, name)
    return os.fdopen(descriptor, "rb")


def pour(sealed: Sealed, name: str, stream: IO[bytes], into: Callable[[bytes], object]) -> int:
    """Hand a file's bytes on and return how many; raise ReleaseDamaged when they are not those of the record."""
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        into(chunk)
    if digest.hexdigest() != sealed.outputs[name]:
        raise _altered(sealed, name)
    return size


def check_file(sealed: Sealed, name: str) -> None:
    """Raise ReleaseDamaged when a file is not what the record says."""
    with open_file(sealed, name) as stream:
        pour(sealed, name, stream, len)


def copy_file(sealed: Sealed, name: str, to: Path) -> int:
    """Copy a file, its time with it, and return its size; raise ReleaseDamaged, and OSError when writing fails."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with open_file(sealed, name) as stream, to.open("xb") as copy:
        size = pour(sealed, name, stream, copy.write)
        facts = os.fstat(stream.fileno())
    os.utime(to, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    return size


def _altered(sealed: Sealed, name: str) -> ReleaseDamaged:
    text = msg("The file {name} of Release {number} is not what its record says.", name=name, number=sealed.number)
    return ReleaseDamaged(text, _HINT)


_HINT = msg("Nothing of it leaves this machine. Find out who changed it, and publish anew: congtin publish")
