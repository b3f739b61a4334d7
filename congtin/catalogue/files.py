"""What each file below `content/` is: a Source to read, Media, or something that has no place there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from congtin.catalogue.paths import BadPath, MediaPath, SourcePath, is_what_it_says, parse
from congtin.catalogue.rows import Row, row_of_media, row_of_stranger
from congtin.catalogue.tree import files_below
from congtin.engine import blob_id
from congtin.errors import Problem
from congtin.layout import CONTENT
from congtin.messages import Msg, msg

MOST_SOURCE_BYTES = 1024 * 1024
MOST_MEDIA_BYTES = 50 * 1024 * 1024

_RENAME = msg("Rename it.")


class Files:
    """Sorts files: Sources are still to be read, ``rows`` are finished, ``missing`` are gone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.rows: list[Row] = []
        self.missing: list[str] = []
        self.notes: dict[str, tuple[Problem, ...]] = {}
        """What is wrong with a Source's file, apart from its text."""
        self._real_folder = cache(self._is_real_folder)

    def take(self, paths: Iterable[str]) -> Iterator[SourcePath]:
        """Sort ``paths``, each from the repository's root; yield those that are Sources as they come."""
        for path in paths:
            yield from self._take(path)

    def _take(self, path: str) -> Iterator[SourcePath]:
        file = f"{self.root}/{path}"
        shown = readable(path)
        try:
            status = os.lstat(file)
        except (FileNotFoundError, NotADirectoryError):
            self.missing.append(shown)
            return
        if shown != path:
            self._stranger(shown, "path-form", msg("The name is not UTF-8 text."), _RENAME)
        elif not self._real_folder(path.rpartition("/")[0]):
            # Reached through a link, which is told of by itself.
            self.missing.append(path)
        elif stat.S_ISLNK(status.st_mode):
            self._stranger(path, "symlink", msg("Symbolic links are not allowed below content/."))
        elif stat.S_ISDIR(status.st_mode):
            self.missing.append(path)
            yield from self.take(files_below(self.root, path))
        elif not stat.S_ISREG(status.st_mode):
            self._stranger(path, "path-form", msg("Only ordinary files belong below content/."))
        else:
            where = self._file(file, path, status)
            if where:
                yield where

    def _file(self, file: str, path: str, status: os.stat_result) -> SourcePath | None:
        folder = _text_folder(path)
        if folder:
            text = msg("A folder cannot have the name of a text.")
            self.rows.append(row_of_stranger(path, [Problem("path-form", text, folder, 0, _RENAME)]))
            return None
        try:
            where = parse(path)
        except BadPath as error:
            self._stranger(path, error.code, error.message, error.hint)
            return None
        problems = []
        if status.st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH):
            hint = msg("Run: chmod a-x {path}", path=path)
            text = msg("Files below content/ must not be executable.")
            problems.append(Problem("executable", text, path, 0, hint))
        most = MOST_SOURCE_BYTES if isinstance(where, SourcePath) else MOST_MEDIA_BYTES
        if status.st_size > most:
            text = msg("The file is larger than {most} bytes.", most=f"{most:,}")
            self.rows.append(row_of_stranger(path, [*problems, Problem("too-large", text, path)]))
        elif isinstance(where, MediaPath):
            self._media(where, path, file, problems)
        else:
            if problems:
                self.notes[path] = tuple(problems)
            return where
        return None

    def _media(self, where: MediaPath, path: str, file: str, problems: list[Problem]) -> None:
        try:
            data = Path(file).read_bytes()
        except OSError as error:
            self._stranger(path, "unreadable", msg("The file cannot be read: {detail}.", detail=error.strerror))
            return
        if not is_what_it_says(where.name, data):
            hint = msg("Save it again in the format its name ends with: renaming a file does not convert it.")
            problems.append(Problem("media-type", msg("The file is not what its name says it is."), path, 0, hint))
        self.rows.append(row_of_media(where, path, blob_id(data), len(data), problems))

    def _stranger(self, path: str, code: str, message: Msg, hint: Msg | None = None) -> None:
        self.rows.append(row_of_stranger(path, [Problem(code, message, path, 0, hint)]))

    def _is_real_folder(self, folder: str) -> bool:
        """Tell whether no part of a folder's path is a link."""
        parent = folder.rpartition("/")[0]
        return not Path(self.root, folder).is_symlink() and (not parent or self._real_folder(parent))


def all_files(root: Path) -> Iterator[str]:
    """Yield every file and link below `content/`."""
    if (root / CONTENT).is_symlink():
        yield CONTENT
    else:
        yield from files_below(root, CONTENT)


def _text_folder(path: str) -> str:
    """Return the folder on the way to ``path`` that is named like a text, if any."""
    at = path.find(".md/")
    return path[: at + 3] if at >= 0 else ""


def readable(path: str) -> str:
    """Return a path as the store has it: what is not UTF-8 in it is replaced."""
    return path if _is_unicode(path) else os.fsencode(path).decode("utf-8", "replace")


def _is_unicode(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
