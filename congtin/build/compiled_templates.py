"""Templates as Jinja compiled them, kept beside the store and read once by the process that forks the workers."""

from __future__ import annotations

import marshal
import pickle
from contextlib import suppress
from pathlib import Path
from types import CodeType

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket, bc_magic

from congtin.engine import engine_digest

# What reading a file may raise that a power cut has left, or somebody has changed.
_DAMAGE = (OSError, EOFError, ValueError, TypeError, IndexError, KeyError, AttributeError, pickle.UnpicklingError)
_read: dict[str, tuple[str, CodeType]] = {}
"""By file: the digest of a template's source, and its code."""
_folders: dict[Path, int] = {}
"""What was read, each as it was then: a folder's time changes with every file that is put into it."""


def compiled_templates(state: Path) -> CompiledTemplates:
    """Return the compiled templates beside the store in ``state``."""
    folder = _folder(state)
    folder.mkdir(parents=True, exist_ok=True)
    return CompiledTemplates(str(folder), f"{_of_this_engine()}%s")


def read_templates(state: Path) -> None:
    """Read all that are there, unless they have been: a process forked from this one has them then."""
    folder = _folder(state)
    with suppress(FileNotFoundError):
        changed = folder.stat().st_mtime_ns
        if _folders.get(folder) != changed:
            _folders.clear()
            _read.clear()
            for file in folder.glob(f"{_of_this_engine()}*"):
                _take(file)
            _folders[folder] = changed


def _folder(state: Path) -> Path:
    return state / "templates"


def _of_this_engine() -> str:
    # Compiled templates call functions of the engine.
    return f"{engine_digest()[:16]}-"


def _take(file: Path) -> None:
    """Read one file as Jinja writes it; one that cannot be read is compiled anew when it is needed."""
    with suppress(*_DAMAGE), file.open("rb") as stream:
        if stream.read(len(bc_magic)) == bc_magic:
            checksum = pickle.load(stream)  # noqa: S301 (our own file, which Jinja reads in the same way)
            _read[str(file)] = checksum, marshal.load(stream)  # noqa: S302 (as above)


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja's cache of compiled templates in a folder, which looks first among those that have been read."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template its code, if it was compiled from this very source."""
        known = _read.get(self._get_cache_filename(bucket))
        if known and known[0] == bucket.checksum:
            bucket.code = known[1]
        else:
            try:
                super().load_bytecode(bucket)
            except _DAMAGE:
                bucket.reset()
