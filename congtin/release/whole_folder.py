"""A folder that is there whole or not at all: made beside its place and moved there at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from congtin.errors import UsageError
from congtin.messages import msg


@contextmanager
def whole_folder(target: Path, mode: int) -> Iterator[Path]:
    """Give an empty folder that stands at ``target`` when the block ends well, and nowhere when it does not.

    Raise UsageError when something is there already.
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(msg("{path} is not empty.", path=target), msg("Name a folder that does not exist yet."))
    target.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield half
        half.chmod(mode)
        if target.exists():
            target.rmdir()
        half.rename(target)
    finally:
        # Where it was moved there is nothing to remove.
        shutil.rmtree(half, ignore_errors=True)
