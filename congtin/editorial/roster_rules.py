"""What a roster must be whatever the day: one key one person, one head a Board, posts that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from congtin.editorial.board import (
    APPROVING,
    Board,
    BoardRole,
    Dated,
    Forge,
    Incident,
    Key,
    Member,
    Operations,
    Person,
    Post,
    Provider,
)
from congtin.editorial.signatures import parse_key
from congtin.editorial.strict_file import Entry
from congtin.errors import Problem, UsageError, did_you_mean
from congtin.messages import Msg, msg

_POSTS = ("operators", "technical_reviewers", "infrastructure_admins", "content_admins", "roster_authorities")
Where = list[str | int]


@dataclass
class RosterFiles:
    """Everything a roster's files hold, each model with its file."""

    people: dict[str, Entry[Person]] = field(default_factory=dict)
    boards: dict[str, Entry[Board]] = field(default_factory=dict)
    providers: dict[str, Entry[Provider]] = field(default_factory=dict)
    incidents: dict[str, Entry[Incident]] = field(default_factory=dict)
    operations: Entry[Operations] | None = None


def roster_problems(files: RosterFiles, *, complete: bool) -> Iterator[Problem]:
    """Yield every defect of a roster; unknown persons only when all its files were read (``complete``)."""
    yield from _key_problems(files.people)
    yield from _login_problems(files.people)
    for entry in files.people.values():
        yield from _person_dates(entry)
    for board in files.boards.values():
        yield from _span_problems(board, ["members"], board.model.members)
        yield from _head_problems(board)
        yield from _composition_problems(board)
        yield from _role_problems(board)
    for provider in files.providers.values():
        yield from _provider_problems(provider)
    if files.operations:
        yield from _operations_problems(files.operations, files.boards)
    if complete:
        yield from _unknown_persons(files)


def keys_of(people: Mapping[str, Entry[Person]]) -> Iterator[tuple[str, str, int, Key]]:
    """Yield (fingerprint, person, number in the person's list, entry) of every key that can be read."""
    for person, entry in people.items():
        for number, key in enumerate(entry.model.keys):
            try:
                yield parse_key(key.key).fingerprint, person, number, key
            except UsageError:
                continue


def _key_problems(people: Mapping[str, Entry[Person]]) -> Iterator[Problem]:
    for entry in people.values():
        for number, key in enumerate(entry.model.keys):
            try:
                parse_key(key.key)
            except UsageError as error:
                yield entry.problem("wrong-key", ["keys", number, "key"], error.message, error.hint)
    first: dict[str, str] = {}
    for fingerprint, person, number, _ in keys_of(people):
        if fingerprint in first:
            owner = first[fingerprint]
            text = msg("The key {key} stands with “{person}” already.", key=fingerprint, person=owner)
            hint = msg("Every person has keys of their own: ssh-keygen -t ed25519")
            yield people[person].problem("key-twice", ["keys", number, "key"], text, hint)
        first.setdefault(fingerprint, person)


def _login_problems(people: Mapping[str, Entry[Person]]) -> Iterator[Problem]:
    first: dict[tuple[Forge, str | int], str] = {}
    for person, entry in people.items():
        for forge, account in entry.model.forges.items():
            marks: list[str | int] = [account.login.lower(), *([account.id] if account.id else [])]
            for mark in marks:
                owner = first.setdefault((forge, mark), person)
                if owner != person:
                    text = msg("The login “{login}” is that of “{person}” already.", login=mark, person=owner)
                    hint = msg("No account is shared: each person has one of their own (E9).")
                    yield entry.problem("login-twice", ["forges", forge.value], text, hint)


def _span_problems(entry: Entry[Board] | Entry[Operations], where: Where, spans: Sequence[Dated]) -> Iterator[Problem]:
    for number, span in enumerate(spans):
        if not span.in_order:
            yield entry.problem("wrong-dates", [*where, number, "valid_to"], _ORDER, _ORDER_HINT)


def _person_dates(entry: Entry[Person]) -> Iterator[Problem]:
    if not entry.model.in_order:
        yield entry.problem("wrong-dates", ["valid_to"], _ORDER, _ORDER_HINT)
    for number, key in enumerate(entry.model.keys):
        if not key.in_order:
            yield entry.problem("wrong-dates", ["keys", number, "valid_to"], _ORDER, _ORDER_HINT)


_ORDER = msg("It ends before it begins.")
_ORDER_HINT = msg("“valid_from” is the first day, “valid_to” the last.")


