"""The pre-receive hook of the content repository: nothing gets in that the rules do not allow."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.receive import NotPassed, Receiver, Update, refusal_of
from congtin.editorial.refs import RefLocked
from congtin.editorial.repository import GitRepository
from congtin.errors import CongtinError, ProblemsFound, UsageError
from congtin.messages import msg

NAME = "pre-receive"
_LOOKS = 20
_MOST_BYTES = 512 * 1024 * 1024
_TREES = ("duplicateEntries", "treeNotSorted", "hasDot", "hasDotdot", "hasDotgit", "fullPathname", "nullSha1")
# Git's own guards stand in front of ours: whole objects, no forced pushes, no deletion of main.
SETTINGS = {
    "receive.fsckObjects": "true",
    "transfer.fsckObjects": "true",
    # The machine's own settings could make light of these.
    **{f"receive.fsck.{name}": "error" for name in _TREES},
    "receive.denyNonFastForwards": "true",
    "receive.denyCurrentBranch": "refuse",
    "receive.maxInputSize": str(_MOST_BYTES),
    "receive.advertisePushOptions": "false",
    "core.logAllRefUpdates": "true",
    "core.fsync": "all",
    # Set here, so that nobody's own settings lead Git to other hooks or to none.
    "core.hooksPath": "hooks",
    "receive.shallowUpdate": "false",
    "gc.auto": "0",
    "transfer.hideRefs": "refs/replace",
}


def install(path: Path) -> Path:
    """Put the hook into a bare repository; return its file. Raise UsageError when the folder is no bare repository.

    The hook runs the congtin that installs it, never code from the commit that is judged.
    """
    content = GitRepository(path)
    bare = content.answer("rev-parse", "--is-bare-repository").stdout.strip() == b"true"
    if not bare:
        hint = msg("Name the bare repository that everybody pushes to: content.git")
        raise UsageError(msg("{path} is not a bare Git repository.", path=path), hint)
    for name, value in SETTINGS.items():
        content.run("config", "--local", name, value)
    folder = content.folder / "hooks"
    folder.mkdir(exist_ok=True)
    hook = folder / NAME
    half = hook.with_suffix(".new")
    half.write_text(script("hook", "receive"), "utf-8")
    half.chmod(0o755)
    half.replace(hook)
    return hook


def script(*words: str) -> str:
    """Return a hook that runs this very congtin, and the programs found now: nobody's PATH brings others."""
    found = [Path(where).parent for where in map(shutil.which, ("git", "ssh-keygen")) if where]
    path = ":".join(dict.fromkeys(map(str, [*found, "/usr/bin", "/bin"])))
    # -I: neither the current folder nor the user's environment says which congtin this is.
    command = shlex.join([sys.executable, "-I", "-m", "congtin", *words])
    return f"#!/bin/sh\n# Written by congtin.\nPATH={shlex.quote(path)}\nexport PATH\nexec {command}\n"


def parse_updates(lines: Iterable[bytes]) -> list[Update]:
    """Return the updates Git hands to the hook."""
    found = []
    for line in lines:
        old, new, ref = os.fsdecode(line.rstrip(b"\n")).split(" ", 2)
        found.append(Update(ref, old, new))
    return found


def receive(path: Path, updates: list[Update], now: datetime) -> None:
    """Judge a push and log it; raise what keeps it out. Called by Git, in the quarantine of the push."""
    with Desk(path, now, quarantine=True) as desk, desk.lock():
        try:
            _require_unlocked(desk.plain.folder, updates)
            events = Receiver(desk, updates).judge()
        except BaseException as error:
            # Whatever it is, the push is refused by it, and the log tells of every refusal.
            desk.record([replace(_refusal(updates, error), roster=_roster_seen(desk))])
            raise
        desk.record(events)


def _require_unlocked(folder: Path, updates: Iterable[Update]) -> None:
    """Refuse a push of refs that another process holds: Git would do so after the log has told of the move.

    Git holds a ref for milliseconds; whoever still does after two seconds has died over it.
    """
    for update in updates:
        file = folder / f"{update.ref}.lock"
        for _ in range(_LOOKS):
            if not file.exists():
                break
            time.sleep(0.1)
        else:
            raise RefLocked(str(file))


def _roster_seen(desk: Desk) -> str | None:
    """Return the roster in force, also for a refusal: what the log has named cannot be taken back (E7, E8)."""
    try:
        return desk.roster_head
    except CongtinError:
        return None


def _refusal(updates: list[Update], error: BaseException) -> log.Event:
    if isinstance(error, NotPassed):
        refusal = refusal_of(updates, error.message, error.verdict.errors, error.verdict.change)
        return replace(refusal, sites=error.verdict.concerned)
    problems = error.problems if isinstance(error, ProblemsFound) else ()
    reason = error.message if isinstance(error, CongtinError) else msg("{detail}", detail=repr(error)[:300])
    return refusal_of(updates, reason, problems, None)
