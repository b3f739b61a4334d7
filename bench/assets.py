"""The theme's static files under the names our engine gives them: with a digest of their content."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path


def hashed_assets(source: Path, target: Path) -> dict[str, str]:
    """Copy the files of ``source`` to ``target``/theme; return the address of each by its plain name."""
    folder = target / "theme"
    folder.mkdir(parents=True)
    found = {}
    for file in sorted(source.iterdir()):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
        name = f"{file.stem}.{digest}{file.suffix}"
        shutil.copy(file, folder / name)
        found[file.name] = f"/theme/{name}"
    return found
