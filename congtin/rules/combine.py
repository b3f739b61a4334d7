"""The rules of one Site: what the packs it names say together on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, TypeVar, get_args

from congtin.errors import ProblemsFound, UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.rules.pack_rules import (
    Approval,
    Attribution,
    Backup,
    BoardRole,
    Complaints,
    Deadline,
    Kind,
    Quoting,
    RefusalCode,
    RequiredSection,
    Retention,
    Review,
    Rule,
    Separation,
    Status,
    Step,
    UpdateWindows,
)
from congtin.rules.packs import RuleBook, RulePack
from congtin.rules.site_packs import in_force, pack_problems

BOARD_ROLES: tuple[BoardRole, ...] = get_args(BoardRole)
_Rule = TypeVar("_Rule", bound=Rule)


@dataclass(frozen=True)
class InForce(Generic[_Rule]):
    """A rule with where it stands."""

    rule: _Rule
    pack: str
    source: str
    """The article, to be shown to people."""
    status: Status


@dataclass(frozen=True)
class Need:
    """So many approvals by persons with one of these roles."""

    roles: frozenset[BoardRole]
    count: int


@dataclass(frozen=True)
class ApprovalRule:
    """What Items of one kind need; several needs hold together, and one person's approval may serve several."""

    kind: Kind
    needs: tuple[Need, ...]
    steps: tuple[Step, ...]
    sources: tuple[str, ...]
    """Articles that say so; empty when no pack does and only Côngtin's own rule holds."""

    def missing(self, roles: Sequence[str]) -> tuple[Need, ...]:
        """Return what is still needed; ``roles`` holds the role on the Board of each person who approved, one each."""
        open_needs = []
        for need in self.needs:
            given = sum(role in need.roles for role in roles)
            if given < need.count:
                open_needs.append(Need(need.roles, need.count - given))
        return tuple(open_needs)

    def missing_steps(self, given: Iterable[tuple[str | None, str]]) -> tuple[Step, ...]:
        """Return the steps still open; ``given`` holds (step, role) of each approval in the order of its time (E23).

        A step out of its order, or by a role that is not the step's, does not count.
        """
        left = list(self.steps)
        for step, role in given:
            if left and left[0].id == step and role in left[0].roles:
                del left[0]
        return tuple(left)


@dataclass(frozen=True)
class Separated:
    """Authors never approve (E22), with one exception at most."""

    exception: bool
    """A Board whose roster holds a composition exception may let the author approve; each use is logged."""
    sources: tuple[str, ...]


# Holds where no pack says more: a Board approves everything before it is published (E1).
BASE_NEED = Need(frozenset(BOARD_ROLES), 1)


