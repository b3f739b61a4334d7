"""What a push may do to the refs of the content repository: everything it asks for, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from congtin.editorial import approvals, log
from congtin.editorial.branches import judge_branch, require_merged
from congtin.editorial.desk import CHANGES, MAIN, Desk, Refused
from congtin.editorial.intake import Intake, require_code
from congtin.editorial.log import Event
from congtin.editorial.merging import CHANGE_ID, LOG_HEAD, Proposal, step_of
from congtin.editorial.repository import ABSENT
from congtin.editorial.statements import Signed, Type, sites_of
from congtin.errors import Problem, ProblemsFound
from congtin.messages import Msg, msg

if TYPE_CHECKING:
    from congtin.editorial.verdict import Verdict

_BRANCH = re.compile(f"{re.escape(CHANGES)}({CHANGE_ID})")
_OID = re.compile("[0-9a-f]{40}")
_MERGE_AGAIN = msg("congtin change merge makes it.")
# A push may bring several merges, when the one who merges was away from the network.
_MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Update:
    """One ref that a push wants to move."""

    ref: str
    old: str
    new: str


class NotPassed(Refused):
    """The gate did not pass a step of main."""

    def __init__(self, verdict: Verdict, commit: str) -> None:
        super().__init__(msg("The Change {change} is not approved as it is.", change=verdict.change))
        self.verdict = verdict
        self.commit = commit


@dataclass
class Receiver:
    """Judges all updates of one push together."""

    desk: Desk
    updates: Sequence[Update]
    events: list[Event] = field(default_factory=list)

    def judge(self) -> list[Event]:
        """Return what is to be logged; raise Refused or ProblemsFound when any part of the push may not be."""
        most = self.desk.policy(self.desk.main()).limits.refs_per_push
        if len(self.updates) > most:
            text = msg("The push moves {count} refs; {most} are allowed.", count=len(self.updates), most=most)
            raise Refused(text)
        self.honest()
        # Branches come first, then what is said about them, then what is made of it.
        ranks = {MAIN: 2, approvals.REF: 1}
        for update in sorted(self.updates, key=lambda u: ranks.get(u.ref, 0)):
            self.update(update)
        return self.events

    def honest(self) -> None:
        """Refuse a push that says other refs stand there than do: part of it would be judged by what is not so."""
        refs = [update.ref for update in self.updates]
        if len(set(refs)) != len(refs):
            raise Refused(msg("The push moves one ref twice."))
        if MAIN in refs and len(refs) > 1:
            hint = msg("First what is said about a Change, then the merge, each in a push of its own.")
            raise Refused(msg("Main moves alone."), hint)
        for update in self.updates:
            if (self.desk.plain.ref(update.ref) or ABSENT) != update.old:
                text = msg("Somebody else was faster: {refs}. Try again.", refs=update.ref)
                raise ProblemsFound([Problem("ref-moved", text)])

    def update(self, update: Update) -> None:
        branch = _BRANCH.fullmatch(update.ref)
        if update.ref == MAIN:
            self.main(update)
        elif update.ref == approvals.REF:
            self.statements(update)
        elif branch:
            self.branch(update, branch[1])
        elif update.ref == log.REF:
            raise Refused(msg("Only the service writes to the log."))
        else:
            text = msg("A ref of this name has no place here: {ref}.", ref=update.ref)
            raise Refused(text, msg("A Change is a branch change/<id>: congtin change start"))

    def state(self, ref: str) -> str | None:
        """Return where a ref will point after this push."""
        new = next((update.new for update in self.updates if update.ref == ref), None)
        if new is not None:
            return None if new == ABSENT else new
        return self.desk.plain.ref(ref)

    def event(self, event: str, update: Update, **fields: object) -> None:
        refs = {update.ref: (update.old, update.new)}
        roster, statements = self.desk.roster_head, self.state(approvals.REF)
        self.events.append(Event(event, roster=roster, approvals=statements, refs=refs, **fields))  # type: ignore[arg-type]

    # --- main ----------------------------------------------------------------------------------

    def main(self, update: Update) -> None:
        content = self.desk.content
        if ABSENT in (update.new, update.old) or not content.is_ancestor(update.old, update.new):
            raise Refused(msg("The history of main cannot be rewritten or removed (J6)."))
        steps = content.first_parents(update.old, update.new)
        if len(steps) > _MOST_STEPS:
            raise Refused(msg("The push holds {count} merges; {most} are allowed.", count=len(steps), most=_MOST_STEPS))
        prev = update.old
        for oid in steps:
            self.step(Update(MAIN, prev, oid))
            prev = oid

    def step(self, update: Update) -> None:
        change, head = step_of(self.desk.content, update.old, update.new, self.desk.trust.merge_accounts)
        self.newest(change, head)
        seq = self.log_head(update.new)
        verdict = self.desk.judge(Proposal(change, update.old, update.new, head), self.state(approvals.REF))
        if not verdict.passes:
            raise NotPassed(verdict, update.new)
        if seq < max((given.seq for state in verdict.needs for given in state.given), default=0):
            # What it rests on must stand before what it names, or cutting the log's end off would not show.
            raise Refused(msg("The merge names an entry of the log older than what it rests on."), _MERGE_AGAIN)
        self.event("merged", update, change=change, sites=verdict.concerned, detail=_merged(verdict))

    def newest(self, change: str, head: str) -> None:
        """Refuse an older head: what was approved dies with any later edit."""
        if self.desk.plain.ref(f"{CHANGES}{change}") != head:
            text = msg("The Change {change} has been edited since, or does not exist.", change=change)
            raise Refused(text, msg("Look at it again: congtin change diff {change}", change=change))

    def log_head(self, commit: str) -> int:
        """Return the number of the entry that a merge names; refuse one that names none of this log."""
        named = self.desk.content.commit(commit).trailer(LOG_HEAD)
        head = self.desk.plain.ref(log.REF)
        if not head or not _OID.fullmatch(named) or not self.desk.plain.is_ancestor(named, head):
            raise Refused(msg("The merge does not name an entry of the log."), _MERGE_AGAIN)
        return log.read(self.desk.plain, named).entry.seq

    # --- branches of Changes -------------------------------------------------------------------

    def branch(self, update: Update, change: str) -> None:
        if update.new == ABSENT:
            require_merged(self.desk, update.old, change)
            self.event("branch-removed", update, change=change)
            return
        pushed = judge_branch(self.desk, update.old, update.new, change)
        self.event(
            "pushed", update, change=change, person=pushed.person, sites=tuple(sites_of(pushed.paths)),
            detail={"brought": pushed.brought, "authors": sorted(pushed.people)},
        )  # fmt: skip

    # --- statements ----------------------------------------------------------------------------

    def statements(self, update: Update) -> None:
        if update.new == ABSENT:
            raise Refused(msg("Statements can only be added; their history cannot be rewritten."))
        old = update.old if update.old != ABSENT else None
        added = approvals.appended(self.desk.content, old, update.new)
        main = self.desk.main()
        intake = Intake(
            self.desk.content, self.desk.rosters, self.desk.roster, self.desk.trust, self.desk.policy(main), main,
            self.desk.now,
        )  # fmt: skip
        taken: list[Signed] = []
        # What is submitted in the same push is known to what is said about it.
        for signed in sorted(added, key=lambda s: (s.statement.type is not Type.SUBMISSION, s.statement.at)):
            change = signed.statement.change
            known = [*approvals.statements_of(self.desk.content, old, change), *taken]
            about = [s for s in known if s.statement.change == change]
            person = intake.take(signed, self.state(f"{CHANGES}{change}"), about)
            if signed.statement.type is Type.REJECTION:
                rules = self.desk.mainline.rules(main, self.desk.now)
                require_code(
                    signed.statement, [rules(site) for site in sites_of(signed.statement.files) if site in self.sites()]
                )
            taken.append(signed)
            self.said(update, signed, person)

    def said(self, update: Update, signed: Signed, person: str) -> None:
        statement = signed.statement
        detail: dict[str, Any] = {"statement": signed.sha, "digest": statement.digest, "head": statement.head}
        if statement.attested:
            detail["attested"] = statement.attested.model_dump(mode="json")
        for name in ("code", "unit", "item", "document"):
            if getattr(statement, name) is not None:
                detail[name] = getattr(statement, name)
        self.event(
            statement.type.value, update, change=statement.change, person=person, key=signed.key.fingerprint,
            sites=tuple(sites_of(signed.statement.files)), detail=detail,
        )  # fmt: skip

    def sites(self) -> Iterable[str]:
        return self.desk.mainline.side(self.desk.main()).network.sites


def _merged(verdict: Verdict) -> dict[str, Any]:
    """Return what the log keeps of a step: over which bytes, who approved, which exceptions were used."""
    detail: dict[str, Any] = {
        "digest": verdict.digest,
        "statements": list(verdict.approvals),
        "authors": sorted(verdict.authors),
        "approvers": sorted({given.person for state in verdict.needs for given in state.given}),
    }
    if verdict.exceptions:
        detail["exceptions"] = [given.person for given in verdict.exceptions]
    if verdict.emergency:
        detail["emergency"] = True
    return detail


def refusal_of(updates: Sequence[Update], reason: Msg, problems: Sequence[Problem], change: str | None) -> Event:
    """Return what the log keeps of a push that was refused."""
    detail: dict[str, Any] = {
        "reason": _shown(str(reason))[:500],
        "problems": sorted({problem.code for problem in problems}),
    }
    refs = {_shown(update.ref)[:200]: (update.old, update.new) for update in updates[:20]}
    return Event("refused", change=change, refs=refs, detail=detail)


def _shown(text: str) -> str:
    """Return text that JSON can hold: names of refs and files may be any bytes."""
    return text.encode("utf-8", "replace").decode()
