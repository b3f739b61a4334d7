"""Whether Releases are still what the service signed: every file is read again, every night."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from congtin.build.manifest import replace_file
from congtin.editorial.trust import TrustRoot
from congtin.errors import Problem, list_of
from congtin.messages import msg
from congtin.release.folders import times_below
from congtin.release.home import Home
from congtin.release.hosting.served import file_time
from congtin.release.records import OUTPUTS, RECORD, SIGNATURE, TREE, Release, ReleaseDamaged
from congtin.release.retention import is_named_by_content
from congtin.stored_problems import problem_data

REPORT = "integrity.json"
_BESIDE = {OUTPUTS, RECORD, SIGNATURE, TREE}
_CHUNK = 1 << 20


def verify_release(release: Release, trust: TrustRoot) -> list[Problem]:
    """Return every file of a Release that is missing, altered or foreign; and a record the service did not sign."""
    where = f"releases/{release.folder.name}"
    try:
        release.check_signature(trust)
        outputs = release.outputs
    except ReleaseDamaged as error:
        return [Problem("release-damaged", error.message, where)]
    if release.tree.is_symlink() or release.folder.is_symlink():
        return [Problem("release-damaged", msg("A folder of the Release is a link."), where)]
    problems = [
        Problem("foreign-file", msg("This file is no part of the Release."), f"{where}/{name}")
        for name in sorted({entry.name for entry in release.folder.iterdir()} - _BESIDE)
    ]
    seen = set()
    for name in _files(release.tree):
        seen.add(name)
        if name not in outputs:
            problems.append(
                Problem("foreign-file", msg("This file is no part of the Release."), f"{where}/tree/{name}")
            )
        elif _digest(release.tree / name) != outputs[name]:
            problems.append(Problem("altered-file", msg("The file was altered."), f"{where}/tree/{name}"))
    problems += [
        Problem("missing-file", msg("The file is missing."), f"{where}/tree/{name}")
        for name in sorted(outputs.keys() - seen)
    ]
    return problems


def require_unaltered(release: Release) -> None:
    """Raise ReleaseDamaged when a file of a Release is missing or foreign, or bears another time than it was given.

    This takes a moment where reading everything takes long; `verify_release` reads.
    """
    found: dict[str, int] = {}
    for times in times_below(release.tree).values():
        found.update(times)
    wanted = {name: file_time(digest) for name, digest in release.outputs.items()}
    wrong = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if release.tree.is_symlink() or wrong:
        text = msg("Release {number} was altered: {names}.", number=release.number, names=list_of(wrong or ["tree"]))
        raise ReleaseDamaged(text, msg("See all of it: congtin releases verify {number}", number=release.number))


def forget_altered(home: Home, problems: Iterable[Problem]) -> None:
    """Give altered files a time that no file of a Release has: the next Release makes them anew."""
    for problem in problems:
        if problem.code == "altered-file":
            with suppress(OSError):
                os.utime(home.folder / problem.path, (1, 1), follow_symlinks=False)


def verify_pool(home: Home, releases: Iterable[Release]) -> Iterator[Problem]:
    """Yield content-named files of the pool that no Release at hand has so."""
    known: dict[str, set[str]] = {}
    for release in releases:
        for name, digest in release.outputs.items():
            if is_named_by_content(name):
                known.setdefault(name, set()).add(digest)
    for name in _files(home.assets):
        if _digest(home.assets / name) not in known.get(name, ()):
            yield Problem("foreign-file", msg("This file is no part of the Release."), f"assets/{name}")


def write_report(home: Home, release: Release | None, problems: list[Problem], now: datetime) -> None:
    """Leave the result where the monitor looks."""
    home.status.mkdir(exist_ok=True)
    data = {
        "checked_at": now.isoformat(),
        "release": release.number if release else None,
        "problems": [problem_data(problem) for problem in problems],
    }
    replace_file(home.status / REPORT, json.dumps(data, ensure_ascii=False, indent=1).encode())


def _files(folder: Path) -> Iterator[str]:
    for name, folders, files in os.walk(folder):
        links = [each for each in folders if Path(name, each).is_symlink()]
        for file in sorted([*files, *links]):
            yield Path(name, file).relative_to(folder).as_posix()


def _digest(file: Path) -> str:
    """Return a plain file's digest; nothing for anything else."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return hashlib.file_digest(stream, "sha256").hexdigest()
