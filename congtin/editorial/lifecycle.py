"""In which state what was said about a Change has left it."""

from __future__ import annotations

from collections.abc import Iterable

from congtin.editorial.policy import State
from congtin.editorial.statements import Signed, Type

_LEADS_TO = {
    Type.SUBMISSION: State.IN_REVIEW,
    Type.APPROVAL: State.APPROVED,
    Type.CHANGES_REQUESTED: State.CHANGES_REQUESTED,
}


def state_of(said: Iterable[Signed], head: str) -> State:
    """Return the state of a Change that is not merged, whose newest commit is ``head``.

    A rejection or withdrawal ends it; what else was said about older bytes does not count.
    """
    state = State.DRAFT
    for signed in sorted(said, key=lambda one: (one.statement.at, one.sha)):
        statement = signed.statement
        if statement.type in (Type.REJECTION, Type.WITHDRAWAL):
            return State.WITHDRAWN
        if statement.head == head:
            state = _LEADS_TO.get(statement.type, state)
    return state
