"""What a roster asks for on a given day: Boards that are short of people, what soon ends, who left without handover.

Nothing here takes a right away; the findings are work for whoever keeps the roster (E3–E5, E9, O1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from congtin.editorial.board import Board, BoardRole, Dated
from congtin.editorial.roster import Roster
from congtin.editorial.roster_rules import COMPOSITION_HINT, missing_role
from congtin.editorial.signatures import parse_key
from congtin.errors import Problem, Severity
from congtin.messages import Msg, msg
from congtin.model import HANOI_TIME, Profile
from congtin.network.network import Site

WARNING_DAYS = 60
STALE_DAYS = 180
TRAINING_DAYS = 365


def composition_problems(roster: Roster, at: datetime, sites: Iterable[str] | None = None) -> Iterator[Problem]:
    """Yield what Boards lack at a time: a head, a deputy, a member, an exception that still holds (E4)."""
    for site in sorted(roster.boards if sites is None else sites):
        board = roster.boards[site]
        if board.ended is not None and at >= board.ended:
            continue
        path = board_path(site)
        if not board.in_office(at):
            hint = msg("Without a decision in force the Board approves nothing: enter the new one (E3).")
            yield Problem("decision-over", msg("The Board’s decision has ended."), path, 0, hint)
        elif at >= min(member.valid_from for member in board.members):
            yield from _missing(board, path, {m.role for m in roster.members(site, at)}, at)


def _missing(board: Board, path: str, roles: set[BoardRole], at: datetime) -> Iterator[Problem]:
    if BoardRole.HEAD not in roles:
        hint = msg("Enter the decision that names one: exactly one member has “role: head” (E4).")
        yield Problem("no-head", msg("The Board has no head."), path, 0, hint)
    excuse = board.composition_exception
    missing = [role for role in (BoardRole.DEPUTY, BoardRole.MEMBER) if role not in roles]
    if not missing or (excuse and at < excuse.until):
        return
    if excuse:
        text = msg("The exception “{decision}” ended on {day}.", decision=excuse.decision, day=_day(excuse.until))
        yield Problem("expired-exception", text, path, 0, COMPOSITION_HINT)
    for role in missing:
        yield Problem("board-composition", missing_role(role), path, 0, COMPOSITION_HINT)


def ending_soon(roster: Roster, at: datetime, days: int = WARNING_DAYS) -> Iterator[Problem]:
    """Yield what ends within ``days``: decisions, exceptions, memberships, posts, keys, people (E3, E5)."""
    until = at + timedelta(days=days)
    for path, what, end in _ends(roster):
        if end is not None and at < end <= until:
            text = msg("{what} ends on {day}.", what=what, day=_day(end))
            hint = msg("Enter the new decision or key before that day.")
            yield Problem("ends-soon", text, path, 0, hint, Severity.WARNING)


def _ends(roster: Roster) -> Iterator[tuple[str, Msg, datetime | None]]:
    for site, board in roster.boards.items():
        path = board_path(site)
        yield path, msg("The Board’s decision “{number}”", number=board.decision.number), board.decision.valid_to
        if board.composition_exception:
            excuse = board.composition_exception
            yield path, msg("The exception “{decision}”", decision=excuse.decision), excuse.until
        for member in board.members:
            text = msg("“{person}” as “{role}”", person=member.person, role=member.role.value)
            yield path, text, member.valid_to
    for name, posts in roster.operations:
        for post in posts:
            text = msg("“{person}” as “{role}”", person=post.person, role=name)
            yield "operations.yaml", text, post.valid_to
    for person_id, person in roster.people.items():
        yield person_path(person_id), msg("The service of “{person}”", person=person_id), person.valid_to
        for key in person.keys:
            if key.revoked is None:
                text = msg("The key {key}", key=parse_key(key.key).fingerprint)
                yield person_path(person_id), text, key.valid_to


def keyless_approvers(roster: Roster, at: datetime) -> Iterator[Problem]:
    """Yield who stands on a Board but has no key that counts: they cannot approve."""
    standing = {person for site in roster.boards for person in roster.approvers(site, at)}
    for person in sorted(standing):
        if not any(key.holds(at) for key in roster.people[person].keys):
            text = msg("“{person}” stands on a Board but has no valid key.", person=person)
            hint = msg("Enter a new key of theirs: ssh-keygen -t ed25519")
            yield Problem("no-valid-key", text, person_path(person), 0, hint, Severity.WARNING)


def sites_without_board(
    sites: Iterable[Site], roster: Roster | None, at: datetime, profile: Profile
) -> Iterator[Problem]:
    """Yield live Sites whose Board no decision has set up (E3): an error for a release, else a warning.

    Without a roster only the published number in ``sites/`` is looked for.
    """
    severity = Severity.ERROR if profile is Profile.RELEASE else Severity.WARNING
    for site in sites:
        if site.options.status != "live":
            continue
        published = site.options.board_decision.number if site.options.board_decision else None
        if not published:
            text = msg("No decision that set up the Editorial Board is known: “board_decision”.")
            hint = msg("A Site goes live when its Board is set up (E3); never invent a number.")
            yield Problem("no-board-decision", text, site.file, 0, hint, severity)
        if roster is not None:
            yield from _roster_gap(site, published, roster, at, severity)


def _roster_gap(
    site: Site, published: str | None, roster: Roster, at: datetime, severity: Severity
) -> Iterator[Problem]:
    board = roster.board(site.id)
    if board is None or not board.in_office(at):
        text = msg("The roster has no Board in office for {site}.", site=site.id)
        hint = msg("Nobody can approve anything for this Site: enter its Board in {path}.", path=board_path(site.id))
        yield Problem("no-board", text, site.file, 0, hint, severity)
    elif published and published != board.decision.number:
        text = msg("“board_decision” and the roster name different decisions.")
        yield Problem(
            "decision-differs", text, site.file, 0, msg("Publish the number of the decision in force."), severity
        )


def same_names(roster: Roster, at: datetime) -> Iterator[Problem]:
    """Yield people in service who bear the name of another: two of that name, or one who could approve themselves."""
    first: dict[str, str] = {}
    for person, entry in roster.people.items():
        other = first.setdefault(entry.name.casefold(), person) if roster.present(person, at) else person
        if other != person:
            text = msg("“{person}” bears the same name as “{other}”.", person=person, other=other)
            hint = msg("Make sure that they are two people: one person has one file with all keys.")
            yield Problem("same-name", text, person_path(person), 0, hint, Severity.NOTICE)


def stale_accounts(
    roster: Roster, last_acts: Mapping[str, datetime], at: datetime, days: int = STALE_DAYS
) -> Iterator[Problem]:
    """Yield keys that count but did nothing for ``days`` (E9); ``last_acts`` gives the last act of a fingerprint.

    A key that never acted is counted from the day it began.
    """
    since = at - timedelta(days=days)
    for fingerprint, (person, key) in roster.keys.items():
        if roster.key_refusal(fingerprint, at) is None and last_acts.get(fingerprint, key.valid_from) < since:
            text = msg(
                "The key {key} of “{person}” did nothing for {days} days.", key=fingerprint, person=person, days=days
            )
            hint = msg("Ask whether it is still needed; end it with “valid_to” if not.")
            yield Problem("stale-key", text, person_path(person), 0, hint, Severity.NOTICE)


def missing_handovers(roster: Roster, at: datetime) -> Iterator[Problem]:
    """Yield people who held something, hold nothing any more, and whose handover is not on record (E9)."""
    spans: dict[str, list[Dated]] = {}
    for held in (m for board in roster.boards.values() for m in board.members):
        spans.setdefault(held.person, []).append(held)
    for post in (p for _, posts in roster.operations for p in posts):
        spans.setdefault(post.person, []).append(post)
    for person, held_spans in sorted(spans.items()):
        entry = roster.people[person]
        gone = entry.valid_to is not None and at >= entry.valid_to
        over = all(span.valid_to is not None and at >= span.valid_to for span in held_spans)
        if (gone or over) and entry.handover is None:
            text = msg("“{person}” has left; no handover is on record.", person=person)
            hint = msg("Enter it in the person’s file: handover: {{date, to, record}} (E9).")
            yield Problem("no-handover", text, person_path(person), 0, hint, Severity.WARNING)


def training_due(roster: Roster, at: datetime, days: int = TRAINING_DAYS) -> Iterator[Problem]:
    """Yield who stands for a Site and was not trained within a year (O1)."""
    last_day = (at - timedelta(days=days)).astimezone(HANOI_TIME).date()
    for person in sorted({m.person for site in roster.boards for m in roster.members(site, at)}):
        newest = max((t.date for t in roster.people[person].training), default=date.min)
        if newest < last_day:
            text = msg("“{person}” was not trained within {days} days.", person=person, days=days)
            hint = msg("Enter trainings in the person’s file: training: [{{date, topic}}] (O1).")
            yield Problem("training-due", text, person_path(person), 0, hint, Severity.NOTICE)


def person_path(person: str) -> str:
    """Return the file of a person."""
    return f"people/{person}.yaml"


def board_path(site: str) -> str:
    """Return the file of a Site's Board."""
    return f"boards/{site}.yaml"


def _day(end: datetime) -> str:
    """Return the last day on which something holds that is over at ``end``."""
    return (end - timedelta(microseconds=1)).astimezone(HANOI_TIME).date().isoformat()
