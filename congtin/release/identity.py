"""Which congtin made a Release: its version, its code, the packages beneath, the lock file they came from."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import congtin
from congtin.engine import engine_digest

_LOCK = Path("requirements", "runtime.txt")


@dataclass(frozen=True)
class Maker:
    """The installed congtin, never the one a commit brings."""

    version: str
    engine: str
    packages: str
    lock: str | None


@functools.cache
def installed_maker() -> Maker:
    """Return what was installed when this process first asked.

    The lock file is known only where congtin runs from its repository.
    """
    found = sorted(f"{each.name.lower()}=={each.version}" for each in distributions())
    lock = Path(congtin.__file__).parent.parent / _LOCK
    return Maker(
        congtin.__version__,
        engine_digest(),
        hashlib.sha256("\n".join(found).encode()).hexdigest(),
        hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None,
    )
