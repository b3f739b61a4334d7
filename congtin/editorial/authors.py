"""Who wrote a Change: whoever signed its commits, never who Git says the author is (E22)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from congtin.editorial import signatures
from congtin.editorial.commits import Commit
from congtin.editorial.repository import GitRepository
from congtin.editorial.roster import Roster
from congtin.editorial.signatures import COMMIT, BadSignature
from congtin.errors import Problem
from congtin.messages import msg

# Each commit costs a start of ssh-keygen; nobody edits one Change so often.
MOST_COMMITS = 300


class Branch(Protocol):
    """What of a proposal says which commits are its own."""

    @property
    def prev(self) -> str: ...

    @property
    def head(self) -> str: ...


@dataclass
class Authors:
    """The people whose keys signed, and what is wrong with commits whose signer is nobody."""

    people: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    """The fingerprint that signed each commit."""


def of_commits(content: GitRepository, branch: Branch, roster: Roster) -> Authors:
    """Return who signed the commits of ``branch.head`` that are not on main yet."""
    found = Authors()
    oids = content.commits(branch.head, branch.prev)
    if len(oids) > MOST_COMMITS:
        text = msg("The Change has {count} commits; {most} are allowed.", count=len(oids), most=MOST_COMMITS)
        found.problems.append(Problem("too-many-commits", text))
        return found
    people = set()
    for commit in map(content.commit, oids):
        person, problems = _signer(commit, roster, found.keys)
        found.problems += problems
        if person:
            people.add(person)
    found.people = frozenset(people)
    return found


def _signer(commit: Commit, roster: Roster, keys: dict[str, str]) -> tuple[str | None, list[Problem]]:
    try:
        fingerprint = signer_of(commit)
    except BadSignature as error:
        return None, list(_unsigned(commit, error))
    keys[commit.oid] = fingerprint
    person = roster.owner_of_key(fingerprint)
    if person is None:
        text = msg("The commit {commit} is signed by nobody on the roster.", commit=commit.oid[:12])
        return None, [Problem("unknown-signer", text)]
    return person, []


def signer_of(commit: Commit) -> str:
    """Return the fingerprint of the key that signed a commit; raise BadSignature when none did."""
    if not commit.signature:
        raise BadSignature(msg("It is not signed."))
    return signatures.verify(commit.payload, commit.signature, COMMIT).fingerprint


def _unsigned(commit: Commit, error: BadSignature) -> Iterator[Problem]:
    text = msg("The commit {commit}: {detail}", commit=commit.oid[:12], detail=error.message)
    hint = msg("“congtin change edit” and “congtin change submit” sign with your key.")
    yield Problem("unsigned-commit", text, "", 0, hint)
