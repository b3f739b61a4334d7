"""Which Releases stay, and the files named by their content that any of them needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from congtin.model import HANOI_TIME
from congtin.release.folders import remove_folder
from congtin.release.home import Home
from congtin.release.records import Release
from congtin.release.releases import all_releases, live_release

_NAMED_BY_CONTENT = re.compile(r"(?:[^/]+/){1,2}theme/(?:[^/]+/)*[^/]+\.[0-9a-f]{10}\.[a-z0-9]+(?:\.gz|\.br)?")
HALF = ".new-"


def is_named_by_content(name: str) -> bool:
    """Tell whether a file below `tree/` never changes under its name (see `congtin.build.assets`)."""
    return bool(_NAMED_BY_CONTENT.fullmatch(name))


def add_to_pool(home: Home, release: Release) -> None:
    """Keep the content-named files of a Release where pages of any other still find them."""
    for name in release.outputs:
        # The cheap question first: there are tens of thousands.
        if "/theme/" not in name or not is_named_by_content(name):
            continue
        there = home.assets / name
        if not there.exists():
            make_readable(there.parent, home.folder)
            with suppress(FileExistsError):
                there.hardlink_to(release.tree / name)


def make_readable(folder: Path, above: Path) -> None:
    """Make a folder, and those between it and ``above``, so that web servers can look into it whatever the umask."""
    if not folder.is_dir():
        if folder.parent != above:
            make_readable(folder.parent, above)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def remove_old(home: Home, now: datetime) -> list[int]:
    """Remove Releases that the settings do not keep, and what only they needed; return their numbers."""
    releases = all_releases(home)
    kept = _kept(home, releases, now)
    removed = []
    for release in releases:
        if release.number not in kept:
            remove_tree(release.folder)
            removed.append(release.number)
    if removed:
        _shrink_pool(home, all_releases(home))
    return removed


def _kept(home: Home, releases: Sequence[Release], now: datetime) -> set[int]:
    """Return the numbers of the Releases that stay: the newest, the last of each day for a while, the live one."""
    keep = home.settings.retention
    live = live_release(home)
    first_day = (now - timedelta(days=keep.days)).astimezone(HANOI_TIME).date()
    # What has no record that can be read stays until somebody has looked at it.
    odd = {release.number for release in releases if not release.is_readable}
    releases = [release for release in releases if release.number not in odd]
    days = {release.record.created.astimezone(HANOI_TIME).date(): release.number for release in releases}
    daily = {number for day, number in days.items() if day >= first_day}
    return odd | {release.number for release in releases[-keep.releases :]} | daily | ({live.number} if live else set())


def remove_halves(home: Home) -> None:
    """Remove Releases that never became whole."""
    for folder in home.releases.glob(f"{HALF}*"):
        remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Remove a read-only folder: out of sight first, so that nobody takes a part for the whole."""
    away = folder.with_name(f"{HALF}{folder.name.removeprefix(HALF)}")
    if away != folder:
        folder.rename(away)
    remove_folder(away)


def _shrink_pool(home: Home, releases: Iterable[Release]) -> None:
    needed = {name for release in releases for name in release.outputs if is_named_by_content(name)}
    for path in sorted(home.assets.rglob("*"), reverse=True):
        if path.is_dir():
            with suppress(OSError):
                path.rmdir()
        elif path.relative_to(home.assets).as_posix() not in needed:
            path.unlink()
