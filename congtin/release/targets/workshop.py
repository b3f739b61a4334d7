"""The folder of this machine in which sends to one target are prepared, and its lock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from congtin.locks import locked
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.targets.failures import TargetBusy

FOLDER = "targets"


@dataclass(frozen=True)
class Workshop:
    """`HOME/targets/<name>/`: nothing in it matters once a send has ended, but what saves a way."""

    folder: Path
    lock: int
    """The descriptor of the lock: processes that send get it too, so that none outlives it unseen."""

    @property
    def at_hand(self) -> Path:
        return self.folder / "outputs.txt"

    def empty(self, name: str) -> Path:
        """Return a folder that holds nothing."""
        folder = self.folder / name
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        return folder


@contextmanager
def workshop_of(home: Home, target: str, patience: float) -> Iterator[Workshop]:
    """Be the only one of this machine who sends to a target; raise TargetBusy after ``patience`` seconds.

    A process that died may have left one behind that still sends: the lock ends with the last of them.
    """
    folder = home.folder / FOLDER / target
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    hint = msg("See what the process does that holds {file}.", file=folder / "lock")
    busy = TargetBusy(target, msg("another process is sending there."), hint)
    with locked(folder / "lock", patience, lambda: busy) as descriptor:
        yield Workshop(folder, descriptor)
