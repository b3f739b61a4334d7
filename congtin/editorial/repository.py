"""What a Git repository holds: commits, trees, differences. Reads only; `refs` writes.

Objects decide, nothing around them: replacement refs, grafts and the user's own configuration are switched off.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from congtin.editorial.commits import Commit, parse_commit
from congtin.editorial.git_environment import git_environment
from congtin.errors import CongtinError, UsageError
from congtin.messages import msg
from congtin.rules.reading import Reader

ABSENT = "0" * 40
REGULAR = "100644"
_OID_BYTES = 20
Tree = Reader
_KINDS = (b"commit", b"tree", b"blob", b"tag")


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that two trees have differently; modes and object ids are zeros on the side where it is absent."""

    path: str
    old_mode: str
    new_mode: str
    old: str
    new: str
    status: str

    @property
    def added(self) -> bool:
        return self.status == "A"

    @property
    def deleted(self) -> bool:
        return self.status == "D"


class GitFailed(CongtinError):
    """Git did not do what it was asked; its own words are the detail."""


class GitRepository:
    """Asks Git about one repository."""

    def __init__(self, path: Path, *, quarantine: bool = False) -> None:
        """Open the repository at ``path``; ``quarantine`` also shows objects that a push has brought."""
        self.path = path.resolve()
        self.folder = self.path / ".git" if (self.path / ".git").exists() else self.path
        self.environment = git_environment(quarantine=quarantine)
        self._batch: subprocess.Popen[bytes] | None = None
        self._stop: Callable[[], object] | None = None
        # Objects never change: the same question is asked by several.
        self._raw = lru_cache(maxsize=16)(self._diff_tree)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the process that reads objects; whoever forgets leaves none behind either."""
        if self._stop is not None:
            self._stop()
        self._batch = self._stop = None

    def run(self, *arguments: str, given: bytes | None = None, fine: Sequence[int] = (0,)) -> bytes:
        """Return what Git prints; raise GitFailed unless it exits with one of ``fine``."""
        done = self.answer(*arguments, given=given)
        if done.returncode not in fine:
            text = msg("Git failed: git {command}", command=" ".join(arguments[:4]))
            raise GitFailed(text, msg("{detail}", detail=done.stderr.decode("utf-8", "replace").strip()[:500]))
        return done.stdout

    def answer(self, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        """Run Git and return all it said."""
        # Called on itself, so that neither "safe.directory" nor a folder above can answer in its place.
        command = ["git", f"--git-dir={self.folder}", *_options(self.folder), *arguments]
        return subprocess.run(  # noqa: S603 (our own words; what people give stands behind "--" or is an object id)
            command, input=given, capture_output=True, env=self.environment, check=False, cwd=self.path,
        )  # fmt: skip

    # --- names ---------------------------------------------------------------------------------

    def ref(self, name: str) -> str | None:
        """Return the object a full ref name points to; None when there is none."""
        return self._look(name)[0] or None

    def refs(self, below: str) -> dict[str, str]:
        """Return all refs below a prefix."""
        lines = self.run("for-each-ref", "--format=%(objectname) %(refname)", below).decode().splitlines()
        return {name: oid for oid, _, name in (line.partition(" ") for line in lines)}

    def resolve(self, revision: str) -> str:
        """Return the commit a person means; raise UsageError when there is none."""
        done = self.answer("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if done.returncode:
            raise UsageError(msg("There is no revision “{revision}”.", revision=revision))
        return done.stdout.decode().strip()

    # --- history -------------------------------------------------------------------------------

    def commit(self, oid: str) -> Commit:
        """Return a commit; raise GitFailed when the object is absent or something else."""
        kind, data = self.object(oid)
        if kind != "commit":
            raise GitFailed(msg("{oid} is not a commit.", oid=oid))
        return parse_commit(oid, data)

    def first_parents(self, base: str, head: str) -> list[str]:
        """Return the first-parent commits after ``base`` up to ``head``, oldest first.

        Raise GitFailed when ``base`` is not one of them.
        """
        found = self.run("rev-list", "--first-parent", head, f"^{base}").decode().split()[::-1]
        if (self.commit(found[0]).parents[:1] != (base,)) if found else base != head:
            raise GitFailed(msg("{base} is not on the first-parent history of {head}.", base=base, head=head))
        return found

    def commits(self, head: str, *without: str) -> list[str]:
        """Return the commits reachable from ``head`` and from none of ``without``, oldest first."""
        return self.run("rev-list", "--reverse", "--topo-order", head, *[f"^{oid}" for oid in without]).decode().split()

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Tell whether ``newer`` builds on ``older`` (a commit builds on itself)."""
        # Most questions are about a commit and itself or its parent, and need no other program.
        if self.object(newer)[0] == "commit" and older in (newer, *self.commit(newer).parents):
            return self.object(older)[0] == "commit"
        done = self.answer("merge-base", "--is-ancestor", older, newer)
        return done.returncode == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the newest commit that both build on."""
        return self.answer("merge-base", one, other).stdout.decode().strip() or None

    # --- objects -------------------------------------------------------------------------------

    def object(self, name: str) -> tuple[str, bytes]:
        """Return (kind, bytes) of an object; kind is empty when it is absent."""
        return self._look(name)[1:]

    def _look(self, name: str) -> tuple[str, str, bytes]:
        """Return (id, kind, bytes) of a name, all empty when nothing has it; raise GitFailed without a repository."""
        if "\n" in name or not name:
            return "", "", b""
        if self._batch is None:
            self._batch = subprocess.Popen(  # noqa: S603 (our own words)
                ["git", f"--git-dir={self.folder}", *_options(self.folder), "cat-file", "--batch"],  # noqa: S607
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment,
            )  # fmt: skip
            self._stop = weakref.finalize(self, _kill, self._batch)
        asked, told = self._batch.stdin, self._batch.stdout
        if asked is None or told is None:
            raise GitFailed(msg("Git failed: git {command}", command="cat-file"))
        with suppress(BrokenPipeError):
            asked.write(os.fsencode(name) + b"\n")
            asked.flush()
        if not (answer := told.readline()):
            raise self._unreadable(name)
        header = answer.split(b" ")
        if len(header) != 3 or not header[2].strip().isdigit() or header[1] not in _KINDS:
            return "", "", b""
        data = told.read(int(header[2]))
        # Git may begin to tell of an object before it finds it damaged.
        if told.read(1) != b"\n":
            raise self._unreadable(name)
        return header[0].decode(), header[1].decode(), data

    def _unreadable(self, name: str) -> GitFailed:
        self.close()
        text = msg("“{name}” cannot be read: {path} is damaged, or no Git repository.", name=name, path=self.path)
        return GitFailed(text, msg("git fsck tells what is damaged; bring it back from the backup."))

    def sizes(self, oids: Iterable[str]) -> dict[str, int]:
        """Return the size of each object that is there, in bytes, without reading it."""
        given = "".join(f"{oid}\n" for oid in oids).encode()
        lines = self.run("cat-file", "--batch-check=%(objectname) %(objectsize)", given=given).decode().splitlines()
        return {oid: int(size) for oid, _, size in (line.partition(" ") for line in lines) if size.isdigit()}

    def tree(self, commit: str) -> CommitTree:
        """Return the files of a commit (or tree)."""
        return CommitTree(self, commit)

    def raw_difference(self, before: str, after: str) -> bytes:
        """Return the bytes whose sha256 an Approval is over."""
        return self._raw(before, after)

    def _diff_tree(self, before: str, after: str) -> bytes:
        return self.run("diff-tree", "-r", "-z", "--raw", "--full-index", "--no-renames", before, after)

    def differences(self, before: str, after: str) -> list[Difference]:
        """Return every file that differs between two commits or trees, in the order of their paths."""
        return parse_raw(self.raw_difference(before, after))


@dataclass(frozen=True)
class CommitTree:
    """The files of one commit."""

    repository: GitRepository
    commit: str

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where there is none."""
        kind, data = self.repository.object(f"{self.commit}:{path}")
        return data if kind == "blob" else None

    def paths(self, below: str) -> list[str]:
        """Return the paths of all files below a folder, sorted by Git."""
        return [path for _, _, path in self.entries(below)]

    def entries(self, below: str) -> Iterator[tuple[str, str, str]]:
        """Yield (mode, object id, path) of every file below a folder."""
        where = ["--", f"{below.rstrip('/')}/"] if below else []
        listed = self.repository.run("ls-tree", "-r", "-z", self.commit, *where)
        for line in os.fsdecode(listed).split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            mode, _, oid = facts.split(" ")
            yield mode, oid, path

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies directly in a folder."""
        kind, data = self.repository.object(f"{self.commit}:{folder}")
        found = []
        while kind == "tree" and data:
            facts, _, rest = data.partition(b"\0")
            found.append(os.fsdecode(facts.partition(b" ")[2]))
            data = rest[_OID_BYTES:]
        return found

    @cached_property
    def oid(self) -> str:
        """The tree object's id."""
        return self.repository.ref(f"{self.commit}^{{tree}}") or ""


def _options(folder: Path) -> list[str]:
    # A commit graph is a cache that Git believes about parents: a forged one would hide commits.
    return ["-c", f"safe.directory={folder}", "-c", "core.commitGraph=false"]


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


def digest_of(raw: bytes) -> str:
    """Return the digest of a raw difference: what people approve."""
    return hashlib.sha256(raw).hexdigest()


def parse_raw(raw: bytes) -> list[Difference]:
    """Return the entries of `git diff-tree -r -z --raw --full-index --no-renames`."""
    parts = os.fsdecode(raw).split("\0")
    found = []
    for facts, path in zip(parts[::2], parts[1::2], strict=False):
        old_mode, new_mode, old, new, status = facts.removeprefix(":").split(" ")
        found.append(Difference(path, old_mode, new_mode, old, new, status))
    return found
