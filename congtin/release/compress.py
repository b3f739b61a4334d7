"""Texts compressed once, so that no web server does it for every reader."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import brotli

from congtin.cores import worker_count

SUFFIXES = (".gz", ".br")
_TEXT = frozenset(
    {"atom", "css", "csv", "html", "ics", "js", "json", "jsonld", "map", "svg", "ttl", "txt", "webmanifest", "xml"}
)
# Below this a reader gains nothing.
_LEAST = 256
# One step below the best: 2 % larger, and more than twice as fast on pages of a few kilobytes.
_BROTLI_QUALITY = 10
_AT_A_TIME = 512


def is_compressible(name: str) -> bool:
    """Tell whether a file of this name is worth compressing."""
    return name.rpartition(".")[2] in _TEXT


def compressed(data: bytes) -> dict[str, bytes]:
    """Return the smaller forms of a text by their suffix; none where there is nothing to gain."""
    if len(data) < _LEAST:
        return {}
    forms = {
        ".gz": gzip.compress(data, 9, mtime=0),
        ".br": brotli.compress(data, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
    }
    return {suffix: form for suffix, form in forms.items() if len(form) < len(data)}


def all_compressed(texts: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield (digest, smaller forms) of each text; both libraries let other threads work meanwhile."""
    with ThreadPoolExecutor(worker_count()) as pool:
        batch: list[tuple[str, bytes]] = []
        for text in texts:
            batch.append(text)
            if len(batch) == _AT_A_TIME:
                yield from pool.map(_one, batch)
                batch = []
        yield from pool.map(_one, batch)


def _one(text: tuple[str, bytes]) -> tuple[str, dict[str, bytes]]:
    return text[0], compressed(text[1])
