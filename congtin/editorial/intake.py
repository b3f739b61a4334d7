"""Whether a statement may be taken in: its words, its bytes, and whether its signer may do such a thing now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from congtin.editorial import authors
from congtin.editorial.board import BoardRole
from congtin.editorial.lifecycle import state_of
from congtin.editorial.policy import Act, Guard, Policy, State
from congtin.editorial.repository import ABSENT, Difference, GitRepository, digest_of, parse_raw
from congtin.editorial.roster import Roster
from congtin.editorial.rosters import Rosters
from congtin.editorial.statements import Signed, Statement, Type, sites_of
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError, did_you_mean
from congtin.messages import msg

if TYPE_CHECKING:
    from congtin.rules.combine import SiteRules

ACTS = {
    Type.SUBMISSION: Act.SUBMIT,
    Type.APPROVAL: Act.APPROVE,
    Type.CHANGES_REQUESTED: Act.REQUEST_CHANGES,
    Type.REJECTION: Act.REJECT,
    Type.WITHDRAWAL: Act.WITHDRAW,
    Type.NEEDS_CONFIRMATION: Act.REQUIRE_CONFIRMATION,
    Type.CONFIRMATION: Act.CONFIRM,
    Type.TAKEDOWN: Act.TAKE_DOWN,
    Type.TAKEDOWN_CONFIRMATION: Act.CONFIRM_TAKE_DOWN,
}


class NotTaken(CongtinError):
    """A statement is not taken in."""


@dataclass(frozen=True)
class Branch:
    """The commits of a Change over what they build on."""

    prev: str
    head: str


@dataclass(frozen=True)
class Intake:
    """Judges new statements, as roster and policy stand now."""

    content: GitRepository
    rosters: Rosters
    roster: Roster
    trust: TrustRoot
    policy: Policy
    main: str
    now: datetime

    def person(self, signed: Signed) -> str:
        """Return who makes a statement; raise NotTaken when the key is nobody's or does not count now."""
        statement, key = signed.statement, signed.key.fingerprint
        if statement.attested:
            if not self.trust.is_service_key(key, self.now):
                raise NotTaken(msg("The attestation is not signed by the service."))
            if not self.roster.present(statement.attested.person, self.now):
                raise NotTaken(msg("The person the attestation names is not on the roster."))
            return statement.attested.person
        refusal = self.roster.key_refusal(key, self.now)
        person = self.roster.owner_of_key(key)
        if refusal or person is None:
            raise NotTaken(refusal or msg("The key {key} is nobody’s on the roster.", key=key))
        return person

    def take(self, signed: Signed, head: str | None, known: Sequence[Signed]) -> str:
        """Return who makes a statement that may be taken in; raise NotTaken otherwise.

        ``head`` is where the Change's branch points, ``known`` are the statements about it so far.
        """
        statement = signed.statement
        person = self.person(signed)
        self._clock(statement)
        if head is None:
            raise NotTaken(msg("There is no Change “{change}”.", change=statement.change))
        self._role(statement, person)
        self._state(statement, head, known)
        self._unit(statement, person)
        self._bytes(statement, head)
        if statement.type is Type.SUBMISSION:
            self._no_stranger(statement, person)
        guards = self.policy.transitions[ACTS[statement.type]].guards
        if Guard.NEWEST_BYTES in guards:
            self._newest(statement, known)
        if Guard.NOT_AUTHOR in guards:
            self._not_author(statement, person, known)
        if Guard.IS_AUTHOR in guards:
            self._is_author(statement, person, known)
        return person

    def _clock(self, statement: Statement) -> None:
        tolerance = timedelta(hours=self.policy.clock_tolerance_hours)
        if abs(statement.at - self.now) > tolerance:
            text = msg("The statement was signed at {at}, but it is {now} here.", at=statement.at, now=self.now)
            raise NotTaken(text, msg("Set the clock of your computer right, and sign again."))

    def _role(self, statement: Statement, person: str) -> None:
        """Refuse who has none of the roles; on which Board they count for a Change is the gate's question."""
        act = ACTS[statement.type]
        roles = {role.value for role in self.policy.transitions[act].roles}
        boards = self._boards(statement) if act in _AT_HOME else self.roster.boards
        held = {role.value for role in self.roles(person, boards)}
        reviewer = statement.type in _REVIEWERS and person in self.roster.technical_reviewers(self.now)
        operator = act is Act.APPROVE and person in self.roster.operators(self.now)
        if not (roles & held or reviewer) or operator:
            text = msg("“{act}” needs one of these roles: {roles}.", act=act.value, roles=", ".join(sorted(roles)))
            raise NotTaken(text, msg("The Board's decision gives roles; the roster holds them."))

    def _boards(self, statement: Statement) -> set[str]:
        """Return the Boards of the Sites touched and of their Portals; of all Portals for what all Sites share."""
        sites = sites_of(statement.files)
        portals = {site.partition("/")[0] for site in sites}
        if any(not path.startswith(("content/", "sites/")) or path.count("/") < 2 for path in statement.files):
            portals |= {site.partition("/")[0] for site in self.roster.boards}
        return {*sites, *(f"{portal}/portal" for portal in portals)}

    def _state(self, statement: Statement, head: str, known: Sequence[Signed]) -> None:
        """Refuse what the policy has no transition for."""
        act = ACTS[statement.type]
        merged = self.content.is_ancestor(head, self.main)
        state = State.PUBLISHED if merged else state_of(known, head)
        if state not in self.policy.transitions[act].from_:
            text = msg("“{act}” is not possible: the Change is “{state}”.", act=act.value, state=state.value)
            raise NotTaken(text, msg("congtin change show {change}", change=statement.change))

    def _unit(self, statement: Statement, person: str) -> None:
        """Refuse a unit without a Board, for which nobody could ever confirm, and the word of another unit (E14)."""
        unit = statement.unit
        if unit is None:
            return
        if unit not in self.roster.boards:
            raise NotTaken(msg("There is no Board of “{site}”.", site=unit), did_you_mean(unit, self.roster.boards))
        if statement.type is Type.CONFIRMATION and not self.roster.standing(person, unit, self.now):
            raise NotTaken(msg("Only somebody of {unit} confirms for it (E14).", unit=unit))

    def roles(self, person: str, boards: Iterable[str]) -> frozenset[BoardRole]:
        """Return all roles a person has on any of these Boards."""
        return frozenset(role for site in boards for role in self.roster.standing(person, site, self.now))

    def _bytes(self, statement: Statement, head: str) -> None:
        """Work the digest out anew: nobody signs bytes that are not there."""
        if statement.type is Type.SUBMISSION and statement.head != head:
            text = msg("The Change has been edited since: its head is {head}.", head=head[:12])
            raise NotTaken(text, msg("Look at it again, then submit it again."))
        for oid, base in ((statement.base, self.main), (statement.head, head)):
            if self.content.object(oid)[0] != "commit" or not self.content.is_ancestor(oid, base):
                raise NotTaken(msg("The statement is about commits that are not those of the Change."))
        raw = self.content.raw_difference(statement.base, statement.head)
        if digest_of(raw) != statement.digest or contents(self.content, parse_raw(raw)) != statement.files:
            raise NotTaken(msg("The statement is not about the bytes of the Change."))

    @staticmethod
    def _newest(statement: Statement, known: Sequence[Signed]) -> None:
        submissions = [signed.statement for signed in known if signed.statement.type is Type.SUBMISSION]
        if not any(s.digest == statement.digest and s.head == statement.head for s in submissions):
            hint = msg("Look at it again: congtin change diff {change}", change=statement.change)
            raise NotTaken(msg("These bytes are not submitted, or have been edited since."), hint)

    def _no_stranger(self, statement: Statement, person: str) -> None:
        """Refuse a submission by somebody else: who submits is an author, and an author may withdraw a Change."""
        at_home = any(self.roster.standing(person, site, self.now) for site in sites_of(statement.files))
        if not (
            at_home or person in self._authors(statement, ()) or person in self.roster.technical_reviewers(self.now)
        ):
            hint = msg("Propose it as a Change of your own: congtin change start")
            raise NotTaken(msg("The Change is somebody else’s, about Sites you do not work for."), hint)

    def _authors(self, statement: Statement, known: Sequence[Signed]) -> frozenset[str]:
        found = authors.of_commits(self.content, Branch(statement.base, statement.head), self.roster).people
        keys = (s.key.fingerprint for s in known if s.statement.type is Type.SUBMISSION)
        return found | frozenset(filter(None, map(self.roster.owner_of_key, keys)))

    def _not_author(self, statement: Statement, person: str, known: Sequence[Signed]) -> None:
        if person not in self._authors(statement, known):
            return
        boards = [site for site in self.roster.boards if self.roster.standing(person, site, self.now)]
        if not any(self.roster.excepted(site, self.now) for site in boards):
            raise NotTaken(
                msg("Authors do not approve their own Change (E22)."), msg("Ask somebody else of the Board.")
            )

    def _is_author(self, statement: Statement, person: str, known: Sequence[Signed]) -> None:
        if person not in self._authors(statement, known):
            raise NotTaken(msg("Only its author withdraws a Change."), msg("The Board can reject it."))


