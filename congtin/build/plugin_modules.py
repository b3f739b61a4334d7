"""The repository's plugins as modules, read once by the process that forks the workers."""

from __future__ import annotations

import importlib.util
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from congtin.layout import PLUGINS
from congtin.network.pelican_settings import PLUGIN_NAMES


@lru_cache(maxsize=1)
def plugin_modules(root: Path, digest: str) -> tuple[ModuleType, ...]:
    """Return the plugins below ``root`` as they are under this digest of the frame; raise ImportError for none."""
    return tuple(
        _module(root / PLUGINS / f"{name}.py", f"congtin_plugin_{name}_{digest[:16]}") for name in PLUGIN_NAMES
    )


def _module(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(str(file))
    module = importlib.util.module_from_spec(spec)
    # Dataclasses and pickles look their module up by its name.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
