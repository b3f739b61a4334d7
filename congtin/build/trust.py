"""What came back from other machines is believed only as far as it is looked at: all bytes, and a random sample.

The caller first moves what workers wrote out of their reach. Then every file is hashed again, and some Sites,
chosen at random now that the workers are done, are rendered again here. Any difference is a BuildError.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import SystemRandom

from congtin.build.cluster_worker import INCOMING, show
from congtin.build.manifest import STAGING, Manifest, belongs_to, edition_name
from congtin.build.output import REPLACING, SEAL, TREE, replacing_name
from congtin.build.pictures import FOLDER as PICTURES
from congtin.build.site_work import SiteJob, SiteResult, work_on_site
from congtin.catalogue.state import FILE
from congtin.cores import worker_count
from congtin.errors import BuildError
from congtin.messages import Msg, msg
from congtin.model import EditionKey
from congtin.network.network import Network
from congtin.workers import Workers


@dataclass(frozen=True)
class Returned:
    """What a worker says of one Site."""

    job: SiteJob
    result: SiteResult
    worker: str


@dataclass(frozen=True)
class _Edition:
    """One Edition as a worker left it, moved to where only the caller writes."""

    key: EditionKey
    host: str
    worker: str
    output: Path
    sealed: Manifest
    before: Mapping[str, str]

    def staged(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield everything that was collected, by the output it is to be."""
        folder = self.output / STAGING / edition_name(self.key)
        yield from _tree(str(folder / TREE), "")
        outputs = {replacing_name(name): name for name in self.sealed.outputs}
        for name, entry in _tree(str(folder / REPLACING), ""):
            # A name that is none of these is no output either.
            yield outputs.get(name, f"{REPLACING}/{name}"), entry


def take_over(
    returned: Sequence[Returned], network: Network, sample: int, workers: int, chance: random.Random | None = None
) -> None:
    """Leave what workers sealed ready to be put in place; raise BuildError when any of it is wrong.

    ``sample`` Sites are rendered again by ``workers`` processes. Nothing is done when a Site has errors: nothing
    is put in place then.
    """
    if any(each.result.failed for each in returned):
        return
    received = [edition for each in returned for edition in _receive(each, network)]
    _require_single_owners(received)
    with ThreadPoolExecutor(worker_count()) as pool:
        for damage in pool.map(_damage, received):
            if damage:
                raise BuildError(damage)
    # Nobody can know before which ones are looked at.
    built = [each for each in returned if each.job.langs]
    chosen = (chance or SystemRandom()).sample(built, min(sample, len(built)))
    if chosen:
        _render_again(chosen, {edition.key: edition.sealed for edition in received}, workers)


def _receive(returned: Returned, network: Network) -> Iterator[_Edition]:
    job, worker = returned.job, returned.worker
    if {e.key for e in returned.result.editions} != {EditionKey(job.site, lang) for lang in job.langs}:
        raise BuildError(msg("{worker} did not build what {site} needs.", worker=worker, site=job.site))
    for key in (edition.key for edition in returned.result.editions if edition.written):
        sealed = _move(job.output, key, worker)
        host = network.sites[job.site].edition(key.lang).host
        yield _Edition(key, host, worker, job.output, sealed, Manifest.load(job.state, key).outputs)


def _move(output: Path, key: EditionKey, worker: str) -> Manifest:
    folder = output / STAGING / edition_name(key)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    try:
        (output / INCOMING / folder.name).rename(folder)
        sealed = _sealed(folder)
    except (OSError, ValueError) as error:
        text = msg(
            "What {worker} built of {edition} cannot be read: {detail}", worker=worker, edition=key, detail=error
        )
        raise BuildError(text) from error
    # From here on the list is the one that was looked at.
    (folder / SEAL).write_bytes(sealed.to_bytes())
    return sealed


