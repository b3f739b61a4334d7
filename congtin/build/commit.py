"""Put the collected files of all Editions in place, all or none: also when the machine stops half-way.

A journal names the Editions first. From then on every step may be done twice, so the next build finishes what a
dead one began; before, the next build throws away what it finds.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path

from congtin.build.manifest import (
    FOLDER,
    STAGING,
    Manifest,
    edition_name,
    edition_of,
    host_in,
    host_of,
    manifests_of,
    names_in,
    replace_file,
)
from congtin.build.output import REPLACING, SEAL, TREE, replacing_name
from congtin.errors import BuildError
from congtin.messages import msg
from congtin.model import EditionKey

_JOURNAL = "journal.json"
# So many files are moved at a time: three quarters of one thread's time went into waiting for the disk.
_AT_ONCE = 4
_HINDRANCES = (IsADirectoryError, NotADirectoryError, FileNotFoundError)


def commit(root: Path, state: Path, keys: Iterable[EditionKey], gone: Iterable[EditionKey] = ()) -> int:
    """Put Editions in place, and remove the files of those that are ``gone``; return how many files went with them.

    Raise BuildError, with nothing in place, where a link stands for a folder of the output.
    """
    staging = root / STAGING
    names = [sorted(edition_name(key) for key in keys), sorted(edition_name(key) for key in gone)]
    if not any(names):
        shutil.rmtree(staging, ignore_errors=True)
        return 0
    staging.mkdir(parents=True, exist_ok=True)
    work = _Work(root, state, *names)
    try:
        work.require_real_folders()
    except BuildError:
        shutil.rmtree(staging)
        raise
    replace_file(staging / _JOURNAL, json.dumps(names).encode())
    return work.carry_out()


def recover(root: Path, state: Path) -> None:
    """Finish a commit that was interrupted, or throw away what a build left that never came so far."""
    journal = root / STAGING / _JOURNAL
    try:
        built, gone = json.loads(journal.read_bytes())
    except (OSError, ValueError):
        shutil.rmtree(root / STAGING, ignore_errors=True)
        return
    work = _Work(root, state, built, gone)
    work.require_real_folders()
    work.carry_out()


class _Work:
    """What is to be put in place and what is to go; all of it can be done twice."""

    def __init__(self, root: Path, state: Path, built: list[str], gone: list[str]) -> None:
        self.root = root
        self.state = state
        self.gone = gone
        self.old = {name: set(names_in(Manifest.file(state, edition_of(name)))) for name in (*built, *gone)}
        self.staging = root / STAGING
        seals = {name: self.staging / name / SEAL for name in built}
        self.new = {name: names_in(seal) for name, seal in seals.items() if seal.is_file()}
        self.replacing = {name: list(_replacing(self.staging / name, outputs)) for name, outputs in self.new.items()}
        self.orphans = list(self._orphans(built))

    def _orphans(self, built: list[str]) -> Iterator[tuple[str, str]]:
        """Yield (Edition, output) for what an Edition gives up and no other has taken over."""
        given_up = {name: self.old[name].difference(outputs) for name, outputs in self.new.items()}
        given_up.update((name, self.old[name]) for name in self.gone)
        if any(given_up.values()):
            kept = {output for outputs in self.new.values() for output in outputs}
            kept |= {output for name in built if name not in self.new for output in self.old[name]}
            for edition, outputs in given_up.items():
                yield from ((edition, output) for output in sorted(outputs - kept))

    def _take_over(self) -> None:
        """Take outputs that are new to an Edition from any other that wrote them: that one is built again.

        Where only some Sites are built, a host may be another's now, and the one that had it knows nothing of it yet.
        """
        new = {output for name, outputs in self.new.items() for output in outputs if output not in self.old[name]}
        hosts = {host_of(output) for output in new}
        for file in manifests_of(self.state).values() if new else ():
            if file.stem not in self.old and host_in(file) in hosts:
                other = Manifest.read(file)
                outputs = {output: digest for output, digest in other.outputs.items() if output not in new}
                if len(outputs) < len(other.outputs):
                    replace_file(file, Manifest(outputs, "", other.keys, other.reasons).to_bytes())

    def require_real_folders(self) -> None:
        """Raise BuildError where something would be done through a link."""
        real = _RealFolders(self.root)
        for moves in self.replacing.values():
            for _, output in moves:
                real.require(output.rpartition("/")[0])
        for _, output in self.orphans:
            real.require(output.rpartition("/")[0])
        for name in self.new:
            _require_real_below(self.staging / name / TREE, "", real)

    def carry_out(self) -> int:
        """Do it; return how many files of Editions that are gone went with them."""
        self._take_over()
        for _, output in self.orphans:
            remove_output(self.root, output)
        (self.state / FOLDER).mkdir(parents=True, exist_ok=True)
        _put_all([(staged, f"{self.root}/{output}") for moves in self.replacing.values() for staged, output in moves])
        for name in self.new:
            _merge(self.staging / name / TREE, self.root)
            (self.staging / name / SEAL).replace(Manifest.file(self.state, edition_of(name)))
        for name in self.gone:
            Manifest.file(self.state, edition_of(name)).unlink(missing_ok=True)
        shutil.rmtree(self.staging)
        return sum(edition in self.gone for edition, _ in self.orphans)


class _RealFolders:
    """Looks at the folders of the output, each once."""

    def __init__(self, root: Path) -> None:
        self._base = f"{root}/"
        self._known: set[str] = set()

    def require(self, folder: str) -> bool:
        """Raise BuildError when a part of a folder's path is a link; tell whether the folder is there."""
        if folder in self._known:
            return True
        parent = folder.rpartition("/")[0]
        if parent and not self.require(parent):
            return False
        try:
            mode = os.lstat(self._base + folder).st_mode
        except OSError:
            return False
        if stat.S_ISLNK(mode):
            path = self._base + folder
            hint = msg("Remove the link: rm {path}. The next build writes the pages again.", path=shlex.quote(path))
            raise BuildError(msg("{path} is a link; pages are written into real folders only.", path=path), hint)
        if stat.S_ISDIR(mode):
            self._known.add(folder)
        return stat.S_ISDIR(mode)


