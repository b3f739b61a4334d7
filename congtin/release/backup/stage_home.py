"""The folder of the machine that publishes, as it stands between two Releases: linked where files never change."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from congtin.release.backup.folders import NAME
from congtin.release.backup.stage_git import link
from congtin.release.folders import remove_folder
from congtin.release.home import Home
from congtin.release.releases import all_releases

# Not copied: what is made anew from the rest, locks, and the copies' own folder.
_DERIVED = frozenset({"work", "search", "supplement", NAME, ".lock", "releases", "assets", "live"})
REPORTS = Path(NAME, "reports")
_PRIVATE_NAMES = frozenset({".key", ".p12", ".pfx", ".jks", ".kdbx"})
_PRIVATE_MARK = b"PRIVATE KEY"
_MOST_KEY_BYTES = 64 * 1024


def stage_home(home: Home, target: Path, *, stores: bool, without: Iterable[Path]) -> list[Path]:
    """Bring ``target`` in step with the home; return the files left out because they hold a private key.

    ``without`` are repositories that may lie in the home: they are copied as what they are.
    The home's lock must be held: nobody publishes, switches or removes meanwhile. Complete Releases never change, so
    one that was linked before is not looked at again.
    """
    target.mkdir(parents=True, exist_ok=True)
    _releases(home, target / home.releases.name)
    mirror_links(home.assets, target / home.assets.name)
    left_out = []
    elsewhere = {path.resolve() for path in without}
    kept = {home.releases.name, home.assets.name, home.work.name}
    for entry in sorted(target.iterdir()):
        if entry.name not in kept:
            remove_folder(entry)
    for entry in sorted(home.folder.iterdir()):
        if entry.name not in _DERIVED and entry.resolve() not in elsewhere:
            left_out += copy_plain(entry, target / entry.name)
    copy_plain(home.folder / REPORTS, target / REPORTS)
    if home.live.is_symlink():
        (target / home.live.name).symlink_to(home.live.readlink())
    _store(home, target / home.work.name, stores=stores)
    shutil.copystat(home.folder, target)
    return left_out


def _releases(home: Home, target: Path) -> None:
    target.mkdir(exist_ok=True)
    names = {release.folder.name for release in all_releases(home)}
    for entry in sorted(target.iterdir()):
        if entry.name not in names:
            remove_folder(entry)
    for release in all_releases(home):
        goal = target / release.folder.name
        if not goal.is_dir():
            half = target / f".{release.folder.name}.half"
            remove_folder(half)
            mirror_links(release.folder, half)
            half.rename(goal)


def _store(home: Home, target: Path, *, stores: bool) -> None:
    """Link what the newest Release left for the next one: sealed, so never written again."""
    found = [path for path in home.work.iterdir() if path.name.isdigit()] if stores and home.work.is_dir() else []
    newest = max(found, key=lambda path: int(path.name), default=None)
    target.mkdir(exist_ok=True)
    for entry in sorted(target.iterdir()):
        if newest is None or entry.name != newest.name:
            remove_folder(entry)
    if newest:
        mirror_links(newest, target / newest.name)


def mirror_links(source: Path, target: Path) -> None:
    """Give every file below ``source`` a second name below ``target``, and take away names that have no first one."""
    target.mkdir(exist_ok=True)
    wanted = {entry.name: entry for entry in os.scandir(source)} if source.is_dir() else {}
    for entry in sorted(target.iterdir()):
        if entry.name not in wanted or (entry.is_dir() != wanted[entry.name].is_dir(follow_symlinks=False)):
            remove_folder(entry)
    for name, found in wanted.items():
        if found.is_dir(follow_symlinks=False):
            mirror_links(Path(found.path), target / name)
        elif found.is_file(follow_symlinks=False) or found.is_symlink():
            link(Path(found.path), target / name)
    if source.is_dir():
        # Last: a Release's folders let nobody write, us neither.
        shutil.copystat(source, target)


def copy_plain(source: Path, target: Path) -> list[Path]:
    """Copy a file or folder that may change any time; return the files left out: those that hold a private key."""
    left_out = []
    for file, goal in _files(source, target):
        if not os.path.lexists(file):
            continue
        if file.is_symlink():
            goal.parent.mkdir(parents=True, exist_ok=True)
            goal.symlink_to(file.readlink())
        elif is_private(file):
            left_out.append(file)
        else:
            goal.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # what comes and goes beside publishing, such as a request
                shutil.copy2(file, goal)
    return left_out


def _files(source: Path, target: Path) -> Iterator[tuple[Path, Path]]:
    if not os.path.lexists(source):
        return
    mode = source.lstat().st_mode
    if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
        yield source, target
    elif stat.S_ISDIR(mode):
        for entry in sorted(source.iterdir()):
            yield from _files(entry, target / entry.name)


def is_private(file: Path) -> bool:
    """Tell whether a file holds a private key, by its name or its words."""
    if file.suffix in _PRIVATE_NAMES:
        return True
    with file.open("rb") as stream:
        return _PRIVATE_MARK in stream.read(_MOST_KEY_BYTES)
