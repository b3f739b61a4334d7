"""The roster's history from the trust root: who may sign, what a commit may do, and that nothing is ever erased.

A commit is signed by a roster authority of the roster before it and names its decision; or, when access must go at
once (E8), by an operator or an authority, names its incident, and takes rights away only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from congtin.editorial.commits import Commit
from congtin.editorial.repository import GitFailed, GitRepository
from congtin.editorial.roster import Roster, load_roster
from congtin.editorial.roster_compare import erased, granted
from congtin.editorial.roster_report import composition_problems
from congtin.editorial.signatures import COMMIT, BadSignature, verify
from congtin.editorial.trust import TrustRoot
from congtin.errors import Problem, ProblemsFound, UsageError
from congtin.messages import Msg, msg

MAIN = "refs/heads/main"
DECISION = "Decision"
INCIDENT = "Incident"


@dataclass(frozen=True)
class _Step:
    """One commit of the roster and what it makes of the one before."""

    commit: Commit
    at: datetime
    roster: Roster

    def problem(self, code: str, text: Msg, hint: Msg | None = None) -> Problem:
        return Problem(code, text, place_of(self.commit.oid), 0, hint)

    def within(self, problem: Problem) -> Problem:
        return replace(problem, path=f"{place_of(self.commit.oid)}:{problem.path}")


def place_of(oid: str) -> str:
    """Return how a commit of the roster is named in findings."""
    return f"roster.git@{oid[:12]}"


def check_roster_history(
    repository: GitRepository,
    trust: TrustRoot,
    head: str | None = None,
    now: datetime | None = None,
    since: str | None = None,
) -> list[Problem]:
    """Return everything wrong with the roster from its first commit to ``head`` (default: main).

    Up to ``since``, checked before, only that it belongs to this history is looked at.

    A history that does not begin at the trust root, or a commit that cannot be read, is one Problem too.
    ``now`` refuses commits from the future.
    """
    head = head or repository.ref(MAIN)
    root = trust.roster_root
    if head is None:
        return [Problem("no-roster", msg("The roster has no branch “main”."), str(repository.path))]
    try:
        chain = [root, *repository.first_parents(root, head)]
        if chain[-1] != head:
            return [_foreign(root, head)]
        if since is not None and since not in chain:
            return [_foreign(root, head)]
        found = _first_problems(repository, trust, now) if since is None else []
        for before, oid in pairwise(chain[chain.index(since) :] if since else chain):
            found += step_problems(repository, before, oid, now)
    except GitFailed:
        return [_foreign(root, head)]
    return found


def _foreign(root: str, head: str) -> Problem:
    text = msg("The roster’s history does not begin with the commit {root} of the trust root.", root=root[:12])
    hint = msg("Somebody replaced it: compare with the copy at the second place before anything is published.")
    return Problem("foreign-history", text, place_of(head), 0, hint)


def step_problems(
    repository: GitRepository, before: str, oid: str, now: datetime | None = None, *, arriving: bool = False
) -> list[Problem]:
    """Return what is wrong with one step of the roster from ``before`` to ``oid``; ``now`` refuses the future.

    A commit that is ``arriving`` must be signed by somebody who may sign now, whatever day it says it was made.
    Raise GitFailed when one of them is no commit.
    """
    step = _read(repository, oid)
    if not isinstance(step, _Step):
        return step
    found = list(_time_problems(step, now))
    if step.commit.parents != (before,):
        text = msg("The commit does not have exactly the one before it as its parent.")
        return [*found, step.problem("wrong-parents", text, msg("The roster has no side branches."))]
    old = _read(repository, before)
    if not isinstance(old, _Step):
        return [*found, step.problem("wrong-commit", msg("The roster before this commit cannot be read."))]
    if step.at < old.at:
        found.append(step.problem("backdated", msg("The commit is older than the one before it."), _CLOCK))
    if arriving and now is not None and not found:
        found += _signer_problems(replace(step, at=now), old)
    return [*found, *_signer_problems(step, old), *map(step.within, erased(old.roster, step.roster, step.at))]


def _first_problems(repository: GitRepository, trust: TrustRoot, now: datetime | None) -> list[Problem]:
    step = _read(repository, trust.roster_root)
    return [*_time_problems(step, now), *_root_problems(step, trust)] if isinstance(step, _Step) else step


def _read(repository: GitRepository, oid: str) -> _Step | list[Problem]:
    commit = repository.commit(oid)
    try:
        return _Step(commit, commit_time(commit), load_roster(repository.tree(oid)))
    except ProblemsFound as error:
        return [replace(p, path=f"{place_of(oid)}:{p.path}") for p in error.problems]
    except ValueError:
        return [Problem("wrong-commit", msg("The commit has no readable time."), place_of(oid))]


_CLOCK = msg("Set the clock of the machine that signs, and sign again.")


def _time_problems(step: _Step, now: datetime | None) -> Iterator[Problem]:
    if now is not None and step.at > now:
        yield step.problem("from-the-future", msg("The commit’s time lies in the future."), _CLOCK)


def _root_problems(step: _Step, trust: TrustRoot) -> Iterator[Problem]:
    if step.commit.parents:
        yield step.problem("wrong-parents", msg("The first commit of the roster has a parent."))
    fingerprint = _signed_by(step.commit)
    if fingerprint is None or not trust.is_root_key(fingerprint):
        yield step.problem("not-signed", msg("No root key of the trust root signed the first commit."))
    if not step.commit.trailer(DECISION):
        yield step.problem("no-decision", msg("The commit names no decision."), _NAME_DECISION)
    yield from map(step.within, _composition(step, None))


_NAME_DECISION = msg("Its message ends with a line “Decision: <number of the decision>”.")


def _signer_problems(step: _Step, old: _Step) -> Iterator[Problem]:
    fingerprint = _signed_by(step.commit)
    if fingerprint is None:
        yield step.problem("not-signed", msg("The commit has no valid signature."))
        return
    refusal = old.roster.key_refusal(fingerprint, step.at)
    signer = old.roster.person_of_key(fingerprint, step.at)
    if refusal or signer is None:
        yield step.problem("wrong-signer", refusal or msg("Nobody’s key signed the commit."))
        return
    authority = signer in old.roster.roster_authorities(step.at)
    if step.commit.trailer(INCIDENT):
        yield from _incident_problems(step, old, may_sign=authority or signer in old.roster.operators(step.at))
    elif not authority:
        text = msg("“{person}” signed the commit but is no roster authority.", person=signer)
        yield step.problem("wrong-signer", text)
    elif not step.commit.trailer(DECISION):
        yield step.problem("no-decision", msg("The commit names no decision."), _NAME_DECISION)
    else:
        yield from map(step.within, _composition(step, old.roster))


def _incident_problems(step: _Step, old: _Step, *, may_sign: bool) -> Iterator[Problem]:
    incident = step.commit.trailer(INCIDENT)
    if not may_sign:
        yield step.problem("wrong-signer", msg("Only an operator or a roster authority takes access away at once."))
    if incident not in step.roster.incidents or incident in old.roster.incidents:
        yield step.problem("no-incident", msg("The commit does not bring the record incidents/{id}.yaml.", id=incident))
    yield from map(step.within, granted(old.roster, step.roster))
    if not any(_has_key(step.roster, person, step.at) for person in step.roster.roster_authorities(step.at)):
        hint = msg("Name another authority by a decision first.")
        yield step.problem("no-authority", msg("No roster authority with a valid key would be left."), hint)


def _has_key(roster: Roster, person: str, at: datetime) -> bool:
    return any(key.holds(at) for key in roster.people[person].keys)


def _composition(step: _Step, old: Roster | None) -> Iterator[Problem]:
    """Yield what the Boards a decision touches lack: nobody orders a Board without a head (E4)."""
    touched = [site for site, board in step.roster.boards.items() if old is None or old.boards.get(site) != board]
    return composition_problems(step.roster, step.at, touched)


def _signed_by(commit: Commit) -> str | None:
    try:
        return verify(commit.payload, commit.signature, COMMIT).fingerprint
    except (BadSignature, UsageError):
        return None


def commit_time(commit: Commit) -> datetime:
    """Return when a commit says it was made; raise ValueError when it says nothing readable."""
    for line in commit.payload.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"committer "):
            return datetime.fromtimestamp(int(line.split(b" ")[-2]), UTC)
    raise ValueError
