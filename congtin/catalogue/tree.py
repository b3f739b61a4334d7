"""Which files may differ from what was read before: Git is asked, never the time of a file.

This runs in every build, so it starts `git` itself: importing GitPython alone takes longer than Git's answer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

FOLDERS = ("content", "sites", "workflows", "themes", "plugins")


@dataclass(frozen=True)
class TreeState:
    """A work tree as Git sees it: a commit, and the files that differ from it."""

    commit: str
    dirty: tuple[str, ...] = field(default=())

    def to_text(self) -> str:
        return json.dumps([self.commit, *self.dirty], ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        if not text:
            return None
        commit, *dirty = json.loads(text)
        return cls(commit, tuple(dirty))


class GitTree:
    """Asks Git about the work tree a repository lies in; starts looking at once, answers when asked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prefix = ""
        self._status = _start(
            root, "status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=all",
            "--ignored=matching", "--", *FOLDERS,
        )  # fmt: skip

    @cached_property
    def state(self) -> TreeState | None:
        """The state of the tree; None where there is no Git or no work tree."""
        output = _finish(self._status)
        if output is None:
            return None
        prefix = "" if (self.root / ".git").exists() else _finish(_start(self.root, "rev-parse", "--show-prefix"))
        if prefix is None:
            return None
        self.prefix = prefix.strip("\n")
        commit, dirty = _parse(output)
        if any(path.endswith("/") and self.prefix.startswith(path) for path in dirty):
            # The repository lies in a folder that an outer one ignores: Git knows nothing of its files.
            return None
        return TreeState(commit, tuple(sorted(self._files(dirty))))

    def close(self) -> None:
        """Do without the answer, if nobody has asked for it."""
        if self._status is not None and self._status.returncode is None:
            self._status.kill()
            self._status.communicate()

    def between(self, before: TreeState, now: TreeState) -> set[str] | None:
        """Return every path that may differ between two states; None when the older commit is not known any more."""
        changed = {*before.dirty, *now.dirty}
        if before.commit == now.commit:
            return changed
        if not before.commit or not now.commit:
            return None
        output = _finish(
            _start(
                self.root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", before.commit, now.commit,
                "--", *FOLDERS,
            )
        )  # fmt: skip
        if output is None:
            return None
        return changed | {path for path in map(self._inside, output.split("\0")) if path}

    def _files(self, dirty: Sequence[str]) -> Iterator[str]:
        for whole in dirty:
            path = self._inside(whole)
            if path.endswith("/"):
                # An ignored folder, or another repository: Git does not look inside.
                yield from files_below(self.root, path.rstrip("/"))
            elif path:
                yield path

    def _inside(self, path: str) -> str:
        """Return a path of Git's as one below the repository's root."""
        return path.removeprefix(self.prefix) if path.startswith(self.prefix) else ""


def files_below(root: Path, folder: str) -> Iterator[str]:
    """Yield every file below a folder, links too, as paths from ``root``; byte-code of plugins is nobody's input."""
    for name, folders, files in os.walk(root / folder):
        folders[:] = sorted(entry for entry in folders if entry != "__pycache__")
        links = [entry for entry in folders if Path(name, entry).is_symlink()]
        base = os.path.relpath(name, root).replace(os.sep, "/")
        for file in sorted([*files, *links]):
            yield f"{base}/{file}"


def git_environment() -> dict[str, str]:
    """Return the environment in which Git answers in the same words everywhere."""
    return {**os.environ, "LC_ALL": "C"}


def _start(root: Path, *arguments: str) -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(  # noqa: S603 (our own words only)
            ["git", "-C", str(root), *arguments],  # noqa: S607 (the user's Git)
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=git_environment(),
        )
    except OSError:
        return None


def _finish(process: subprocess.Popen[bytes] | None) -> str | None:
    if process is None:
        return None
    output, _ = process.communicate()
    return os.fsdecode(output) if process.returncode == 0 else None


def _parse(output: str) -> tuple[str, list[str]]:
    """Return (commit, paths) of `git status --porcelain=v2 --branch -z --no-renames`."""
    commit, paths = "", []
    for entry in output.split("\0"):
        mark, _, rest = entry.partition(" ")
        if mark == "#":
            name, _, value = rest.partition(" ")
            commit = value if name == "branch.oid" and value != "(initial)" else commit
        elif mark in ("?", "!"):
            paths.append(rest)
        elif mark == "1":
            paths.append(rest.split(" ", 7)[7])
        elif mark == "u":
            paths.append(rest.split(" ", 9)[9])
    return commit, [path for path in paths if "/__pycache__/" not in path]
