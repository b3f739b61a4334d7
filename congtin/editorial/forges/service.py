"""What congtin's service does about one pull request: read it, attest what counts, answer with the gate's verdict.

What it signs goes the way of everybody's statements: it is pushed, and the hook judges and logs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.editorial import approvals
from congtin.editorial.desk import CHANGES, Desk
from congtin.editorial.forges.attest import Accounts, Attestation, Refusal, attestable, place_of
from congtin.editorial.forges.issue import ANSWERS, issue
from congtin.editorial.forges.models import Forge, ForgeKind, PullRequest, Status, StatusState
from congtin.editorial.forges.notes import status_of
from congtin.editorial.forges.speak import to_say
from congtin.editorial.refs import MergeConflict
from congtin.editorial.statements import BadStatement, Statement, Type, sign_statement
from congtin.editorial.verdict import Verdict
from congtin.errors import UsageError
from congtin.messages import Msg, msg

_TRIES = 5
# The roster has one name for both: Forgejo's accounts are Gitea's.
_ACCOUNTS = {ForgeKind.FORGEJO: "gitea"}


@dataclass(frozen=True)
class NotSaid:
    """A statement that was signed and not taken in, and why."""

    statement: Statement
    why: Msg


@dataclass(frozen=True)
class Synced:
    """What came of a pull request."""

    head: str
    results: tuple[Attestation | Refusal, ...]
    said: tuple[Statement, ...]
    not_said: tuple[NotSaid, ...]
    status: Status


def sync(
    content: Path,
    forge: Forge,
    change: str,
    now: Callable[[], datetime],
    *,
    number: int = 0,
    url: str = "",
    verdicts: Path | None = None,
) -> Synced:
    """Bring a Change and its pull request together: new Approvals into the ref, the verdict onto the head.

    ``verdicts`` is the folder in which pipelines find the signed verdict.
    Raise UsageError when there is no such Change or pull request, ForgeError when the forge does not answer.
    """
    with Desk(content, now()) as desk:
        head = desk.plain.ref(f"{CHANGES}{change}")
        if head is None:
            raise UsageError(msg("There is no Change “{change}”.", change=change), msg("congtin change list"))
        pull = _pull(forge, change, number)
        known = [found.signed.statement for found in desk.standing(change, desk.plain.ref(approvals.REF)).statements]
        submission = next((s for s in reversed(known) if s.type is Type.SUBMISSION and s.head == head), None)
        verdict = _verdict(desk, change)
        results: tuple[Attestation | Refusal, ...] = ()
        statements: list[Statement] = []
        if submission and isinstance(verdict, Verdict):
            results = _judged(desk, forge, pull, submission, verdict)
            place = place_of(forge.kind, forge.repository, pull.number)
            statements = list(to_say(place, results, submission, known, now()))
        reasons = [(statement, _append(desk, statement, now())) for statement in statements]
    not_said = tuple(NotSaid(statement, why) for statement, why in reasons if why)
    # The hook has written to the log since: what counts is asked anew, at the time it is now.
    with Desk(content, now()) as desk:
        status = _status(_verdict(desk, change) if statements else verdict, not_said, url)
        if verdicts:
            issue(desk, verdicts, forge.repository, head, ANSWERS[status.state], now())
    forge.post_status(head, status)
    return Synced(head, results, tuple(statement for statement, why in reasons if not why), not_said, status)


def _status(verdict: Verdict | Msg, not_said: Sequence[NotSaid], url: str) -> Status:
    if any(one.statement.type is Type.CHANGES_REQUESTED for one in not_said):
        return Status(StatusState.FAILURE, str(msg("Somebody asks for changes at the forge.")), url)
    return status_of(verdict, url) if isinstance(verdict, Verdict) else Status(StatusState.FAILURE, str(verdict), url)


def _pull(forge: Forge, change: str, number: int) -> PullRequest:
    branch = CHANGES.removeprefix("refs/heads/") + change
    pull = forge.pull_request(number) if number else forge.find(branch)
    if pull is None:
        text = msg("The Change “{change}” has no open pull request.", change=change)
        raise UsageError(text, msg("Open it: congtin forge open {change} --title …", change=change))
    if pull.branch != branch or not pull.own:
        raise UsageError(
            msg("Pull request {number} is of {branch}, not of this Change.", number=pull.number, branch=pull.branch)
        )
    return pull


def _verdict(desk: Desk, change: str) -> Verdict | Msg:
    try:
        return desk.judge_change(change)
    except MergeConflict as conflict:
        return conflict.message


def _judged(
    desk: Desk, forge: Forge, pull: PullRequest, submission: Statement, verdict: Verdict
) -> tuple[Attestation | Refusal, ...]:
    kind = _ACCOUNTS.get(forge.kind, forge.kind.value)
    accounts = Accounts(desk.roster.logins(kind, desk.now), desk.roster.account_ids(kind, desk.now))
    return attestable(
        forge.kind,
        forge.repository,
        forge.conversation(pull.number),
        head=submission.head,
        digest=submission.digest,
        accounts=accounts,
        excluded=verdict.authors,
    )


def _append(desk: Desk, statement: Statement, now: datetime) -> Msg | None:
    """Sign a statement and push it to the hook; return why it was not taken, None when it was."""
    try:
        signed = sign_statement(statement, desk.key)
    except BadStatement as error:
        return error.message
    told: Sequence[str] = ()
    for _ in range(_TRIES):
        commit = approvals.append(desk.plain, desk.plain.ref(approvals.REF), [signed], now)
        move = f"{commit}:{approvals.REF}"
        done = desk.plain.answer("push", "--quiet", "--porcelain", str(desk.plain.folder), move)
        if done.returncode == 0:
            return None
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        told = [line.removeprefix("remote:").strip() for line in lines if line.startswith("remote:")]
        if any(told):
            break
        # Nobody said no: somebody else appended meanwhile.
    return msg("{detail}", detail=" ".join(filter(None, told))[:500] or "git push")
