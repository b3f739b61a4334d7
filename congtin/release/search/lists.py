"""The lists of what can be searched for, as a build leaves them (`congtin.build.searchable`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from congtin.build.manifest import SERVER_FOLDER
from congtin.build.searchable import SUFFIX
from congtin.errors import CongtinError
from congtin.messages import msg


class ListDamaged(CongtinError):
    """A list is not what a build leaves there."""


class Head(BaseModel):
    """Which Edition a list is of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str
    portal: str
    name: str
    lang: str
    host: str
    root: str

    @property
    def folder(self) -> str:
        """Folder of the Edition's pages below the tree."""
        return f"{self.host}{self.root}".rstrip("/")

    @property
    def is_portal(self) -> bool:
        return self.site == f"{self.portal}/portal"


class Entry(BaseModel):
    """One Item of an Edition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    path: str
    role: str
    title: str
    lang: str
    summary: str = ""
    section: str = ""
    type: str = ""
    number: str = ""
    issuer: str = ""
    date: str = ""


@dataclass(frozen=True)
class Tree:
    """Published files: a Release's, or what a build of the work tree left."""

    folder: Path
    lists: tuple[str, ...]
    """The lists of all Editions, by path below the folder."""
    digest_of: Callable[[str], str]
    """The digest of a file below the folder; raises KeyError or OSError where there is none."""


def list_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return which of these paths are lists."""
    return tuple(sorted(name for name in names if name.startswith(f"{SERVER_FOLDER}/") and name.endswith(SUFFIX)))


def read_head(folder: Path, name: str) -> Head:
    """Return the Edition of a list; raise ListDamaged."""
    try:
        with (folder / name).open("rb") as stream:
            return Head.model_validate_json(stream.readline())
    except (OSError, ValidationError) as error:
        raise ListDamaged(msg("{path} is no list of what can be searched for.", path=folder / name)) from error


def read_entries(folder: Path, name: str) -> list[Entry]:
    """Return the Items of a list; raise ListDamaged."""
    try:
        return list(_entries(folder / name))
    except (OSError, ValueError) as error:  # ValidationError is a ValueError
        raise ListDamaged(msg("{path} is no list of what can be searched for.", path=folder / name)) from error


def _entries(file: Path) -> Iterator[Entry]:
    with file.open("rb") as stream:
        stream.readline()
        for line in stream:
            entry = Entry.model_validate(json.loads(line))
            # A path decides where something is written: what an address cannot be is no address.
            if entry.path.startswith("/") or ".." in entry.path.split("/"):
                raise ValueError(entry.path)
            yield entry