@dataclass(frozen=True)
class SiteRules:
    """What the packs of a Site say together; ``packs`` are those in force, the most general first."""

    packs: tuple[RulePack, ...]

    def approvals(self, kind: str) -> ApprovalRule:
        """Return who approves Items of a kind (E1, E23, H9); of a kind no pack names, one person of the Board."""
        rules = [entry for entry in self._all(Approval) if kind in entry.rule.kinds]
        steps = {step.id: step for entry in rules for step in entry.rule.steps}
        return ApprovalRule(
            kind,
            _strictest([BASE_NEED, *(Need(frozenset(entry.rule.roles), entry.rule.count) for entry in rules)]),
            tuple(steps.values()),
            tuple(entry.source for entry in rules),
        )

    @cached_property
    def author_is_not_approver(self) -> Separated:
        """Return the exception from the rule that authors do not approve; without a pack there is none (E22)."""
        rules = self._all(Separation)
        return Separated(
            bool(rules) and all(entry.rule.exception is not None for entry in rules),
            tuple(entry.source for entry in rules),
        )

    @cached_property
    def refusal_codes(self) -> tuple[InForce[RefusalCode], ...]:
        """Return the reasons a Board may refuse for (E15, E16)."""
        return tuple(self._most_specific(RefusalCode))

    def refusal_code(self, code: str) -> InForce[RefusalCode]:
        """Return one reason by its id; raise UsageError when the packs of the Site have none such."""
        found = next((entry for entry in self.refusal_codes if entry.rule.id == code), None)
        if found is None:
            known = [entry.rule.id for entry in self.refusal_codes]
            text = msg("There is no reason for refusal “{code}” here; known: {codes}.", code=code, codes=list_of(known))
            raise UsageError(text, did_you_mean(code, known))
        return found

    @cached_property
    def quoting(self) -> InForce[Quoting] | None:
        """Return whether other sources may be quoted; None when no pack says (D8)."""
        return next(iter(self._most_specific(Quoting)), None)

    @cached_property
    def complaints(self) -> InForce[Complaints] | None:
        """Return what happens to complaints and denunciations; None when no pack says (H6)."""
        return next(iter(self._most_specific(Complaints)), None)

    @cached_property
    def deadlines(self) -> tuple[InForce[Deadline], ...]:
        """Return the shortest deadlines; limits in hours and in working days stand side by side (G1–G19)."""
        return tuple(_tightest(self._all(Deadline), _deadline_key, _deadline_rank))

    @cached_property
    def reviews(self) -> tuple[InForce[Review], ...]:
        """Return the shortest intervals of review (C14, G11)."""
        return tuple(_tightest(self._all(Review), lambda rule: rule.subject, lambda rule: rule.months or 10_000))

    @cached_property
    def required_sections(self) -> tuple[InForce[RequiredSection], ...]:
        """Return what the Site must carry, the union of all packs (C1)."""
        return tuple(self._all(RequiredSection))

    @cached_property
    def update_windows(self) -> tuple[InForce[UpdateWindows], ...]:
        """Return when new information appears, the union of all packs (G16, G17)."""
        return tuple(self._all(UpdateWindows))

    @cached_property
    def attribution(self) -> tuple[InForce[Attribution], ...]:
        """Return what users of the information name, the union of all packs (P2)."""
        return tuple(self._all(Attribution))

    @cached_property
    def backup(self) -> InForce[Backup] | None:
        """Return the most frequent backup asked for (J2, J3)."""
        return max(self._all(Backup), key=lambda entry: entry.rule.times_per_week or 0, default=None)

    @cached_property
    def retention(self) -> InForce[Retention] | None:
        """Return the longest time to keep (J1, J6)."""
        return max(self._all(Retention), key=lambda entry: entry.rule.policy == "permanent", default=None)

    def _all(self, model: type[_Rule]) -> list[InForce[_Rule]]:
        return [
            InForce(rule, pack.id, pack.cite(rule), pack.status(rule))
            for pack in self.packs
            for _, rule in pack.rules()
            if isinstance(rule, model)
        ]

    def _most_specific(self, model: type[_Rule]) -> list[InForce[_Rule]]:
        entries = self._all(model)
        return [entry for entry in entries if entry.pack == entries[-1].pack]


def rules_of(book: RuleBook, names: Sequence[str], at: datetime) -> SiteRules:
    """Return the rules of a Site that names these packs; raise ProblemsFound when they cannot be used at that time."""
    if problems := list(pack_problems(book, names, at)):
        raise ProblemsFound(problems)
    return SiteRules(tuple(in_force(book, names, at)))


def _strictest(needs: Iterable[Need]) -> tuple[Need, ...]:
    """Drop every need that another one includes."""
    distinct = list(dict.fromkeys(needs))
    return tuple(
        need
        for need in distinct
        if not any(o is not need and o.roles <= need.roles and o.count >= need.count for o in distinct)
    )


def _deadline_key(rule: Deadline) -> object:
    return (rule.subject, rule.action, rule.event, rule.before, rule.unit)


def _deadline_rank(rule: Deadline) -> int:
    # A notice ahead of an event is the stricter the earlier it goes out.
    return -(rule.limit or 0) if rule.before else rule.limit or 0


def _tightest(
    entries: Iterable[InForce[_Rule]], key: Callable[[_Rule], object], rank: Callable[[_Rule], int]
) -> Iterator[InForce[_Rule]]:
    best: dict[object, InForce[_Rule]] = {}
    for entry in entries:
        kept = best.get(key(entry.rule))
        if kept is None or rank(entry.rule) < rank(kept.rule):
            best[key(entry.rule)] = entry
    yield from best.values()
