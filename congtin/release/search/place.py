"""Where indexes lie and how one takes the place of another.

search/<host>/<prefix>/tim-kiem/chi-muc/site.json      which parts the index of this Edition has
search/<host>/<prefix>/tim-kiem/chi-muc/portal.json    the same of the Portal's index
search/<host>/<prefix>/tim-kiem/chi-muc/<part>/        what Pagefind made; never changed, named by what went into it

Writing the small file is the switch: a page that read it before finds the parts it knows for a while longer.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.build.manifest import replace_file
from congtin.release.compress import compressed, is_compressible
from congtin.release.releases import sync_folder

FOLDER = "tim-kiem/chi-muc"
SITE, PORTAL = "site", "portal"
WORK = ".work"
# So long do pages that were opened before a switch find what they began with; after that they begin anew.
GRACE = timedelta(minutes=10)
_FILE_MODE, _FOLDER_MODE = 0o644, 0o755


class Pointer(BaseModel):
    """The small file that says what an index is made of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: tuple[str, ...]
    items: int
    made: AwareDatetime
    source: str
    """Digest of all that decides the index: equal means that nothing needs to be looked at."""
    former: dict[str, AwareDatetime] = {}
    """Parts that are kept until then for pages that know them."""


@dataclass(frozen=True)
class Shelf:
    """The folder with the indexes of one Edition."""

    place: Path
    edition: str
    """Folder of the Edition's pages, as in ``hanoi.gov.vn/english``."""

    @property
    def folder(self) -> Path:
        return self.place / self.edition / FOLDER

    def pointer(self, scope: str) -> Pointer | None:
        """Return what there is to search; None where there is nothing whole."""
        try:
            found = Pointer.model_validate_json((self.folder / f"{scope}.json").read_bytes())
        except (OSError, ValidationError):
            return None
        return found if all((self.folder / part).is_dir() for part in found.parts) else None

    def parts(self) -> tuple[str, ...]:
        """Return the names of all parts at hand."""
        return tuple(sorted(each.name for each in self.folder.iterdir() if each.is_dir())) if self._is_there() else ()

    def _is_there(self) -> bool:
        return self.folder.is_dir()

    def put(self, part: Path) -> None:
        """Take a new part that lies on the same disk, with its texts compressed; raise OSError."""
        target = self.folder / part.name
        if target.is_dir():
            return
        _make_readable(part)
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, *self.folder.parents):
            if folder == self.place.parent:
                break
            folder.chmod(_FOLDER_MODE)
        part.rename(target)

    def switch(self, scope: str, pointer: Pointer) -> None:
        """Make an index the one that is searched, in one step; raise OSError."""
        sync_folder(self.folder) if self._is_there() else self.folder.mkdir(parents=True)
        replace_file(self.folder / f"{scope}.json", pointer.model_dump_json().encode())

    def remove_scope(self, scope: str) -> None:
        """Let there be no index of this scope any more."""
        (self.folder / f"{scope}.json").unlink(missing_ok=True)

    def tidy(self, now: datetime) -> None:
        """Remove parts that no index needs and no open page is granted any more."""
        pointers = [found for scope in (SITE, PORTAL) if (found := self.pointer(scope))]
        kept = {part for found in pointers for part in found.parts}
        kept |= {part for found in pointers for part, until in found.former.items() if until > now}
        for part in self.parts():
            if part not in kept:
                shutil.rmtree(self.folder / part)


def former(before: Pointer | None, parts: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Return which parts stay for a while when ``parts`` take the place of those before."""
    if before is None:
        return {}
    ending = {part: until for part, until in before.former.items() if until > now}
    return {
        part: until
        for part, until in (dict.fromkeys(before.parts, now + GRACE) | ending).items()
        if part not in set(parts)
    }


@lru_cache(maxsize=8)
def _forms(data: bytes) -> dict[str, bytes]:
    """Return the small forms of a text: Pagefind's scripts are the same in every part."""
    return compressed(data)


def _make_readable(part: Path) -> None:
    """Let every web server read a part, whatever the umask, and have small forms of its texts beside them."""
    for base, _, files in os.walk(part):
        Path(base).chmod(_FOLDER_MODE)
        for name in files:
            file = Path(base, name)
            file.chmod(_FILE_MODE)
            if is_compressible(name):
                for suffix, data in _forms(file.read_bytes()).items():
                    form = file.with_name(name + suffix)
                    form.write_bytes(data)
                    form.chmod(_FILE_MODE)
