"""The theme's static files, named by their content so that browsers may keep them for ever."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from congtin.build.brands import Brand
from congtin.build.emblem import EMBLEM
from congtin.errors import Problem, did_you_mean
from congtin.layout import THEME
from congtin.messages import msg

FOLDER = "theme"
SHEET = ".css"
MAIN_SHEET = "style.css"
_URL = re.compile(r"""url\(\s*["']?([^"')]*?)["']?\s*\)""")


class Assets:
    """The files of one theme, in the look of one brand, as one Edition publishes them.

    The brand's colours stand at the beginning of the one style sheet, so that readers ask for no second.
    """

    def __init__(self, folder: Path, root_path: str, brand: Brand) -> None:
        self.folder = folder
        self.root_path = root_path
        self.brand = brand

    @functools.cached_property
    def _named(self) -> dict[str, tuple[str, bytes]]:
        files = {name: file.read_bytes() for name, file in _files(self.folder)}
        files[EMBLEM] = self.brand.emblem.encode()
        if MAIN_SHEET in files:
            files[MAIN_SHEET] = self.brand.css.encode() + files[MAIN_SHEET]
        named = {name: _named(name, data) for name, data in files.items() if not name.endswith(SHEET)}
        for name, data in files.items():
            if name.endswith(SHEET):
                named[name] = _named(name, _with_addresses(data.decode(), named).encode())
        return dict(sorted(named.items()))

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


def sheet_problems(root: Path) -> Iterator[Problem]:
    """Yield what style sheets ask for and the theme does not have: they may name its own files only."""
    folder = root / THEME / "static"
    names = [name for name, _ in _files(folder)]
    for name, file in _files(folder):
        if not name.endswith(SHEET):
            continue
        path = f"{THEME}/static/{name}"
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            hint = msg("Save the file as UTF-8 (Unicode).")
            yield Problem("not-utf8", msg("The file is not UTF-8 text."), path, line, hint)
            continue
        for found in _URL.finditer(text):
            if found[1] not in names or found[1].endswith(SHEET):
                line = text.count("\n", 0, found.start()) + 1
                what = msg("The style sheet asks for “{name}”, which is not in {folder}.", name=found[1], folder=THEME)
                yield Problem("theme-asset", what, path, line, did_you_mean(found[1], names))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    return ((file.relative_to(folder).as_posix(), file) for file in sorted(folder.rglob("*")) if file.is_file())


def _named(name: str, data: bytes) -> tuple[str, bytes]:
    """Return a file under the name it is published with."""
    stem, dot, suffix = name.rpartition(".")
    digest = hashlib.sha256(data).hexdigest()[:10]
    return f"{FOLDER}/{stem}.{digest}{dot}{suffix}", data


def _with_addresses(sheet: str, named: Mapping[str, tuple[str, bytes]]) -> str:
    """Return a style sheet at the top of the folder with the published names in place of its files'."""

    def address(found: re.Match[str]) -> str:
        return f'url("{named[found[1]][0].removeprefix(f"{FOLDER}/")}")'

    return _URL.sub(address, sheet)
