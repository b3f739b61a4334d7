"""What each Edition last wrote: output → sha256 and key. An Edition owns only the files of its own Manifest."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from congtin.model import EditionKey

FOLDER = "manifests"
FORMAT = 3

NEW = "new"
ALWAYS = "always"
LOST = "lost"
FULL = "full"


@dataclass
class Manifest:
    """The files of one Edition, by path below the output root."""

    outputs: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    """Digest of what decided these outputs."""
    keys: dict[str, str] = field(default_factory=dict)
    """Digests of what decided each page, for those that can be skipped."""
    reasons: dict[str, str] = field(default_factory=dict)
    """Why a page was rendered in the last run; a page that is not here was kept."""

    @staticmethod
    def file(state: Path, key: EditionKey) -> Path:
        return state / FOLDER / f"{edition_name(key)}.json"

    @classmethod
    def load(cls, state: Path, key: EditionKey) -> Manifest:
        """Return the last Manifest; an unreadable one counts as none."""
        return cls.read(cls.file(state, key))

    @classmethod
    def read(cls, file: Path) -> Manifest:
        """Return the Manifest of a file; an unreadable one counts as none."""
        try:
            data = json.loads(file.read_bytes())
            if data["format"] != FORMAT:
                return cls()
            return cls(dict(data["outputs"]), str(data["fingerprint"]), dict(data["keys"]), dict(data["reasons"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def to_bytes(self) -> bytes:
        """Return the Manifest as it is kept."""
        data = {
            "format": FORMAT,
            "fingerprint": self.fingerprint,
            "outputs": self.outputs,
            "keys": self.keys,
            "reasons": self.reasons,
        }
        return json.dumps(data).encode()

    def is_whole(self, root: Path) -> bool:
        """Tell whether every output is still a file below ``root``."""
        return all_files_exist(root, self.outputs)


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
    return {file.stem.replace("__", "/"): file for file in sorted(folder.glob("*.json"))}
