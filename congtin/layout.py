"""Where things lie below the root of a repository."""

from __future__ import annotations

from pathlib import Path

from congtin.errors import UsageError
from congtin.messages import msg

CONTENT = "content"
DEFAULTS = "sites/_defaults.yaml"
OUTPUT = "output"
PLUGINS = "plugins"
STATE = ".congtin"
THEMES = "themes"
BASE_BRAND = "base"
THEME = f"{THEMES}/{BASE_BRAND}"


def find_root(start: Path) -> Path:
    """Return the nearest folder upwards that holds `sites/_defaults.yaml`."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / DEFAULTS).is_file():
            return folder
    raise UsageError(
        msg("There is no Côngtin repository here: {path}.", path=start),
        msg("Go to the folder that holds sites/_defaults.yaml, or name it with --root."),
    )


def state_folder(root: Path, output: Path) -> Path:
    """Return where the stores of an output tree lie: each tree has its own."""
    return root / STATE if output == root / OUTPUT else output / STATE
