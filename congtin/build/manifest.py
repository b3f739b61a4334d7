"""What each Edition last wrote: output → sha256 and key. An Edition owns only the files of its own Manifest."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from congtin.model import EditionKey

FOLDER = "manifests"
STAGING = ".staging"
# Not a host name, so that no web server serves it.
SERVER_FOLDER = ".server"
_HEAD = "congtin-manifest-4 "
_END = "end"

NEW = "new"
LOST = "lost"
FULL = "full"


@dataclass
class Manifest:
    """The files of one Edition, by path below the output root."""

    outputs: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    """Digest of what decided these outputs; empty where another Edition has taken some of them over since."""
    keys: dict[str, str] = field(default_factory=dict)
    """Digests of what decided each page, for those that can be skipped."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a page was rendered in the last run; a page that is not here was kept."""

    @staticmethod
    def file(state: Path, key: EditionKey) -> Path:
        return state / FOLDER / f"{edition_name(key)}.txt"

    @classmethod
    def load(cls, state: Path, key: EditionKey) -> Manifest:
        """Return the last Manifest; an unreadable one counts as none."""
        return cls.read(cls.file(state, key))

    @classmethod
    def read(cls, file: Path) -> Manifest:
        """Return the Manifest of a file; an unreadable one counts as none."""
        try:
            return cls.parse(file.read_bytes())
        except (OSError, ValueError):
            return cls()

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Return the Manifest from its bytes; raise ValueError when they are none."""
        head, *lines = data.decode("utf-8").split("\n")
        if not head.startswith(_HEAD) or not lines or lines.pop() != _END:
            raise ValueError(head[:80])
        found = cls(fingerprint=head.removeprefix(_HEAD))
        for line in lines:
            name, digest, key, reason = line.split("\t")
            found.outputs[name] = digest
            if key:
                found.keys[name] = key
            if reason:
                found.reasons[name] = reason
        return found

    def to_bytes(self) -> bytes:
        """Return the Manifest as it is kept: a line for each output."""
        keys, reasons = self.keys, self.reasons
        lines = [
            f"{name}\t{digest}\t{keys.get(name, '')}\t{reasons.get(name, '')}" for name, digest in self.outputs.items()
        ]
        return "\n".join([_HEAD + self.fingerprint, *lines, _END]).encode()

    def is_whole(self, root: Path) -> bool:
        """Tell whether every output is still a file below ``root``."""
        return all_files_exist(root, self.outputs)


def names_in(file: Path) -> list[str]:
    """Return the outputs that a Manifest's file names, and nothing else of it; none when it is unreadable."""
    return _names(file)[1]


def names_of_built(file: Path) -> list[str]:
    """Return the outputs of an Edition that has all it wrote; none of one that has to be built again."""
    fingerprint, names = _names(file)
    return names if fingerprint else []


def _names(file: Path) -> tuple[str, list[str]]:
    try:
        head, *lines = file.read_text("utf-8").split("\n")
    except (OSError, ValueError):
        return "", []
    if not head.startswith(_HEAD) or lines.pop() != _END:
        return "", []
    return head.removeprefix(_HEAD), [line.partition("\t")[0] for line in lines]


def host_in(file: Path) -> str:
    """Return the host of the outputs that a Manifest's file names; an Edition has one."""
    with file.open(encoding="utf-8", errors="replace") as stream:
        stream.readline()
        return host_of(stream.readline().partition("\t")[0])


def edition_name(key: EditionKey) -> str:
    """Return the name of an Edition's files: ``hanoi__portal@vi``."""
    return f"{key.site.replace('/', '__')}@{key.lang}"


def edition_of(name: str) -> EditionKey:
    """Return the Edition whose files are called ``name``."""
    site, _, lang = name.partition("@")
    return EditionKey(site.replace("__", "/"), lang)


def all_files_exist(root: Path, names: Iterable[str]) -> bool:
    """Tell whether all these are files below ``root``."""
    base = f"{root}/"
    try:
        return all(stat.S_ISREG(os.lstat(base + name).st_mode) for name in names)
    except OSError:
        return False


def belongs_to(host: str, name: str) -> bool:
    """Tell whether a path below the output root is one that Editions on this host may write."""
    parts = name.split("/")
    home = [SERVER_FOLDER, host] if parts[0] == SERVER_FOLDER else [host]
    plain = name.isprintable() and not {"", ".", ".."} & set(parts)
    return plain and parts[: len(home)] == home and len(parts) > len(home)


def host_of(name: str) -> str:
    """Return the host to which an output belongs, those that no web server serves too."""
    first, _, rest = name.partition("/")
    return rest.partition("/")[0] if first == SERVER_FOLDER else first


def replace_file(file: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, never a part."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    temporary.write_bytes(data)
    temporary.replace(file)


def manifests_of(state: Path) -> Mapping[str, Path]:
    """Return all Manifest files by Edition name (``hanoi/portal@vi``)."""
    folder = state / FOLDER
    if not folder.is_dir():
        return {}
    return {file.stem.replace("__", "/"): file for file in sorted(folder.glob("*.txt"))}
