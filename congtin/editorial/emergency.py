"""Taking one Item down at once, on the word of a head (E24): a tombstone and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from congtin import strict_yaml
from congtin.catalogue import front_matter
from congtin.catalogue.paths import BadPath, SourcePath, parse
from congtin.editorial.policy import Act, Policy
from congtin.editorial.repository import REGULAR, Difference, GitRepository
from congtin.editorial.standing import Appended, Standing
from congtin.editorial.statements import Statement, Type
from congtin.errors import Problem
from congtin.messages import Msg, msg

_TOMBSTONE = "withdrawn"


class Step(Protocol):
    """What of a proposal says between which trees it lies."""

    @property
    def prev(self) -> str: ...

    @property
    def after(self) -> str: ...

    @property
    def head(self) -> str: ...


@dataclass(frozen=True)
class Takedown:
    """A head's word, and what keeps it from counting."""

    statement: Statement
    problems: tuple[Problem, ...]


def find(
    content: GitRepository,
    step: Step,
    differences: Sequence[Difference],
    digest: str,
    standing: Standing,
    policy: Policy,
) -> Takedown | None:
    """Return the takedown these bytes are, if a head has ordered one; None when nobody has."""
    for found in standing.of_type(Type.TAKEDOWN):
        statement = found.signed.statement
        if (
            statement.digest != digest
            or statement.head != step.head
            or not content.is_ancestor(statement.base, step.prev)
        ):
            continue
        person = standing.person(found)
        problems = list(_tombstone(content, step, differences, statement))
        if isinstance(person, Msg):
            problems.append(Problem("wrong-role", person))
        elif not problems and not _is_head(person, differences[0].path, found, standing, policy):
            text = msg("Only the head of the Site's Board or of the Portal's takes an Item down at once (E24).")
            problems.append(Problem("wrong-role", text))
        return Takedown(statement, tuple(problems))
    return None


def _is_head(person: str, path: str, found: Appended, standing: Standing, policy: Policy) -> bool:
    """Tell whether a person was the head when the order was taken in, and still is."""
    portal, site = path.split("/")[1:3]
    roles = {role.value for role in policy.transitions[Act.TAKE_DOWN].roles}
    both = ((found.roster, found.time), (standing.roster, standing.time))
    return any(
        all(roles & {role.value for role in roster.standing(person, board, at)} for roster, at in both)
        for board in (f"{portal}/{site}", f"{portal}/portal")
    )


def _tombstone(
    content: GitRepository, step: Step, differences: Sequence[Difference], statement: Statement
) -> Iterator[Problem]:
    """Yield why a Change is more than a tombstone in one original."""
    only = msg("An emergency withdrawal may only add “withdrawn” to one Item, and change nothing else (E24).")
    if len(differences) != 1 or differences[0].status != "M" or differences[0].new_mode != REGULAR:
        yield Problem("not-a-tombstone", only)
        return
    path = differences[0].path
    before, after = (read_front(content.tree(oid).read(path)) for oid in (step.prev, step.after))
    if not _is_source(path) or before is None or after is None:
        yield Problem("not-a-tombstone", only, path)
        return
    (old, old_body), (new, new_body) = before, after
    rest = {key: value for key, value in new.items() if key != _TOMBSTONE}
    if _TOMBSTONE in old or _TOMBSTONE not in new or rest != old or old_body != new_body:
        yield Problem("not-a-tombstone", only, path)
    elif new.get("id") != statement.item:
        yield Problem("not-a-tombstone", msg("The order names another Item."), path)
    elif not isinstance(new[_TOMBSTONE], dict) or new[_TOMBSTONE].get("reason") != statement.reason:
        # Citizens read it, and the log keeps the order's: no other word gets out without a Board.
        yield Problem("not-a-tombstone", msg("The order gives another reason than the tombstone."), path)


def _is_source(path: str) -> bool:
    try:
        return isinstance(parse(path), SourcePath)
    except BadPath:
        return False


def read_front(data: bytes | None) -> tuple[dict[str, Any], str] | None:
    """Return front matter and body of a Source; None when it is none."""
    try:
        head, body, _ = front_matter.split((data or b"").decode("utf-8"))
        values = strict_yaml.load(head)
    except (UnicodeDecodeError, front_matter.NoFrontMatter, strict_yaml.YamlProblem):
        return None
    return (values, body) if isinstance(values, dict) else None
