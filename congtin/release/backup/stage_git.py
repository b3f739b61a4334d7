"""A Git repository as it stood at one moment, beside it and without a second copy of its objects.

Refs are read first and objects linked after: all that refs reach was there when they were read, and objects are only
ever added. Linked objects stay, whatever Git tidies away meanwhile; that nothing is missing is checked at the end.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.repository import ABSENT, GitFailed, GitRepository
from congtin.errors import CongtinError
from congtin.messages import msg
from congtin.release.folders import remove_folder

# What a repository is, besides its objects and refs.
_FILES = ("HEAD", "config", "description", "info/exclude", "info/attributes")
_ENTRIES = 100
_LANDING_SECONDS = 2.0
_ATTEMPTS = 3


class RepositoryUnfit(CongtinError):
    """A repository cannot be copied as a whole; the message says why."""


def content_refs(desk: Desk) -> dict[str, str]:
    """Return all refs of the content repository as they stand together.

    The log is written before refs move, under the lock that is held here: nothing new is judged while they are read,
    and what the log already tells of lands within moments. Whatever has not was a push that died.
    """
    with desk.lock():
        end = time.monotonic() + _LANDING_SECONDS
        while True:
            found = desk.plain.refs("refs/")
            if _landed(desk.plain, found) or time.monotonic() > end:
                return found
            time.sleep(0.02)


def _landed(content: GitRepository, refs: dict[str, str]) -> bool:
    """Tell whether each ref stands where the newest entry about it says."""
    seen: set[str] = set()
    oid = refs.get(log.REF, "")
    for _ in range(_ENTRIES):
        if not oid:
            return True
        entry = log.read(content, oid).entry
        for ref, (_, new) in entry.refs.items() if entry.event != "refused" else ():
            if ref not in seen and refs.get(ref, ABSENT) != new:
                return False
            seen.add(ref)
        oid = next(iter(content.commit(oid).parents), "")
    return True


def stage_repository(source: GitRepository, refs: dict[str, str], target: Path) -> None:
    """Make ``target`` a bare repository with these refs and every object of ``source``.

    What ``target`` holds already from the last time is used. Raise RepositoryUnfit when objects lie elsewhere or are
    missing, OSError when there is no room.
    """
    for other in ("objects/info/alternates", "shallow"):
        if (source.folder / other).is_file():
            hint = msg("Make the repository whole: git repack -a -d, then remove {file}.", file=other)
            raise RepositoryUnfit(msg("{path} keeps objects elsewhere.", path=source.path), hint)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copystat(source.folder, target)
    _copy_settings(source.folder, target)
    packed = "".join(f"{oid} {name}\n" for name, oid in sorted(refs.items()))
    (target / "packed-refs").write_text(f"# pack-refs with: sorted \n{packed}", "ascii")
    for attempt in range(_ATTEMPTS):
        _link_objects(source.folder / "objects", target / "objects")
        try:
            _require_whole(target, refs)
        except RepositoryUnfit:
            # Git may have packed objects anew while they were linked.
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            return


def _copy_settings(source: Path, target: Path) -> None:
    for name in ("hooks", "info", "refs", "branches", "logs"):
        remove_folder(target / name)
    for folder in ("refs/heads", "refs/tags", "info", "hooks", "objects/pack", "objects/info"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        if (source / name).is_file():
            shutil.copy2(source / name, target / name)
    for hook in sorted((source / "hooks").glob("*")):
        if hook.is_file() and not hook.name.endswith(".sample"):
            shutil.copy2(hook, target / "hooks" / hook.name)


def _link_objects(source: Path, target: Path) -> None:
    there = dict(_objects(source))
    for name, file in dict(_objects(target)).items():
        if name not in there:
            file.unlink()
    # An index makes its pack count: it comes last.
    for name, file in sorted(there.items(), key=lambda item: item[0].endswith(".idx")):
        goal = target / name
        try:
            link(file, goal)
        except FileNotFoundError:
            continue


def link(file: Path, goal: Path) -> None:
    """Give a file that never changes a second name; copy it where that is another file system."""
    try:
        if goal.exists():
            if goal.samefile(file) or _same_facts(file, goal):
                return
            goal.unlink()
        goal.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, goal, follow_symlinks=False)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        shutil.copy2(file, goal, follow_symlinks=False)


def _same_facts(file: Path, goal: Path) -> bool:
    """Tell whether a file was copied here before: what never changes is known by its size and time."""
    one, other = file.lstat(), goal.lstat()
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _objects(folder: Path) -> Iterator[tuple[str, Path]]:
    for below in sorted(folder.iterdir()) if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # Git has just packed what lay there
            names = sorted(entry.name for entry in below.iterdir()) if below.is_dir() else []
            if below.name == "pack":
                kept = (".pack", ".idx", ".keep", ".rev")
                yield from ((f"pack/{n}", below / n) for n in names if n.startswith("pack-") and n.endswith(kept))
            elif len(below.name) == 2:
                yield from ((f"{below.name}/{n}", below / n) for n in names if len(n) == 38)


def _require_whole(target: Path, refs: dict[str, str]) -> None:
    """Raise RepositoryUnfit unless every object is there that refs reach."""
    with GitRepository(target) as staged:
        try:
            staged.run("rev-list", "--objects", "--quiet", "--stdin", given="".join(
                f"{oid}\n" for oid in sorted(set(refs.values()))).encode())  # fmt: skip
        except GitFailed as error:
            hint = msg("Look at the repository with git fsck --full, and bring back what is missing from a copy.")
            text = msg("Objects of {path} are missing: {detail}", path=target.name, detail=error.hint or error.message)
            raise RepositoryUnfit(text, hint) from error
