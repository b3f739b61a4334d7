"""Bring the store up to date with the files: only what may have changed is read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from congtin.catalogue.affected import affected_sites
from congtin.catalogue.files import Files, all_files
from congtin.catalogue.media import Looking, examined, forget
from congtin.catalogue.paths import SourcePath, is_media
from congtin.catalogue.read import Fragments, Inspect, Reading, read_source
from congtin.catalogue.rows import Edge, Row, edges_of, row_of_reading
from congtin.catalogue.store import CatalogueStore
from congtin.errors import Problem
from congtin.kinds.kinds import Kinds
from congtin.layout import CONTENT
from congtin.network.network import Network
from congtin.workers import Workers

KINDS = "kinds"
"""Where the store says with which kinds it was read."""
# Fewer Sources are read sooner by one process than by starting others.
FEW_SOURCES = 1000
_CHUNK = 250
# With more changes than this it costs more to ask whom they reach than to look at every Site.
MANY_CHANGES = 2000


@dataclass(frozen=True)
class Chunk:
    """Sources for one worker to read."""

    root: Path
    inspect: Inspect
    kinds: Kinds
    wheres: tuple[SourcePath, ...]
    known: Mapping[str, str]
    notes: Mapping[str, tuple[Problem, ...]]

    def __str__(self) -> str:
        return self.wheres[0].path


class ReadFile(NamedTuple):
    """A file that is not as the store has it; a tuple as `SourcePath` is."""

    row: Row
    edges: tuple[Edge, ...] = ()
    fragment: tuple[str, str] | None = None


class Synchroniser:
    """Reads files into the store, within the caller's transaction.

    With ``looking`` it looks into Media too: builds and checks do, and the gate into those of a Change.
    """

    def __init__(
        self,
        root: Path,
        store: CatalogueStore,
        network: Network,
        inspect: Inspect,
        workers: int,
        *,
        looking: Looking = Looking.NOT,
    ) -> None:
        self.root = root
        self.store = store
        self.network = network
        self.inspect = inspect
        self.workers = workers
        self.looking = looking
        self.empty = not store.has_files()

    def everything(self) -> set[str]:
        """Compare every file with the store; return the Sites that a difference reaches."""
        known = self.store.blobs()
        # What was wrong with a file may have been its mode, which is not in its bytes.
        troubled = set(self.store.troubled_paths())
        if not self.same_kinds():
            troubled.update(self.store.paths_by_kinds())
            self.store.set_meta(KINDS, self.network.kinds.digest)
        sound = {path: blob for path, blob in known.items() if path not in troubled}
        files = Files(self.root)
        return self._take(files, files.take(all_files(self.root)), sound, set(known))

    def paths(self, paths: Iterable[str]) -> set[str]:
        """Read these files of `content/`, or notice that they are gone; return the Sites that this reaches."""
        files = Files(self.root)
        below = {path for path in paths if path == CONTENT or path.startswith(f"{CONTENT}/")}
        if not self.same_kinds():
            below.update(self.store.paths_by_kinds())
            self.store.set_meta(KINDS, self.network.kinds.digest)
        return self._take(files, files.take(sorted(below)), {}, set())

    def same_kinds(self) -> bool:
        """Tell whether the store's Sources were read with the kinds that there are."""
        return self.store.meta(KINDS) == self.network.kinds.digest

    def read(self, paths: Iterable[str]) -> tuple[list[ReadFile], list[str]]:
        """Return those of these files that differ from the store, and the paths of those that are gone."""
        files = Files(self.root)
        read = [*self._changed(files, files.take(sorted(paths)), {}, set(), remember=False)]
        return read, self.store.known_paths(files.missing)

    def replace(self, read: list[ReadFile], gone: Iterable[str]) -> None:
        """Put what was read into the store without asking which Sites that reaches."""
        self._put(read)
        self.store.remove_paths(gone)

    def _take(
        self, files: Files, sources: Iterator[SourcePath], known: Mapping[str, str], expected: set[str]
    ) -> set[str]:
        """Put what differs into the store; few changes wait until it is known whom they reached before.

        ``expected`` are paths that are gone unless they are among the files.
        """
        waiting: list[ReadFile] = []
        many = False
        seen: set[str] = set()
        for read in self._changed(files, sources, known, seen):
            waiting.append(read)
            if len(waiting) > MANY_CHANGES:
                many = True
                self._put(waiting)
                waiting.clear()
        gone = self.store.known_paths({*files.missing, *expected - seen})
        if many or len(gone) > MANY_CHANGES:
            self._put(waiting)
            self.store.remove_paths(gone)
            if not self.empty:
                self.store.forget_all_unused_fragments()
                forget(self.store.db)
            return set(self.network.sites)
        touched = [*gone, *(read.row.path for read in waiting)]
        item_paths = {read.row.item_path for read in waiting} | self.store.items_of_paths(touched)
        reached = affected_sites(self.store, self.network, item_paths)
        former = [row.blob for row in self.store.rows_of_paths(touched)]
        self._put(waiting)
        self.store.remove_paths(gone)
        self.store.forget_fragments(former)
        if any(is_media(path) for path in touched):
            forget(self.store.db)
        reached |= affected_sites(self.store, self.network, item_paths)
        return reached & self.network.sites.keys()

    def _changed(
        self,
        files: Files,
        sources: Iterator[SourcePath],
        known: Mapping[str, str],
        seen: set[str],
        *,
        remember: bool = True,
    ) -> Iterator[ReadFile]:
        for chunk in self._read(files, sources, known, seen):
            yield from self._differing(chunk)
        seen.update(row.path for row in files.rows)
        rows = files.rows
        if self.looking is not Looking.NOT:
            rows = examined(self.store.db, self.root, rows, self.workers, self.looking, remember=remember)
        yield from self._differing([ReadFile(row) for row in rows])

    def _differing(self, chunk: list[ReadFile]) -> Iterator[ReadFile]:
        if self.empty:
            return iter(chunk)
        before = {row.path: row for row in self.store.rows_of_paths(read.row.path for read in chunk)}
        return (read for read in chunk if before.get(read.row.path) != read.row)

    def _read(
        self, files: Files, sources: Iterator[SourcePath], known: Mapping[str, str], seen: set[str]
    ) -> Iterator[list[ReadFile]]:
        """Read Sources: a few here, many in other processes, while this one is still looking for more."""
        first = list(islice(sources, FEW_SOURCES))
        jobs = self._chunks(files, chain(first, sources), known, seen)
        if self.workers == 1 or len(first) < FEW_SOURCES:
            for chunk in jobs:
                yield list(_read_chunk(chunk, self.store))
        else:
            yield from Workers(read_chunk, self.workers).run(jobs)

    def _chunks(
        self, files: Files, sources: Iterator[SourcePath], known: Mapping[str, str], seen: set[str]
    ) -> Iterator[Chunk]:
        while some := tuple(islice(sources, _CHUNK)):
            paths = [where.path for where in some]
            seen.update(paths)
            notes = {path: files.notes[path] for path in paths if path in files.notes}
            blobs = {path: known[path] for path in paths if path in known and path not in notes}
            yield Chunk(self.root, self.inspect, self.network.kinds, some, blobs, notes)

    def _put(self, files: list[ReadFile]) -> None:
        if not self.empty:
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
        known = chunk.known.get(where.path, "")
        reading = read_source(chunk.root, where, chunk.kinds, fragments, chunk.inspect, known)
        if reading is not None:
            yield _read_file(reading, chunk.notes.get(where.path, ()))


def _read_file(reading: Reading, notes: tuple[Problem, ...]) -> ReadFile:
    row = row_of_reading(replace(reading, problems=(*notes, *reading.problems)))
    edges = tuple(edges_of(reading.source)) if reading.source else ()
    return ReadFile(row, edges, reading.fragment)
