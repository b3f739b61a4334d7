"""What each Edition last wrote: output → sha256. An Edition owns only the files of its own Manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from congtin.model import EditionKey

FOLDER = "manifests"
FORMAT = 2


@dataclass
class Manifest:
    """The files of one Edition, by path below the output root."""

    outputs: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    """Digest of what decided these outputs; empty while they are being replaced."""

    @staticmethod
    def file(state: Path, key: EditionKey) -> Path:
        return state / FOLDER / f"{key.site.replace('/', '__')}@{key.lang}.json"

    @classmethod
    def load(cls, state: Path, key: EditionKey) -> Manifest:
        """Return the last Manifest; an unreadable one counts as none."""
        try:
            data = json.loads(cls.file(state, key).read_text("utf-8"))
        except (OSError, ValueError):
            return cls()
        if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("outputs"), dict):
            return cls()
        return cls(data["outputs"], str(data.get("fingerprint", "")))

    def save(self, state: Path, key: EditionKey) -> None:
        file = self.file(state, key)
        file.parent.mkdir(parents=True, exist_ok=True)
        data = {"format": FORMAT, "fingerprint": self.fingerprint, "outputs": dict(sorted(self.outputs.items()))}
        text = json.dumps(data, indent=0)
        replace_file(file, text.encode())


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
