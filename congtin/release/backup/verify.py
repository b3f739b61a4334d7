"""Whether copies are good: restored into a scratch place and looked at whole, the place's own files read again (J4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.editorial.desk import Desk
from congtin.editorial.repository import GitRepository
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError, Problem
from congtin.messages import msg
from congtin.release.backup import inspect, reports
from congtin.release.backup import manifest as names
from congtin.release.backup.create import copied, record
from congtin.release.backup.folders import Folders
from congtin.release.backup.manifest import Manifest, NoManifest, read_manifest
from congtin.release.backup.places import PlaceFailed, place_of, require_guarded, settings_of
from congtin.release.backup.reports import Timed
from congtin.release.backup.restic import Restic, ResticFailed, Snapshot
from congtin.release.backup.settings import BackupSettings, Place
from congtin.release.folders import remove_folder
from congtin.release.home import Home

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Verified:
    """What the check of one place found."""

    place: str
    snapshot: Snapshot | None
    problems: tuple[Problem, ...]
    report: Path | None
    seconds: float

    @property
    def sound(self) -> bool:
        return not inspect.has_errors(list(self.problems))


def verify(home: Home, clock: Clock, place: str | None = None, snapshot: str | None = None) -> list[Verified]:
    """Check the newest copy (or ``snapshot``) of every place (or of one); write a signed report of each, and log it.

    What is wrong stands in the answer, never only the first of it. Raise UsageError for an unknown place or copy,
    BackupBusy when another process makes or checks copies.
    """
    settings, folders = settings_of(home), Folders.of(home)
    chosen = [place_of(settings, place)] if place else settings.places
    with folders.lock():
        return [_verify(home, settings, one, snapshot, clock) for one in chosen]


def _verify(home: Home, settings: BackupSettings, place: Place, name: str | None, clock: Clock) -> Verified:
    folders, timed, problems = Folders.of(home), Timed(clock), list[Problem]()
    restic = folders.restic(place, settings.most_hours)
    found: Snapshot | None = None
    manifest: Manifest | None = None
    begun = clock()
    remove_folder(folders.scratch)
    folders.scratch.mkdir(mode=0o700)
    try:
        require_guarded(place, copied(home, begun))
        with timed.step("repository"):
            problems += place_problems(restic, settings.read_percent)
        found = restic.snapshot(name)
        # From a place with holes restic would try for a quarter of an hour to read each; what is wrong is known.
        if not problems:
            with timed.step("restore"):
                problems += restored_problems(restic, found, folders.scratch)
            manifest, more = _looked_at(home, folders.scratch, timed, clock)
            problems += more
    except PlaceFailed as error:
        problems.append(Problem("backup-place", error.message, place.name, 0, error.hint))
    finally:
        remove_folder(folders.scratch)
    return _kept(home, place, found, manifest, problems, timed, clock)


def place_problems(restic: Restic, percent: int) -> list[Problem]:
    """Name every file of a place that is not what restic wrote."""
    hint = msg("The device loses data: copy to a new place, and take this one out of use.")
    return [
        Problem("backup-damaged", msg("restic finds: {detail}", detail=line[:300]), restic.place.name, 0, hint)
        for line in restic.check(percent)
        if not line.startswith(("using temporary cache", "Fatal: repository contains errors"))
    ]


def restored_problems(restic: Restic, snapshot: Snapshot, folder: Path) -> list[Problem]:
    """Restore a copy; name every file that could not be."""
    try:
        restic.restore(snapshot, folder)
    except ResticFailed as error:
        hint = msg("Restore from another place, or an older copy: congtin backup list")
        return [
            Problem("backup-not-restored", msg("restic finds: {detail}", detail=line[:300]), restic.place.name, 0, hint)
            for line in error.said
            if not line.startswith("Fatal: There were")
        ]
    return []


def _looked_at(home: Home, folder: Path, timed: Timed, clock: Clock) -> tuple[Manifest | None, list[Problem]]:
    with Desk(home.content, clock()) as desk:
        manifest, problems = look_at(folder, desk.trust, timed)
        with timed.step("compare"), GitRepository(desk.setting("roster")) as roster:
            if manifest is not None:
                problems += inspect.ancestry_problems(folder, desk.plain, roster)
    return manifest, problems


def look_at(folder: Path, trust: TrustRoot, timed: Timed) -> tuple[Manifest | None, list[Problem]]:
    """Check a restored folder from the trust root on; return what it says of itself and everything wrong with it."""
    problems: list[Problem] = []
    try:
        manifest = read_manifest(folder)
    except NoManifest as error:
        return None, [Problem("backup-missing", error.message, names.FILE)]
    with timed.step("objects"):
        problems += inspect.repository_problems(folder, names.CONTENT, manifest.refs)
        problems += inspect.repository_problems(folder, names.ROSTER, manifest.roster_refs)
    with timed.step("history"):
        problems += inspect.trust_problems(folder, trust)
        problems += inspect.history_problems(folder, trust)
    with timed.step("releases"):
        problems += inspect.release_problems(folder, manifest, trust)
    return manifest, problems


def _kept(
    home: Home, place: Place, found: Snapshot | None, manifest: Manifest | None, problems: list[Problem],
    timed: Timed, clock: Clock,
) -> Verified:  # fmt: skip
    """Keep what was found: as a signed report, as a fact for the monitor, as an entry of the log."""
    folders, now, sound = Folders.of(home), clock(), not inspect.has_errors(problems)
    report: dict[str, object] = {
        "kind": "backup-verified", "format": 1, "at": now.isoformat(), "place": place.name, "sound": sound,
        "snapshot": found.id if found else None, "taken": found.taken.isoformat() if found else None,
        "refs": len(manifest.refs) if manifest else 0,
        "releases": list(manifest.releases) if manifest else [],
        "steps": timed.data(), "problems": reports.problems_data(problems),
    }  # fmt: skip
    if sound and found:
        folders.know(place.name, verified=now, verified_snapshot=found.id, verify_failed=None)
    else:
        folders.know(place.name, verify_failed=now)
    file: Path | None = None
    try:
        with Desk(home.content, now) as desk:
            key = desk.key
        file, sha = reports.store(folders.reports, f"{now:%Y%m%dT%H%M%S}-{place.name}", report, key)
        detail = {"place": place.name, "snapshot": found.id if found else None, "sound": sound, "report": sha}
        record(home, "backup-verified", detail, clock)
    except CongtinError as error:
        # What was found is told all the same.
        problems.append(Problem("backup-unlogged", error.message, place.name, 0, error.hint))
    return Verified(place.name, found, tuple(problems), file, timed.seconds)
