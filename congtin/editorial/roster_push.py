"""The pre-receive hook of `roster.git`: what its history would not allow for ever after never gets in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from congtin.editorial.hook import NAME, SETTINGS, script
from congtin.editorial.receive import Update
from congtin.editorial.repository import ABSENT, GitFailed, GitRepository
from congtin.editorial.roster_history import MAIN, check_roster_history, step_problems
from congtin.editorial.trust import TrustRoot, load_trust
from congtin.errors import Problem, UsageError
from congtin.messages import msg


def install(path: Path, trust: Path) -> Path:
    """Put the hook into a bare `roster.git` and tell it its trust root; return the hook's file.

    Raise UsageError when the folder is no bare repository, and what `load_trust` raises.
    """
    roster = GitRepository(path)
    if roster.answer("rev-parse", "--is-bare-repository").stdout.strip() != b"true":
        hint = msg("Name the bare repository of the roster: roster.git")
        raise UsageError(msg("{path} is not a bare Git repository.", path=path), hint)
    load_trust(trust)
    for name, value in {**SETTINGS, "congtin.trust": str(trust.resolve())}.items():
        roster.run("config", "--local", name, value)
    folder = roster.folder / "hooks"
    folder.mkdir(exist_ok=True)
    hook, half = folder / NAME, folder / f"{NAME}.new"
    half.write_text(script("board", "receive"), "utf-8")
    half.chmod(0o755)
    half.replace(hook)
    return hook


def receive(path: Path, updates: Iterable[Update], now: datetime) -> list[Problem]:
    """Return why a push must not get in; Git calls this in the quarantine of the push.

    Raise UsageError when the repository does not say where its trust root is.
    """
    with GitRepository(path, quarantine=True) as roster:
        trust = roster.answer("config", "--local", "--get", "congtin.trust").stdout.decode().strip()
        if not trust:
            hint = msg("Run: congtin board guard ROSTER --trust FILE")
            raise UsageError(msg("The roster’s repository does not say where its trust root is."), hint)
        return list(_problems(roster, load_trust(Path(trust)), updates, now))


def _problems(roster: GitRepository, trust: TrustRoot, updates: Iterable[Update], now: datetime) -> Iterator[Problem]:
    for update in updates:
        if update.ref != MAIN or update.new == ABSENT:
            text = msg("Only main is written here, and never deleted.")
            yield Problem("wrong-ref", text, update.ref)
        elif update.old == ABSENT:
            yield from check_roster_history(roster, trust, update.new, now)
        else:
            yield from _new_steps(roster, update, now)


def _new_steps(roster: GitRepository, update: Update, now: datetime) -> Iterator[Problem]:
    try:
        chain = [update.old, *roster.first_parents(update.old, update.new)]
    except GitFailed:
        chain = []
    if chain[-1:] != [update.new]:
        yield Problem("not-forward", msg("The roster only moves forward."), update.ref)
        return
    for before, oid in pairwise(chain):
        yield from step_problems(roster, before, oid, now, arriving=True)
