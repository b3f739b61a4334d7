"""Take a person's access away everywhere at once, and put the incident on record (E8); giving it back needs a decision.

One signed commit to `roster.git`: memberships, posts and service end now, all keys are revoked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.resolver import VersionedResolver

from congtin.catalogue.new import new_id
from congtin.editorial.board import Dated, Member, Person, Post
from congtin.editorial.refs import RefMove, move_refs, write_commit, write_tree
from congtin.editorial.repository import GitRepository
from congtin.editorial.roster import OPERATIONS, Roster, load_roster
from congtin.editorial.roster_history import INCIDENT, MAIN, step_problems
from congtin.editorial.roster_report import board_path, person_path
from congtin.editorial.signatures import public_key_of
from congtin.errors import ProblemsFound, UsageError, did_you_mean
from congtin.messages import msg
from congtin.model import HANOI_TIME


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was done: the commit, the incident, the Boards and posts the person lost."""

    commit: str
    incident: str
    lost: tuple[str, ...]


def revoke(
    repository: GitRepository,
    person: str,
    *,
    reason: str,
    key_file: Path,
    at: datetime,
    site: str | None = None,
) -> Revoked:
    """End everything ``person`` is, or only what they are for one ``site``; return what was done.

    Raise UsageError when person, Site, reason or signer do not fit, ProblemsFound when the commit would not pass the
    rules of the roster's history, RefMoved when somebody was faster; then nothing was written.
    """
    before = repository.ref(MAIN)
    if before is None:
        raise UsageError(msg("The roster has no branch “main”."))
    tree = repository.tree(before)
    roster = load_roster(tree)
    moment = at.astimezone(HANOI_TIME).replace(microsecond=0)
    signer = _signer(roster, key_file, moment)
    _require_fitting(roster, person, site, reason)
    edits = dict(_edits(roster, person, site, moment))
    if not edits and site is not None:
        raise UsageError(msg("“{person}” is nothing for {site}.", person=person, site=site))
    incident = f"{moment:%Y-%m-%d}-{new_id()}"
    record = {
        "at": moment.isoformat(),
        "person": person,
        "operator": signer,
        "reason": " ".join(reason.split()),
        "boards": [path.removeprefix("boards/").removesuffix(".yaml") for path in edits if path.startswith("boards/")],
    }
    files = {path: _edited(tree.read(path) or b"", ends) for path, ends in edits.items()}
    if site is None:
        own = person_path(person)
        files[own] = _without_access(tree.read(own) or b"", roster.people[person], moment, incident)
    files[f"incidents/{incident}.yaml"] = _dumped(record)
    new_tree = write_tree(repository, before, files)
    message = f"Access taken away\n\n{INCIDENT}: {incident}\n"
    commit = write_commit(repository, new_tree, [before], message, at=moment, signing_key=key_file)
    problems = step_problems(repository, before, commit)
    if problems:
        raise ProblemsFound(problems)
    move_refs(repository, [RefMove(MAIN, commit, before)])
    return Revoked(commit, incident, tuple(edits))


def _signer(roster: Roster, key_file: Path, at: datetime) -> str:
    fingerprint = public_key_of(key_file).fingerprint
    refusal = roster.key_refusal(fingerprint, at)
    signer = roster.person_of_key(fingerprint, at)
    if refusal or signer is None:
        raise UsageError(refusal or msg("The key {key} is nobody’s on the roster.", key=fingerprint))
    if signer not in roster.operators(at) | roster.roster_authorities(at):
        raise UsageError(msg("Only an operator or a roster authority takes access away at once."))
    return signer


def _require_fitting(roster: Roster, person: str, site: str | None, reason: str) -> None:
    if person not in roster.people:
        text = msg("There is no person “{person}” on the roster.", person=person)
        raise UsageError(text, did_you_mean(person, roster.people))
    if site is not None and site not in roster.boards:
        raise UsageError(msg("There is no Board of “{site}”.", site=site), did_you_mean(site, roster.boards))
    if not reason.strip():
        raise UsageError(msg("Say why: --reason."))


Ends = list[tuple[str, int, datetime]]
"""Entries of a file (list, number), and when each is over."""


def _edits(roster: Roster, person: str, site: str | None, at: datetime) -> Iterator[tuple[str, Ends]]:
    """Yield the files in which something of the person must end."""
    for name, board in roster.boards.items():
        if site in {None, name}:
            members = [("members", n, _end(m, at)) for n, m in enumerate(board.members) if _runs(m, person, at)]
            if members:
                yield board_path(name), members
    if site is None:
        posts = [
            (name, number, _end(post, at))
            for name, held in roster.operations
            for number, post in enumerate(held)
            if _runs(post, person, at)
        ]
        if posts:
            yield OPERATIONS, posts


def _runs(entry: Member | Post, person: str, at: datetime) -> bool:
    return entry.person == person and (entry.valid_to is None or entry.valid_to > at)


def _end(span: Dated, at: datetime) -> datetime:
    """Return when something ends that must end now; what has not begun ends as it begins."""
    return max(at, span.valid_from.astimezone(HANOI_TIME))


def _edited(data: bytes, ends: Ends) -> bytes:
    """Return a file with these entries ended; whatever else people wrote in it stays as it is."""
    content = _loaded(data)
    for name, number, end in ends:
        content[name][number]["valid_to"] = end.isoformat()
    return _dumped(content)


def _without_access(data: bytes, person: Person, at: datetime, incident: str) -> bytes:
    """Return a person's file with the service ended and every key revoked."""
    content = _loaded(data)
    if person.valid_to is None or person.valid_to > at:
        content["valid_to"] = _end(person, at).isoformat()
    for key, written in zip(person.keys, content["keys"], strict=True):
        if key.revoked is None or key.revoked.at > at:
            written["revoked"] = {"at": at.isoformat(), "reason": incident}
    return _dumped(content)


class _Resolver(VersionedResolver):
    """Takes dates for text, as `strict_yaml` does: they are written back as they stood."""

    @property
    def versioned_resolver(self) -> Any:
        kinds = super().versioned_resolver.items()
        return {first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")] for first, forms in kinds}


def _yaml() -> YAML:
    yaml = YAML()
    yaml.Resolver = _Resolver
    yaml.preserve_quotes = True
    yaml.width = 10_000
    return yaml


def _loaded(data: bytes) -> Any:
    return _yaml().load(data.decode("utf-8"))


def _dumped(content: Any) -> bytes:
    stream = io.BytesIO()
    _yaml().dump(content, stream)
    return stream.getvalue()
