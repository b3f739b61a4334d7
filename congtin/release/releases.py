"""The Releases at hand, which one is live, and the switch from one to another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from congtin.errors import Problem, UsageError, list_of
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.records import RECORD, Release

_UNFINISHED = ".going-live"


def all_releases(home: Home) -> list[Release]:
    """Return the complete Releases at hand, oldest first."""
    return sorted(_found(home.releases), key=lambda release: release.number)


def _found(folder: Path) -> Iterator[Release]:
    if folder.is_dir():
        for entry in folder.iterdir():
            # A Release gets its name when it is complete.
            if entry.name.isdigit() and (entry / RECORD).is_file():
                yield Release(entry)


def release_of(home: Home, number: int) -> Release:
    """Return a Release by its number; raise UsageError when it is not at hand."""
    releases = {release.number: release for release in all_releases(home)}
    if number not in releases:
        hint = msg("At hand are: {numbers}.", numbers=list_of(map(str, releases), most=20))
        raise UsageError(msg("There is no Release {number}.", number=number), hint)
    return releases[number]


def next_number(home: Home) -> int:
    """Return the number of the next Release: above everything that bears a number, whole or not."""
    names = [entry.name for entry in home.releases.iterdir()] if home.releases.is_dir() else []
    return max((int(name) for name in names if name.isdigit()), default=0) + 1


def live_release(home: Home) -> Release | None:
    """Return the Release that citizens see; None before the first, and when the link leads to no Release."""
    try:
        there = home.live.readlink()
    except OSError:
        return None
    release = Release(home.releases / there.name)
    ours = there == Path(home.releases.name, there.name) and there.name.isdigit()
    return release if ours and release.folder.is_dir() and not release.folder.is_symlink() else None


def live_elsewhere(home: Home) -> list[Problem]:
    """Return a Problem when what web servers show is no Release of this home."""
    if live_release(home) or not os.path.lexists(home.live):
        return []
    text = msg("“live” leads to no Release; citizens may see what nobody published.")
    return [Problem("live-elsewhere", text, str(home.live), 0, msg("Publish, or go back: congtin rollback NUMBER"))]


def begin_going_live(home: Home, release: Release) -> None:
    """Note that a Release is about to be switched to; whoever is killed before the end of it is followed up."""
    end_going_live(home)
    # A link needs no room for what it says: a disk that has just filled up keeps nothing back here.
    (home.folder / _UNFINISHED).symlink_to(release.folder.name)


def end_going_live(home: Home) -> None:
    """Note that the last switch was looked at and logged, or taken back."""
    (home.folder / _UNFINISHED).unlink(missing_ok=True)


def is_unfinished(home: Home) -> bool:
    """Tell whether nobody knows what became of the last switch."""
    return os.path.lexists(home.folder / _UNFINISHED)


def switch(home: Home, release: Release) -> None:
    """Make a Release the live one, in one step that lasts also when the power fails."""
    if home.live.exists() and not home.live.is_symlink():
        raise UsageError(msg("{path} is no link.", path=home.live), msg("Move it away, then publish again."))
    half = home.folder / ".live.new"
    half.unlink(missing_ok=True)
    half.symlink_to(Path(home.releases.name, release.folder.name))
    half.rename(home.live)
    sync_folder(home.folder)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
