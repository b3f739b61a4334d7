"""Making copies: one state, taken once, written to every place; a place that fails does not hold up the others."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.errors import CongtinError, Problem, ProblemsFound
from congtin.messages import msg
from congtin.release.backup.folders import Folders
from congtin.release.backup.interval import interval_of
from congtin.release.backup.places import PlaceFailed, require_guarded, settings_of
from congtin.release.backup.restic import Restic, Snapshot, Written
from congtin.release.backup.settings import BackupSettings, Place
from congtin.release.backup.stage import Staged, stage
from congtin.release.home import Home

Clock = Callable[[], datetime]


class NotStaged(CongtinError):
    """What is to be copied could not be brought together; no place was touched."""


@dataclass(frozen=True)
class Outcome:
    """What came of one place."""

    place: str
    written: Written | None
    failure: CongtinError | None
    forgotten: tuple[Snapshot, ...] = ()
    not_tidied: CongtinError | None = None
    """The copy is there, but older ones could not be removed."""


@dataclass(frozen=True)
class Created:
    """What came of all places."""

    taken: datetime
    outcomes: tuple[Outcome, ...]
    problems: tuple[Problem, ...]
    """Besides the places: settings that keep to no rule."""
    unlogged: CongtinError | None = None
    """Why the audit log does not tell of it."""

    @property
    def fine(self) -> bool:
        failed = any(one.failure or one.not_tidied for one in self.outcomes)
        return not self.problems and not self.unlogged and not failed


def init(home: Home, now: datetime) -> list[Outcome]:
    """Make the repositories of places that have none; one that fails does not hold up the others.

    Only this command makes one: an empty mount point must never look like a place.
    """
    settings, folders = settings_of(home), Folders.of(home)
    outcomes = []
    with folders.lock():
        for place in settings.places:
            try:
                require_guarded(place, copied(home, now))
                folders.restic(place, settings.most_hours).init()
            except CongtinError as error:
                outcomes.append(Outcome(place.name, None, error))
            else:
                outcomes.append(Outcome(place.name, None, None))
    return outcomes


def create(home: Home, clock: Clock) -> Created:
    """Copy everything to every place and log it; tell what came of each.

    Raise UsageError when the settings cannot be used, NotStaged when what is to be copied is not whole or there is no
    room to bring it together, BackupBusy when another process makes or checks copies.
    """
    settings, folders = settings_of(home), Folders.of(home)
    taken = clock().replace(microsecond=0)
    try:
        with folders.lock():
            staged = stage(home, settings, taken)
            outcomes = tuple(_copy(home, settings, place, staged, clock) for place in settings.places)
            unlogged = _log(home, staged, outcomes, clock)
        return Created(taken, outcomes, _interval_problems(home, clock()), unlogged)
    except (OSError, sqlite3.Error) as error:
        hint = msg("Nothing that runs was touched. Make room in {folder}, then try again.", folder=folders.root)
        raise NotStaged(msg("Bringing together what is copied failed: {detail}", detail=error), hint) from error


def copied(home: Home, now: datetime) -> list[Path]:
    """Return the folders that are copied: no secret lies in one."""
    with Desk(home.content, now) as desk:
        return [home.folder, home.content, desk.setting("roster")]


def _copy(home: Home, settings: BackupSettings, place: Place, staged: Staged, clock: Clock) -> Outcome:
    folders = Folders.of(home)
    restic = folders.restic(place, settings.most_hours)
    try:
        require_guarded(place, copied(home, staged.manifest.taken))
        written = restic.backup(staged.folder, staged.manifest.taken)
    except CongtinError as error:
        folders.know(place.name, failed=clock(), why=str(error.message))
        return Outcome(place.name, None, error)
    folders.know(place.name, copied=staged.manifest.taken, snapshot=written.snapshot.id, failed=None, why=None)
    try:
        forgotten = _forget(folders, restic, settings, written.snapshot)
    except PlaceFailed as error:
        return Outcome(place.name, written, None, (), error)
    return Outcome(place.name, written, None, tuple(forgotten))


def _forget(folders: Folders, restic: Restic, settings: BackupSettings, newest: Snapshot) -> list[Snapshot]:
    """Remove the copies that the rules do not keep, never the newest one nor the newest that was found sound.

    Before any copy of a place was found sound nothing is removed: nobody knows which of them is good.
    """
    sound = folders.state().at(restic.place.name).verified_snapshot
    if sound is None:
        return []
    gone = [one for one in restic.to_forget(settings.keep) if one.id not in (newest.id, sound)]
    restic.forget(gone)
    return gone


def _log(home: Home, staged: Staged, outcomes: tuple[Outcome, ...], clock: Clock) -> CongtinError | None:
    detail = {
        "taken": staged.manifest.taken.isoformat(),
        "manifest": hashlib.sha256(staged.manifest.to_bytes()).hexdigest(),
        "places": {one.place: one.written.snapshot.id for one in outcomes if one.written},
        "failed": {one.place: str(one.failure.message)[:300] for one in outcomes if one.failure},
    }
    try:
        record(home, "backup-created" if detail["places"] else "backup-failed", detail, clock)
    except CongtinError as error:
        # The copies are there all the same, and people are told both.
        return error
    return None


def record(home: Home, event: str, detail: Mapping[str, object], clock: Clock) -> None:
    """Write what was done with copies to the audit log."""
    with Desk(home.content, clock()) as desk, desk.lock():
        # The time is read again under the lock: others may have written meanwhile.
        desk.now = clock()
        desk.record([Event(event, detail=detail)])


def _interval_problems(home: Home, now: datetime) -> tuple[Problem, ...]:
    # Asked last: settings that allow too much are no reason to make no copy.
    try:
        problem = interval_of(home, now).problem
    except ProblemsFound as error:
        return error.problems
    except CongtinError as error:
        return (Problem("backup-interval", error.message, "", 0, error.hint),)
    return (problem,) if problem else ()
