"""Digests: of the engine and the libraries that decide bytes, of folders, of single files as Git has them."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from congtin.layout import PLUGINS, THEMES

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
    found = _installed()
    libraries = [f"{name}={found.get(name.lower()) or _version(name)}" for name in _LIBRARIES]
    digest.update("\n".join([*libraries, platform.python_version()]).encode())
    return digest.hexdigest()


def frame_digest(root: Path) -> str:
    """Return the digest of everything that decides a page's bytes apart from content and `sites/`."""
    parts = (engine_digest(), folder_digest(root / PLUGINS), folder_digest(root / THEMES))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def network_digest(root: Path) -> str:
    """Return the digest of everything a Network and its rules are read from."""
    return folder_digest(root / "sites") + folder_digest(root / "workflows")


def _version(name: str) -> str:
    """Return the version of a package that is installed in some unusual way."""
    from importlib.metadata import version

    return version(name)


def _installed() -> dict[str, str]:
    """Return the versions that the names of installed packages' folders tell; reading what is in them takes longer."""
    found: dict[str, str] = {}
    for folder in sys.path:
        with suppress(OSError):
            for entry in os.listdir(folder):  # noqa: PTH208 (hundreds of names, no paths needed)
                if entry.endswith(".dist-info"):
                    name, _, number = entry.removesuffix(".dist-info").partition("-")
                    found.setdefault(name.lower(), number)
    return found


def blob_id(data: bytes) -> str:
    """Return the id Git gives these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def folder_digest(folder: Path) -> str:
    """Return the digest of a folder's files: their names and their bytes."""
    digest = hashlib.sha256()
    for name, path in sorted(_files(folder)):
        digest.update(f"{name}\0".encode())
        digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name below ``folder``, path) of every file."""
    base = str(folder)
    for name, folders, files in os.walk(base):
        folders[:] = [entry for entry in folders if entry != "__pycache__"]
        for file in files:
            path = f"{name}/{file}"
            yield path[len(base) + 1 :], path
