"""A restored copy made ready where it now lies: its settings name the new folders, its hooks run this congtin."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from congtin.editorial import hook, roster_push
from congtin.editorial.repository import GitRepository
from congtin.release.backup import manifest as names
from congtin.release.backup.folders import write_lasting
from congtin.release.backup.manifest import KeyNeeded, Manifest
from congtin.release.settings import FILE

KEYS = "keys"


def settle(folder: Path, manifest: Manifest) -> None:
    """Make the settings of a restored copy right for ``folder``; nothing but where things are is changed.

    The service's key is looked for at ``keys/service`` of the folder, where whoever keeps it puts it.
    """
    content, roster, trust = folder / names.CONTENT, folder / names.ROSTER, folder / names.TRUST
    with GitRepository(content) as repository:
        for name, value in (
            ("roster", f"../{names.ROSTER}"), ("trust", f"../{names.TRUST}"), ("key", f"../{KEYS}/service"),
        ):  # fmt: skip
            repository.run("config", "--local", f"congtin.{name}", value)
        had_hook = (content / "hooks" / hook.NAME).is_file()
    if had_hook:
        hook.install(content)
    if (roster / "hooks" / hook.NAME).is_file():
        roster_push.install(roster, trust)
    _settle_publisher(folder, manifest)
    (folder / KEYS).mkdir(mode=0o700, exist_ok=True)


def _settle_publisher(folder: Path, manifest: Manifest) -> None:
    file = folder / names.HOME / FILE
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    data = yaml.load(file.read_bytes())
    moved = {manifest.home: folder / names.HOME, manifest.roster: folder / names.ROSTER}
    _move(data, {**moved, manifest.content: folder / names.CONTENT})
    data["content"] = f"../{names.CONTENT}"
    written = BytesIO()
    yaml.dump(data, written)
    write_lasting(file, written.getvalue())


def _move(data: Any, moved: Mapping[str, Path]) -> None:
    """Replace every path that lay in a folder that is elsewhere now; others are the machine's own and stay."""
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        if isinstance(value, dict | list):
            _move(value, moved)
        elif isinstance(value, str):
            for old, new in moved.items():
                if value == old or value.startswith(f"{old}/"):
                    data[key] = f"{new}{value.removeprefix(old)}"


def needed(manifest: Manifest, folder: Path) -> list[tuple[KeyNeeded, Path]]:
    """Return the keys that a copy does not hold, each with where it goes; those that are there already are left out."""
    found = []
    for key in manifest.keys:
        goal = Path(key.path)
        if key.purpose == "service":
            goal = folder / KEYS / "service"
        elif goal.is_relative_to(manifest.home):
            goal = folder / names.HOME / goal.relative_to(manifest.home)
        if not goal.exists():
            found.append((key, goal))
    return found
