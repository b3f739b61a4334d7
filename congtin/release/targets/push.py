"""A Release sent to one target: only what differs travels, and nothing that the signed record does not name (K6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from congtin.editorial.trust import TrustRoot
from congtin.errors import UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.records import Release
from congtin.release.supplement import Supplement, newest_supplement
from congtin.release.targets.in_place import InPlace
from congtin.release.targets.report import PushReport
from congtin.release.targets.rsync import Rsync, rsync_for
from congtin.release.targets.rsync_place import RsyncPlace
from congtin.release.targets.rsync_releases import RsyncReleases
from congtin.release.targets.s3_place import s3_place
from congtin.release.targets.settings import LocalTarget, RsyncTarget, S3Target
from congtin.release.targets.wanted import wanted_of
from congtin.release.targets.workshop import Workshop, workshop_of

Target = LocalTarget | RsyncTarget | S3Target
_PATIENCE = 300.0
# Seconds before each further try of rsync; the client of S3 has its own.
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


def push(
    home: Home,
    settings: Target,
    release: Release,
    *,
    trust: TrustRoot,
    now: datetime,
    dry_run: bool = False,
    again: bool = False,
    patience: float = _PATIENCE,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> PushReport:
    """Bring a Release to a target and say what was done; with ``dry_run`` only what would be.

    ``again`` believes nothing of what the target says it holds. ``progress`` is told files done, and of how many.

    Raise ReleaseDamaged when the Release is not signed or a file is not what its record says, SupplementDamaged for
    search indexes and databases that are not signed, TargetFailed when the target cannot take it, TargetBusy when
    another process sends there, UsageError when the settings do not fit this machine. Then the target shows what it
    showed, or in the layout `plain` and on S3 a mixture in which every page has what it needs; the next call goes on
    from there.
    """
    release.check_signature(trust)
    with opened(home, settings, patience) as place:
        if isinstance(place, RsyncReleases):
            return place.push(release, now, dry_run=dry_run, again=again, progress=progress)
        wanted = wanted_of(release, settings, supplement_for(home, settings, trust))
        return place.push(wanted, now, dry_run=dry_run, again=again, progress=progress)


def supplement_for(home: Home, settings: Target, trust: TrustRoot) -> Supplement | None:
    """Return the search indexes and databases that travel to a target; raise SupplementDamaged when nobody signed."""
    found = newest_supplement(home) if settings.takes_supplement else None
    if found:
        found.check_signature(trust)
    return found


@contextmanager
def opened(home: Home, settings: Target, patience: float = _PATIENCE) -> Iterator[InPlace | RsyncReleases]:
    """Open a target, its lock held; raise as `push`."""
    with workshop_of(home, settings.name, patience) as workshop:
        if isinstance(settings, S3Target):
            with s3_place(settings) as place:
                yield InPlace(settings.name, place, settings.keep_assets_days, workshop.at_hand)
        else:
            pauses = [min(_FIRST_PAUSE * 4**attempt, _LONGEST_PAUSE) for attempt in range(settings.retries)]
            with rsync_for(home, settings, workshop, pauses) as rsync:
                yield _files(home, settings, rsync, workshop)


def _files(
    home: Home, settings: LocalTarget | RsyncTarget, rsync: Rsync, workshop: Workshop
) -> InPlace | RsyncReleases:
    if settings.layout == "release":
        return RsyncReleases(home, rsync)
    return InPlace(settings.name, RsyncPlace(rsync), settings.keep_assets_days, workshop.at_hand)


def targets_of(home: Home, names: tuple[str, ...] = ()) -> list[Target]:
    """Return the targets of the settings, or those of these names; raise UsageError when one is unknown or twice."""
    targets = home.settings.targets
    known = [target.name for target in targets]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        text = msg("Two targets in publisher.yaml have the name “{name}”.", name=twice[0])
        raise UsageError(text, msg("What one of them holds would be taken for the other’s."))
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or msg("There are: {names}.", names=list_of(known) or "–")
            raise UsageError(msg("There is no target “{name}” in publisher.yaml.", name=name), hint)
    return [target for target in targets if not names or target.name in names]