_REVIEWERS = frozenset({Type.SUBMISSION, Type.APPROVAL, Type.CHANGES_REQUESTED, Type.CONFIRMATION})


# Only who stands with the Sites touched: what takes effect without the gate's asking anybody, and what would hold up
# or end the Changes of others.
_AT_HOME = frozenset({Act.TAKE_DOWN, Act.CONFIRM_TAKE_DOWN, Act.REJECT, Act.REQUEST_CHANGES, Act.REQUIRE_CONFIRMATION})


def require_code(statement: Statement, rules: Iterable[SiteRules]) -> None:
    """Refuse a rejection whose code none of the packs of the Sites concerned has (E15, E16)."""
    known = {entry.rule.id for one in rules for entry in one.refusal_codes if entry.pack == statement.pack}
    if statement.code not in known:
        text = msg("“{code}” is no refusal code of the pack “{pack}”.", code=statement.code, pack=statement.pack)
        hint = msg("Known are: {words}.", words=", ".join(sorted(known)))
        raise NotTaken(text, hint if known else None)


def contents(content: GitRepository, differences: Iterable[Difference]) -> dict[str, str | None]:
    """Return the sha256 of each file that differs, as it is afterwards; None where it is gone."""
    return {d.path: None if d.new == ABSENT else _sha256(content, d.new) for d in differences}


def _sha256(content: GitRepository, oid: str) -> str:
    return hashlib.sha256(content.object(oid)[1]).hexdigest()
