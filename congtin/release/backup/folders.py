"""What the machine that publishes keeps of its copies: `HOME/backup/`, for its owner alone.

staging/   the newest state that was copied, linked rather than copied where it never changes
state.json what was copied and checked last, a place at a time
reports/   what each check and each drill found
cache/ tmp/ scratch/   for restic, and for copies that are being checked
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.errors import CongtinError
from congtin.locks import locked
from congtin.messages import msg
from congtin.release.backup.restic import Restic
from congtin.release.backup.settings import Place
from congtin.release.home import Home
from congtin.release.releases import sync_folder

NAME = "backup"


class BackupBusy(CongtinError):
    """Another process makes or checks copies for too long; nothing was done."""


class PlaceState(BaseModel):
    """What is known of one place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    copied: AwareDatetime | None = None
    """The state of which moment the newest copy holds."""
    snapshot: str | None = None
    failed: AwareDatetime | None = None
    """When the last attempt failed; None after one that succeeded."""
    why: str | None = None
    verified: AwareDatetime | None = None
    """When a copy was last restored and found sound."""
    verified_snapshot: str | None = None
    verify_failed: AwareDatetime | None = None


class State(BaseModel):
    """What is known of all places."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int = 1
    places: dict[str, PlaceState] = {}

    def at(self, place: str) -> PlaceState:
        return self.places.get(place, PlaceState())


@dataclass(frozen=True)
class Folders:
    """The folders of one home."""

    root: Path

    @classmethod
    def of(cls, home: Home) -> Folders:
        """Return the folders, made when they are not there."""
        root = home.folder / NAME
        root.mkdir(mode=0o700, exist_ok=True)
        return cls(root)

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def store(self) -> Path:
        """Where Sites and rules of main are read into."""
        return self.root / "store"

    def restic(self, place: Place, most_hours: int) -> Restic:
        return Restic(place, self.root / "cache", timedelta(hours=most_hours))

    # --- what is known -------------------------------------------------------------------------

    def state(self) -> State:
        """Return what is known; nothing when the file is absent or unreadable: it only repeats what places hold."""
        try:
            return State.model_validate_json((self.root / "state.json").read_bytes())
        except (OSError, ValidationError):
            return State()

    def know(self, place: str, **facts: datetime | str | None) -> None:
        """Remember facts about a place."""
        before = self.state()
        known = before.at(place).model_copy(update=facts)
        after = State(places={**before.places, place: known})
        write_lasting(self.root / "state.json", after.model_dump_json(indent=1).encode() + b"\n")

    @contextmanager
    def lock(self, patience: float = 60) -> Iterator[None]:
        """Be the only one who makes or checks copies; raise BackupBusy after ``patience`` seconds."""
        file = self.root / ".lock"
        hint = msg("See what the process does that holds {file}.", file=file)
        with locked(file, patience, lambda: BackupBusy(msg("Another process is making or checking copies."), hint)):
            yield


def write_lasting(file: Path, data: bytes) -> None:
    """Replace a file in one step that lasts also when the power fails."""
    half = file.with_name(f".{file.name}.new")
    with half.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(file)
    sync_folder(file.parent)
