"""Look at the repository as a Change would make it, without keeping anything: the store goes back afterwards."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from congtin.catalogue.files import readable
from congtin.catalogue.media import Looking
from congtin.catalogue.read import Inspect
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.sync import Synchroniser
from congtin.errors import UsageError
from congtin.layout import CONTENT
from congtin.messages import msg
from congtin.network.network import Network

ReadFile = Callable[[str], bytes | None]
"""What gives the bytes of a path on one side of a Change, or None where there is no such file."""


@contextmanager
def changed_files(read: ReadFile, paths: Collection[str]) -> Iterator[Path]:
    """Yield a folder with those of ``paths`` below `content/` that exist; it is gone afterwards.

    Raise UsageError when one of them cannot be the name of a file.
    """
    with tempfile.TemporaryDirectory(prefix="congtin-") as name:
        folder = Path(name)
        for path in content_paths(paths):
            data = read(path)
            if data is not None:
                _write(folder / path, data)
        yield folder


def _write(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        if error.errno not in (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST):
            raise
        text = msg("“{name}” cannot be the name of a file.", name=readable(file.name)[:80])
        raise UsageError(text, msg("Use shorter names, and none for a file and a folder at once.")) from error


class Overlay:
    """Files of a Change, read once; the store can hold them for a while, as often as is asked."""

    def __init__(
        self,
        store: CatalogueStore,
        network: Network,
        folder: Path,
        paths: Collection[str],
        inspect: Inspect,
        looking: Looking,
    ) -> None:
        """Read ``paths`` in ``folder``; those missing there are gone."""
        self._store = store
        self._synchroniser = Synchroniser(folder, store, network, inspect, 1, looking=looking)
        self._read, self._gone = self._synchroniser.read(content_paths(paths))

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the store hold these files instead of its own, as long as this lasts."""
        database = self._store.db
        database.execute("SAVEPOINT overlay")
        try:
            self._synchroniser.replace(self._read, self._gone)
            yield
        finally:
            database.execute("ROLLBACK TO overlay")
            database.execute("RELEASE overlay")


def content_paths(paths: Collection[str]) -> list[str]:
    """Return those below `content/`; a name that leads elsewhere is nobody's file."""
    return [path for path in paths if path.startswith(f"{CONTENT}/") and not {"", ".", ".."} & set(path.split("/"))]
