"""From exported files to a signed Release that nobody sees yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from congtin.build.manifest import SERVER_FOLDER, Manifest, belongs_to
from congtin.cores import worker_count
from congtin.editorial import signatures
from congtin.editorial.signatures import RELEASE
from congtin.editorial.trust import TrustRoot
from congtin.errors import Problem, Severity
from congtin.messages import msg
from congtin.model import EditionKey
from congtin.network.network import Network
from congtin.release.ahead import Linked
from congtin.release.assemble import Assembly, set_modes, sync
from congtin.release.built import Built, NotWhatWasBuilt, read_plain, read_result
from congtin.release.home import Home
from congtin.release.hosting.served import server_files
from congtin.release.records import (
    OUTPUTS,
    RECORD,
    SIGNATURE,
    PublishedEdition,
    Record,
    Release,
    ReleaseDamaged,
)
from congtin.release.releases import all_releases, sync_folder
from congtin.release.retention import HALF
from congtin.release.stores import Store, require_plain
from congtin.sandbox import Apart, apart

_MOST_MINUTES = 180.0


def editions_of(network: Network) -> tuple[PublishedEdition, ...]:
    """Return what a record says of every Edition."""
    return tuple(
        PublishedEdition(
            site=site.id,
            lang=edition.lang,
            host=edition.host,
            prefix=edition.prefix,
            kind=site.kind.value,
            status=site.options.status,
            emc_site_id=site.options.emc_site_id,
        )
        for site in network.sites.values()
        for edition in site.editions
    )


@dataclass(frozen=True)
class Builder:
    """What builds apart; it has loaded its parts and waits."""

    waiting: Apart
    store: Store

    def begin(self) -> None:
        """Let it build what has been exported."""
        self.waiting.begin()

    def finish(self) -> Built:
        """Return what was built; raise what the build raises."""
        self.waiting.finish(_MOST_MINUTES)
        require_plain(self.store.state)
        return read_result(self.store.build)


@contextmanager
def builder(home: Home, source: Path, store: Store, now: datetime) -> Iterator[Builder]:
    """Start what builds ``source``, where there is no network and no key.

    It loads its parts while its caller still checks who approved what.
    """
    source.mkdir(exist_ok=True)
    profile = home.settings.profile
    words = [str(source), str(store.output), str(store.state), now.isoformat(), profile, str(worker_count())]
    with apart("congtin.release.inner_build", words, readable=[source], writable=[store.build]) as waiting:
        yield Builder(waiting, store)


def newest_sound(home: Home, trust: TrustRoot) -> tuple[Release | None, list[Problem]]:
    """Return the newest Release whose record is the service's, and a Problem for each that is not."""
    problems = []
    for release in reversed(all_releases(home)):
        try:
            release.check_signature(trust)
        except ReleaseDamaged as error:
            problems.append(Problem("release-damaged", error.message, severity=Severity.WARNING))
        else:
            return release, problems
    return None, problems


def assemble(
    tree: Path, base: Release | None, linked: Linked, editions: Sequence[PublishedEdition], store: Store
) -> Assembly:
    """Fill ``tree`` with what the store's Manifests name, and what web servers look for beside it.

    Raise NotWhatWasBuilt when a file is another than the build said.
    """
    assembly = Assembly(tree, base, linked)
    built: dict[str, dict[str, str]] = {}
    for edition in editions:
        outputs = _outputs(store, edition)
        foreign = [name for name in outputs if not belongs_to(edition.host, name)]
        if foreign:
            raise NotWhatWasBuilt(msg("{name} is no file of {site}.", name=foreign[0], site=edition.site))
        built.setdefault(edition.host, {}).update(outputs)
    assembly.add_built(built, store.output)
    lists = {name: (tree / name).read_bytes() for name in assembly.outputs if name.startswith(f"{SERVER_FOLDER}/")}
    assembly.add(server_files(lists, editions))
    return assembly


def _outputs(store: Store, edition: PublishedEdition) -> dict[str, str]:
    file = Manifest.file(store.state, EditionKey(edition.site, edition.lang))
    try:
        return Manifest.parse(read_plain(file)).outputs
    except ValueError as error:
        raise NotWhatWasBuilt(msg("{path} is not what the build left there.", path=file)) from error


def sign(home: Home, half: Path, record: Record, assembly: Assembly, key: Path) -> Release:
    """Give a filled Release its record and its name; from here on it is whole, on the disk, and read-only."""
    (half / OUTPUTS).write_bytes(assembly.listed)
    data = record.to_bytes()
    (half / RECORD).write_bytes(data)
    (half / SIGNATURE).write_bytes(signatures.sign(data, key, RELEASE))
    set_modes(half, assembly.made)
    sync(half)
    folder = home.releases / half.name.removeprefix(HALF)
    half.rename(folder)
    sync_folder(home.releases)
    return Release(folder)


def digest_and_counts(assembly: Assembly) -> tuple[str, int, int]:
    """Return the digest of the list of files, how many there are, and how many are pages."""
    pages = sum(1 for name in assembly.outputs if name.endswith(".html"))
    return hashlib.sha256(assembly.listed).hexdigest(), len(assembly.outputs), pages
