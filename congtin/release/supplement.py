"""What is made of a live Release afterwards, search indexes and databases, as a folder that the service has signed.

supplement/000003/tree/<host>/…   links to the files as they were then, under the names they have on the web
supplement/000003/outputs.txt     each with its digest; record.json names its digest, record.sig is the signature
supplement/live                   a link to the newest

Targets that hold plain files take it beside a Release: so search works where no program of ours runs (K10), and still
nothing leaves this machine that is not signed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.editorial import signatures
from congtin.editorial.desk import Desk
from congtin.editorial.signatures import SUPPLEMENT, BadSignature
from congtin.editorial.statements import Sha256
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError
from congtin.locks import locked
from congtin.messages import msg
from congtin.release.home import Home, PublisherBusy
from congtin.release.records import OUTPUTS, RECORD, SIGNATURE, TREE, Release, listed, outputs_bytes
from congtin.release.releases import live_release

FOLDER, LIVE = "supplement", "live"
_HALF = ".half-"
# Whoever sends the one before goes on with it.
_KEPT = 2
_POINTER = re.compile(r"[^/.][^/]*/([a-z0-9-]+/)?tim-kiem/chi-muc/(site|portal)\.json")
_PART = re.compile(r"[^/.][^/]*/([a-z0-9-]+/)?tim-kiem/chi-muc/[0-9a-f]{16}/.+")
_DATABASE = re.compile(r"[^/.][^/]*/api/v1/portal\.sqlite3(\.gz)?")


class SupplementRecord(BaseModel):
    """The facts of one supplement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    release: int
    """The Release that was live when it was made."""
    made: AwareDatetime
    outputs: Sha256
    """Digest of `outputs.txt`."""


class SupplementFailed(CongtinError):
    """A supplement could not be written; the one before stays."""


class SupplementDamaged(CongtinError):
    """A supplement is not what its record says; nothing of it leaves this machine."""


