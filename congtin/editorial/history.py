"""Check history again from the trust root, offline: every step of main, the log, the rosters, a copy elsewhere."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from congtin.editorial import approvals, gate, log
from congtin.editorial.approvals import NotAppended
from congtin.editorial.checkpoint import Checkpoint
from congtin.editorial.desk import MAIN
from congtin.editorial.log import Entry, LogDamaged
from congtin.editorial.mainline import Mainline
from congtin.editorial.merging import LOG_HEAD, NotAStep, Proposal, step_of
from congtin.editorial.repository import ABSENT, GitFailed, GitRepository
from congtin.editorial.roster_history import check_roster_history
from congtin.editorial.rosters import Rosters
from congtin.editorial.signatures import parse_key
from congtin.editorial.standing import Appended, Standing
from congtin.editorial.story import Story
from congtin.editorial.trust import TrustRoot
from congtin.editorial.verdict import Verdict
from congtin.errors import Problem, ProblemsFound, Severity
from congtin.messages import Msg, msg

Progress = Callable[[int, int], None]


def verify_history(
    content: GitRepository,
    rosters: Rosters,
    trust: TrustRoot,
    base: str | None = None,
    head: str | None = None,
    copy: GitRepository | None = None,
    progress: Progress | None = None,
    known: Checkpoint | None = None,
    store: Path | None = None,
) -> list[Problem]:
    """Return everything wrong with main from ``base`` (default: the trust root) to ``head`` (default: main).

    ``copy`` is the content repository's copy at a second place: its log and main must be the beginning of these.
    ``known`` is how far the same caller has checked before: from there on, signatures are looked at again. ``store``
    is a folder that keeps what was read of main from one time to the next.
    """
    with tempfile.TemporaryDirectory(prefix="congtin-") as folder:
        known = known or Checkpoint(main=trust.content_root)
        place = store or Path(folder)
        story = _Verification(content, rosters, trust, place, progress or (lambda _done, _all: None), known)
        return story.all(base or known.main, head, copy)


class _Verification:
    def __init__(
        self,
        content: GitRepository,
        rosters: Rosters,
        trust: TrustRoot,
        folder: Path,
        progress: Progress,
        known: Checkpoint,
    ) -> None:
        self.content = content
        self.rosters = rosters
        self.trust = trust
        self.mainline = Mainline(content, folder)
        self.progress = progress
        self.known = known
        self.story = Story(content.ref(log.REF))

    def all(self, base: str, head: str | None, copy: GitRepository | None) -> list[Problem]:
        main = head or self.content.ref(MAIN)
        if main is None:
            return [Problem("no-main", msg("There is no branch main."))]
        with self.mainline:
            found = [*self.log(), *self.roster(), *self.statements()]
            found += self.copy(copy) if copy else ()
            found += self.chain(base, main)
            if head is None:
                found += self.landed(main)
        return found

    # --- the log -------------------------------------------------------------------------------

    def log(self) -> Iterator[Problem]:
        keys = {parse_key(key.key).fingerprint: (key.valid_from, key.valid_to) for key in self.trust.service_keys}
        try:
            for recorded in log.checked(self.content, self.story.head, keys, self.known.log):
                self.story.take(recorded)
        except LogDamaged as error:
            yield Problem("log-damaged", error.message, log.REF, 0, _COMPARE)

    def roster(self) -> Iterator[Problem]:
        """Check the roster's own history, and that the log has only ever seen it move forward."""
        last: str | None = None
        for entry in (recorded.entry for recorded in self.story.entries):
            if entry.roster is None or entry.roster == last:
                continue
            if last and not self.rosters.repository.is_ancestor(last, entry.roster):
                text = msg("Entry {seq} of the log names a roster older than one before it.", seq=entry.seq)
                yield Problem("roster-went-back", text, log.REF)
            last = entry.roster
        head = self.rosters.repository.ref(MAIN)
        if last and head and not self.rosters.repository.is_ancestor(last, head):
            yield Problem(
                "roster-went-back", msg("The roster does not build on {seen}, which the log has seen.", seen=last[:12])
            )
        yield from check_roster_history(self.rosters.repository, self.trust, since=self.known.roster)

    def statements(self) -> Iterator[Problem]:
        """Check that the Approvals' ref only grew, and only by what the log tells of."""
        head = self.content.ref(approvals.REF)
        states = {ABSENT: 0} | {e.refs[approvals.REF][1]: e.seq for e in self._entries() if approvals.REF in e.refs}
        if (head or ABSENT) not in states:
            text = msg("The Approvals stand at {oid}, of which the log does not tell.", oid=(head or "-")[:12])
            yield Problem("approvals-moved", text, approvals.REF, 0, _COMPARE)
        landed = [e for e in self._entries() if approvals.REF in e.refs and head and e.refs[approvals.REF][1] == head]
        if not head and len(states) > 2:
            yield Problem("approvals-moved", msg("The Approvals are gone."), approvals.REF, 0, _COMPARE)
        if head:
            try:
                added = {s.sha for s in approvals.appended(self.content, self.known.approvals, head)}
                present = approvals.names(self.content, head)
            except NotAppended as error:
                yield Problem("approvals-damaged", error.message, approvals.REF, 0, _COMPARE)
                return
            for sha in sorted(added - self.story.statements.keys()):
                text = msg("The statement {statement} is not in the log.", statement=sha[:12])
                yield Problem("unlogged-statement", text, approvals.REF, 0, _COMPARE)
            yield from self.without_effect(present)
            after = [e for e in self._entries() if approvals.REF in e.refs and landed and e.seq > landed[-1].seq]
            if len({e.refs[approvals.REF][1] for e in after}) > 1:
                text = msg("Statements that the log tells of are missing.")
                yield Problem("approvals-moved", text, approvals.REF, 0, _COMPARE)

    def without_effect(self, present: set[str]) -> Iterator[Problem]:
        """Name statements the log tells of that are nowhere: a push died, or somebody took one back."""
        merged: dict[str | None, int] = {}
        for entry in self._entries():
            if entry.event == "merged":
                merged[entry.change] = entry.seq
        # Whoever was interrupted has said the same once more.
        repeated = {_act(entry) for sha, entry in self.story.statements.items() if sha in present}
        for sha, entry in self.story.statements.items():
            if sha not in present:
                used = merged.get(entry.change, 0) > entry.seq and _act(entry) not in repeated
                text = msg("The statement {statement} of entry {seq} is missing.", statement=sha[:12], seq=entry.seq)
                severity = Severity.ERROR if used else Severity.WARNING
                yield Problem("statement-without-effect", text, approvals.REF, 0, _COMPARE, severity)

    def _entries(self) -> Iterator[Entry]:
        return (recorded.entry for recorded in self.story.entries if recorded.entry.event != "refused")

    # --- the copy ------------------------------------------------------------------------------

    def copy(self, copy: GitRepository) -> Iterator[Problem]:
        """Hold log and main against their copy: what was there once must still be there."""
        for ref, name in ((log.REF, msg("log")), (approvals.REF, msg("Approvals")), (MAIN, msg("main"))):
            theirs, ours = copy.ref(ref), self.content.ref(ref)
            if theirs is None or theirs == ours:
                continue
            if ours is None or self.content.object(theirs)[0] != "commit" or not self.content.is_ancestor(theirs, ours):
                behind = ours is not None and copy.object(ours)[0] == "commit" and copy.is_ancestor(ours, theirs)
                text = (
                    msg("The copy at the second place has more of the {name}: its end was cut off here.", name=name)
                    if behind
                    else msg("The {name} here and its copy at the second place tell different stories.", name=name)
                )
                yield Problem("cut-off" if behind else "forked", text, ref, 0, _COMPARE)

    # --- main ----------------------------------------------------------------------------------

    def chain(self, base: str, main: str) -> Iterator[Problem]:
        try:
            if base != self.trust.content_root:
                self.content.first_parents(self.trust.content_root, base)
            steps = self.content.first_parents(base, main)
        except GitFailed as error:
            yield Problem("foreign-history", error.message, MAIN, 0, _COMPARE)
            return
        prev = base
        for number, oid in enumerate(steps):
            self.progress(number, len(steps))
            yield from self.step(prev, oid)
            prev = oid
        self.progress(len(steps), len(steps))

    def step(self, prev: str, oid: str) -> Iterator[Problem]:
        recorded = self.story.steps.get((prev, oid))
        if recorded is None:
            yield _at(oid, "unlogged-step", msg("The log does not tell of this step of main."))
            return
        try:
            change, head = step_of(self.content, prev, oid, self.trust.merge_accounts)
        except NotAStep as error:
            yield _at(oid, "not-a-step", error.message)
            return
        entry = recorded.entry
        named = self.content.commit(oid).trailer(LOG_HEAD)
        if self.story.oids.get(named, entry.seq) >= entry.seq:
            yield _at(
                oid,
                "log-damaged",
                msg("The log does not hold {oid}, which the step names as its head.", oid=named[:12]),
            )
        used = entry.detail.get("statements")
        found = [self.story.statements.get(str(sha)) for sha in (used if isinstance(used, list) else [])]
        rests = [taken.seq for taken in found if taken]
        if self.story.oids.get(named, 0) < max(rests, default=0):
            text = msg("The merge names an entry of the log older than what it rests on.")
            yield _at(oid, "log-damaged", text)
        if change != entry.change:
            yield _at(oid, "unlogged-step", msg("The log names another Change for this step."))
        try:
            verdict = self.judge(Proposal(change, prev, oid, head), entry)
        except (ProblemsFound, NotAppended, GitFailed) as error:
            yield _at(oid, "not-approved", error.message)
            return
        if not verdict.passes:
            yield _at(oid, "not-approved", msg("The step was not approved: {why}", why=_why(verdict)))
        if entry.detail.get("digest") != verdict.digest:
            yield _at(oid, "unlogged-step", msg("The log names other bytes for this step."))

    def judge(self, proposal: Proposal, entry: Entry) -> Verdict:
        """Judge a step as it stood when the log took it in."""
        roster = self.rosters.at(entry.roster or "")
        said = []
        for signed in approvals.statements_of(self.content, entry.approvals, proposal.change):
            taken = self.story.statements.get(signed.sha)
            if taken and taken.seq < entry.seq and taken.roster:
                said.append(Appended(signed, taken.seq, taken.time, self.rosters.at(taken.roster)))
        said.sort(key=lambda appended: appended.seq)
        differences = self.content.differences(proposal.prev, proposal.after)
        hands = self.story.hands((difference.new for difference in differences), entry.seq)
        standing = Standing(entry.time, roster, self.trust, said, hands)
        view = partial(self.mainline.view, now=entry.time)
        return gate.judge(self.content, proposal, standing, view, self.mainline.rules(proposal.prev, entry.time))

    def landed(self, main: str) -> Iterator[Problem]:
        """Name steps the log tells of that main does not have: it went back, or the last push died half-way."""
        begun = {old for old, _ in self.story.steps}
        for (_, new), recorded in self.story.steps.items():
            if self.content.object(new)[0] == "commit" and self.content.is_ancestor(new, main):
                continue
            seq = recorded.entry.seq
            if new in begun:
                text = msg("Main went back: the step {commit} of entry {seq} is gone.", commit=new[:12], seq=seq)
                yield Problem("main-went-back", text, MAIN, 0, _COMPARE)
            else:
                text = msg("The step {commit} of entry {seq} did not take place.", commit=new[:12], seq=seq)
                hint = msg("A push was interrupted, or somebody took it back: compare with the copy.")
                yield Problem("step-without-effect", text, MAIN, 0, hint, Severity.WARNING)


_COMPARE = msg("Stop publishing and compare with the copy at the second place.")


def _act(entry: Entry) -> tuple[object, ...]:
    """Return who did what over which bytes of a Change."""
    return (entry.event, entry.change, entry.person, entry.detail.get("digest"))


def _at(oid: str, code: str, text: Msg) -> Problem:
    return Problem(code, text, f"main@{oid[:12]}", 0, _COMPARE)


def _why(verdict: Verdict) -> str:
    said = [str(problem.message) for problem in verdict.errors]
    said += [f"{state.need.body}: {state.missing}" for state in verdict.missing]
    said += [str(ignored.why) for ignored in verdict.ignored]
    return "; ".join(said[:6])
