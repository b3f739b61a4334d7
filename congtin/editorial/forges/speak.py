"""From what was read at a forge to the statements congtin's service signs about it: each is said once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from congtin.editorial.forges.attest import Attestation, Refusal
from congtin.editorial.statements import Attested, Statement, Type, second
from congtin.messages import msg


def to_say(
    place: str,
    results: Iterable[Attestation | Refusal],
    submission: Statement,
    known: Iterable[Statement],
    now: datetime,
) -> Iterator[Statement]:
    """Yield the statements that are to be signed and appended; nothing when all has been said.

    ``place`` is `attest.place_of` of the pull request, ``known`` are the statements about the Change in the order in
    which they were appended. A review or comment gives one approval and no second, even when an objection that came
    between is gone: then the person approves anew.
    """
    attested = [statement for statement in known if statement.attested]
    last = {statement.attested.person: statement for statement in attested if statement.attested}
    approved = {
        (s.attested.forge, s.attested.review, s.digest)
        for s in attested
        if s.attested and s.type is Type.APPROVAL
    }  # fmt: skip
    for result in results:
        if isinstance(result, Attestation):
            if (result.forge, result.review, result.digest) not in approved:
                yield _statement(Type.APPROVAL, submission, place, result.review, result.person, now)
        elif result.withdraws and result.person:
            before = last.get(result.person)
            repeated = before is not None and before.attested is not None and before.attested.review == result.review
            if not (before and repeated and before.type is Type.CHANGES_REQUESTED):
                reason = result.said or str(msg("Said at the forge: {review}", review=result.review))
                yield _statement(Type.CHANGES_REQUESTED, submission, place, result.review, result.person, now, reason)


def _statement(
    kind: Type, submission: Statement, place: str, review: str, person: str, now: datetime, reason: str | None = None
) -> Statement:
    return Statement(
        type=kind,
        change=submission.change,
        base=submission.base,
        head=submission.head,
        digest=submission.digest,
        files=submission.files,
        at=second(now),
        reason=reason,
        attested=Attested(forge=place, review=review, person=person),
    )
