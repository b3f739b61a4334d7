"""The trust root: one small file outside both repositories that says where history begins and which keys vouch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field

from congtin.editorial.board import Key
from congtin.editorial.signatures import parse_key
from congtin.editorial.strict_file import Entry, read_entry
from congtin.errors import Problem, ProblemsFound, UsageError
from congtin.messages import msg
from congtin.network.options import Words
from congtin.validation import StrictModel

CommitId = Annotated[str, Field(pattern="^[0-9a-f]{40}$")]


class TrustRoot(StrictModel):
    """The first commits, the keys of the first roster authorities, the keys of the service."""

    content_root: CommitId
    roster_root: CommitId
    root_keys: list[Words] = Field(min_length=1)
    """SSH public keys that may sign the first commit of the roster."""
    service_keys: list[Key] = Field(min_length=1)
    """Keys that sign the log and the attestations, each with its dates."""
    merge_accounts: list[Words] = []
    """How a forge names who merges through it, as in “congtin-bot <bot@example.vn>”; nobody else writes merges."""

    def is_root_key(self, fingerprint: str) -> bool:
        return any(parse_key(key).fingerprint == fingerprint for key in self.root_keys)

    def is_service_key(self, fingerprint: str, at: datetime) -> bool:
        """Tell whether the service signed with this key at a time; a change of keys keeps the old one, dated."""
        return any(parse_key(key.key).fingerprint == fingerprint and key.holds(at) for key in self.service_keys)


def load_trust(path: Path) -> TrustRoot:
    """Read a trust root; raise UsageError when there is no file, ProblemsFound with everything wrong in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = msg("Ask whoever runs the system for it, or name it: git config congtin.trust /path/trust.yaml")
        raise UsageError(msg("The trust root {file} cannot be read.", file=path), hint) from error
    problems: list[Problem] = []
    entry = read_entry(str(path), data, TrustRoot, problems)
    if entry:
        problems += _problems(entry)
    if problems or entry is None:
        raise ProblemsFound(problems)
    return entry.model


def _problems(entry: Entry[TrustRoot]) -> Iterator[Problem]:
    trust = entry.model
    given: list[tuple[list[str | int], str]] = [(["root_keys", n], key) for n, key in enumerate(trust.root_keys)]
    given += [(["service_keys", n, "key"], key.key) for n, key in enumerate(trust.service_keys)]
    seen: set[str] = set()
    for where, key in given:
        try:
            fingerprint = parse_key(key).fingerprint
        except UsageError as error:
            yield entry.problem("wrong-key", where, error.message, error.hint)
            continue
        if fingerprint in seen:
            text = msg("The key {key} stands here twice.", key=fingerprint)
            hint = msg("A key that signs the roster is never one of the service.")
            yield entry.problem("key-twice", where, text, hint)
        seen.add(fingerprint)
    for number, service in enumerate(trust.service_keys):
        if not service.in_order:
            text, hint = msg("It ends before it begins."), msg("“valid_from” is the first day, “valid_to” the last.")
            yield entry.problem("wrong-dates", ["service_keys", number, "valid_to"], text, hint)
