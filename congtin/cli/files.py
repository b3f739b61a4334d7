"""Places named on the command line, looked at before the work begins."""

from __future__ import annotations

from pathlib import Path

from congtin.errors import UsageError
from congtin.messages import msg


def require_file_place(path: Path) -> None:
    """Raise UsageError where no file can be written."""
    if path.is_dir():
        raise UsageError(msg("{path} is a folder, not a file.", path=path), msg("Name a file in it."))
    if not path.parent.is_dir():
        raise UsageError(msg("There is no folder {path}.", path=path.parent), msg("Make it first, or name another."))


def require_folder_place(path: Path) -> None:
    """Raise UsageError where a file stands in the way of a folder."""
    for place in (path, *path.parents):
        if place.exists() and not place.is_dir():
            raise UsageError(msg("{path} is a file, not a folder.", path=place), msg("Name a folder."))
