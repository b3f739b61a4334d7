"""Rosters that were read before, as JSON beside the content repository: thousands of small files take a second to read.

A store is work saved, never an authority: it is named by the commit, and what does not fit is read anew.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from congtin.editorial.board import Board, Incident, Operations, Person, PersonId, Provider
from congtin.editorial.roster import Roster
from congtin.validation import StrictModel

_MOST_KEPT = 8


class _Stored(StrictModel):
    format: Literal[1] = 1
    people: dict[PersonId, Person]
    boards: dict[str, Board]
    operations: Operations
    keys: dict[str, tuple[PersonId, int]]
    providers: dict[str, Provider]
    incidents: dict[str, Incident]


def stored_roster(folder: Path, commit: str, load: Callable[[], Roster]) -> Roster:
    """Return the roster of a commit: as it was stored, else from ``load``, and then it is stored.

    ``folder`` is the service's own: whoever writes there could as well write its verdicts. What ``load`` raises is
    passed on, and nothing is stored then.
    """
    file = folder / f"roster-{commit}.json"
    try:
        return _roster(_adapter().validate_json(file.read_bytes()))
    except (OSError, ValidationError, LookupError):
        roster = load()
    half = file.with_suffix(".new")
    half.write_bytes(_adapter().dump_json(_stored(roster)))
    half.replace(file)
    for old in sorted(folder.glob("roster-*.json"), key=lambda each: each.stat().st_mtime)[:-_MOST_KEPT]:
        old.unlink(missing_ok=True)
    return roster


@cache
def _adapter() -> TypeAdapter[_Stored]:
    return TypeAdapter(_Stored)


def _roster(stored: _Stored) -> Roster:
    keys = {mark: (person, stored.people[person].keys[number]) for mark, (person, number) in stored.keys.items()}
    return Roster(stored.people, stored.boards, stored.operations, keys, stored.providers, stored.incidents)


def _stored(roster: Roster) -> _Stored:
    keys = {mark: (person, roster.people[person].keys.index(key)) for mark, (person, key) in roster.keys.items()}
    return _Stored.model_construct(
        people=dict(roster.people),
        boards=dict(roster.boards),
        operations=roster.operations,
        keys=keys,
        providers=dict(roster.providers),
        incidents=dict(roster.incidents),
    )
