"""A new Release's files: linked from the last one where they are the same, else taken from the build and checked.

Nothing in a Release shares its bytes with a folder that a build can write. The time of each file is made from its
digest: a web server that tells versions apart by time and size then does so rightly, on every origin alike, and a
file that somebody edited shows before it is linked into the next Release.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.release.ahead import Linked
from congtin.release.built import NotWhatWasBuilt, read_plain
from congtin.release.compress import SUFFIXES, all_compressed, is_compressible
from congtin.release.folders import remove_folder
from congtin.release.hosting.served import file_time
from congtin.release.records import OUTPUTS, RECORD, SIGNATURE, TREE, Release, outputs_bytes

_FILE_MODE, _FOLDER_MODE = 0o444, 0o555


@dataclass
class Assembly:
    """Fills the tree of a new Release."""

    tree: Path
    base: Release | None
    linked: Linked
    outputs: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    """Files of the last Release that somebody altered."""
    made: set[str] = field(default_factory=set)
    """Folders below the tree that were made one by one; those of whole hosts are read-only as they were."""
    _before: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def listed(self) -> bytes:
        """The list of all files as it is kept; asked for when nothing is added any more."""
        return outputs_bytes(self.outputs)

    def __post_init__(self) -> None:
        if self.base:
            self._before = self.base.outputs

    def add_built(self, built: Mapping[str, Mapping[str, str]], output: Path) -> None:
        """Take all that was built, by host, and its compressed forms; raise NotWhatWasBuilt for other bytes."""
        same = self._share_hosts(built)
        for host, files in built.items():
            self._add_files({name: files[name] for name in files if host not in same or not _below(host, name)}, output)

    def _share_hosts(self, built: Mapping[str, Mapping[str, str]]) -> set[str]:
        """Keep the folders linked ahead of which nothing changed; return their hosts."""
        same = set()
        for host, before in self.linked.hosts.items():
            new = {name: digest for name, digest in built.get(host, {}).items() if _below(host, name)}
            if host not in self.linked.altered and new == self.linked.built[host]:
                self.outputs.update(before)
                same.add(host)
            else:
                # File by file then: what was altered is named and made anew.
                remove_folder(self.tree / host)
        return same

    def _add_files(self, built: Mapping[str, str], output: Path) -> None:
        texts: dict[str, list[str]] = {}
        for name, digest in built.items():
            if self._before.get(name) == digest and self._link(name, digest):
                if is_compressible(name) and not self._link_forms(name):
                    texts.setdefault(digest, []).append(name)
                continue
            data = read_plain(output / name)
            if hashlib.sha256(data).hexdigest() != digest:
                raise NotWhatWasBuilt(msg("{path} is not what the build left there.", path=output / name))
            self._write(name, data, digest)
            if is_compressible(name):
                texts.setdefault(digest, []).append(name)
        self._compress(texts)

    def add(self, files: Mapping[str, bytes]) -> None:
        """Take files that are made from the others."""
        for name, data in files.items():
            digest = hashlib.sha256(data).hexdigest()
            if not (self._before.get(name) == digest and self._link(name, digest)):
                self._write(name, data, digest)

    def _compress(self, texts: Mapping[str, list[str]]) -> None:
        given = ((digest, read_plain(self.tree / names[0])) for digest, names in texts.items())
        for digest, forms in all_compressed(given):
            for suffix, data in forms.items():
                form = hashlib.sha256(data).hexdigest()
                for name in texts[digest]:
                    if name + suffix not in self.outputs:
                        self._write(name + suffix, data, form)

    def _link_forms(self, name: str) -> bool:
        """Link the compressed forms the last Release has; tell whether it had all it should."""
        forms = {name + suffix: self._before.get(name + suffix) for suffix in SUFFIXES}
        return all(digest is None or self._link(form, digest) for form, digest in forms.items())

    def _link(self, name: str, digest: str) -> bool:
        """Share a file with the last Release; False, with a Problem, when it is not what that Release had."""
        if self.base is None:
            return False
        there = f"{self.base.tree}/{name}"
        try:
            status = os.lstat(there)
        except OSError:
            status = None
        time = file_time(digest) * 1_000_000_000
        if status is None or status.st_mode != stat.S_IFREG | _FILE_MODE or status.st_mtime_ns != time:
            text = msg("The file of Release {number} was altered; it is made anew.", number=self.base.number)
            self.problems.append(Problem("altered-file", text, name, severity=Severity.WARNING))
            return False
        self._make_folder(name)
        os.link(there, f"{self.tree}/{name}")
        self.outputs[name] = digest
        return True

    def _write(self, name: str, data: bytes, digest: str) -> None:
        self._make_folder(name)
        path = f"{self.tree}/{name}"
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
        with os.fdopen(target, "wb") as stream:
            # Whatever the umask: a web server must be able to read it.
            os.fchmod(target, _FILE_MODE)
            stream.write(data)
        os.utime(path, (file_time(digest), file_time(digest)))
        self.outputs[name] = digest

    def _make_folder(self, name: str) -> None:
        folder = name.rpartition("/")[0]
        missing = []
        while folder and folder not in self.made:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        for each in reversed(missing):
            Path(self.tree, each).mkdir(exist_ok=True)
            self.made.add(each)


def _below(host: str, name: str) -> bool:
    return name.partition("/")[0] == host


def set_modes(release: Path, made: Iterable[str]) -> None:
    """Make a Release read-only: its own files, and the folders of its tree that were ``made`` for it."""
    for file in (OUTPUTS, RECORD, SIGNATURE):
        (release / file).chmod(_FILE_MODE)
    for folder in (*made, ""):
        Path(release, TREE, folder).chmod(_FOLDER_MODE)
    release.chmod(_FOLDER_MODE)


def sync(folder: Path) -> None:
    """Have everything on the disk that holds ``folder`` written: faster than file by file; raise OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if library.syncfs(descriptor):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)


def changed_files(outputs: Mapping[str, str], before: Mapping[str, str] | None) -> list[str]:
    """Return the files that another Release does not have so, sorted."""
    return sorted(name for name, digest in outputs.items() if (before or {}).get(name) != digest)
