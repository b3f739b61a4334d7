"""What the engine is: a digest of its own files and of the libraries that decide bytes."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

# Libraries whose version can change what is read or written.
_LIBRARIES = (
    "babel",
    "feedgenerator",
    "Jinja2",
    "lxml",
    "Markdown",
    "MarkupSafe",
    "nh3",
    "pelican",
    "pydantic",
    "pyromark",
    "PyYAML",
)


@functools.cache
def engine_digest() -> str:
    """Return the digest of the engine and of the libraries beneath; another digest is another engine."""
    digest = hashlib.sha256(folder_digest(Path(__file__).parent).encode())
    libraries = [f"{name}={version(name)}" for name in _LIBRARIES]
    digest.update("\n".join([*libraries, platform.python_version()]).encode())
    return digest.hexdigest()


def folder_digest(folder: Path) -> str:
    """Return the digest of a folder's files: their names and their bytes."""
    digest = hashlib.sha256()
    for file in sorted(_files(folder)):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if "__pycache__" not in file.parts and file.is_file():
            yield file
