"""Which Changes brought the files of a Release: from the audit log, up to the entry that the Release names (E19).

The log names who approved; those lists are secret (E7), so an archive holds how many did, and the digests of
their signed statements: with them whoever holds the roster finds the people.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from congtin.editorial import log
from congtin.editorial.desk import MAIN
from congtin.editorial.log import Entry
from congtin.editorial.repository import GitRepository
from congtin.layout import CONTENT

_COMMIT = re.compile(r">([0-9a-f]{40})")


@dataclass(frozen=True)
class Approved:
    """One Change that reached main."""

    seq: int
    """The number of its entry in the log."""
    change: str
    commit: str
    at: datetime
    digest: str
    approvals: tuple[str, ...]
    """SHA-256 of each signed statement that the step rested on."""
    approvers: int
    exception: bool
    """An author approved alone, by the exception for Boards of one person (E22)."""
    emergency: bool
    """A takedown on one head's word (E24)."""

    def data(self) -> dict[str, object]:
        """Return this as JSON can hold it."""
        return {
            "log_entry": self.seq,
            "change": self.change,
            "commit": self.commit,
            "merged": self.at.isoformat(),
            "digest": self.digest,
            "approvers": self.approvers,
            "statements": list(self.approvals),
            "exception": self.exception,
            "emergency": self.emergency,
        }


@dataclass(frozen=True)
class Trail:
    """The Changes that touched each file, the oldest first."""

    by_path: Mapping[str, tuple[str, ...]]
    steps: Mapping[str, Approved]

    def of(self, paths: Iterable[str]) -> list[Approved]:
        """Return the Changes that touched any of these files, the oldest first."""
        commits = {commit for path in paths for commit in self.by_path.get(path, ())}
        return sorted((self.steps[c] for c in commits if c in self.steps), key=lambda step: step.seq)

    def founded(self, paths: Iterable[str]) -> bool:
        """Tell whether one of these files came in a commit that no Change brought: the beginning."""
        return any(commit not in self.steps for path in paths for commit in self.by_path.get(path, ()))


def trail_of(content: GitRepository, commit: str, log_head: str | None) -> Trail:
    """Return the trail of a commit of main; raise LogDamaged when the log cannot be read."""
    steps = {}
    for recorded in log.entries(content, log_head):
        entry = recorded.entry
        if entry.event == "merged" and MAIN in entry.refs:
            steps[entry.refs[MAIN][1]] = _approved(entry)
    # One process for all steps: a city has a hundred thousand of them.
    listed = content.run(
        "log", "--first-parent", "--diff-merges=first-parent", "--root", "--no-renames", "--name-only", "-z",
        "--reverse", "--format=>%H", commit, "--", CONTENT,
    )  # fmt: skip
    by_path: dict[str, list[str]] = defaultdict(list)
    step = ""
    for token in listed.decode("utf-8", "surrogateescape").split("\0"):
        word = token.strip("\n")
        found = _COMMIT.fullmatch(word)
        if found:
            step = found[1]
        elif word:
            by_path[word].append(step)
    return Trail({path: tuple(commits) for path, commits in by_path.items()}, steps)


def _approved(entry: Entry) -> Approved:
    detail = entry.detail
    statements, approvers = detail.get("statements"), detail.get("approvers")
    return Approved(
        seq=entry.seq,
        change=entry.change or "",
        commit=entry.refs[MAIN][1],
        at=entry.time,
        digest=str(detail.get("digest", "")),
        approvals=tuple(str(sha) for sha in statements) if isinstance(statements, list) else (),
        approvers=len(approvers) if isinstance(approvers, list) else 0,
        exception=bool(detail.get("exceptions")),
        emergency=bool(detail.get("emergency")),
    )
