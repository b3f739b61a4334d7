"""What a web server reads of a Release beside its pages: markers it can answer from without being told anew.

nginx reads its configuration once, but the tree changes with every switch. So what changes with a Release stands in
the Release, as files whose names say everything, because a name is all that nginx can look at before it answers:

.server/<host>/.moved/<path>/.to/<address>    301 to the address, its slashes written as underscores (A12)
.server/<host>/.gone/<path>/.is               410, with the page itself as the body
.server/<host>/.emc                           pages of this host may ask the measuring system (N1)

A switch moves these and the pages at once. They are plain files of the tree: signed, copied and compared like all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from congtin.build.manifest import SERVER_FOLDER
from congtin.errors import BuildError
from congtin.messages import msg
from congtin.release.records import PublishedEdition

MOVED, TO, GONE, IS, EMC = ".moved", ".to", ".gone", ".is", ".emc"
# So many parts can an address have that the configuration puts together again.
MOST_PARTS = 9
_ADDRESS = re.compile(r"/([a-z0-9.-]+/)*")
_MOST_NAME = 255
# 30 bits of a digest: a time from 1970 to 2004.
_TIME_BITS = 30


def server_files(lists: Mapping[str, bytes], editions: Iterable[PublishedEdition]) -> dict[str, bytes]:
    """Return the markers of a Release, path in the tree to bytes.

    ``lists`` are the lists of the build (`.server/<host>/<lang>.redirects.txt`, `….gone.txt`) with their content,
    by path in the tree; anything else in it is passed over. Raise BuildError for an address no marker can hold.
    """
    found: dict[str, bytes] = {}
    for path, data in lists.items():
        folder, _, name = path.rpartition("/")
        if not folder.startswith(f"{SERVER_FOLDER}/"):
            continue
        host = folder.removeprefix(f"{SERVER_FOLDER}/")
        lines = [line for line in data.decode("utf-8").splitlines() if line]
        if name.endswith(".redirects.txt"):
            found.update(dict.fromkeys(_moved(host, folder, lines), b""))
        elif name.endswith(".gone.txt"):
            found.update(dict.fromkeys((f"{folder}/{GONE}{_sound(line)}{IS}" for line in lines), b""))
    found.update({f"{SERVER_FOLDER}/{e.host}/{EMC}": b"" for e in editions if e.emc_site_id})
    return found


def _moved(host: str, folder: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        old, _, target = line.partition(" ")
        yield f"{folder}/{MOVED}{_sound(old)}{TO}/{_name(host, target)}"


def _name(host: str, target: str) -> str:
    """Return an address as the name of a file."""
    parts = urlsplit(target)
    name = f"{parts.netloc or host}{_sound(parts.path)}".replace("/", "_")
    local = not parts.scheme and not parts.netloc
    plain = (local or (parts.scheme == "https" and parts.netloc)) and not parts.query and not parts.fragment
    if not plain or len(name) > _MOST_NAME or name.count("_") > MOST_PARTS:
        raise _cannot(target)
    return name


def _sound(path: str) -> str:
    if not _ADDRESS.fullmatch(path) or "/." in path:
        raise _cannot(path)
    return path


def _cannot(address: str) -> BuildError:
    hint = msg("An address is https://host/part/part/ in lower-case letters, digits and hyphens.")
    return BuildError(msg("No web server can be told of the address “{address}”.", address=address), hint)


def file_time(digest: str) -> int:
    """Return the time of change, in seconds since 1970, that a file of a Release gets: made from its SHA-256.

    Web servers take time and size for the ETag. Two versions of a page may be written within one second and have
    one size; with their true times a browser, or rsync, would hold them for the same. A time made from the content
    is another one for other bytes (to one in 2³⁰ where the sizes are equal too), is the same on every origin,
    whenever it was copied, and is again the former one after a rollback. It lies before 2004, never in the future.
    """
    return int(digest[:16], 16) >> (64 - _TIME_BITS)
