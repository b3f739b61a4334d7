"""Search in the pages of a work tree: the same indexes, answered by the local server (`congtin serve`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from congtin.errors import CongtinError
from congtin.release.search.beside import Indexer
from congtin.release.search.lists import Tree
from congtin.release.search.place import FOLDER
from congtin.release.search.trees import output_tree
from congtin.release.search.update import Update, make_here

_INDEX = re.compile(rf"(?:/[a-z0-9-]+)?/{FOLDER}/[A-Za-z0-9._/-]+")
_ALIVE = re.compile(r"(?:/[a-z0-9-]+)?/tim-kiem/con/([a-z0-9.-]+)(/.*)")


def index_file(place: Path, host: str, path: str) -> Path | None:
    """Return the file of an index that an address means; None when it means none."""
    if not _INDEX.fullmatch(path) or ".." in path:
        return None
    return place / host / path.lstrip("/")


def asked_about(path: str) -> tuple[str, str] | None:
    """Return the host and the path that a page of results asks about: whether it is still there."""
    found = _ALIVE.fullmatch(path)
    return (found[1], found[2]) if found else None


def indexer(
    output: Path, place: Path, made: Callable[[Update], None], failed: Callable[[CongtinError], None]
) -> Indexer:
    """Return what makes indexes of a folder whenever a build has changed a list in it."""

    def published() -> tuple[object, Tree] | None:
        tree = output_tree(output)
        with suppress(OSError):  # a build takes a list away
            return (_times(tree), tree) if tree.lists else None
        return None

    return Indexer(place, published, make_here, made, failed)


def _times(tree: Tree) -> tuple[int, ...]:
    return tuple((tree.folder / name).stat().st_mtime_ns for name in tree.lists)
