"""Whole folders of Releases at once, by the system's own programs: tens of thousands of files in a moment."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from congtin.cores import worker_count

_AT_A_TIME = 64
_PLAIN = "f444"


def link_folders(source: Path, target: Path, names: Sequence[str]) -> None:
    """Make folders of ``target`` that share every file with those of ``source``; raise OSError when that fails."""
    parts = [names[at : at + _AT_A_TIME] for at in range(0, len(names), _AT_A_TIME)]
    with ThreadPoolExecutor(worker_count()) as pool:
        list(pool.map(lambda part: _link(source, target, part), parts))


def _link(source: Path, target: Path, names: Sequence[str]) -> None:
    words = ["cp", "--archive", "--link", "--target-directory", str(target), "--"]
    done = subprocess.run(  # noqa: S603 (our own words; the names are hosts)
        [*words, *(f"{source}/{name}" for name in names)],
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode:
        detail = done.stderr.decode("utf-8", "replace").strip()[:300]
        raise OSError(_number(detail), detail)


def _number(detail: str) -> int:
    import errno

    known = {"No space left on device": errno.ENOSPC, "Disk quota exceeded": errno.EDQUOT}
    return next((number for text, number in known.items() if text in detail), errno.EIO)


def times_below(folder: Path) -> dict[str, dict[str, int]]:
    """Return the time of every file below a folder, in whole seconds, by the first part of its name.

    Whatever is no plain file that all may read and nobody write, or has a time with a fraction, gets one no file has.
    """
    found: dict[str, dict[str, int]] = {}
    listed = subprocess.run(  # noqa: S603
        ["find", str(folder), "-mindepth", "2", "(", "-type", "d", "-o", "-printf", "%y%m %T@ %P\\0", ")"],  # noqa: S607
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    for line in os.fsdecode(listed).split("\0")[:-1]:
        kind, time, name = line.split(" ", 2)
        whole, _, fraction = time.partition(".")
        plain = kind == _PLAIN and not fraction.strip("0")
        found.setdefault(name.partition("/")[0], {})[name] = int(whole) if plain else -1
    return found


def remove_folder(folder: Path) -> None:
    """Remove a folder, read-only ones in it too; of a link only the link."""
    if not folder.is_dir() or folder.is_symlink():
        folder.unlink(missing_ok=True)
        return
    _loosen(str(folder))
    shutil.rmtree(folder)


def _loosen(folder: str) -> None:
    # First the folder, then what is in it: nobody can look into one without rights.
    os.chmod(folder, 0o700)  # noqa: PTH101 (tens of thousands)
    with os.scandir(folder) as entries:
        inner = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    for each in inner:
        _loosen(each)
