"""What counts when a Change is judged: the roster and the statements in force, each with when it was appended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from congtin.editorial.repository import Difference
from congtin.editorial.roster import Roster
from congtin.editorial.statements import Signed, Type
from congtin.editorial.trust import TrustRoot
from congtin.messages import Msg, msg


@dataclass(frozen=True)
class Appended:
    """A statement, and the entry of the log that took it in: when, and under which roster."""

    signed: Signed
    seq: int
    time: datetime
    roster: Roster


@dataclass(frozen=True)
class Standing:
    """The moment of a judgement: nothing else decides who counts."""

    time: datetime
    roster: Roster
    trust: TrustRoot
    statements: Sequence[Appended]
    """Those about the Change, in the order in which they were appended."""
    brought: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Which keys signed commits that first brought a blob, in whatever Change, as the log tells it."""

    def hands(self, differences: Iterable[Difference]) -> frozenset[str]:
        """Return the keys of everybody who brought one of these files before."""
        return frozenset().union(*(self.brought.get(d.new, frozenset()) for d in differences if not d.deleted))

    def of_type(self, *types: Type) -> Iterable[Appended]:
        return (found for found in self.statements if found.signed.statement.type in types)

    def person(self, appended: Appended) -> str | Msg:
        """Return who stands behind a statement; a Msg says why nobody does.

        The key must have counted when the statement was appended, and must count still: what a person who has left
        or whose key was revoked had said dies with the revocation (E5, E8).
        """
        statement, key = appended.signed.statement, appended.signed.key.fingerprint
        if statement.attested:
            if not self.trust.is_service_key(key, appended.time):
                return msg("The attestation is not signed by the service.")
            person = statement.attested.person
            if not (appended.roster.present(person, appended.time) and self.roster.present(person, self.time)):
                return msg("The person the attestation names is not on the roster.")
            return person
        for roster, at in ((appended.roster, appended.time), (self.roster, self.time)):
            refusal = roster.key_refusal(key, at)
            if refusal:
                return refusal
        was, now = appended.roster.owner_of_key(key), self.roster.owner_of_key(key)
        if was is None or was != now:
            return msg("The key {key} has passed from one person to another.", key=key)
        return was

    def person_then(self, appended: Appended) -> str | Msg:
        """Return who stood behind a statement when it was taken in, whatever became of the person since."""
        return Standing(appended.time, appended.roster, self.trust, ()).person(appended)

    def roles(self, appended: Appended, person: str, site: str, paths: Iterable[str]) -> frozenset[str]:
        """Return the roles with which a person may approve all ``paths`` for a Board, then and now."""
        both = ((appended.roster, appended.time), (self.roster, self.time))
        if self.is_operator(appended, person):
            return frozenset()
        sets = [
            frozenset(role.value for role in roster.approving_roles(person, site, path, at))
            for roster, at in both
            for path in paths
        ]
        return frozenset.intersection(*sets) if sets else frozenset()

    def is_operator(self, appended: Appended, person: str) -> bool:
        """Tell whether a person was or is an operator, who never approves (E6)."""
        both = ((appended.roster, appended.time), (self.roster, self.time))
        return any(person in roster.operators(at) for roster, at in both)

    def is_technical_reviewer(self, appended: Appended, person: str) -> bool:
        """Tell whether a person was and is a technical reviewer."""
        both = ((appended.roster, appended.time), (self.roster, self.time))
        return all(person in roster.technical_reviewers(at) for roster, at in both)
