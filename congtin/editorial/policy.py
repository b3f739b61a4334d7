"""`workflows/editorial.yaml` as values: states, transitions, roles, owners of paths, limits."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from congtin.editorial.repository import Tree
from congtin.editorial.strict_file import Entry, read_entry
from congtin.errors import Problem, ProblemsFound
from congtin.messages import Msg, msg
from congtin.validation import StrictModel

FILE = "workflows/editorial.yaml"


class EditorialRole(enum.StrEnum):
    """What a person may be on a Site's Board or beside it (E2, E4, E6, E11, E12)."""

    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    DESK = "desk"
    MEMBER = "member"
    DEPUTY = "deputy"
    HEAD = "head"
    OPERATOR = "operator"


class State(enum.StrEnum):
    """Where a Change stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Guard(enum.StrEnum):
    """Rules of the engine that a transition can ask for."""

    SIGNED_COMMITS = "signed_commits"
    OWN_COMMITS = "own_commits"
    DECLARED = "declared"
    NEWEST_BYTES = "newest_bytes"
    NOT_AUTHOR = "not_author"
    IS_AUTHOR = "is_author"
    REASON = "reason"
    REFUSAL_CODE = "refusal_code"
    GATE = "gate"
    TOMBSTONE_ONLY = "tombstone_only"


class Act(enum.StrEnum):
    """What a person does to a Change."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    REQUIRE_CONFIRMATION = "require_confirmation"
    CONFIRM = "confirm"
    MERGE = "merge"
    SCHEDULE = "schedule"
    TAKE_DOWN = "take_down"
    CONFIRM_TAKE_DOWN = "confirm_take_down"


class OwnerKind(enum.StrEnum):
    """Whose a path is."""

    BOARD = "board"
    PORTAL = "portal"
    BRAND = "brand"
    SHARED = "shared"


_Role = Annotated[EditorialRole, Field(strict=False)]
_State = Annotated[State, Field(strict=False)]


class Named(StrictModel):
    """A label in several languages; ``approves`` marks the roles of the Board itself."""

    label: dict[str, str]
    approves: bool = False


class Transition(StrictModel):
    """From which states an act leads where, who may do it, and what must hold."""

    from_: list[_State] = Field(alias="from")
    to: _State
    roles: list[_Role]
    guards: list[Annotated[Guard, Field(strict=False)]]


class OwnerRule(StrictModel):
    """Whose the paths of a pattern are; `{site}` and `*` stand for one name, `**` for any rest."""

    path: str
    owner: OwnerKind = Field(strict=False)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"(\{[a-z]+\}|\*\*|\*)", self.path)
        return re.compile("".join(map(_piece, parts)), re.DOTALL)


class PlacementRules(StrictModel):
    """Whom a copy on another Site needs besides the Board it comes from (F1, F2)."""

    new_item_by_rule: Literal["origin", "target"]
    edit_gains_place_by_rule: Literal["origin", "target"]
    pick: Literal["target"]
    lost: Literal["origin", "target"]


class Shared(StrictModel):
    """Who decides over what all Sites share."""

    technical_reviewers: int = Field(ge=1)
    every_portal: _Role


class Limits(StrictModel):
    """How large one Change or push may be."""

    files: int = Field(ge=1)
    bytes: int = Field(ge=1)
    refs_per_push: int = Field(ge=1)
    path_bytes: int = Field(ge=1)


class Policy(StrictModel):
    """The whole file."""

    format: Literal[1]
    roles: dict[_Role, Named]
    states: dict[_State, Named]
    transitions: dict[Annotated[Act, Field(strict=False)], Transition]
    owners: list[OwnerRule]
    portal_fields: list[str]
    placements: PlacementRules
    shared: Shared
    limits: Limits
    clock_tolerance_hours: int = Field(ge=1)

    @cached_property
    def approving(self) -> frozenset[EditorialRole]:
        """The roles of the Board itself."""
        return frozenset(role for role, named in self.roles.items() if named.approves)

    def owner(self, path: str) -> tuple[OwnerKind, Mapping[str, str]] | None:
        """Return whose a path is, with the names in it; None when nobody's: such a path is refused."""
        for rule in self.owners:
            found = rule.pattern.fullmatch(path)
            if found:
                return rule.owner, found.groupdict()
        return None


