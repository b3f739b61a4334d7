"""Write to a Git repository without a work tree: objects first, then all refs together or none."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.editorial.repository import ABSENT, REGULAR, GitFailed, GitRepository
from congtin.errors import CongtinError
from congtin.messages import msg

# Never a person's name: who acted stands in the log, which citizens do not get (E7).
AUTHOR = "Congtin <congtin@localhost>"

_LOCKED = re.compile(r"'([^']+\.lock)': File exists")


class RefMoved(CongtinError):
    """Somebody else moved a ref first; nothing was written."""


class RefLocked(CongtinError):
    """A process died while it moved a ref, or another one is moving it; nothing was written."""

    def __init__(self, file: str) -> None:
        super().__init__(
            msg("The file {file} says that a ref is being moved.", file=file),
            msg("When no push is running, the process has died: remove the file, and try again."),
        )


class MergeConflict(CongtinError):
    """Two Changes touch the same lines; nothing was written."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = tuple(paths)
        super().__init__(
            msg("Somebody else has changed the same text meanwhile: {paths}.", paths=", ".join(paths)),
            msg("Run congtin change edit --bring-in-main in the Change, settle both versions, and submit it again."),
        )


@dataclass(frozen=True, slots=True)
class RefMove:
    """A ref, where it shall point, and where it must point before (zeros: nowhere)."""

    name: str
    new: str
    old: str


def write_blob(repository: GitRepository, data: bytes) -> str:
    """Store bytes; return their object id."""
    return repository.run("hash-object", "-w", "--stdin", given=data).decode().strip()


def write_tree(repository: GitRepository, base: str | None, files: Mapping[str, bytes | None]) -> str:
    """Return a tree like that of ``base`` with some files written, or taken away where there are no bytes."""
    lines = []
    for path, data in files.items():
        if data is None:
            lines.append(f"0 {ABSENT}\t{path}")
        else:
            lines.append(f"{REGULAR} {write_blob(repository, data)}\t{path}")
    with tempfile.TemporaryDirectory(prefix="congtin-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        before = repository.environment
        repository.environment = {**before, **index}
        try:
            repository.run("read-tree", base) if base else repository.run("read-tree", "--empty")
            given = os.fsencode("".join(f"{line}\0" for line in lines))
            repository.run("update-index", "-z", "--index-info", given=given)
            return repository.run("write-tree").decode().strip()
        finally:
            repository.environment = before


def write_small_tree(repository: GitRepository, files: Mapping[str, bytes]) -> str:
    """Return a tree with only these files, all of them at its top."""
    lines = [f"{REGULAR} blob {write_blob(repository, data)}\t{name}\n" for name, data in sorted(files.items())]
    return repository.run("mktree", given="".join(lines).encode()).decode().strip()


def write_commit(
    repository: GitRepository,
    tree: str,
    parents: Sequence[str],
    message: str,
    *,
    at: datetime,
    signing_key: Path | None = None,
    author: str = AUTHOR,
) -> str:
    """Store a commit, signed with an SSH key where one is given; return its object id."""
    name, _, mail = author.partition(" <")
    when = f"{int(at.timestamp())} +0700"
    people = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", mail.rstrip(">")), ("DATE", when))
    }
    signing = []
    if signing_key is not None:
        signing = ["-c", "gpg.format=ssh", "-c", f"user.signingkey={signing_key}"]
    arguments = ["commit-tree", *(["-S"] if signing_key else []), *[word for oid in parents for word in ("-p", oid)]]
    before = repository.environment
    repository.environment = {**before, **people}
    try:
        return repository.run(*signing, *arguments, "-F", "-", tree, given=message.encode()).decode().strip()
    finally:
        repository.environment = before


def merged_tree(repository: GitRepository, one: str, other: str) -> str:
    """Return the tree of both commits together; raise MergeConflict when they touch the same lines."""
    done = repository.answer("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", one, other)
    parts = os.fsdecode(done.stdout).split("\0")
    if done.returncode == 0:
        return parts[0].strip()
    if done.returncode == 1:
        raise MergeConflict([path for path in parts[1:] if path])
    detail = done.stderr.decode("utf-8", "replace").strip()[:300]
    raise GitFailed(msg("Git failed: git {command}", command="merge-tree"), msg("{detail}", detail=detail))


def move_refs(repository: GitRepository, moves: Sequence[RefMove]) -> None:
    """Move all refs together; raise RefMoved when one is not where it must be, RefLocked."""
    words = [
        f"update {move.name} {move.new} {move.old}" if move.new != ABSENT else f"delete {move.name} {move.old}"
        for move in moves
    ]
    lines = ["start", *words, "prepare", "commit", ""]
    done = repository.answer("update-ref", "--stdin", given="\n".join(lines).encode())
    if done.returncode:
        names = ", ".join(move.name for move in moves)
        detail = done.stderr.decode("utf-8", "replace").strip()[:300]
        locked = _LOCKED.search(detail)
        if locked:
            raise RefLocked(locked[1])
        raise RefMoved(msg("Somebody else was faster: {refs}. Try again.", refs=names), msg("{detail}", detail=detail))
