"""The theme's static files, named by their content so that browsers may keep them for ever."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path

FOLDER = "theme"


class Assets:
    """The files of one theme as one Edition publishes them."""

    def __init__(self, folder: Path, root_path: str) -> None:
        self.folder = folder
        self.root_path = root_path

    @functools.cached_property
    def _named(self) -> dict[str, tuple[str, bytes]]:
        named = {}
        for file in sorted(self.folder.rglob("*")):
            if file.is_file():
                data = file.read_bytes()
                digest = hashlib.sha256(data).hexdigest()[:10]
                name = file.relative_to(self.folder)
                published = name.with_name(f"{file.stem}.{digest}{file.suffix}").as_posix()
                named[name.as_posix()] = (f"{FOLDER}/{published}", data)
        return named

    def url(self, name: str) -> str:
        """Return the address of a file for templates; raise KeyError when the theme lacks it."""
        return self.root_path + self._named[name][0]

    def integrity(self, name: str) -> str:
        """Return what a browser compares a script or style sheet with before it uses it.

        Raise KeyError when the theme lacks it.
        """
        return "sha384-" + base64.b64encode(hashlib.sha384(self._named[name][1]).digest()).decode()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield (path below the Edition's folder, bytes) of every file."""
        yield from self._named.values()
