"""Bring the store up to date with the files: only what may have changed is read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from congtin.catalogue.affected import affected_sites
from congtin.catalogue.files import Files, all_files
from congtin.catalogue.paths import CONTENT, SourcePath
from congtin.catalogue.read import Fragments, Inspect, Reading, read_source
from congtin.catalogue.rows import Edge, Row, edges_of, row_of_reading
from congtin.catalogue.store import CatalogueStore
from congtin.errors import Problem
from congtin.network.network import Network
from congtin.workers import Workers

# Fewer Sources are read sooner by one process than by starting others.
FEW_SOURCES = 1000
_CHUNK = 250
# With more changes than this it costs more to ask whom they reach than to look at every Site.
MANY_CHANGES = 2000


@dataclass(frozen=True)
class Chunk:
    """Sources for one worker to read."""

    root: Path
    state: Path
    inspect: Inspect
    wheres: tuple[SourcePath, ...]
    known: Mapping[str, str]
    notes: Mapping[str, tuple[Problem, ...]]

    def __str__(self) -> str:
        return self.wheres[0].path


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that is not as the store has it."""

    row: Row
    edges: tuple[Edge, ...] = ()
    fragment: tuple[str, str] | None = None


class Synchroniser:
    """Reads files into the store, within the caller's transaction."""

    def __init__(self, root: Path, store: CatalogueStore, network: Network, inspect: Inspect, workers: int) -> None:
        self.root = root
        self.store = store
        self.network = network
        self.inspect = inspect
        self.workers = workers

    def everything(self) -> set[str]:
        """Compare every file with the store; return the Sites that a difference reaches."""
        files = Files(self.root)
        files.take(all_files(self.root))
        known = self.store.blobs()
        found = {row.path for row in files.rows} | {where.path for where in files.sources}
        files.missing += [path for path in known if path not in found]
        # What was wrong with a file may have been its mode, which is not in its bytes.
        for path in {*files.notes, *self.store.troubled_paths()}:
            known.pop(path, None)
        return self._take(files, known)

    def paths(self, paths: Iterable[str]) -> set[str]:
        """Read these files of `content/`, or notice that they are gone; return the Sites that this reaches."""
        files = Files(self.root)
        files.take(sorted(path for path in paths if path == CONTENT or path.startswith(f"{CONTENT}/")))
        return self._take(files, {})

    def _take(self, files: Files, known: Mapping[str, str]) -> set[str]:
        """Put what differs into the store; few changes wait until it is known whom they reached before."""
        waiting: list[ReadFile] = []
        many = False
        gone = self.store.known_paths(files.missing)
        for read in self._changed(files, known):
            waiting.append(read)
            if len(waiting) > MANY_CHANGES:
                many = True
                self._put(waiting)
                waiting.clear()
        if many or len(gone) > MANY_CHANGES:
            self._put(waiting)
            self.store.remove_paths(gone)
            return set(self.network.sites)
        item_paths = {read.row.item_path for read in waiting} | self.store.items_of_paths(
            [*gone, *(read.row.path for read in waiting)]
        )
        reached = affected_sites(self.store, self.network, item_paths)
        self._put(waiting)
        self.store.remove_paths(gone)
        reached |= affected_sites(self.store, self.network, item_paths)
        return reached & self.network.sites.keys()

    def _changed(self, files: Files, known: Mapping[str, str]) -> Iterator[ReadFile]:
        before = {row.path: row for row in self.store.rows_of_paths(row.path for row in files.rows)}
        for row in files.rows:
            if before.get(row.path) != row:
                yield ReadFile(row)
        for chunk in self._read(files, known):
            before = {row.path: row for row in self.store.rows_of_paths(read.row.path for read in chunk)}
            yield from (read for read in chunk if before.get(read.row.path) != read.row)

    def _read(self, files: Files, known: Mapping[str, str]) -> Iterator[list[ReadFile]]:
        wheres = files.sources
        state = self.store.path.parent
        if self.workers == 1 or len(wheres) <= FEW_SOURCES:
            chunk = Chunk(self.root, state, self.inspect, tuple(wheres), known, files.notes)
            yield list(_read_chunk(chunk, self.store))
            return
        chunks = [wheres[at : at + _CHUNK] for at in range(0, len(wheres), _CHUNK)]
        jobs = (
            Chunk(
                self.root,
                state,
                self.inspect,
                tuple(some),
                {where.path: known[where.path] for where in some if where.path in known},
                {where.path: files.notes[where.path] for where in some if where.path in files.notes},
            )
            for some in chunks
        )
        yield from Workers(read_chunk, self.workers).run(jobs)

    def _put(self, files: list[ReadFile]) -> None:
        self.store.remove_paths(read.row.path for read in files)
        self.store.put_rows([read.row for read in files], (edge for read in files for edge in read.edges))
        self.store.put_fragments(read.fragment for read in files if read.fragment)


class _NoFragments:
    """Nothing was rendered before."""

    def fragment(self, blob: str) -> None:
        """Know nothing."""


def read_chunk(chunk: Chunk) -> list[ReadFile]:
    """Read a chunk in a worker: with what the store knows, where there is one."""
    return list(_read_chunk(chunk, _NoFragments()))


def _read_chunk(chunk: Chunk, fragments: Fragments) -> Iterator[ReadFile]:
    for where in chunk.wheres:
        reading = read_source(chunk.root, where, fragments, chunk.inspect, chunk.known.get(where.path, ""))
        if reading is not None:
            yield _read_file(reading, chunk.notes.get(where.path, ()))


def _read_file(reading: Reading, notes: tuple[Problem, ...]) -> ReadFile:
    row = row_of_reading(replace(reading, problems=(*notes, *reading.problems)))
    edges = tuple(edges_of(reading.source)) if reading.source else ()
    return ReadFile(row, edges, reading.fragment)
