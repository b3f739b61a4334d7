"""The bytes of a Release on their way out: read once, and only those that its signed record names leave."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import IO

from congtin.messages import msg
from congtin.release.records import Release, ReleaseDamaged

_CHUNK = 1 << 20


def open_file(release: Release, name: str) -> IO[bytes]:
    """Open a file of a Release; raise ReleaseDamaged when it is missing, a link, or cannot be read."""
    try:
        descriptor = os.open(release.tree / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        text = msg("The file {name} of Release {number} cannot be read.", name=name, number=release.number)
        raise ReleaseDamaged(text, _HINT) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _altered(release, name)
    return os.fdopen(descriptor, "rb")


def pour(release: Release, name: str, stream: IO[bytes], into: Callable[[bytes], object]) -> int:
    """Hand a file's bytes on and return how many; raise ReleaseDamaged when they are not those of the record."""
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        into(chunk)
    if digest.hexdigest() != release.outputs[name]:
        raise _altered(release, name)
    return size


def check_file(release: Release, name: str) -> None:
    """Raise ReleaseDamaged when a file is not what the record says."""
    with open_file(release, name) as stream:
        pour(release, name, stream, len)


def copy_file(release: Release, name: str, to: Path) -> int:
    """Copy a file, its time with it, and return its size; raise ReleaseDamaged, and OSError when writing fails."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with open_file(release, name) as stream, to.open("xb") as copy:
        size = pour(release, name, stream, copy.write)
        facts = os.fstat(stream.fileno())
    os.utime(to, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    return size


def _altered(release: Release, name: str) -> ReleaseDamaged:
    text = msg("The file {name} of Release {number} is not what its record says.", name=name, number=release.number)
    return ReleaseDamaged(text, _HINT)


_HINT = msg("Nothing of it leaves this machine. Find out who changed it, and publish anew: congtin publish")
