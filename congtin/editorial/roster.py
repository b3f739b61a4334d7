"""The roster at one commit of `roster.git`: whose key is this, and what may that person do at that time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from congtin.editorial.board import (
    APPROVING,
    NAME,
    Board,
    BoardRole,
    Forge,
    Incident,
    Key,
    Member,
    Operations,
    Person,
    Post,
    Provider,
)
from congtin.editorial.repository import Tree
from congtin.editorial.roster_rules import RosterFiles, keys_of, roster_problems
from congtin.editorial.strict_file import Entry, M, read_entry
from congtin.errors import Problem, ProblemsFound
from congtin.messages import Msg, msg

OPERATIONS = "operations.yaml"
_PERSON = re.compile(rf"people/({NAME})\.yaml")
_BOARD = re.compile(rf"boards/({NAME}/{NAME})\.yaml")
_PROVIDER = re.compile(rf"providers/({NAME})\.yaml")
_INCIDENT = re.compile(rf"incidents/(\d{{4}}-\d{{2}}-\d{{2}}-{NAME})\.yaml")


@dataclass(frozen=True)
class Roster:
    """All people, Boards and posts; every question names its moment."""

    people: Mapping[str, Person]
    boards: Mapping[str, Board]
    operations: Operations
    keys: Mapping[str, tuple[str, Key]]
    """Person and entry of each key, by fingerprint."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)

    # --- people and keys -----------------------------------------------------------------------

    def owner_of_key(self, fingerprint: str) -> str | None:
        """Return whose key this is or ever was: to shut out authors, however old or revoked their key."""
        found = self.keys.get(fingerprint)
        return found[0] if found else None

    def person_of_key(self, fingerprint: str, at: datetime) -> str | None:
        """Return the person whose key counts at a time; None when there is none or the key does not."""
        return None if self.key_refusal(fingerprint, at) else self.owner_of_key(fingerprint)

    def key_refusal(self, fingerprint: str, at: datetime) -> Msg | None:
        """Return why a key does not count at a time; None when it does (E5)."""
        found = self.keys.get(fingerprint)
        if found is None:
            return msg("The key {key} is nobody’s on the roster.", key=fingerprint)
        person, key = found
        if key.revoked and at >= key.revoked.at:
            return msg("The key {key} was revoked on {day}.", key=fingerprint, day=_day(key.revoked.at))
        if not key.holds(at):
            return msg("The key {key} is not valid at that time.", key=fingerprint)
        if not self.present(person, at):
            return msg("The person of the key {key} is not on the roster at that time.", key=fingerprint)
        return None

    def present(self, person: str, at: datetime) -> bool:
        """Tell whether a person is in service."""
        return person in self.people and self.people[person].holds(at)

    def logins(self, forge: str, at: datetime) -> dict[str, str]:
        """Return the persons by their login on a forge, in small letters: forges do not tell A from a."""
        people = ((id_, person) for id_, person in self.people.items() if person.holds(at))
        kind = Forge(forge)
        return {person.forges[kind].login.lower(): id_ for id_, person in people if kind in person.forges}

    def account_ids(self, forge: str, at: datetime) -> dict[int, str]:
        """Return the persons by the number of their account on a forge, where the roster knows it."""
        kind = Forge(forge)
        people = ((id_, person.forges.get(kind)) for id_, person in self.people.items() if person.holds(at))
        return {account.id: id_ for id_, account in people if account and account.id}

    # --- Boards --------------------------------------------------------------------------------

    def board(self, site: str) -> Board | None:
        """Return a Site's Board; None when the Site has none."""
        return self.boards.get(site)

    def members(self, site: str, at: datetime) -> Iterator[Member]:
        """Yield who stands with a Board that is in office."""
        board = self.boards.get(site)
        if board is not None and board.in_office(at):
            yield from (m for m in board.members if m.holds(at) and self.present(m.person, at))

    def standing(self, person: str, site: str, at: datetime) -> frozenset[BoardRole]:
        """Return what a person is for a Site at a time, wherever within it."""
        return frozenset(m.role for m in self.members(site, at) if m.person == person)

    def approving_roles(self, person: str, site: str, path: str, at: datetime) -> frozenset[BoardRole]:
        """Return the roles with which a person may approve a path for a Site's Board (E1, E2)."""
        standing = (m for m in self.members(site, at) if m.person == person and m.covers(path))
        return frozenset(m.role for m in standing) & APPROVING

    def may_approve(self, person: str, site: str, path: str, at: datetime) -> bool:
        """Tell whether a person may approve a path for a Site's Board; operators never may (E6)."""
        return bool(self.approving_roles(person, site, path, at)) and person not in self.operators(at)

    def approvers(self, site: str, at: datetime) -> dict[str, frozenset[BoardRole]]:
        """Return the heads, deputies and members of a Board with their roles."""
        people = dict.fromkeys(m.person for m in self.members(site, at) if m.role in APPROVING)
        return {person: self.standing(person, site, at) & APPROVING for person in people}

    def head(self, site: str, at: datetime) -> str | None:
        """Return the head of a Board; a Board that lost its head has none until the next decision."""
        return next((m.person for m in self.members(site, at) if m.role is BoardRole.HEAD), None)

    def board_heads(self, at: datetime) -> dict[str, str]:
        """Return the head of every Board that has one; a Portal's is that of `<portal>/portal`."""
        heads = ((site, self.head(site, at)) for site in self.boards)
        return {site: head for site, head in heads if head is not None}

    def excepted(self, site: str, at: datetime) -> bool:
        """Tell whether a Board may use the one-person exception (E22): excused by a decision, and of one person."""
        board = self.boards.get(site)
        excuse = board.composition_exception if board else None
        return excuse is not None and at < excuse.until and len(self.approvers(site, at)) == 1

    # --- posts ---------------------------------------------------------------------------------

    def operators(self, at: datetime) -> frozenset[str]:
        return self._holders(self.operations.operators, at)

    def technical_reviewers(self, at: datetime) -> frozenset[str]:
        return self._holders(self.operations.technical_reviewers, at)

    def infrastructure_admins(self, at: datetime) -> frozenset[str]:
        return self._holders(self.operations.infrastructure_admins, at)

    def content_admins(self, at: datetime) -> frozenset[str]:
        return self._holders(self.operations.content_admins, at)

    def roster_authorities(self, at: datetime) -> frozenset[str]:
        return self._holders(self.operations.roster_authorities, at)

    def _holders(self, posts: Sequence[Post], at: datetime) -> frozenset[str]:
        return frozenset(post.person for post in posts if post.holds(at) and self.present(post.person, at))


