"""What a target really holds, byte for byte, against the signed list of the Release it says it holds."""

from __future__ import annotations

import hashlib
import random
from dataclasses import asdict, dataclass
from pathlib import Path

from congtin.editorial.trust import TrustRoot
from congtin.errors import UsageError
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.records import TREE, Record, Release
from congtin.release.releases import all_releases
from congtin.release.targets import source
from congtin.release.targets.failures import TargetFailed
from congtin.release.targets.held import FOLDER, Held
from congtin.release.targets.in_place import InPlace
from congtin.release.targets.push import Target, opened, supplement_for
from congtin.release.targets.rsync import Rsync
from congtin.release.targets.rsync_place import RsyncPlace
from congtin.release.targets.rsync_releases import LIVE, RsyncReleases, There
from congtin.release.targets.s3_place import S3Place
from congtin.release.targets.settings import LocalTarget
from congtin.release.targets.wanted import Wanted, wanted_of


@dataclass(frozen=True)
class Verified:
    """What was found at one target."""

    target: str
    release: int
    compared: int
    """Files whose bytes were compared."""
    missing: tuple[str, ...]
    different: tuple[str, ...]
    unknown: int | None
    """Files of others beside ours; None where they are not listed."""

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.different

    def data(self) -> dict[str, object]:
        """Return this as JSON has it."""
        return asdict(self) | {"whole": self.is_whole}


def verify(home: Home, settings: Target, *, trust: TrustRoot, sample: int | None = None, seed: int = 0) -> Verified:
    """Compare a target with the Release it says it holds; raise TargetFailed where nothing can be compared.

    ``sample`` compares the bytes of so many files only, chosen by ``seed``: all must be there in any case.
    Raise ReleaseDamaged when the Release at hand is not what it was itself.
    """
    with opened(home, settings) as place:
        held = place.there() if isinstance(place, RsyncReleases) else place.held()
        record = held.record
        release = _at_hand(home, settings, record)
        release.check_signature(trust)
        files = wanted_of(release, settings, supplement_for(home, settings, trust))
        names = [name for name in files.files if name not in files.moved and _is_expected(files, held, name)]
        chosen = names
        if sample is not None and sample < len(names):
            chosen = random.Random(seed).sample(sorted(names), sample)  # noqa: S311 (no secret is made of it)
        if isinstance(held, Held) and isinstance(place, InPlace) and isinstance(place.place, S3Place):
            return _storage(settings, files, place.place, held, names, chosen)
        below = f"{LIVE}/{TREE}/" if isinstance(place, RsyncReleases) else ""
        if isinstance(settings, LocalTarget):
            return _folder(settings, files, home.path(settings.folder) / below, names, chosen)
        rsync = place.rsync if isinstance(place, RsyncReleases) else _rsync_of(place)
        return _remote(settings, files, rsync, below, chosen)


def _is_expected(wanted: Wanted, held: Held | There, name: str) -> bool:
    """Tell whether a file must be there: one that was made after the Release may be on its way still."""
    if name in wanted.release.outputs or not isinstance(held, Held):
        return True
    return held.files.get(name) == wanted.files[name]


def _at_hand(home: Home, settings: Target, record: Record | None) -> Release:
    if record is None:
        cause = msg("it holds no Release that it could be compared with.")
        raise TargetFailed(settings.name, cause, msg("Send one: congtin target push {name}", name=settings.name))
    for release in all_releases(home):
        if release.number == record.number and release.record == record:
            return release
    text = msg("Target “{target}” holds Release {number}, which is not at hand here.",
               target=settings.name, number=record.number)  # fmt: skip
    raise UsageError(text, msg("Send the live one first: congtin target push {name}", name=settings.name))


def _rsync_of(place: InPlace) -> Rsync:
    if not isinstance(place.place, RsyncPlace):
        raise TypeError(place)
    return place.place.rsync


def _storage(
    settings: Target, wanted: Wanted, place: S3Place, held: Held, names: list[str], chosen: list[str]
) -> Verified:
    sizes = place.sizes()
    missing = tuple(sorted({*names, *wanted.moved} - sizes.keys()))
    others = [name for name in sizes if name not in wanted.files and not name.startswith(f"{FOLDER}/")]
    there = place.digests([name for name in chosen if name in sizes])
    different = tuple(sorted(name for name, digest in there.items() if digest != wanted.files[name]))
    unknown = sum(name not in held.files for name in others)
    return Verified(settings.name, wanted.release.number, len(there), missing, different, unknown)


def _folder(settings: LocalTarget, wanted: Wanted, folder: Path, names: list[str], chosen: list[str]) -> Verified:
    missing = {name for name in names if not (folder / name).is_file()}
    different = []
    compared = [name for name in chosen if name not in missing]
    for name in compared:
        with (folder / name).open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != wanted.files[name]:
                different.append(name)
    return Verified(
        settings.name, wanted.release.number, len(compared), tuple(sorted(missing)), tuple(sorted(different)), None
    )


def _remote(settings: Target, wanted: Wanted, rsync: Rsync, below: str, chosen: list[str]) -> Verified:
    """Have rsync compare the bytes at both ends; what differs is looked at here first."""
    missing: list[str] = []
    different: list[str] = []
    for tree in sorted({wanted.holder(name).tree for name in chosen}):
        names = [name for name in chosen if wanted.holder(name).tree == tree]
        printed = rsync.run(
            "--from0", "--dry-run", "--checksum", "--8-bit-output", "--out-format=%i %n",
            rsync.names_file(names), f"{tree}/", f"{rsync.remote}{below}",
        )  # fmt: skip
        for line in printed.splitlines():
            kind, _, name = line.partition(" ")
            if kind.startswith("<f") and name in wanted.files:
                source.check_file(wanted.holder(name), name)
                (missing if "+++" in kind else different).append(name)
    number = wanted.release.number
    return Verified(settings.name, number, len(chosen), tuple(sorted(missing)), tuple(sorted(different)), None)
