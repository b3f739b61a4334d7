"""The roster as the service uses it: its history checked once, each state read once."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from congtin.editorial.repository import GitFailed, GitRepository
from congtin.editorial.roster import Roster, load_roster
from congtin.editorial.roster_history import MAIN, check_roster_history, step_problems
from congtin.editorial.roster_store import stored_roster
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError, Problem, ProblemsFound, UsageError
from congtin.messages import msg


class RosterWentBack(CongtinError):
    """The roster is older than, or another than, what the log has seen."""


class Rosters:
    """All states of one `roster.git`."""

    def __init__(self, path: Path, trust: TrustRoot, state: Path) -> None:
        self.repository = GitRepository(path)
        self.trust = trust
        self._checked = state / "roster-checked"
        self._state = state
        self.at = lru_cache(maxsize=64)(self._load)

    def close(self) -> None:
        self.repository.close()

    def head(self, seen: str | None, now: datetime) -> str:
        """Return the newest roster; ``seen`` is the one the log named last.

        Raise ProblemsFound when its history is not sound or from the future, RosterWentBack when it does not build on
        ``seen``.
        """
        head = self.repository.ref(MAIN)
        if head is None:
            raise UsageError(msg("{path} has no branch main.", path=self.repository.path))
        if seen and seen != head and not self.repository.is_ancestor(seen, head):
            text = msg("The roster does not build on {seen}, which the log has seen.", seen=seen[:12])
            raise RosterWentBack(text, msg("Bring back the newest roster from its copy at the second place."))
        self._check(head, now)
        return head

    def _check(self, head: str, now: datetime) -> None:
        """Check what is new since the last time; which commits were found sound is kept beside the repository."""
        known = self._checked.read_text("ascii").split() if self._checked.is_file() else []
        if [head, self.trust.roster_root] == known:
            return
        problems = self._new_problems(known[0] if known[1:] == [self.trust.roster_root] else None, head, now)
        if problems:
            raise ProblemsFound(problems)
        half = self._checked.with_suffix(".new")
        half.write_text(f"{head} {self.trust.roster_root}\n", "ascii")
        half.replace(self._checked)

    def _new_problems(self, known: str | None, head: str, now: datetime) -> list[Problem]:
        if known is None:
            return check_roster_history(self.repository, self.trust, head, now)
        try:
            chain = [known, *self.repository.first_parents(known, head)]
        except GitFailed:
            return check_roster_history(self.repository, self.trust, head, now)
        steps = (step_problems(self.repository, before, oid, now) for before, oid in pairwise(chain))
        return [problem for found in steps for problem in found]

    def _load(self, oid: str) -> Roster:
        return stored_roster(self._state, oid, lambda: load_roster(self.repository.tree(oid)))
