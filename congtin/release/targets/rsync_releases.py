"""A folder, here or over SSH, in which each Release has a folder of its own and a link is switched.

releases/000042-<record>/   tree/, outputs.txt, record.json, record.sig: as in the publisher's home
live                        a link to the one that is shown; moving it is the switch
assets/<host>/              files named by their content: a page opened before the switch finds its own
.congtin/left.json          since when no page uses which of them

Files that are the same as in the Release before are hard links made over there; only the others travel.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from congtin.release.home import Home
from congtin.release.records import OUTPUTS, RECORD, SIGNATURE, TREE, Record, Release
from congtin.release.releases import all_releases
from congtin.release.targets import source
from congtin.release.targets.held import FOLDER
from congtin.release.targets.in_place import batches
from congtin.release.targets.order import is_asset
from congtin.release.targets.report import PushReport
from congtin.release.targets.rsync import Rsync
from congtin.release.targets.rsync_place import SENDING, RsyncPlace, staged
from congtin.release.targets.wanted import is_safe

RELEASES, LIVE, ASSETS = "releases", "live", "assets"
_LEFT = f"{FOLDER}/left.json"
_OURS = re.compile(r"\d{6,}-[0-9a-f]{12}")
_TIMES = TypeAdapter(dict[str, AwareDatetime])


def folder_name(release: Release) -> str:
    """Return what a Release is called there: two with one number, as after a restored backup, never mix."""
    digest = hashlib.sha256((release.folder / RECORD).read_bytes()).hexdigest()
    return f"{release.number:06d}-{digest[:12]}"


@dataclass(frozen=True)
class There:
    """What is known of the target."""

    live: Release | None
    """The one shown: its record and signature, as they lie there."""
    complete: frozenset[str]
    """Names of the Releases whose record lies there: it is sent after all else."""
    names: frozenset[str]
    """Names of all folders of Releases, the incomplete ones too."""
    left: Mapping[str, datetime]

    @property
    def record(self) -> Record | None:
        return self.live.record if self.live else None


@dataclass(frozen=True)
class RsyncReleases:
    """One target with a folder for each Release."""

    home: Home
    rsync: Rsync

    def there(self) -> There:
        """Return what the target holds; raise TargetFailed, and ReleaseDamaged when its record cannot be read."""
        inbox = self.rsync.workshop.empty("inbox")
        wanted = (LIVE, f"{RELEASES}/", f"{RELEASES}/*/", f"{RELEASES}/*/{RECORD}", f"{RELEASES}/*/{SIGNATURE}")
        rules = [f"--include=/{name}" for name in (*wanted, f"{FOLDER}/", _LEFT)]
        self.rsync.run("--recursive", "--links", *rules, "--exclude=*", self.rsync.remote, f"{inbox}/")
        found = [each for each in (inbox / RELEASES).glob("*") if _OURS.fullmatch(each.name) and each.is_dir()]
        link = inbox / LIVE
        name = Path(link.readlink()).name if link.is_symlink() else ""
        live = next((_Arrived(each) for each in found if each.name == name and _is_complete(each)), None)
        complete = frozenset(each.name for each in found if _is_complete(each))
        return There(live, complete, frozenset(each.name for each in found), _times(inbox / _LEFT))

    def push(
        self,
        release: Release,
        now: datetime,
        *,
        dry_run: bool,
        again: bool,
        progress: Callable[[int, int], None],
    ) -> PushReport:
        """Bring a Release there and switch to it; raise TargetFailed or ReleaseDamaged, and nothing has changed."""
        there = self.there()
        name = folder_name(release)
        current = there.live is not None and there.live.folder.name == name and not again
        base = there.live.folder.name if there.live and not again and there.live.folder.name != name else None
        held = self._outputs(there.live) if base and there.live else {}
        arrived = name in there.complete and not again
        changed = [each for each, digest in release.outputs.items() if held.get(each) != digest]
        sent = () if current or arrived else tuple(sorted(changed))
        left, ended = self._left(release, there, held, now)
        old = self._old(name, there)
        size = 0
        if not dry_run and not current:
            if not arrived:
                size = self._send(release, name, sent, base, progress, begun=name in there.names)
            self._keep_assets(release, name, again=again)
            # Those whose days are over are listed until they are removed.
            self._note({**left, **{each: there.left.get(each, now) for each in ended}})
            self._switch(name)
            self._remove(old, ended)
            if ended:
                self._note(left)
        removed = () if current else (*(f"{RELEASES}/{each}/" for each in old), *(f"{ASSETS}/{each}" for each in ended))
        return PushReport(
            target=self.rsync.target.name,
            release=release.number,
            before=there.record.number if there.record else None,
            sent=sent,
            unknown=len(sent) if name in there.names else 0,
            removed=removed,
            waiting=tuple(left),
            bytes=size,
            dry_run=dry_run,
            current=current,
        )

    # --- sending -------------------------------------------------------------------------------

    def _send(
        self,
        release: Release,
        name: str,
        sent: tuple[str, ...],
        base: str | None,
        progress: Callable[[int, int], None],
        *,
        begun: bool,
    ) -> int:
        """Fill the folder of a Release over there; its record comes last."""
        below = f"{RELEASES}/{name}/{TREE}"
        RsyncPlace(self.rsync).write(f"{FOLDER}/sending", f"{name}\n".encode())
        size = done = 0
        for batch in batches(lambda name: release.tree / name, sent):
            size += self._send_copies(release, batch, below)
            done += len(batch)
            progress(done, len(sent))
        if base is not None:
            same = release.outputs.keys() - set(sent)
            # What a send that stopped has left there is believed by its bytes only.
            by = "--checksum" if begun else "--size-only"
            self._link(release, same, below, f"{RELEASES}/{base}/{TREE}", by)
        self._send_record(release, name)
        return size

    def _send_copies(self, release: Release, batch: Sequence[str], below: str) -> int:
        stage = self.rsync.workshop.empty("stage")
        size = staged(self.rsync, lambda _name: release, batch, below)
        listed = self.rsync.names_file(f"{below}/{each}" for each in batch)
        self.rsync.run(*SENDING, listed, f"{stage}/", self.rsync.remote)
        self.rsync.workshop.empty("stage")
        return size

    def _link(self, release: Release, names: set[str], below: str, other: str, by: str = "--size-only") -> None:
        """Have files linked that another folder over there holds already, by their names and sizes or bytes."""
        if not names:
            return
        printed = self.rsync.run(
            "--from0", by, "--fsync", "--mkpath", "--chmod=D755,F644", "--8-bit-output",
            "--out-format=%i %n", f"--link-dest={self.rsync.path}{other}", self.rsync.names_file(names),
            f"{release.tree}/", f"{self.rsync.remote}{below}/",
        )  # fmt: skip
        # What had another size there, or was lost, has travelled from the Release itself: that was not hashed yet.
        for line in printed.splitlines():
            kind, _, name = line.partition(" ")
            if kind[:2] in {"<f", ">f"} and name in names:
                source.check_file(release, name)

    def _send_record(self, release: Release, name: str) -> None:
        outbox = self.rsync.workshop.empty("outbox")
        folder = outbox / RELEASES / name
        folder.mkdir(parents=True)
        for each in (OUTPUTS, SIGNATURE):
            (folder / each).write_bytes((release.folder / each).read_bytes())
        self._send_outbox(outbox)
        (folder / RECORD).write_bytes((release.folder / RECORD).read_bytes())
        self._send_outbox(outbox)

    def _send_outbox(self, outbox: Path) -> None:
        self.rsync.run(
            "--recursive", "--links", "--checksum", "--chmod=D755,F644", "--fsync", f"{outbox}/", self.rsync.remote
        )

    def _switch(self, name: str) -> None:
        """Move the link: rsync makes the new one beside it and renames it."""
        outbox = self.rsync.workshop.empty("outbox")
        (outbox / LIVE).symlink_to(f"{RELEASES}/{name}")
        self._send_outbox(outbox)

    # --- what stays, what goes -----------------------------------------------------------------

    def _outputs(self, live: Release) -> Mapping[str, str]:
        """Return the files of the Release shown there: its list is at hand here, or fetched."""
        known = [each for each in all_releases(self.home) if each.number == live.number]
        for release in known:
            if release.record == live.record and _is_listed(release):
                return release.outputs
        name = f"{RELEASES}/{live.folder.name}/{OUTPUTS}"
        self.rsync.run(f"{self.rsync.remote}{name}", f"{live.folder}/", missing=True)
        if not (live.folder / OUTPUTS).is_file() or not _is_listed(live):
            return {}
        return live.outputs if all(map(is_safe, live.outputs)) else {}

    def _left(
        self, release: Release, there: There, held: Mapping[str, str], now: datetime
    ) -> tuple[dict[str, datetime], list[str]]:
        """Return since when no page uses which file named by its content, and those whose days are over."""
        unused = {name for name in held if is_asset(name)} | there.left.keys()
        left = {name: there.left.get(name, now) for name in sorted(unused - release.outputs.keys())}
        days = timedelta(days=self.rsync.target.keep_assets_days)
        ended = [name for name, since in left.items() if now - since >= days]
        return {name: since for name, since in left.items() if name not in ended}, ended

    def _keep_assets(self, release: Release, name: str, *, again: bool) -> None:
        assets = {each for each in release.outputs if is_asset(each)}
        self._link(release, assets, ASSETS, f"{RELEASES}/{name}/{TREE}", by="--checksum" if again else "--size-only")

    def _note(self, left: Mapping[str, datetime]) -> None:
        RsyncPlace(self.rsync).write(_LEFT, _TIMES.dump_json(dict(left), indent=1) + b"\n")

    def _old(self, name: str, there: There) -> list[str]:
        """Return the folders that go: incomplete ones, and all but the newest; never the one shown before."""
        kept = {name} | ({there.live.folder.name} if there.live else set())
        others = sorted(there.complete - kept, key=_number, reverse=True)
        kept |= set(others[: max(0, self.rsync.target.keep_releases - len(kept))])
        return sorted(there.names - kept)

    def _remove(self, old: list[str], ended: list[str]) -> None:
        place = RsyncPlace(self.rsync)
        if ended:
            place.remove([f"{ASSETS}/{each}" for each in ended])
        for each in old:
            nothing = self.rsync.workshop.empty("nothing")
            rules = (f"--include=/{each}/", f"--include=/{each}/**", "--exclude=*")
            self.rsync.run("--recursive", "--delete", *rules, f"{nothing}/", f"{self.rsync.remote}{RELEASES}/")


class _Arrived(Release):
    """A Release as it lies at a target: its folder is called `<number>-<record>`."""

    @property
    def number(self) -> int:
        return _number(self.folder.name)


def _number(name: str) -> int:
    return int(name.partition("-")[0])


def _is_complete(folder: Path) -> bool:
    record = folder / RECORD
    if not record.is_file() or not (folder / SIGNATURE).is_file():
        return False
    return hashlib.sha256(record.read_bytes()).hexdigest().startswith(folder.name.partition("-")[2])


def _is_listed(release: Release) -> bool:
    data = (release.folder / OUTPUTS).read_bytes()
    return hashlib.sha256(data).hexdigest() == release.record.outputs


def _times(file: Path) -> dict[str, datetime]:
    try:
        times = _TIMES.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return {}
    return {name: since for name, since in times.items() if is_safe(name) and is_asset(name)}
