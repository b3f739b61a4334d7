"""A public copy of what was approved, without people (E7): other commits over the same bytes of content.

Each step of `main` becomes one commit with a neutral author, no signature, no side branch and no words of a person.
The same source gives the same object ids whenever and wherever it is copied, so a copy is brought forward, never
rewritten. An Item whose time had not come when a step was made appears with the first step after its time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from congtin.catalogue.front_matter import ID_ALPHABET, ID_LENGTH
from congtin.editorial.commits import Commit
from congtin.editorial.held_back import HeldBack
from congtin.editorial.refs import write_commit
from congtin.editorial.repository import GitFailed, GitRepository
from congtin.editorial.roster_history import commit_time
from congtin.errors import CongtinError, UsageError
from congtin.messages import msg

MAIN = "refs/heads/main"
FOLDERS = ("content", "sites", "themes", "workflows")
SOURCE = "Source"
_CHANGE = re.compile(f"[{ID_ALPHABET}]{{{ID_LENGTH}}}")
_COMMIT = re.compile("[0-9a-f]{40}")


class ForeignMirror(CongtinError):
    """The copy holds what does not come from this repository; nothing was written."""


@dataclass(frozen=True, slots=True)
class Mirrored:
    """The newest commit of the copy, and how many are new."""

    head: str
    commits: int


def mirror(source: GitRepository, target: str, workshop: Path, begin: str | None = None) -> Mirrored:
    """Bring the copy at ``target`` (a folder, made when it is not there, or an address) forward to `main`.

    ``workshop`` is a folder of our own in which the new commits are made. A new copy begins with the first step of
    `main`, or with the step ``begin``: so what was before it stays out. Raise UsageError when there is nothing to
    copy, the copy has begun already or the target is the repository itself, ForeignMirror when it holds anything
    else, GitFailed when it cannot be written; then it stays as it was.
    """
    main = source.ref(MAIN)
    if main is None:
        raise UsageError(msg("The repository has no branch “main”."))
    target = _place(source, target)
    with _workshop(source, workshop) as made:
        before = _head_of(made, target)
        if before and begin:
            raise UsageError(
                msg("The copy has begun already."), msg("Name an empty place for a copy that begins later.")
            )
        head = _Writer(source, made).bring_forward(before, main, begin)
        if head is None:
            raise UsageError(msg("There is nothing to copy yet."))
        if head != before:
            # Without this Git's advice on grafts fills the answer, and why a push failed is cut off.
            made.run(
                "-c",
                "advice.graftFileDeprecated=false",
                "push",
                "--quiet",
                "--end-of-options",
                target,
                f"{head}:{MAIN}",
            )
        new = made.run("rev-list", "--count", head, *([f"^{before}"] if before else []))
    return Mirrored(head, int(new))


class _Writer:
    """Makes the commits of the copy."""

    def __init__(self, source: GitRepository, made: GitRepository) -> None:
        self.source = source
        self.made = made
        self.held_back = HeldBack(source)

    def bring_forward(self, before: str | None, main: str, begin: str | None) -> str | None:
        """Return the copy's commit for ``main``, upon the copy's newest commit ``before``."""
        if before is None:
            previous = begin or self.source.run("rev-list", "--first-parent", main).decode().split()[-1]
            rest = self.source.first_parents(previous, main)
            self.held_back.read(previous)
            head, tree = self._add(None, "", previous)
        else:
            previous = _trailer(self.made.commit(before))
            rest = self._since(previous, main)
            self.held_back.read(previous)
            head, tree = before, self._public_tree(previous)
            self._require_own(before, previous, tree)
        for oid in rest:
            self.held_back.follow(self.source.differences(previous, oid))
            head, tree = self._add(head, tree, oid)
            previous = oid
        return head

    def _since(self, previous: str, main: str) -> list[str]:
        try:
            steps = self.source.first_parents(previous, main)
        except GitFailed as error:
            raise _foreign() from error
        if not steps and previous != main:
            raise _foreign()
        return steps

    def _require_own(self, before: str, source: str, tree: str) -> None:
        """Make the copy's newest commit again: whoever wrote another one there is found."""
        parents = self.made.commit(before).parents
        if len(parents) > 1 or self._commit(parents, source, tree) != before:
            raise _foreign()

    def _add(self, head: str | None, tree: str, oid: str) -> tuple[str | None, str]:
        """Return (commit, tree) of the copy after a step; a step that shows nothing new makes no commit."""
        new = self._public_tree(oid)
        if new in {tree, ""}:
            return head, tree
        return self._commit((head,) if head else (), oid, new), new

    def _commit(self, parents: tuple[str, ...], source: str, tree: str) -> str:
        step = self.source.commit(source)
        change = step.trailer("Change")
        lines = [f"Change: {change}"] if _CHANGE.fullmatch(change) else []
        message = "\n".join(["Approved content", "", *lines, f"{SOURCE}: {source}", ""])
        return write_commit(self.made, tree, parents, message, at=commit_time(step))

    def _public_tree(self, oid: str) -> str:
        """Return the tree the public gets of a commit, empty when there is nothing."""
        hidden = self.held_back.at(commit_time(self.source.commit(oid)))
        above = {parent for folder in hidden for parent in _and_parents(folder)}
        kept = [entry for entry in self._entries(oid) if entry[1] in FOLDERS]
        return self._tree("", kept, hidden, above)

    def _tree(
        self, folder: str, entries: list[tuple[str, str]], hidden: Mapping[str, set[str]], above: set[str]
    ) -> str:
        """Write a folder without what is hidden in and below it; return its tree, empty when nothing is left."""
        lines = []
        for facts, name in entries:
            path = f"{folder}/{name}" if folder else name
            if name.partition(".")[0] in hidden.get(folder, ()):
                continue
            mode, kind, oid = facts.split(" ")
            if path in above:
                oid = self._tree(path, self._entries(oid), hidden, above)
            if oid:
                lines.append(f"{mode} {kind} {oid}\t{name}\0")
        if not lines:
            return ""
        return self.made.run("mktree", "-z", given=os.fsencode("".join(lines))).decode().strip()

    def _entries(self, tree: str) -> list[tuple[str, str]]:
        listed = os.fsdecode(self.source.run("ls-tree", "-z", tree)).split("\0")[:-1]
        return [(facts, name) for facts, _, name in (line.partition("\t") for line in listed)]


