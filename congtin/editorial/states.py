"""Where Changes stand, as far as statements and history tell it to anybody; who counts, the gate decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from congtin.editorial import approvals
from congtin.editorial.changes import BRANCH, MAIN, head_of
from congtin.editorial.emergency import read_front
from congtin.editorial.lifecycle import state_of
from congtin.editorial.policy import State
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Signed, Type, sites_of
from congtin.validation import parse_time

_PREFIX = f"refs/remotes/origin/{BRANCH}"
_FINISHED = (State.PUBLISHED, State.SCHEDULED, State.WITHDRAWN)


@dataclass(frozen=True)
class Standing:
    """One Change as its statements and main's history show it."""

    change: str
    head: str
    state: State
    title: str
    sites: tuple[str, ...]
    statements: tuple[Signed, ...]
    since: datetime | None
    merged: str | None = None

    @property
    def finished(self) -> bool:
        return self.state in _FINISHED

    @property
    def submission(self) -> Signed | None:
        """The last submission."""
        found = [s for s in self.statements if s.statement.type is Type.SUBMISSION]
        return found[-1] if found else None

    def data(self) -> dict[str, Any]:
        """Return this as plain data, without names."""
        return {
            "change": self.change,
            "state": self.state.value,
            "title": self.title,
            "sites": list(self.sites),
            "head": self.head,
            "digest": self.submission.statement.digest if self.submission else None,
            "since": self.since.isoformat() if self.since else None,
            "merged": self.merged,
            "statements": [
                {"type": s.statement.type.value, "at": s.statement.at.isoformat(), "reason": s.statement.reason}
                for s in self.statements
            ],
        }


def overview(git: GitRepository, now: datetime, *, everything: bool) -> list[Standing]:
    """Return the Changes, the longest waiting first."""
    merged = _merged_heads(git)
    found = [_standing(git, name.removeprefix(_PREFIX), oid, merged, now) for name, oid in git.refs(_PREFIX).items()]
    chosen = [one for one in found if everything or not one.finished]
    return sorted(chosen, key=lambda one: (one.finished, one.since or now, one.change))


def one(git: GitRepository, change: str, now: datetime) -> Standing:
    """Return where one Change stands; raise UsageError when there is none."""
    return _standing(git, change, head_of(git, change), _merged_heads(git), now)


def _merged_heads(git: GitRepository) -> dict[str, str]:
    """Return the commit of main that merged each head."""
    main = git.ref(MAIN)
    if main is None:
        return {}
    lines = git.run("rev-list", "--first-parent", "--parents", main).decode().splitlines()
    return {words[2]: words[0] for words in map(str.split, lines) if len(words) == 3}


def _standing(git: GitRepository, change: str, head: str, merged: dict[str, str], now: datetime) -> Standing:
    said = approvals.statements_of(git, git.ref(approvals.REF), change)
    said.sort(key=lambda signed: (signed.statement.at, signed.sha))
    titles = [s.statement.title for s in said if s.statement.title]
    paths = said[-1].statement.files if said else {}
    state = _published(git, merged[head], paths, now) if head in merged else state_of(said, head)
    title = titles[-1] if titles else next((s.statement.reason or "" for s in said), "")
    since = said[-1].statement.at if said else None
    return Standing(change, head, state, title, tuple(sites_of(paths)), tuple(said), since, merged.get(head))


def _published(git: GitRepository, commit: str, paths: Iterable[str], now: datetime) -> State:
    """Tell whether the Items of a merged Change all wait for their time."""
    dates = list(_dates(git, commit, paths))
    return State.SCHEDULED if dates and all(date > now for date in dates) else State.PUBLISHED


def _dates(git: GitRepository, commit: str, paths: Iterable[str]) -> Iterator[datetime]:
    tree = git.tree(commit)
    for path in paths:
        front = read_front(tree.read(path)) if path.endswith(".md") else None
        if front and "date" in front[0]:
            yield parse_time(front[0]["date"])
