"""The gate: may main move from ``prev`` to ``after``? One function for hook, publisher, forge and browser.

It looks at objects, policy and rosters only, never at who asks or from where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from congtin.checks.change import ChangeView
from congtin.editorial import authors, emergency
from congtin.editorial.deletions import deletion_problems
from congtin.editorial.merging import Proposal
from congtin.editorial.policy import load_policy
from congtin.editorial.repository import CommitTree, Difference, GitRepository, digest_of, parse_raw
from congtin.editorial.required import TECHNICAL, Need, Requirements
from congtin.editorial.shape import shape_problems
from congtin.editorial.standing import Appended, Standing
from congtin.editorial.statements import Statement, Type
from congtin.editorial.verdict import Given, Ignored, NeedState, Verdict
from congtin.errors import Problem, ProblemsFound
from congtin.messages import Msg, msg
from congtin.rules.combine import SiteRules

View = Callable[[str, str, Sequence[Difference]], ChangeView]


def judge(
    content: GitRepository,
    proposal: Proposal,
    standing: Standing,
    view: View,
    rules: Callable[[str], SiteRules],
) -> Verdict:
    """Return the verdict over one step. Nothing is raised for what people did wrong: it is in the verdict."""
    raw = content.raw_difference(proposal.prev, proposal.after)
    digest, differences = digest_of(raw), parse_raw(raw)
    try:
        return _Judge(content, proposal, standing, view, rules, digest, differences).verdict()
    except ProblemsFound as error:
        return Verdict(proposal.change, proposal.prev, digest, tuple(differences), problems=error.problems)


@dataclass
class _Judge:
    content: GitRepository
    proposal: Proposal
    standing: Standing
    view: View
    rules: Callable[[str], SiteRules]
    digest: str
    differences: list[Difference]
    problems: list[Problem] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    def verdict(self) -> Verdict:
        policy = load_policy(self.content.tree(self.proposal.prev))
        after = self.content.tree(self.proposal.after)
        if not self.differences:
            self.problems.append(Problem("nothing-changed", msg("The Change alters nothing.")))
        self.problems += shape_problems(after, self.differences, policy)
        who = authors.of_commits(self.content, self.proposal, self.standing.roster)
        self.problems += who.problems
        if self.problems:
            # Files of the wrong kind are not read, and unknown hands are not listened to.
            return self._closed(who.people)
        takedown = emergency.find(self.content, self.proposal, self.differences, self.digest, self.standing, policy)
        submission = None if takedown else self._submission()
        people = who.people | self._submitters() | self._earlier_hands()
        self._next_policy(after)
        view = self.view(self.proposal.prev, self.proposal.after, self.differences)
        self.problems += view.problems
        if takedown:
            self.problems += takedown.problems
            return self._result((), people, view, takedown=True)
        self.problems += deletion_problems(view, self.differences, submission)
        wanted = Requirements(policy, self.content.tree(self.proposal.prev), after, view, self.rules)
        needs = wanted.needs(self.differences)
        self.problems += wanted.problems
        self._closing(needs, people)
        self._confirmations(needs)
        self._requested(needs)
        return self._result(self._states(needs, people), people, view)

    def _next_policy(self, after: CommitTree) -> None:
        """Refuse a policy by which nothing could be judged any more."""
        if any(difference.path.startswith("workflows/") for difference in self.differences):
            load_policy(after)

    def _closed(self, people: frozenset[str]) -> Verdict:
        return Verdict(
            self.proposal.change, self.proposal.prev, self.digest, tuple(self.differences),
            problems=tuple(self.problems), authors=people,
        )  # fmt: skip

    def _result(
        self, needs: tuple[NeedState, ...], people: frozenset[str], view: ChangeView, *, takedown: bool = False
    ) -> Verdict:
        return Verdict(
            self.proposal.change, self.proposal.prev, self.digest, tuple(self.differences), needs,
            tuple(self.ignored), tuple(self.problems), people, takedown, view,
        )  # fmt: skip

    # --- the submission ------------------------------------------------------------------------

    def _submission(self) -> Statement | None:
        """Return the submission of exactly these bytes; note a Problem when there is none that counts."""
        for found in reversed(list(self.standing.of_type(Type.SUBMISSION))):
            statement = found.signed.statement
            if statement.digest != self.digest or statement.head != self.proposal.head:
                continue
            person = self.standing.person(found)
            if isinstance(person, Msg):
                self.ignored.append(Ignored(found.signed.sha, None, person))
                continue
            self.problems += self._age(statement)
            return statement
        hint = msg("Submit it again: congtin change submit {change}", change=self.proposal.change)
        text = msg("Nobody has submitted exactly these bytes.")
        self.problems.append(Problem("not-submitted", text, "", 0, hint))
        return None

    def _age(self, statement: Statement) -> Iterator[Problem]:
        """Refuse what was said about another main, and what main has had already: an Approval is used once."""
        prev, base = self.proposal.prev, statement.base
        if not self.content.is_ancestor(base, prev):
            yield Problem("foreign-base", msg("The Change does not build on what is published."))
            return
        for oid in self.content.commits(prev, base):
            commit = self.content.commit(oid)
            if commit.trailer("Change") == self.proposal.change:
                text = msg("The Change was merged before, as {commit}.", commit=oid[:12])
                hint = msg("Begin a new Change: an Approval is used only once.")
                yield Problem("used-up", text, "", 0, hint)
                return

    def _submitters(self) -> frozenset[str]:
        """Return everybody who ever submitted this Change, also in other words."""
        keys = (found.signed.key.fingerprint for found in self.standing.of_type(Type.SUBMISSION))
        return frozenset(filter(None, map(self.standing.roster.owner_of_key, keys)))

    def _earlier_hands(self) -> frozenset[str]:
        """Return who brought the very same files in another Change: squashing hides nobody."""
        return frozenset(filter(None, map(self.standing.roster.owner_of_key, self.standing.hands(self.differences))))

    # --- what keeps a Change closed ------------------------------------------------------------

    def _closing(self, needs: Sequence[Need], people: frozenset[str]) -> None:
        for found in self.standing.of_type(Type.REJECTION, Type.WITHDRAWAL):
            statement = found.signed.statement
            person = self.standing.person(found)
            if isinstance(person, Msg):
                continue
            if statement.type is Type.REJECTION and self._on_board(found, person, needs):
                text = msg("The Change was rejected: {code}. {reason}", code=statement.code, reason=statement.reason)
            elif statement.type is Type.WITHDRAWAL and person in people:
                text = msg("The Change was withdrawn by its author.")
            else:
                continue
            hint = msg("Begin a new Change.")
            self.problems.append(Problem("closed", text, "", 0, hint))

    def _on_board(self, found: Appended, person: str, needs: Sequence[Need]) -> bool:
        """Tell whether a person may decide about any part of what is asked for."""
        return any(self._roles(need, found, person) for need in needs)

    def _works_for(self, person: str, needs: Sequence[Need]) -> bool:
        """Tell whether a person stands with a Board that is asked, in whatever role."""
        return any(self.standing.roster.standing(person, need.body, self.standing.time) for need in needs)

    def _confirmations(self, needs: Sequence[Need]) -> None:
        """Wait for the units that must confirm (E14)."""
        confirmed = {
            found.signed.statement.unit
            for found in self.standing.of_type(Type.CONFIRMATION)
            if found.signed.statement.digest == self.digest and self._of_unit(found)
        }
        for found in self.standing.of_type(Type.NEEDS_CONFIRMATION):
            statement, person = found.signed.statement, self.standing.person(found)
            if statement.unit in confirmed or isinstance(person, Msg) or not self._works_for(person, needs):
                continue
            text = msg("Waits for confirmation by {unit}: {reason}", unit=statement.unit, reason=statement.reason)
            hint = msg("congtin change confirm {change}", change=self.proposal.change)
            self.problems.append(Problem("needs-confirmation", text, "", 0, hint))

    def _of_unit(self, found: Appended) -> bool:
        person, unit = self.standing.person(found), found.signed.statement.unit or ""
        return isinstance(person, str) and bool(self.standing.roster.standing(person, unit, self.standing.time))

    def _requested(self, needs: Sequence[Need]) -> None:
        """Hold back what a Board has asked to be changed, until the one who asked approves these very bytes."""
        latest: dict[str, Appended] = {}
        for found in self.standing.of_type(Type.APPROVAL, Type.CHANGES_REQUESTED):
            person = self.standing.person(found)
            if isinstance(person, str) and found.signed.statement.digest == self.digest:
                latest[person] = found
        for person, found in latest.items():
            statement = found.signed.statement
            if statement.type is Type.CHANGES_REQUESTED and self._works_for(person, needs):
                text = msg("Changes are requested: {reason}", reason=statement.reason)
                self.problems.append(Problem("changes-requested", text))

    # --- Approvals -----------------------------------------------------------------------------

    def _states(self, needs: Sequence[Need], people: frozenset[str]) -> tuple[NeedState, ...]:
        counting = list(self._approvals())
        used: set[str] = set()
        states = []
        for need in needs:
            given = tuple(self._given(need, counting, people))
            used |= {one.statement for one in given}
            states.append(NeedState(need, given, _missing(need, given)))
        for found, person in counting:
            if found.signed.sha not in used:
                author = person in people
                why = (
                    msg("Authors do not approve their own Change (E22).") if author else msg("No Board asked needs it.")
                )
                self.ignored.append(Ignored(found.signed.sha, person, why))
        return tuple(states)

    def _approvals(self) -> Iterator[tuple[Appended, str]]:
        """Yield the Approvals of exactly these bytes with their persons; say of the others why they do not count."""
        for found in self.standing.of_type(Type.APPROVAL):
            statement = found.signed.statement
            person = self.standing.person(found)
            if isinstance(person, Msg):
                self.ignored.append(Ignored(found.signed.sha, None, person))
            elif statement.digest != self.digest:
                why = msg("It is over other bytes: the Change was edited since, or never was this.")
                self.ignored.append(Ignored(found.signed.sha, person, why))
            elif not self.content.is_ancestor(statement.base, self.proposal.prev):
                why = msg("The Change does not build on what is published.")
                self.ignored.append(Ignored(found.signed.sha, person, why))
            else:
                yield found, person

    def _given(self, need: Need, counting: Sequence[tuple[Appended, str]], people: frozenset[str]) -> Iterator[Given]:
        """Yield one Approval for each person who counts for a Need, in the order in which they were given."""
        seen: set[str] = set()
        for found, person in counting:
            roles = self._roles(need, found, person)
            if person in seen or not roles:
                continue
            author = person in people
            if author and not self._excepted(need.body):
                continue
            seen.add(person)
            yield Given(person, roles, found.signed.sha, found.seq, exception=author)

    def _roles(self, need: Need, found: Appended, person: str) -> frozenset[str]:
        if need.body == TECHNICAL:
            return frozenset({TECHNICAL}) if self.standing.is_technical_reviewer(found, person) else frozenset()
        return self.standing.roles(found, person, need.body, need.paths) & need.roles

    def _excepted(self, body: str) -> bool:
        """Tell whether a Board of one person may let the author approve (E22): packs and roster must both say so."""
        if body == TECHNICAL:
            return False
        separation = self.rules(body).author_is_not_approver
        return separation.exception and self.standing.roster.excepted(body, self.standing.time)


def _missing(need: Need, given: Sequence[Given]) -> int:
    if not need.steps:
        return max(0, need.count - len(given))
    left = list(need.steps)
    for one in sorted(given, key=lambda g: g.seq):
        if left and one.roles.intersection(left[0].roles):
            del left[0]
    return len(left)
