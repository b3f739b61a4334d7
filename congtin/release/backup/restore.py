"""The way back: from a place of copies to a folder with everything in it but the keys (G19, J5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.editorial.trust import TrustRoot, load_trust
from congtin.errors import CongtinError, Problem, UsageError
from congtin.messages import msg
from congtin.release.backup import inspect
from congtin.release.backup import manifest as names
from congtin.release.backup.folders import NAME
from congtin.release.backup.manifest import KeyNeeded, Manifest, NoManifest, read_manifest
from congtin.release.backup.places import require_guarded
from congtin.release.backup.reports import Timed
from congtin.release.backup.restic import Restic, Snapshot
from congtin.release.backup.settings import Place
from congtin.release.backup.settle import KEYS, needed, settle
from congtin.release.backup.verify import look_at, restored_problems
from congtin.release.folders import remove_folder
from congtin.release.home import Home

Clock = Callable[[], datetime]
_HALF = ".restoring"


class NotRestored(CongtinError):
    """Nothing that is a copy came back; the folder is as it was."""


@dataclass(frozen=True)
class Restored:
    """A folder with everything that was copied."""

    folder: Path
    snapshot: Snapshot
    manifest: Manifest
    problems: tuple[Problem, ...]
    keys: tuple[tuple[KeyNeeded, Path], ...]
    """What must be brought back, and where it goes."""
    timed: Timed

    @property
    def home(self) -> Path:
        return self.folder / names.HOME

    @property
    def sound(self) -> bool:
        return not inspect.has_errors(list(self.problems))


def restore(
    place: Place, folder: Path, clock: Clock, *, most_hours: int, snapshot: str | None = None, trust: Path | None = None
) -> Restored:
    """Bring a copy back into ``folder``, check it whole, make its settings right for where it now lies.

    ``trust`` is the trust root kept elsewhere; without it the copy is only held against its own. A copy in which
    something is wrong is restored all the same, and all that is wrong stands in the answer. Raise UsageError when the
    folder holds something or there is no such copy, PlaceFailed when the place does not answer, NotRestored when what
    came back is no copy. Interrupted, it begins again the next time.
    """
    folder = folder.absolute()
    half = _emptied(folder)
    require_guarded(place, [])
    timed = Timed(clock)
    restic = Restic(place, half / "cache", _hours(most_hours))
    state = half / "state"
    with timed.step("find"):
        found = restic.snapshot(snapshot)
    with timed.step("restore"):
        problems = restored_problems(restic, found, state)
    try:
        manifest = read_manifest(state)
    except NoManifest as error:
        detail = "; ".join(str(problem.message) for problem in problems[:5])
        remove_folder(half)
        raise NotRestored(error.message, msg("{detail}", detail=detail) if detail else None) from error
    root = _trust(trust, state)
    problems += look_at(state, root, timed)[1] if root else [_NO_TRUST]
    with timed.step("settle"):
        for entry in sorted(state.iterdir()):
            entry.rename(folder / entry.name)
        settle(folder, manifest)
        remove_folder(half)
        _guard(folder)
    return Restored(folder, found, manifest, tuple(problems), tuple(needed(manifest, folder)), timed)


_NO_TRUST = Problem(
    "backup-trust", msg("The copy’s trust root cannot be read: nothing was checked against it."), names.TRUST
)


def _guard(folder: Path) -> None:
    """Let a web server read what is published, and nobody else the people and the drafts (E7)."""
    folder.chmod(0o755)
    (folder / names.ROSTER).chmod(0o700)
    content = folder / names.CONTENT
    content.chmod(content.stat().st_mode & 0o770)
    if (folder / names.HOME / NAME).is_dir():
        (folder / names.HOME / NAME).chmod(0o700)


def _hours(hours: int) -> timedelta:
    return timedelta(hours=hours)


def _trust(given: Path | None, state: Path) -> TrustRoot | None:
    if given is not None:
        return load_trust(given)
    try:
        return load_trust(state / names.TRUST)
    except CongtinError:
        return None


def _emptied(folder: Path) -> Path:
    """Return the folder's place for what is not complete yet; raise UsageError when it holds something else."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = folder / _HALF
    if half.is_dir():
        # A restore was interrupted here: what it had brought in is brought in again.
        for name in names.ENTRIES:
            remove_folder(folder / name)
    if [entry.name for entry in folder.iterdir() if entry.name not in (_HALF, KEYS)]:
        raise UsageError(msg("{path} is not empty.", path=folder), msg("Name a folder that does not exist yet."))
    remove_folder(half)
    half.mkdir(mode=0o700)
    return half


def log_restored(restored: Restored, place: str, clock: Clock) -> CongtinError | None:
    """Write to the restored log that it was restored; return why that was not possible: the key is not back yet."""
    detail = {
        "place": place, "snapshot": restored.snapshot.id, "taken": restored.manifest.taken.isoformat(),
        "sound": restored.sound,
    }  # fmt: skip
    try:
        with Desk(restored.folder / names.CONTENT, clock()) as desk, desk.lock():
            desk.now = clock()
            desk.record([Event("backup-restored", detail=detail)])
    except CongtinError as error:
        return error
    return None


def home_of(restored: Restored) -> Home:
    """Return the restored home; raise what its settings have wrong with them."""
    return Home.at(restored.home)
