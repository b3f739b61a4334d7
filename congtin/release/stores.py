"""What a publisher remembers from one Release to the next, sealed with the service's key.

Each Release leaves a store named after it: the builder's catalogue and Manifests, what the gate read of main, how far
history was checked. Its seal holds the digest of every file. A store that was written by anything else (a preview, a
work tree, another identity, a hand) or that is not whole is not used: everything is then checked and built again.
The next Release works on a copy, so that a stop at any moment leaves the sealed one as it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from congtin.editorial import signatures
from congtin.editorial.checkpoint import Checkpoint
from congtin.editorial.signatures import STORE, BadSignature, public_key_of
from congtin.editorial.statements import Sha256
from congtin.engine import engine_digest
from congtin.errors import UsageError
from congtin.messages import Msg, msg
from congtin.release.built import RESULT, NotWhatWasBuilt, read_plain
from congtin.release.folders import remove_folder

_SEAL, _SIGNATURE = "seal.json", "seal.sig"
BUILD, STATE, GATE, _HALF = "build", "state", "gate", ".new"
# The builder's lock says nothing.
_NOT_SEALED = frozenset({f"{STATE}/lock"})
_SQLITE = (".sqlite", ".sqlite-wal", ".sqlite-shm")


class _Seal(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    engine: Sha256
    owner: str
    """Whose it is: a folder and a trust root."""
    code: str
    """What of the commit is code: themes and plugins. What they left in a store only they find there again."""
    checkpoint: Checkpoint
    files: Mapping[str, Sha256]


@dataclass(frozen=True)
class Store:
    """The copy that the next Release works on."""

    work: Path
    checkpoint: Checkpoint | None
    """How far history was checked; None when nothing is remembered."""
    renewed: Msg | None
    """Why nothing is remembered, if there was something."""
    owner: str

    @property
    def build(self) -> Path:
        """The one folder that a build writes."""
        return self.work / BUILD

    @property
    def state(self) -> Path:
        return self.build / STATE

    @property
    def output(self) -> Path:
        return self.build / "output"

    @property
    def gate(self) -> Path:
        return self.work / GATE


def open_store(work: Path, key: Path, owner: str, code: str) -> Store:
    """Return a copy of the newest store that this publisher sealed, or an empty one and the reason.

    ``owner`` is whose store it may be. ``code`` names themes and plugins of the commit; when they, or congtin itself,
    are others than those that built the store, what they left is forgotten, and only how far history was checked is
    kept.
    """
    _own(work)
    newest = max(_numbered(work), key=lambda path: int(path.name), default=None)
    store = Store(work, None, None, owner)
    for folder in (store.state, store.gate, store.build / RESULT):
        remove_folder(folder)
    checkpoint, reason = None, None
    if newest:
        try:
            _copy(newest / STATE, store.state)
            _copy(newest / GATE, store.gate)
            # The copies are held against the seal: what happens to the originals now matters to nobody.
            found, reason = _checked(newest, {STATE: store.state, GATE: store.gate}, key, owner)
        except (OSError, NotWhatWasBuilt) as error:
            found, reason = None, error.message if isinstance(error, NotWhatWasBuilt) else _unsealed(newest)
        checkpoint = found.checkpoint if found else None
        same_engine = found is not None and found.engine == engine_digest()
        if found and not same_engine:
            reason = msg("The store {path} is of another congtin; everything is built anew.", path=newest)
        if found is None or not same_engine or found.code != code:
            remove_folder(store.state)
        if not same_engine:
            remove_folder(store.gate)
    for folder in (store.state, store.gate, store.output):
        folder.mkdir(parents=True, exist_ok=True)
    return Store(work, checkpoint, reason, owner)


def _own(work: Path) -> None:
    """Make the folder one's own: whoever else could write there would write pages."""
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = work.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        hint = msg("Remove it; it is made anew by whoever publishes.")
        raise UsageError(msg("{path} belongs to somebody else.", path=work), hint)
    if stat.S_IMODE(status.st_mode) != 0o700:
        work.chmod(0o700)


def seal(store: Store, number: int, checkpoint: Checkpoint, key: Path, code: str) -> None:
    """Keep a store as the one of a Release, and forget the older ones."""
    half = store.work / _HALF
    remove_folder(half)
    half.mkdir()
    for folder in (store.state, store.gate):
        folder.rename(half / folder.name)
    files = _digests({STATE: half / STATE, GATE: half / GATE})
    sealed = _Seal(engine=engine_digest(), owner=store.owner, code=code, checkpoint=checkpoint, files=files)
    content = sealed.model_dump_json().encode()
    (half / _SEAL).write_bytes(content)
    (half / _SIGNATURE).write_bytes(signatures.sign(content, key, STORE))
    target = store.work / f"{number:06}"
    remove_folder(target)
    half.rename(target)
    for older in _numbered(store.work):
        if older != target:
            remove_folder(older)


def forget_stores(work: Path) -> None:
    """Forget everything: the next Release is checked and built from nothing."""
    for folder in (*_numbered(work), work / BUILD):
        remove_folder(folder)


def _numbered(work: Path) -> list[Path]:
    return [path for path in work.iterdir() if path.name.isdigit()] if work.is_dir() else []


def _checked(folder: Path, copies: Mapping[str, Path], key: Path, owner: str) -> tuple[_Seal | None, Msg | None]:
    """Return the seal of a store when its copies are what was sealed; else the reason."""
    try:
        content = read_plain(folder / _SEAL)
        signed = signatures.verify(content, read_plain(folder / _SIGNATURE), STORE)
        found = _Seal.model_validate_json(content)
    except (NotWhatWasBuilt, BadSignature, ValidationError):
        return None, _unsealed(folder)
    if signed != public_key_of(key) or found.owner != owner:
        return None, msg("The store {path} was sealed by somebody else; it is not used.", path=folder)
    present = _digests(copies)
    for name in sorted(found.files.keys() | present.keys()):
        if found.files.get(name) != present.get(name):
            return None, msg("{path} is not what the publisher left there; the store is not used.", path=folder / name)
    return found, None


def _unsealed(folder: Path) -> Msg:
    return msg("The store {path} has no seal that counts; it is not used.", path=folder)


def require_plain(folder: Path) -> None:
    """Raise NotWhatWasBuilt when a folder, or anything below it, is a link, a device or a pipe.

    A build may write what it likes there, but a link would lead whoever copies it to files that are none of its.
    """
    for path in (folder, *folder.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode) and (path == folder or not stat.S_ISREG(mode)):
            raise NotWhatWasBuilt(msg("{path} is not what the build left there.", path=path))


def _digests(folders: Mapping[str, Path]) -> dict[str, str]:
    """Return the digest of every file below some folders; raise NotWhatWasBuilt for anything that is none."""
    found = {}
    for name, folder in folders.items():
        require_plain(folder)
        for path in folder.rglob("*"):
            inner = f"{name}/{path.relative_to(folder).as_posix()}"
            if inner not in _NOT_SEALED and path.is_file():
                found[inner] = hashlib.sha256(read_plain(path)).hexdigest()
    return found


def _copy(source: Path, target: Path) -> None:
    """Copy a store: what is written in place truly, what is only ever replaced as a hard link."""
    require_plain(source)
    for name, _, files in os.walk(source):
        inner = target / Path(name).relative_to(source)
        inner.mkdir(parents=True)
        for file in files:
            if file.endswith(_SQLITE):
                shutil.copyfile(Path(name, file), inner / file, follow_symlinks=False)
            else:
                os.link(Path(name, file), inner / file, follow_symlinks=False)
