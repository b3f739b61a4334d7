"""What a target shall hold of a Release: its files, and for storage without a web server the redirects as objects."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from congtin.release.records import Release
from congtin.release.supplement import Supplement
from congtin.release.targets import source
from congtin.release.targets.order import plain_name
from congtin.release.targets.settings import LocalTarget, RsyncTarget, S3Target

SERVER = ".server/"
_REDIRECTS = ".redirects.txt"
# What S3 takes as x-amz-website-redirect-location.
_MOST = 2048


@dataclass(frozen=True)
class Wanted:
    """The files a target shall hold, with their digests."""

    release: Release
    files: Mapping[str, str]
    supplement: Supplement | None = None
    """Search indexes and databases; they never stand in for a file of the Release."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Files that are made here, with the address each leads to."""

    def holder(self, name: str) -> source.Sealed:
        """Return what has a file."""
        return self.supplement if self.supplement and name not in self.release.outputs else self.release

    def file(self, name: str) -> Path:
        """Return where a file lies."""
        return self.holder(name).tree / name


def wanted_of(
    release: Release, settings: LocalTarget | RsyncTarget | S3Target, supplement: Supplement | None = None
) -> Wanted:
    """Return what a target shall hold; raise ReleaseDamaged when a list of redirects cannot be believed."""
    if not settings.takes_supplement:
        supplement = None
    outputs = {**(supplement.outputs if supplement else {}), **release.outputs}
    if not isinstance(settings, S3Target):
        return Wanted(release, outputs, supplement)
    files = {name: digest for name, digest in outputs.items() if _is_object(name, outputs, settings)}
    moved = {name: to for name, to in _moved(release) if name not in files}
    made = {name: hashlib.sha256(f"redirect {to}".encode()).hexdigest() for name, to in moved.items()}
    return Wanted(release, files | made, supplement, moved)


def redirect_page(to: str) -> bytes:
    """Return a page that leads on, for storage that knows no redirects."""
    address = html.escape(to)
    return (
        f'<!DOCTYPE html><html lang=""><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={address}">'
        f'<link rel="canonical" href="{address}"><title>{address}</title><a href="{address}">{address}</a></html>\n'
    ).encode()


def _is_object(name: str, outputs: Mapping[str, str], settings: S3Target) -> bool:
    if name.startswith(SERVER):
        return False
    plain = plain_name(name)
    return settings.compressed or plain == name or plain not in outputs


def _moved(release: Release) -> Iterator[tuple[str, str]]:
    """Yield (name of the object, address it leads to) of every redirect."""
    for name in sorted(release.outputs):
        if name.startswith(SERVER) and name.endswith(_REDIRECTS):
            host = name.removeprefix(SERVER).partition("/")[0]
            text = bytearray()
            with source.open_file(release, name) as stream:
                source.pour(release, name, stream, text.extend)
            for line in text.decode("utf-8").splitlines():
                old, _, target = line.partition(" ")
                to = f"https://{host}{target}" if target.startswith("/") else target
                place = unquote(old).lstrip("/")
                place += "index.html" if not place or place.endswith("/") else ""
                if len(to.encode()) <= _MOST and is_safe(f"{host}/{place}"):
                    yield f"{host}/{place}", to


def is_safe(name: str) -> bool:
    """Tell whether a name stays below the folder it is meant for."""
    parts = name.split("/")
    return not ({"", ".", ".."} & set(parts)) and not any(ord(sign) < 32 or ord(sign) == 127 for sign in name)
