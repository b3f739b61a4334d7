"""Hosts of the last Release, linked into the next one while its pages are being built: most will be the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from congtin.release.compress import SUFFIXES
from congtin.release.folders import link_folders, times_below
from congtin.release.hosting.served import file_time
from congtin.release.records import Release


@dataclass(frozen=True)
class Linked:
    """What is linked already."""

    hosts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Every file of each host's folder with its digest."""
    built: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The same without compressed forms: what a build says of the host."""
    altered: frozenset[str] = frozenset()
    """Hosts whose folder is not what the last Release had."""


@contextmanager
def linked_ahead(base: Release | None, tree: Path) -> Iterator[Future[Linked]]:
    """Begin at once; whoever leaves waits until nothing is linked any more."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(_link, base, tree)


def _link(base: Release | None, tree: Path) -> Linked:
    tree.mkdir(parents=True)
    if base is None:
        return Linked()
    hosts: dict[str, dict[str, str]] = {}
    for name, digest in base.outputs.items():
        host = name.partition("/")[0]
        if not host.startswith("."):
            hosts.setdefault(host, {})[name] = digest
    there = [host for host in hosts if (base.tree / host).is_dir() and not (base.tree / host).is_symlink()]
    link_folders(base.tree, tree, there)
    times = times_below(tree)
    altered = {
        host
        for host, files in hosts.items()
        if times.get(host) != {name: file_time(digest) for name, digest in files.items()}
    }
    return Linked(hosts, {host: _plain(files) for host, files in hosts.items()}, frozenset(altered))


def _plain(files: Mapping[str, str]) -> dict[str, str]:
    return {
        name: digest
        for name, digest in files.items()
        if not (name.endswith(SUFFIXES) and name.rpartition(".")[0] in files)
    }
