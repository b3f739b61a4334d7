"""Pictures as they are published: made once for their bytes, kept by digest, held against it before they go out."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from congtin.catalogue import media as memory
from congtin.catalogue.closure import Offers, shown_from_elsewhere
from congtin.catalogue.rows import Row, media_of
from congtin.catalogue.source import Media
from congtin.catalogue.store import CatalogueStore
from congtin.engine import blob_id
from congtin.errors import BuildError
from congtin.media.examine import examination_version
from congtin.media.facts import MediaFacts
from congtin.media.variants import CLEANED, variants
from congtin.messages import msg
from congtin.network.network import Network
from congtin.workers import Workers

FOLDER = "pictures"
# Fewer are made sooner here than by starting other processes.
_FEW = 2


@dataclass(frozen=True)
class _Job:
    """One picture of which all sizes are made."""

    root: Path
    folder: Path
    media: Media

    def __str__(self) -> str:
        return self.media.path


def provide(
    store: CatalogueStore, root: Path, state: Path, network: Network, sites: Collection[str], workers: int
) -> int:
    """Make what pages of these Sites show of pictures and nobody has made yet; return of how many that was.

    What is made is remembered one by one: who is interrupted goes on where they were.
    """
    missing = [row for row in memory.unmade(store.db) if _is_picture(row)]
    if missing and len(sites) < len(network.sites):
        missing = _shown(store, network, missing, sites)
    one_of_each = {row.blob: media_of(row) for row in missing}
    if not one_of_each:
        return 0
    folder = state / FOLDER
    jobs = [_Job(root, folder, media) for media in one_of_each.values()]
    results = map(_make, jobs) if len(jobs) < _FEW or workers == 1 else Workers(_make, workers).run(jobs)
    for blob, files in results:
        with store.db:
            memory.put_made(store.db, blob, files)
    _forget(folder, memory.digests(store.db))
    return len(jobs)


def _is_picture(row: Row) -> bool:
    facts = MediaFacts.of_text(row.front)
    return facts is not None and facts.is_picture


def _shown(store: CatalogueStore, network: Network, rows: list[Row], sites: Collection[str]) -> list[Row]:
    offers = Offers(store, network)
    foreign: set[str] = set()
    for site in sites:
        foreign |= shown_from_elsewhere(store, network.sites[site], offers.to(site))
    return [row for row in rows if row.site in sites or row.item_path in foreign]


def _make(job: _Job) -> tuple[str, list[tuple[str, str, int]]]:
    files = []
    for id_, data in published_of(job.root, job.media):
        digest = hashlib.sha256(data).hexdigest()
        _write(_file(job.folder, digest), data)
        files.append((id_, digest, len(data)))
    return job.media.blob, files


def published_of(root: Path, media: Media) -> Iterator[tuple[str, bytes]]:
    """Yield (variant id, bytes) of all that is published of a picture, made now; the same bytes every time."""
    data = (root / media.path).read_bytes()
    if blob_id(data) != media.blob or media.facts is None:
        raise BuildError(msg("{path} was changed while it was being built.", path=media.path), msg("Build again."))
    if media.facts.is_drawing:
        from congtin.media import svg

        yield CLEANED, svg.cleaned(data)
        return
    from congtin.media import pictures

    yield from pictures.made_of(data, media.facts)


def _file(folder: Path, digest: str) -> Path:
    return folder / digest[:2] / digest


def _write(file: Path, data: bytes) -> None:
    """Write whole or not at all: two that make the same picture must not disturb each other."""
    if file.is_file() and file.read_bytes() == data:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as stream:
        stream.write(data)
    os.replace(stream.name, file)  # noqa: PTH105 (a name, not a Path)


def _forget(folder: Path, wanted: Collection[str]) -> None:
    for file in folder.glob("*/*"):
        if file.name not in wanted:
            file.unlink()


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file that is published of one beside an Item."""

    name: str
    id: str
    """Of which variant; empty for a file that is published as it is."""
    key: str
    """Equal keys mean equal bytes."""


def published_files(media: Media) -> Iterator[PublishedFile]:
    """Yield what is published of a file beside an Item: itself, or a picture in all its sizes."""
    facts = media.facts
    if facts is None or not facts.is_picture:
        yield PublishedFile(media.name, "", media.blob)
        return
    version = examination_version()
    yield PublishedFile(media.name, CLEANED, f"{media.blob}-{version}")
    for variant in dict.fromkeys(variants(facts)):
        yield PublishedFile(variant.name(media.name, media.blob), variant.id, f"{media.blob}-{version}")


class Pictures:
    """What was made of pictures, for whoever writes pages or says how large a file is."""

    def __init__(self, root: Path, state: Path) -> None:
        self.root = root
        self.state = state
        self._made: dict[str, dict[str, tuple[str, int]]] = {}

    @cached_property
    def _store(self) -> CatalogueStore:
        return CatalogueStore.reading(self.state)

    def made(self, blob: str) -> dict[str, tuple[str, int]]:
        """Return (SHA-256, size) of all that was made of a picture, by variant id."""
        if blob not in self._made:
            self._made[blob] = memory.made(self._store.db, blob)
        return self._made[blob]

    def data(self, media: Media, id_: str) -> bytes:
        """Return the bytes of a picture in one of its sizes, or of any other file as it is.

        What lies in the store is held against the digest in the catalogue, which a publisher has sealed; what is
        another is made anew. Raise BuildError when that is another too.
        """
        if not id_:
            return (self.root / media.path).read_bytes()
        digest = self.made(media.blob).get(id_, ("", 0))[0]
        file = _file(self.state / FOLDER, digest)
        with suppress(FileNotFoundError):
            data = file.read_bytes()
            if hashlib.sha256(data).hexdigest() == digest:
                return data
        data = dict(published_of(self.root, media))[id_]
        if hashlib.sha256(data).hexdigest() != digest:
            text = msg("What is made of {path} is not what was made before.", path=media.path)
            raise BuildError(text, msg("Build everything anew: congtin build --full"))
        with suppress(OSError):  # on a cluster only its head may write here
            _write(file, data)
        return data