def load_roster(tree: Tree) -> Roster:
    """Read a roster and judge it as a whole (E2–E10); raise ProblemsFound with every defect there is.

    What depends on the day (a Board that is short of people, what soon ends) is `roster_report`'s.
    """
    problems: list[Problem] = []
    files = _read_files(tree, problems)
    if files.operations is None and not any(p.path == OPERATIONS for p in problems):
        hint = msg("Name the operators, the technical reviewers and the roster authorities in it.")
        problems.append(Problem("missing-file", msg("The file is missing."), OPERATIONS, 0, hint))
    problems += roster_problems(files, complete=not problems)
    if problems or files.operations is None:
        raise ProblemsFound(problems)
    return Roster(
        {id_: entry.model for id_, entry in files.people.items()},
        {id_: entry.model for id_, entry in files.boards.items()},
        files.operations.model,
        {fingerprint: (person, key) for fingerprint, person, _, key in keys_of(files.people)},
        {id_: entry.model for id_, entry in files.providers.items()},
        {id_: entry.model for id_, entry in files.incidents.items()},
    )


def _read_files(tree: Tree, problems: list[Problem]) -> RosterFiles:
    files = RosterFiles()
    for path in tree.paths(""):
        data = tree.read(path) or b""
        if path == OPERATIONS:
            files.operations = read_entry(path, data, Operations, problems)
        elif found := _PERSON.fullmatch(path):
            _keep(files.people, found[1], read_entry(path, data, Person, problems))
        elif found := _BOARD.fullmatch(path):
            _keep(files.boards, found[1], read_entry(path, data, Board, problems))
        elif found := _PROVIDER.fullmatch(path):
            _keep(files.providers, found[1], read_entry(path, data, Provider, problems))
        elif found := _INCIDENT.fullmatch(path):
            _keep(files.incidents, found[1], read_entry(path, data, Incident, problems))
        elif path != "README.md":
            hint = msg("A roster holds people/, boards/<portal>/, providers/, incidents/ and operations.yaml.")
            problems.append(Problem("path-form", msg("The file has no place here."), path, 0, hint))
    return files


def _keep(entries: dict[str, Entry[M]], name: str, entry: Entry[M] | None) -> None:
    if entry is not None:
        entries[name] = entry


def _day(at: datetime) -> str:
    return at.date().isoformat()
