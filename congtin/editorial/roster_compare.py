"""Two rosters compared: whether one only adds to the other, and whether it only takes rights away.

People, keys, memberships and posts are ended or revoked, never erased or rewritten: what somebody signed years ago
must still be found with the person, the role and the decision of that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from congtin.editorial.board import Key, Member, Person, Post
from congtin.editorial.roster import OPERATIONS, Roster
from congtin.editorial.roster_report import board_path, person_path
from congtin.editorial.signatures import parse_key
from congtin.errors import Problem
from congtin.messages import Msg, msg

_HINT = msg("End or revoke it instead; a new right is a new entry.")
Identity = tuple[object, ...]


def erased(before: Roster, after: Roster, at: datetime) -> Iterator[Problem]:
    """Yield what a commit erases or rewrites; ``at`` is its time: what had ended then stays ended."""
    for person, entry in before.people.items():
        if person not in after.people:
            yield _gone(person_path(person), msg("The person is gone from the roster."))
        else:
            yield from _keys_erased(person, entry, after.people[person])
    for site, board in before.boards.items():
        if site not in after.boards:
            yield _gone(board_path(site), msg("The Board is gone from the roster."))
        else:
            yield from _entries_erased(board_path(site), board.members, after.boards[site].members, at)
    for name, posts in before.operations:
        yield from _entries_erased(OPERATIONS, posts, getattr(after.operations, name), at)
    for incident, record in before.incidents.items():
        kept = after.incidents.get(incident)
        if kept is None or kept.model_copy(update={"reported_to": record.reported_to}) != record:
            yield _gone(f"incidents/{incident}.yaml", msg("The record of an incident was erased or rewritten."))


def _keys_erased(person: str, before: Person, after: Person) -> Iterator[Problem]:
    kept = {parse_key(key.key).fingerprint: key for key in after.keys}
    for key in before.keys:
        fingerprint = parse_key(key.key).fingerprint
        if fingerprint not in kept:
            yield _gone(person_path(person), msg("The key {key} is gone from the roster.", key=fingerprint))
        elif key.revoked and not kept[fingerprint].revoked:
            yield _gone(person_path(person), msg("The revoked key {key} would count again.", key=fingerprint))


def _entries_erased(
    path: str, before: Sequence[Member | Post], after: Sequence[Member | Post], at: datetime
) -> Iterator[Problem]:
    kept = _by_identity(after)
    for identity, ends in _by_identity(before).items():
        now = kept.get(identity, [])
        if len(now) < len(ends):
            yield _gone(path, msg("An entry of “{person}” was erased or rewritten.", person=identity[0]))
        elif any(_revived(old, new, at) for old, new in zip(ends, now, strict=False)):
            yield _gone(path, msg("An entry of “{person}” that has ended would hold again.", person=identity[0]))


def _by_identity(entries: Sequence[Member | Post]) -> dict[Identity, list[datetime | None]]:
    """Return the ends of entries by all the rest that they say."""
    found: dict[Identity, list[datetime | None]] = {}
    for entry in entries:
        more = (entry.role, *entry.scope) if isinstance(entry, Member) else ()
        found.setdefault((entry.person, entry.valid_from, entry.decision, *more), []).append(entry.valid_to)
    for ends in found.values():
        ends.sort(key=lambda end: (end is None, end.timestamp() if end else 0))
    return found


def _revived(old: datetime | None, new: datetime | None, at: datetime) -> bool:
    return old is not None and old <= at and (new is None or new > old)


def _gone(path: str, text: Msg) -> Problem:
    return Problem("not-appended", text, path, 0, _HINT)


def granted(before: Roster, after: Roster) -> Iterator[Problem]:
    """Yield every right a commit gives: one that answers an incident may only take rights away (E8)."""
    for person, entry in after.people.items():
        if person not in before.people or not _lesser_person(before.people[person], entry):
            yield _gift(person_path(person), person)
    for site, board in after.boards.items():
        old = before.boards.get(site)
        rest: dict[str, object] = {"members": [], "ended": None}
        if (
            old is None
            or board.model_copy(update=rest) != old.model_copy(update=rest)
            or _later(old.ended, board.ended)
        ):
            yield Problem("rights-given", msg("The Board is not only ended here."), board_path(site), 0, _GIFT_HINT)
        else:
            yield from _more(board_path(site), old.members, board.members)
    if after.providers != before.providers:
        yield Problem("rights-given", msg("Records of providers change here."), "providers", 0, _GIFT_HINT)
    for name, posts in after.operations:
        yield from _more(OPERATIONS, getattr(before.operations, name), posts)


_GIFT_HINT = msg("An incident only takes rights away; whatever gives one needs a roster authority and a decision.")


def _gift(path: str, person: str) -> Problem:
    return Problem("rights-given", msg("“{person}” would gain a right here.", person=person), path, 0, _GIFT_HINT)


def _more(path: str, before: Sequence[Member | Post], after: Sequence[Member | Post]) -> Iterator[Problem]:
    old = _by_identity(before)
    for identity, ends in _by_identity(after).items():
        was = old.get(identity, [])
        if len(ends) > len(was) or any(_later(one, other) for one, other in zip(was, ends, strict=False)):
            yield _gift(path, str(identity[0]))


def _lesser_person(before: Person, after: Person) -> bool:
    same: dict[str, object] = {"keys": [], "forges": {}, "valid_to": None}
    if before.model_copy(update=same) != after.model_copy(update=same) or _later(before.valid_to, after.valid_to):
        return False
    if len(before.keys) != len(after.keys) or not after.forges.items() <= before.forges.items():
        return False
    return all(
        (one.key, one.valid_from) == (other.key, other.valid_from)
        and not _later(one.valid_to, other.valid_to)
        and not _later(_revoked_at(one), _revoked_at(other))
        for one, other in zip(before.keys, after.keys, strict=True)
    )


def _revoked_at(key: Key) -> datetime | None:
    return key.revoked.at if key.revoked else None


def _later(before: datetime | None, after: datetime | None) -> bool:
    """Tell whether an end was put off; None is never."""
    return before is not None and (after is None or after > before)
