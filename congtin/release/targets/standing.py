"""What each target says it holds, beside the Release that is live here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from congtin.errors import CongtinError
from congtin.messages import Msg
from congtin.release.home import Home
from congtin.release.releases import live_release
from congtin.release.supplement import newest_supplement
from congtin.release.targets.push import Target, opened
from congtin.release.targets.rsync_releases import RsyncReleases
from congtin.release.targets.settings import LocalTarget, RsyncTarget, S3Target
from congtin.release.targets.wanted import wanted_of


@dataclass(frozen=True)
class Standing:
    """One target."""

    name: str
    kind: str
    place: str
    holds: int | None
    """The number of the Release it holds completely; None when it says nothing that can be read."""
    created: datetime | None
    unfinished: bool
    """A send to it stopped half-way."""
    behind: bool
    """It does not hold what is live here, or not its search indexes and databases."""
    error: Msg | None = None

    def data(self) -> dict[str, object]:
        """Return this as JSON has it."""
        created = self.created.isoformat() if self.created else None
        return asdict(self) | {"created": created, "error": str(self.error) if self.error else None}


def standing_of(home: Home, target: Target) -> Standing:
    """Return what a target holds; a target that cannot be asked is behind, and says why."""
    live = live_release(home)
    lacks = False
    try:
        with opened(home, target, patience=5) as place:
            if isinstance(place, RsyncReleases):
                there = place.there()
                record, unfinished = there.record, bool(there.names - there.complete)
            else:
                held = place.held()
                record, unfinished = held.record, bool(held.pending)
                if live:
                    files = wanted_of(live, target, newest_supplement(home)).files
                    lacks = any(held.files.get(name) != digest for name, digest in files.items())
    except CongtinError as error:
        return Standing(target.name, target.kind, place_of(target), None, None, False, True, error.message)  # noqa: FBT003
    return Standing(
        name=target.name,
        kind=target.kind,
        place=place_of(target),
        holds=record.number if record else None,
        created=record.created if record else None,
        unfinished=unfinished,
        behind=lacks or (live is not None and record != live.record),
    )


def place_of(target: Target) -> str:
    """Return where a target is, as people write it."""
    match target:
        case LocalTarget():
            return target.folder
        case RsyncTarget():
            return f"{target.user}@{target.host}:{target.folder}"
        case S3Target():
            return f"{target.endpoint or 's3'} {target.bucket}/{target.prefix}"
