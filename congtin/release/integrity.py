"""Whether Releases are still what the service signed: every file is read again, every night."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from congtin.build.manifest import replace_file
from congtin.editorial.trust import TrustRoot
from congtin.errors import Problem
from congtin.messages import msg
from congtin.release.home import Home
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