def _require_real_below(source: Path, folder: str, real: _RealFolders) -> None:
    """Look at the folders that are there and get something of the same folders of ``source``."""
    if not source.is_dir():
        return
    with os.scandir(source) as entries:
        for entry in entries:
            name = f"{folder}{entry.name}"
            if entry.is_dir(follow_symlinks=False) and real.require(name):
                _require_real_below(Path(entry.path), f"{name}/", real)


def _replacing(staged: Path, outputs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (file, output) for every file of an Edition that takes the place of an older one."""
    folder = staged / REPLACING
    waiting = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    for output in outputs:
        if not waiting:
            return
        file = replacing_name(output)
        if file in waiting:
            waiting.remove(file)
            yield f"{folder}/{file}", output


def _put_all(moves: Sequence[tuple[str, str]]) -> None:
    """Move files to where they belong, several at a time: a disk may think about each older one that it frees."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        hindered = list(pool.map(_put_some, [moves[first::_AT_ONCE] for first in range(_AT_ONCE)]))
    for file, target in chain.from_iterable(hindered):
        _put(file, target)


def _put_some(moves: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Move files to where older ones are; return those in whose place there is something else by now."""
    hindered = []
    for file, target in moves:
        try:
            os.replace(file, target)  # noqa: PTH105 (once a page)
        except _HINDRANCES:
            hindered.append((file, target))
    return hindered


def _put(file: str, target: str) -> None:
    """Move a file to where it belongs, whatever has come to stand there."""
    try:
        os.replace(file, target)  # noqa: PTH105 (once a page)
    except _HINDRANCES:
        there = Path(target)
        if there.is_dir():
            shutil.rmtree(there)
        for parent in reversed(there.parents):
            if not parent.is_dir():
                parent.unlink(missing_ok=True)
                parent.mkdir()
        Path(file).replace(there)


def _merge(source: Path, target: Path) -> None:
    """Move everything in ``source`` to ``target``: whole folders where there is none yet."""
    if not source.is_dir():
        return
    with os.scandir(source) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            there = target / entry.name
            if not entry.is_dir(follow_symlinks=False):
                _put(entry.path, str(there))
            elif there.is_dir() and not there.is_symlink():
                _merge(Path(entry.path), there)
            else:
                there.unlink(missing_ok=True)
                Path(entry.path).replace(there)


def remove_output(root: Path, name: str) -> None:
    """Remove one file and the folders it leaves empty."""
    file = root / name
    with suppress(NotADirectoryError):  # somebody's file stands where a folder was
        file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == root:
            break
        try:
            parent.rmdir()
        except OSError:
            break