def _head_problems(entry: Entry[Board]) -> Iterator[Problem]:
    heads = [(n, m) for n, m in enumerate(entry.model.members) if m.role is BoardRole.HEAD]
    if not heads:
        text = msg("The Board has no head.")
        yield entry.problem("no-head", ["members"], text, msg("Exactly one member has “role: head” (E4)."))
    for (_, one), (number, other) in combinations(heads, 2):
        if one.overlaps(other):
            text = msg(
                "The Board has two heads at the same time: “{one}” and “{other}”.", one=one.person, other=other.person
            )
            hint = msg("End the one with “valid_to” before the other begins (E4).")
            yield entry.problem("two-heads", ["members", number, "role"], text, hint)


def _composition_problems(entry: Entry[Board]) -> Iterator[Problem]:
    excuse = entry.model.composition_exception
    if excuse:
        if excuse.until.date() < entry.model.decision.date:
            yield entry.problem("wrong-dates", ["composition_exception", "until"], _ORDER, _ORDER_HINT)
        return
    roles = {member.role for member in entry.model.members}
    for role in (BoardRole.DEPUTY, BoardRole.MEMBER):
        if role not in roles:
            yield entry.problem("board-composition", ["members"], missing_role(role), COMPOSITION_HINT)


def missing_role(role: BoardRole) -> Msg:
    """Return what is said of a Board without this role."""
    return msg("The Board has no one with the role “{role}”.", role=role.value)


COMPOSITION_HINT = msg(
    "Name one, or the decision that excuses the Board: composition_exception: {{decision, until}} (E4)."
)


def _role_problems(entry: Entry[Board]) -> Iterator[Problem]:
    approving = [(n, m) for n, m in enumerate(entry.model.members) if m.role in APPROVING]
    for (_, one), (number, other) in combinations(approving, 2):
        if one.person == other.person and one.role is not other.role and one.overlaps(other):
            text = msg(
                "“{person}” is {one} and {other} of the Board at the same time.",
                person=one.person,
                one=one.role.value,
                other=other.role.value,
            )
            hint = msg("One person counts once: end the one role before the other begins (E4).")
            yield entry.problem("two-roles", ["members", number, "role"], text, hint)


def _provider_problems(entry: Entry[Provider]) -> Iterator[Problem]:
    provider = entry.model
    if not (provider.email or provider.phone or provider.address):
        text = msg("A provider needs an e-mail address, a telephone number or a postal address (D6).")
        yield entry.problem("missing-field", ["name"], text)


def _operations_problems(entry: Entry[Operations], boards: Mapping[str, Entry[Board]]) -> Iterator[Problem]:
    operations = entry.model
    for name in _POSTS:
        yield from _span_problems(entry, [name], getattr(operations, name))
    if not operations.roster_authorities:
        text = msg("There is no roster authority: nobody could change the roster.")
        hint = msg("Name at least one person under “roster_authorities”.")
        yield entry.problem("no-authority", ["roster_authorities"], text, hint)
    for number, post in enumerate(operations.content_admins):
        if _overlap(post, operations.infrastructure_admins):
            text = msg("“{person}” administers both the infrastructure and the content.", person=post.person)
            hint = msg("These are two kinds of administrators: name two persons (E10).")
            yield entry.problem("admin-twice", ["content_admins", number], text, hint)
    for site, board in boards.items():
        for number, member in enumerate(board.model.members):
            if member.role in APPROVING and _overlap(member, operations.operators):
                text = msg("“{person}” is an operator and would approve for {site}.", person=member.person, site=site)
                hint = msg("Operators publish what was approved; they never approve (E6).")
                yield board.problem("operator-approves", ["members", number], text, hint)


def _overlap(post: Post | Member, others: Sequence[Post]) -> bool:
    return any(post.person == other.person and post.overlaps(other) for other in others)


def _unknown_persons(files: RosterFiles) -> Iterator[Problem]:
    for entry, where, person in _named(files):
        if person not in files.people:
            text = msg("There is no person “{person}” on the roster.", person=person)
            hint = did_you_mean(person, files.people) or msg("Write people/{person}.yaml first.", person=person)
            yield entry.problem("unknown-person", where, text, hint)


def _named(
    files: RosterFiles,
) -> Iterator[tuple[Entry[Board] | Entry[Operations] | Entry[Person] | Entry[Incident], Where, str]]:
    for board in files.boards.values():
        for number, member in enumerate(board.model.members):
            yield board, ["members", number, "person"], member.person
    if files.operations:
        for name in _POSTS:
            for number, post in enumerate(getattr(files.operations.model, name)):
                yield files.operations, [name, number, "person"], post.person
    for person in files.people.values():
        if person.model.handover:
            yield person, ["handover", "to"], person.model.handover.to
    for incident in files.incidents.values():
        yield incident, ["person"], incident.model.person
        if incident.model.operator:
            yield incident, ["operator"], incident.model.operator
