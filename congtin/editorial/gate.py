"""The gate: may main move from ``prev`` to ``after``? One function for hook, publisher, forge and browser.

It looks at objects, policy and rosters only, never at who asks or from where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from congtin.checks.change import ChangeView
from congtin.editorial import authors, emergency
from congtin.editorial.deletions import deletion_problems
from congtin.editorial.merging import CHANGE, Proposal
from congtin.editorial.objections import objections
from congtin.editorial.policy import load_policy
from congtin.editorial.repository import CommitTree, Difference, GitRepository, digest_of, parse_raw
from congtin.editorial.required import TECHNICAL, Need, Requirements
from congtin.editorial.roles import roles_for
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
        self.problems += self._used_up()
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
        self.problems += objections(self.standing, self.digest, needs, people, policy)
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
            return statement
        hint = msg("Submit it again: congtin change submit {change}", change=self.proposal.change)
        text = msg("Nobody has submitted exactly these bytes.")
        self.problems.append(Problem("not-submitted", text, "", 0, hint))
        return None

    def _used_up(self) -> Iterator[Problem]:
        """Refuse a Change that main has had since anything was said about it: an Approval is used once.

        Statements are never removed, so a new submission on a newer main does not hide the old merge.
        """
        prev = self.proposal.prev
        bases = {found.signed.statement.base for found in self.standing.statements}
        for base in bases:
            if not self.content.is_ancestor(base, prev):
                continue
            for oid in self.content.run("rev-list", "--first-parent", prev, f"^{base}").decode().split():
                if self.content.commit(oid).trailer(CHANGE) == self.proposal.change:
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

    # --- Approvals -----------------------------------------------------------------------------

    def _states(self, needs: Sequence[Need], people: frozenset[str]) -> tuple[NeedState, ...]:
        counting = list(self._approvals())
        used: set[str] = set()
        states: list[NeedState] = []
        # Who decides as a technical reviewer is another person than those who decide for a Board.
        for need in sorted(needs, key=lambda need: need.body == TECHNICAL):
            taken = {one.person for state in states for one in state.given} if need.body == TECHNICAL else set()
            given = tuple(one for one in self._given(need, counting, people) if one.person not in taken)
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
        """Yield one Approval for each person who counts for a Need, in the order in which they were given.

        Where steps are asked for, all of them: what came before its turn is given once more (E23).
        """
        seen: set[str] = set()
        for found, person in counting:
            roles = roles_for(self.standing, need, found, person)
            if not roles or (person in seen and not need.steps):
                continue
            author = person in people
            if author and not self._excepted(need.body):
                continue
            seen.add(person)
            yield Given(person, roles, found.signed.sha, found.seq, exception=author)

    def _excepted(self, body: str) -> bool:
        """Tell whether a Board of one person may let the author approve (E22): packs and roster must both say so."""
        if body == TECHNICAL:
            return False
        separation = self.rules(body).author_is_not_approver
        return separation.exception and self.standing.roster.excepted(body, self.standing.time)


def _missing(need: Need, given: Sequence[Given]) -> int:
    if not need.steps:
        return max(0, need.count - len(given))
    left, done = list(need.steps), set()
    for one in sorted(given, key=lambda g: g.seq):
        if left and one.person not in done and one.roles.intersection(left[0].roles):
            done.add(one.person)
            del left[0]
    return len(left)