def _sealed(folder: Path) -> Manifest:
    """Read a worker's list; unlike `Manifest.read`, raise when anything about it is odd."""
    parts = {TREE, REPLACING}
    if not stat.S_ISDIR(folder.lstat().st_mode) or {entry.name for entry in folder.iterdir()} != {*parts, SEAL}:
        raise ValueError(folder.name)
    for part in parts:
        # Behind a link the worker could still change what has been looked at.
        if not stat.S_ISDIR((folder / part).lstat().st_mode):
            raise ValueError(part)
    with os.fdopen(os.open(folder / SEAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
        return Manifest.parse(stream.read())


def _require_single_owners(received: Sequence[_Edition]) -> None:
    owners: dict[str, EditionKey] = {}
    for each in received:
        for name in each.sealed.outputs:
            if not belongs_to(each.host, name) or owners.setdefault(name, each.key) != each.key:
                text = msg(
                    "{worker} brought a file that is not one of {edition}: {name}",
                    worker=each.worker,
                    edition=each.key,
                    name=name,
                )
                raise BuildError(text)


def _damage(edition: _Edition) -> Msg | None:
    """Return what is wrong with the bytes of an Edition: of each file that is new, or not known from before."""
    outputs, staged = edition.sealed.outputs, set()
    for name, entry in edition.staged():
        staged.add(name)
        if name not in outputs or not entry.is_file(follow_symlinks=False) or digest_of(entry.path) != outputs[name]:
            return _is_not_right(name, edition)
    for name, digest in outputs.items():
        there = edition.output / name
        known = edition.before.get(name) == digest and there.is_file()
        if name not in staged and not known and digest_of(there) != digest:
            return _is_not_right(name, edition)
    return None


def _is_not_right(name: str, edition: _Edition) -> Msg:
    return msg(
        "{name} of {edition} is not what {worker} said it wrote.", name=name, edition=edition.key, worker=edition.worker
    )


def _tree(folder: str, below: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield everything in a folder that is not a folder with something in it: plain files, if all is well."""
    with os.scandir(folder) as entries:
        for entry in entries:
            found = False
            if entry.is_dir(follow_symlinks=False):
                for inner in _tree(entry.path, f"{below}{entry.name}/"):
                    found = True
                    yield inner
            if not found:
                yield f"{below}{entry.name}", entry


def digest_of(file: str | Path) -> str:
    """Return the SHA-256 of a file; nothing for a link, or where there is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _render_again(chosen: Sequence[Returned], sealed: Mapping[EditionKey, Manifest], workers: int) -> None:
    theirs = {each.job.site: each for each in chosen}
    with tempfile.TemporaryDirectory(prefix="congtin-sample-") as folder:
        output, state = Path(folder) / "output", Path(folder) / "state"
        for made in (output, state):
            made.mkdir()
        # No Manifest and no output: everything is rendered.
        show([chosen[0].job.state / FILE, chosen[0].job.state / PICTURES], state)
        jobs = [replace(each.job, output=output, state=state) for each in chosen]
        for ours in Workers(work_on_site, workers, fresh=True).run(jobs):
            _compare(ours, theirs[ours.site], output, sealed)


def _compare(ours: SiteResult, returned: Returned, output: Path, sealed: Mapping[EditionKey, Manifest]) -> None:
    if replace(ours, editions=()) != replace(returned.result, editions=()):
        raise _difference(returned, ours.site)
    for key in (edition.key for edition in ours.editions):
        mine = Manifest.read(output / STAGING / edition_name(key) / SEAL)
        # An Edition that was left alone is what it was.
        other = sealed.get(key) or Manifest.load(returned.job.state, key)
        for own, foreign in ((mine.outputs, other.outputs), (mine.keys, other.keys)):
            wrong = [name for name in own.keys() | foreign.keys() if own.get(name) != foreign.get(name)]
            if wrong:
                raise _difference(returned, min(wrong))
        if mine.fingerprint != other.fingerprint:
            raise _difference(returned, SEAL)


def _difference(returned: Returned, name: str) -> BuildError:
    site, worker = returned.job.site, returned.worker
    text = msg(
        "{name}, built by {worker} for {site}, is not what this machine makes.", name=name, worker=worker, site=site
    )
    return BuildError(text, msg("Nothing was put in place. Do not use that machine before you know why."))
