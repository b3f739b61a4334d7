"""A step of main: made of an approved Change, and read back from the commit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from congtin.editorial import refs
from congtin.editorial.commits import Commit
from congtin.editorial.repository import GitRepository
from congtin.errors import CongtinError
from congtin.messages import msg

CHANGE_ID = "[23456789abcdefghjkmnpqrstvwxyz]{12}"
CHANGE, LOG_HEAD = "Change", "Log"


@dataclass(frozen=True)
class Proposal:
    """A step that main might make: ``after`` is the merge commit, or the tree that it would have."""

    change: str
    prev: str
    after: str
    head: str


_HEAD = [b"tree", b"parent", b"parent", b"author", b"committer"]


class NotAStep(CongtinError):
    """A commit on main is not the merge of one Change."""


def merge_commit(content: GitRepository, prev: str, head: str, change: str, log_head: str | None, at: datetime) -> str:
    """Store the merge of a Change into main; return its object id. No ref moves; raise MergeConflict."""
    tree = refs.merged_tree(content, prev, head)
    return refs.write_commit(content, tree, [prev, head], merge_message(change, log_head or "-"), at=at)


def merge_message(change: str, log_head: str) -> str:
    """Return the whole message of the merge of a Change."""
    return f"Merge Change {change}\n\n{CHANGE}: {change}\n{LOG_HEAD}: {log_head}\n"


def _is_neutral(commit: Commit, accounts: Iterable[str]) -> bool:
    """Tell whether the head of a commit holds what every merge holds, and not a line more; a forge may sign its own."""
    head = commit.payload.partition(b"\n\n")[0].split(b"\n")
    people = [line.partition(b" ")[2].rpartition(b">")[0] + b">" for line in head[3:]]
    names = [line.partition(b" ")[0] for line in head]
    ours, theirs = people == [refs.AUTHOR.encode()] * 2, {name.encode() for name in accounts}
    return names == _HEAD and ((ours and not commit.signature) or {*people} <= theirs)


def step_of(content: GitRepository, prev: str, oid: str, accounts: Iterable[str] = ()) -> tuple[str, str]:
    """Return (Change, its head) of a commit of main; raise NotAStep unless it has exactly the one form (E1).

    ``accounts`` are the names under which a forge writes merges, as the trust root lists them.
    """
    commit = content.commit(oid)
    short = oid[:12]
    if len(commit.parents) != 2 or commit.parents[0] != prev:
        text = msg("The commit {commit} is not the merge of one Change into main.", commit=short)
        raise NotAStep(text, msg("congtin change merge makes it."))
    change = commit.trailer(CHANGE)
    if not re.fullmatch(CHANGE_ID, change):
        raise NotAStep(msg("The commit {commit} does not name its Change.", commit=short))
    named = commit.trailer(LOG_HEAD)
    if not named:
        raise NotAStep(msg("The commit {commit} does not name the head of the log.", commit=short))
    if f"{commit.message.rstrip()}\n" != merge_message(change, named) or not _is_neutral(commit, accounts):
        # Words in a commit are published with it, and no Board has read them; nor are people named there (E7).
        raise NotAStep(msg("The commit {commit} says more than which Change it merges.", commit=short))
    return change, commit.parents[1]
