"""What keeps a Change closed whoever has approved it: rejections, confirmations it waits for, requests for changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from congtin.editorial.policy import Act, Policy
from congtin.editorial.required import TECHNICAL, Need
from congtin.editorial.standing import Appended, Standing
from congtin.editorial.statements import Type
from congtin.errors import Problem
from congtin.messages import Msg, msg


def objections(
    standing: Standing, digest: str, needs: Sequence[Need], authors: frozenset[str], policy: Policy
) -> Iterator[Problem]:
    """Yield every objection that counts; ``needs`` are the bodies that are asked."""
    look = _Objections(standing, digest, needs, authors, policy)
    yield from look.closing()
    yield from look.confirmations()
    yield from look.requested()


@dataclass(frozen=True)
class _Objections:
    standing: Standing
    digest: str
    needs: Sequence[Need]
    authors: frozenset[str]
    policy: Policy

    def closing(self) -> Iterator[Problem]:
        """End a Change that was rejected or withdrawn, also when whoever did it has left since."""
        for found in self.standing.of_type(Type.REJECTION, Type.WITHDRAWAL):
            statement = found.signed.statement
            person = self.standing.person_then(found)
            if isinstance(person, Msg):
                continue
            if statement.type is Type.REJECTION and self.decided(found, person):
                text = msg("The Change was rejected: {code}. {reason}", code=statement.code, reason=statement.reason)
            elif statement.type is Type.WITHDRAWAL and person in self.authors:
                text = msg("The Change was withdrawn by its author.")
            else:
                continue
            yield Problem("closed", text, "", 0, msg("Begin a new Change."))

    def decided(self, found: Appended, person: str) -> bool:
        """Tell whether a person could decide about any part of what is asked for, at that time."""
        for need in self.needs:
            if need.body == TECHNICAL:
                if person in found.roster.technical_reviewers(found.time):
                    return True
            elif any(found.roster.may_approve(person, need.body, path, found.time) for path in need.paths):
                return True
        return False

    def works_for(self, person: str) -> bool:
        """Tell whether a person stands with a body that is asked, in whatever role."""
        roster, at = self.standing.roster, self.standing.time
        return any(
            person in roster.technical_reviewers(at)
            if need.body == TECHNICAL
            else roster.standing(person, need.body, at)
            for need in self.needs
        )

    def confirmations(self) -> Iterator[Problem]:
        """Wait for the units that must confirm (E14)."""
        confirmed = {
            found.signed.statement.unit
            for found in self.standing.of_type(Type.CONFIRMATION)
            if found.signed.statement.digest == self.digest and self.of_unit(found)
        }
        for found in self.standing.of_type(Type.NEEDS_CONFIRMATION):
            statement, person = found.signed.statement, self.standing.person_then(found)
            if statement.unit in confirmed or isinstance(person, Msg) or not self.worked_for(found, person):
                continue
            text = msg("Waits for confirmation by {unit}: {reason}", unit=statement.unit, reason=statement.reason)
            hint = msg("congtin change confirm {change} --unit {unit}", change=statement.change, unit=statement.unit)
            yield Problem("needs-confirmation", text, "", 0, hint)

    def worked_for(self, found: Appended, person: str) -> bool:
        """Tell whether a person stood with a body that is asked when the statement was taken in."""
        return any(
            person in found.roster.technical_reviewers(found.time)
            if need.body == TECHNICAL
            else found.roster.standing(person, need.body, found.time)
            for need in self.needs
        )

    def of_unit(self, found: Appended) -> bool:
        """Tell whether a unit itself confirms: in a role that may, then and now; who only writes there may not."""
        person, unit = self.standing.person(found), found.signed.statement.unit or ""
        roles = {role.value for role in self.policy.transitions[Act.CONFIRM].roles}
        both = ((found.roster, found.time), (self.standing.roster, self.standing.time))
        return isinstance(person, str) and all(
            roles & {role.value for role in roster.standing(person, unit, at)} for roster, at in both
        )

    def requested(self) -> Iterator[Problem]:
        """Hold back what a Board has asked to be changed, until the one who asked approves these very bytes."""
        latest: dict[str, Appended] = {}
        for found in self.standing.of_type(Type.APPROVAL, Type.CHANGES_REQUESTED):
            person = self.standing.person(found)
            if isinstance(person, str) and found.signed.statement.digest == self.digest:
                latest[person] = found
        for person, found in latest.items():
            statement = found.signed.statement
            if statement.type is Type.CHANGES_REQUESTED and self.works_for(person):
                text = msg("Changes are requested: {reason}", reason=statement.reason)
                yield Problem("changes-requested", text)
