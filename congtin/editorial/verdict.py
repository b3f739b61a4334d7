"""What the gate says: who is needed, who has approved, who is missing, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from congtin.checks.change import ChangeView
from congtin.editorial.repository import Difference
from congtin.editorial.required import Need
from congtin.editorial.statements import sites_of
from congtin.errors import Problem, Severity
from congtin.messages import Msg


@dataclass(frozen=True, slots=True)
class Given:
    """An Approval that counts for a Need."""

    person: str
    roles: frozenset[str]
    statement: str
    seq: int
    exception: bool = False
    """The approver is an author, and the Board may do so for now (E22)."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A statement that does not count, and why."""

    statement: str
    person: str | None
    why: Msg


@dataclass(frozen=True, slots=True)
class NeedState:
    """A Need, what there is of it, and how many are missing."""

    need: Need
    given: tuple[Given, ...]
    missing: int


@dataclass(frozen=True)
class Verdict:
    """The gate's answer about one step of main."""

    change: str
    prev: str
    digest: str
    differences: tuple[Difference, ...]
    needs: tuple[NeedState, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    problems: tuple[Problem, ...] = ()
    """All there is; only errors keep the gate closed."""
    authors: frozenset[str] = frozenset()
    emergency: bool = False
    """The step only takes one Item down, on the word of a head (E24)."""
    view: ChangeView | None = None

    @property
    def errors(self) -> Sequence[Problem]:
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    @property
    def missing(self) -> Sequence[NeedState]:
        return [state for state in self.needs if state.missing]

    @property
    def passes(self) -> bool:
        """Whether main may move: nothing wrong, nobody missing."""
        return not self.errors and not self.missing and (bool(self.needs) or self.emergency)

    @property
    def approvals(self) -> tuple[str, ...]:
        """The statements that this step uses up."""
        return tuple(sorted({given.statement for state in self.needs for given in state.given}))

    @property
    def exceptions(self) -> tuple[Given, ...]:
        """The uses of the exception for Boards of one person, to be logged and reported (E22)."""
        return tuple({given.statement: given for s in self.needs for given in s.given if given.exception}.values())

    @property
    def sites(self) -> tuple[str, ...]:
        """The Boards concerned."""
        return tuple(dict.fromkeys(state.need.body for state in self.needs))

    @property
    def concerned(self) -> tuple[str, ...]:
        """The Boards concerned, or the Sites whose files differ when no Board is asked (E24)."""
        return self.sites or tuple(sites_of(difference.path for difference in self.differences))