def _and_parents(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def _trailer(commit: Commit) -> str:
    source = commit.trailer(SOURCE)
    if not _COMMIT.fullmatch(source):
        raise _foreign()
    return source


def _foreign() -> ForeignMirror:
    text = msg("The copy holds commits that do not come from this repository’s “main”.")
    return ForeignMirror(text, msg("Find out who wrote there; a copy that is lost is made anew in an empty place."))


def _place(source: GitRepository, target: str) -> str:
    """Return the target as Git is given it; make an empty repository where it is a folder that is not there."""
    if "://" in target or re.match(r"[^/]+:", target):
        return target
    folder = Path(target).resolve()
    if folder in {source.path, source.folder}:
        raise UsageError(msg("The copy cannot be the repository itself."))
    if not folder.exists() or not any(folder.iterdir()):
        _make_bare(folder)
    return str(folder)


def _workshop(source: GitRepository, folder: Path) -> GitRepository:
    """Return our own repository that sees the objects of the source beside what is written into it."""
    if not (folder / "HEAD").is_file():
        _make_bare(folder)
    objects = Path(source.run("rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip())
    (folder / "objects/info/alternates").write_text(f"{objects}\n", "utf-8")
    return GitRepository(folder)


def _make_bare(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    GitRepository(folder).run("init", "--quiet", "--bare", "--initial-branch=main")


def _head_of(made: GitRepository, target: str) -> str | None:
    """Return the newest commit of the copy, brought here; None when the copy is empty."""
    listed = made.run("ls-remote", "--end-of-options", target, MAIN).decode().split()
    if not listed:
        return None
    if not made.object(listed[0])[0]:
        made.run("fetch", "--quiet", "--no-tags", "--end-of-options", target, MAIN)
    return listed[0]
