"""The whole story of an update: what can be searched, what of it changed, make that, switch, remove what was."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from congtin.errors import CongtinError
from congtin.locks import locked
from congtin.messages import msg
from congtin.release.room import is_full_disk
from congtin.release.search import inside, pagefind
from congtin.release.search.job import FORM, Job, Made
from congtin.release.search.lists import Head, Tree, read_entries, read_head
from congtin.release.search.place import PORTAL, SITE, WORK, Pointer, Shelf, former

_LOCK = ".lock"
_MOST_MINUTES = 180.0

Make = Callable[[Sequence[Job], Path, Path], list[Made]]
"""Does jobs with a program into a folder: here, or apart."""


class SearchBusy(CongtinError):
    """Another process makes indexes for too long."""


class SearchFailed(CongtinError):
    """Indexes are what they were."""


@dataclass(frozen=True)
class Index:
    """One index there should be."""

    head: Head
    scope: str
    lists: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.head.site}@{self.head.lang} {self.scope}".replace("/", "__").replace(" ", ".")


@dataclass(frozen=True)
class Renewed:
    """What one index that was made anew has cost."""

    site: str
    lang: str
    scope: str
    items: int
    parts: int
    made: int
    """Parts that were really indexed; the others were there."""
    seconds: float
    memory: int


@dataclass
class Update:
    """What an update did."""

    indexes: int = 0
    items: int = 0
    renewed: list[Renewed] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0
    bytes: int = 0

    @property
    def memory(self) -> int:
        """Most memory that indexing took at a time, in bytes."""
        return max((each.memory for each in self.renewed), default=0)


def update(tree: Tree, place: Path, now: datetime, make: Make, sites: Collection[str] = ()) -> Update:
    """Bring indexes to what a tree holds, all or those of some Sites.

    Raise SearchBusy, UsageError without Pagefind, SearchFailed when the disk is full: what can be searched stays
    what it was then.
    """
    place.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with (
        locked(place / _LOCK, 3600, lambda: SearchBusy(msg("Another process is making search indexes."))),
        _room(place),
    ):
        done = _Updating(tree, place, now, make).run(sites)
    done.seconds = round(time.monotonic() - began, 3)
    return done


@contextmanager
def _room(place: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, KeyError) as error:
        if not is_full_disk(error):
            text = msg("What is published changed while it was read: {detail}", detail=error)
            raise SearchFailed(text, msg("Ask again.")) from error
        hint = msg("Make room on the disk of {path}; indexing goes on by itself.", path=place)
        raise SearchFailed(msg("The disk is full; what can be searched is what it was."), hint) from error
    finally:
        shutil.rmtree(place / WORK, ignore_errors=True)


class _Updating:
    def __init__(self, tree: Tree, place: Path, now: datetime, make: Make) -> None:
        self.tree = tree
        self.place = place
        self.now = now
        self.make = make

    def run(self, sites: Collection[str]) -> Update:
        heads = {name: read_head(self.tree.folder, name) for name in self.tree.lists}
        wanted = list(indexes_of(heads))
        due: dict[str, tuple[Index, str]] = {}
        for index in wanted:
            if not sites or index.head.site in sites:
                source = self._source(index)
                before = self._shelf(index).pointer(index.scope)
                if before is None or before.source != source:
                    due[index.name] = (index, source)
        done = Update(indexes=len(wanted))
        if due:
            self._renew(due, done)
        if not sites:
            self._forget({self._shelf(index).folder for index in wanted})
        for index in wanted:
            shelf = self._shelf(index)
            pointer = shelf.pointer(index.scope)
            done.items += pointer.items if pointer else 0
            shelf.tidy(self.now)
        done.bytes = _size(self.place)
        return done

    def _shelf(self, index: Index) -> Shelf:
        return Shelf(self.place, index.head.folder)

    def _source(self, index: Index) -> str:
        """Return the digest of all that an index is made of."""
        whole = hashlib.sha256(f"{FORM} {index.scope}\n".encode())
        for name in index.lists:
            whole.update(f"{name} {self.tree.digest_of(name)}\n".encode())
            if index.scope == SITE:
                for entry in read_entries(self.tree.folder, name):
                    whole.update(self.tree.digest_of(f"{index.head.folder}/{entry.path}index.html").encode())
        return whole.hexdigest()

    def _renew(self, due: dict[str, tuple[Index, str]], done: Update) -> None:
        program = pagefind.program()
        jobs = [self._job(index) for index, _ in due.values()]
        work = self.place / WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for made in self.make(jobs, program, work):
            index, source = due[made.name]
            if made.error:
                done.errors.append(f"{index.head.site} ({index.head.lang}): {made.error}")
                continue
            shelf = self._shelf(index)
            for part in made.parts:
                if (work / made.name / part.name).is_dir():
                    shelf.put(work / made.name / part.name)
            self._switch(shelf, index, source, made)
            done.renewed.append(_renewed(index, made))

    def _job(self, index: Index) -> Job:
        return Job(
            name=index.name, tree=self.tree.folder, lists=index.lists, central=index.scope == PORTAL,
            lang=index.head.lang, there=self._shelf(index).parts(),
        )  # fmt: skip

    def _switch(self, shelf: Shelf, index: Index, source: str, made: Made) -> None:
        parts = tuple(part.name for part in made.parts)
        pointer = Pointer(
            parts=parts,
            items=sum(part.items for part in made.parts),
            made=self.now,
            source=source,
            former=former(shelf.pointer(index.scope), parts, self.now),
        )
        shelf.switch(index.scope, pointer)

    def _forget(self, wanted: set[Path]) -> None:
        """Remove the indexes of Editions that are no more."""
        for pointer in self.place.rglob(f"{SITE}.json"):
            if pointer.parent not in wanted:
                shutil.rmtree(pointer.parent)


def indexes_of(heads: dict[str, Head]) -> Iterator[Index]:
    """Yield every index there should be, given the lists by name: one for each Edition, one over each Portal's.

    In a language that the Portal does not speak, Items stand in the index of its first language.
    """
    portals: dict[str, list[tuple[str, Head]]] = {}
    for name, head in heads.items():
        yield Index(head, SITE, (name,))
        if head.is_portal:
            portals.setdefault(head.portal, []).append((name, head))
    for portal, editions in portals.items():
        spoken = {head.lang for _, head in editions}
        # Vietnamese where the Portal has it, as `languages` names it first.
        first = min(editions, key=lambda pair: (pair[1].lang != "vi", len(pair[1].root), pair[1].lang))[1]
        for _, head in editions:
            lists = [
                other
                for other, each in heads.items()
                if each.portal == portal and (each.lang == head.lang or (each.lang not in spoken and head is first))
            ]
            yield Index(head, PORTAL, tuple(lists))


def _renewed(index: Index, made: Made) -> Renewed:
    return Renewed(
        site=index.head.site,
        lang=index.head.lang,
        scope=index.scope,
        items=sum(part.items for part in made.parts),
        parts=len(made.parts),
        made=sum(1 for part in made.parts if part.memory),
        seconds=made.seconds,
        memory=max((part.memory for part in made.parts), default=0),
    )


def _size(folder: Path) -> int:
    return sum(Path(base, name).stat().st_size for base, _, files in os.walk(folder) for name in files)


def make_here(jobs: Sequence[Job], program: Path, work: Path) -> list[Made]:
    """Do jobs in this process: for the pages of a work tree."""
    return inside.make_all(jobs, program, work)


def make_apart(jobs: Sequence[Job], program: Path, work: Path) -> list[Made]:
    """Do jobs where there is no network, no key and no repository: for what citizens read."""
    from congtin.sandbox import apart

    with tempfile.TemporaryDirectory(prefix="congtin-search-") as name:
        told = Path(name) / "jobs.json"
        told.write_bytes(inside.JOBS.dump_json(list(jobs)))
        readable = [Path(name), program.parent, *{job.tree for job in jobs}]
        words = [str(told), str(program), str(work)]
        with apart("congtin.release.search.inside", words, readable=readable, writable=[work]) as waiting:
            waiting.begin()
            waiting.finish(_MOST_MINUTES)
    return inside.RESULTS.validate_json((work / inside.RESULT).read_bytes())