@dataclass(frozen=True)
class Supplement:
    """A supplement on disk."""

    folder: Path

    @property
    def tree(self) -> Path:
        return self.folder / TREE

    @cached_property
    def record(self) -> SupplementRecord:
        """The record, its signature not looked at; raise SupplementDamaged when it cannot be read."""
        try:
            return SupplementRecord.model_validate_json((self.folder / RECORD).read_bytes())
        except (OSError, ValidationError) as error:
            raise self._damaged() from error

    @property
    def number(self) -> int:
        """The Release that its files were made of."""
        return self.record.release

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """Every file below `tree` with its SHA-256; raise SupplementDamaged when the list cannot be read."""
        try:
            return dict(listed((self.folder / OUTPUTS).read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise self._damaged() from error

    def check_signature(self, trust: TrustRoot) -> None:
        """Raise SupplementDamaged unless the service signed the record, and the list of files is the one it names."""
        try:
            data = (self.folder / RECORD).read_bytes()
            key = signatures.verify(data, (self.folder / SIGNATURE).read_bytes(), SUPPLEMENT)
            digest = hashlib.sha256((self.folder / OUTPUTS).read_bytes()).hexdigest()
        except (OSError, BadSignature) as error:
            raise self._damaged() from error
        if not trust.is_service_key(key.fingerprint, self.record.made) or digest != self.record.outputs:
            raise self._damaged()

    def _damaged(self) -> SupplementDamaged:
        text = msg("The search indexes and databases in {path} are not signed by the service.", path=self.folder)
        return SupplementDamaged(text, msg("Remove that folder, then make them anew: congtin search index --home HOME"))


def newest_supplement(home: Home) -> Supplement | None:
    """Return the newest supplement; None before there is one."""
    link = home.folder / FOLDER / LIVE
    return Supplement(link.resolve()) if link.is_dir() else None


def supplement_stamp(home: Home) -> tuple[int, ...]:
    """Return what changes when indexes or databases have followed the pages: when they were told to be ready last."""
    told = [home.status / "search.json", *sorted(home.databases.glob("*/source.txt")), home.live]
    return tuple(file.lstat().st_mtime_ns for file in told if os.path.lexists(file))


def renew_supplement(home: Home, now: datetime) -> Supplement | None:
    """Sign search indexes and databases as they lie there now, when a target takes them; return the newest.

    Nothing is written when no file has changed. None without a live Release, or where no target takes any.
    Raise UsageError when the key cannot sign, PublisherBusy when another process does the same for minutes,
    SupplementFailed when it cannot be written.
    """
    live = live_release(home)
    if live is None or not any(target.takes_supplement for target in home.settings.targets):
        return None
    place = home.folder / FOLDER
    try:
        return _renewed(home, place, live, now)
    except OSError as error:
        text = msg(
            "Search indexes and databases cannot be signed in {path}: {detail}", path=place, detail=error.strerror
        )
        raise SupplementFailed(text, msg("Make room there; the service tries again.")) from error


def _renewed(home: Home, place: Path, live: Release, now: datetime) -> Supplement:
    place.mkdir(exist_ok=True)
    hint = msg("See what the process does that holds {file}.", file=place / ".lock")
    with locked(place / ".lock", 300, lambda: PublisherBusy(msg("Another process signs search indexes."), hint)):
        before = newest_supplement(home)
        half = _begin(place)
        outputs = dict(_linked(home, half / TREE, before))
        if before and before.outputs == outputs and before.number == live.number:
            shutil.rmtree(half)
            return before
        data = outputs_bytes(outputs)
        record = SupplementRecord(release=live.number, made=now, outputs=hashlib.sha256(data).hexdigest())
        signed = record.model_dump_json(indent=1).encode() + b"\n"
        with Desk(home.content, now) as desk:
            signature = signatures.sign(signed, desk.key, SUPPLEMENT)
        for name, bytes_ in ((OUTPUTS, data), (RECORD, signed), (SIGNATURE, signature)):
            (half / name).write_bytes(bytes_)
        return _switch(place, half)


def _begin(place: Path) -> Path:
    """Return an empty folder named after the next number; what a process that died left goes."""
    for left in place.glob(f"{_HALF}*"):
        shutil.rmtree(left)
    numbers = [int(each.name) for each in place.iterdir() if each.name.isdecimal()]
    half = place / f"{_HALF}{max(numbers, default=0) + 1:06d}"
    (half / TREE).mkdir(parents=True)
    return half


def _linked(home: Home, tree: Path, before: Supplement | None) -> Iterator[tuple[str, str]]:
    """Link every file into ``tree`` and yield it with its digest.

    Files are never written again in place: one that is still the file of the supplement before has its digest. What
    an index is made of comes first, then its parts: those it names are all there for minutes more.
    """
    for root, which in ((home.search, _POINTER), (home.search, _PART), (home.databases, _DATABASE)):
        for file in _files(root):
            name = file.relative_to(root).as_posix()
            # Neither a link to somewhere else nor a pipe, which would be waited for without end.
            if which.fullmatch(name) and stat.S_ISREG(file.lstat().st_mode):
                link = tree / name
                link.parent.mkdir(parents=True, exist_ok=True)
                os.link(file, link, follow_symlinks=False)
                yield name, _digest(name, link, before)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(names))


def _digest(name: str, file: Path, before: Supplement | None) -> str:
    known = before.outputs.get(name) if before else None
    if before and known:
        former = before.tree / name
        if former.is_file() and former.samefile(file):
            return known
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _switch(place: Path, half: Path) -> Supplement:
    folder = place / half.name.removeprefix(_HALF)
    half.rename(folder)
    link = place / f"{_HALF}{LIVE}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.rename(place / LIVE)
    for old in sorted(each for each in place.iterdir() if each.name.isdecimal())[:-_KEPT]:
        shutil.rmtree(old)
    return Supplement(folder)