# Without these the gate would have a hole, whatever else the file says.
_NEEDED: Mapping[Act, frozenset[Guard]] = {
    Act.SUBMIT: frozenset({Guard.SIGNED_COMMITS, Guard.DECLARED, Guard.OWN_COMMITS}),
    Act.APPROVE: frozenset({Guard.NEWEST_BYTES, Guard.NOT_AUTHOR}),
    Act.REJECT: frozenset({Guard.REASON, Guard.REFUSAL_CODE}),
    Act.REQUEST_CHANGES: frozenset({Guard.REASON}),
    Act.MERGE: frozenset({Guard.GATE}),
    Act.SCHEDULE: frozenset({Guard.GATE}),
    Act.TAKE_DOWN: frozenset({Guard.TOMBSTONE_ONLY, Guard.REASON}),
    Act.CONFIRM_TAKE_DOWN: frozenset({Guard.NOT_AUTHOR}),
}


def load_policy(tree: Tree) -> Policy:
    """Return the policy of a tree; raise ProblemsFound with every error in it."""
    data = tree.read(FILE)
    if data is None:
        hint = msg("Copy the file of the same name from Côngtin's own repository.")
        raise ProblemsFound([Problem("missing-file", msg("There is no {file}.", file=FILE), FILE, 0, hint)])
    problems: list[Problem] = []
    entry = read_entry(FILE, data, Policy, problems)
    if entry is not None:
        problems += _Finder(entry).all()
    if problems or entry is None:
        raise ProblemsFound(problems)
    return entry.model


class _Finder:
    """Looks for what would open the gate or make a Change impossible."""

    def __init__(self, entry: Entry[Policy]) -> None:
        self.policy = entry.model
        self.entry = entry

    def all(self) -> Iterator[Problem]:
        yield from self.missing()
        yield from self.roles()
        yield from self.guards()
        yield from self.owners()

    def problem(self, code: str, message: Msg, *where: str | int) -> Problem:
        return self.entry.problem(code, list(where), message)

    def missing(self) -> Iterator[Problem]:
        tables: list[tuple[str, type[enum.StrEnum], Mapping[Any, object]]] = [
            ("roles", EditorialRole, self.policy.roles),
            ("states", State, self.policy.states),
            ("transitions", Act, self.policy.transitions),
        ]
        for field, known, present in tables:
            missing = [word.value for word in known if word not in present]
            if missing:
                yield self.problem(
                    "missing-field", msg("“{field}” lacks: {words}.", field=field, words=", ".join(missing)), field
                )

    def roles(self) -> Iterator[Problem]:
        for act in (Act.APPROVE, Act.REJECT, Act.TAKE_DOWN):
            transition = self.policy.transitions.get(act)
            wrong = sorted(set(transition.roles) - self.policy.approving) if transition else []
            if wrong:
                text = msg("Only roles of the Board may do this, not: {words}.", words=", ".join(wrong))
                yield self.problem("wrong-role", text, "transitions", act.value, "roles")
        if EditorialRole.OPERATOR in self.policy.approving:
            text = msg("The operator proposes and deploys, and never approves (E6).")
            yield self.problem("wrong-role", text, "roles", "operator")

    def guards(self) -> Iterator[Problem]:
        for act, guards in _NEEDED.items():
            transition = self.policy.transitions.get(act)
            for guard in sorted(guards - set(transition.guards)) if transition else ():
                text = msg("“{act}” cannot be without the guard “{guard}”.", act=act.value, guard=guard.value)
                yield self.problem("missing-guard", text, "transitions", act.value, "guards")

    def owners(self) -> Iterator[Problem]:
        needs = {OwnerKind.BOARD: {"portal", "site"}, OwnerKind.PORTAL: {"portal"}, OwnerKind.BRAND: {"brand"}}
        for number, rule in enumerate(self.policy.owners):
            names = set(re.findall(r"\{([a-z]+)\}", rule.path))
            if not needs.get(rule.owner, set()) <= names <= {"portal", "site", "brand"}:
                text = msg("The pattern “{path}” does not name whose the path is.", path=rule.path)
                yield self.problem("wrong-value", text, "owners", number)


def _piece(part: str) -> str:
    if part == "**":
        return ".+"
    if part == "*":
        return "[^/]+"
    if part.startswith("{"):
        return f"(?P<{part[1:-1]}>[^/]+?)"
    return re.escape(part)
