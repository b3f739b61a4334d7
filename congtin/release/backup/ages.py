"""How old the newest copy of each place is, and whether that is too old: for people and for the monitor (J2, J3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from congtin.errors import CongtinError
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.release.backup.create import copied
from congtin.release.backup.folders import Folders, PlaceState
from congtin.release.backup.interval import Interval, interval_of
from congtin.release.backup.places import require_guarded, settings_of
from congtin.release.backup.restic import Snapshot
from congtin.release.backup.settings import BackupSettings, Place
from congtin.release.home import Home

_AMBER = 0.75


@dataclass(frozen=True)
class BackupAge:
    """One place, at one moment."""

    place: str
    newest: datetime | None
    """The state of which moment its newest copy holds; None when it has none, or does not answer."""
    most: timedelta
    """The oldest that copy may be."""
    age: timedelta | None
    copies: int | None
    """How many copies it holds; None when the place was not asked."""
    verified: datetime | None
    """When a copy was last restored and found sound."""
    failure: str | None
    """Why the last attempt, or the last check, or asking it failed."""

    @property
    def red(self) -> bool:
        """Too old, or none, or found bad: somebody must act."""
        return self.age is None or self.age > self.most or self.failure is not None

    @property
    def amber(self) -> bool:
        return self.age is not None and self.age > self.most * _AMBER

    @property
    def colour(self) -> str:
        return "red" if self.red else "amber" if self.amber else "green"


def backup_ages(home: Home, now: datetime, *, ask: bool = False) -> list[BackupAge]:
    """Return the age of the newest copy of each place.

    What the last copying and checking left behind is told at once and without any secret; with ``ask`` every place is
    asked itself. Raise UsageError when there are no settings, or Sites or rule packs cannot be read.
    """
    settings, interval = settings_of(home), interval_of(home, now)
    return [_age(home, settings, place, interval, now, ask=ask) for place in settings.places]


def _age(
    home: Home, settings: BackupSettings, place: Place, interval: Interval, now: datetime, *, ask: bool
) -> BackupAge:
    known = Folders.of(home).state().at(place.name)
    newest, copies, failure = known.copied, None, _known_failure(known)
    if ask:
        try:
            found = _asked(home, settings, place, now)
        except CongtinError as error:
            newest, failure = None, str(error.message)
        else:
            newest, copies = (found[-1].taken if found else None), len(found)
    age = now - newest if newest else None
    return BackupAge(place.name, newest, interval.most, age, copies, known.verified, failure)


def _asked(home: Home, settings: BackupSettings, place: Place, now: datetime) -> list[Snapshot]:
    require_guarded(place, copied(home, now))
    return Folders.of(home).restic(place, settings.most_hours).snapshots()


def _known_failure(known: PlaceState) -> str | None:
    if known.verify_failed:
        at = known.verify_failed.astimezone(HANOI_TIME)
        return str(msg("The check of {time} found errors: see backup/reports.", time=f"{at:%d/%m/%Y %H:%M}"))
    return known.why
