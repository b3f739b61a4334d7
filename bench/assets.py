"""The theme's static files under the names our engine gives them: with a digest of their content."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Asset(NamedTuple):
    """A static file as pages name it."""

    address: str
    integrity: str


def hashed_assets(sources: Iterable[Path], target: Path) -> dict[str, Asset]:
    """Copy files, and those of folders, to ``target``/theme; return each by its plain name."""
    folder = target / "theme"
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for file in sorted(file for source in sources for file in (source.iterdir() if source.is_dir() else [source])):
        data = file.read_bytes()
        name = f"{file.stem}.{hashlib.sha256(data).hexdigest()[:10]}{file.suffix}"
        shutil.copyfile(file, folder / name)
        digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
        found[file.name] = Asset(f"/theme/{name}", f"sha384-{digest}")
    return found
