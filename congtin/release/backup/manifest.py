"""What a copy says of itself: which state it holds, and which keys it does not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.editorial.statements import Oid
from congtin.errors import CongtinError
from congtin.messages import msg

FILE = "backup.json"
# Where things lie in a copy, and in the folder it is restored to.
CONTENT, ROSTER, TRUST, HOME, ALSO = "content.git", "roster.git", "trust.yaml", "home", "also"
ENTRIES = (FILE, CONTENT, ROSTER, TRUST, HOME, ALSO)


class NoManifest(CongtinError):
    """A folder is no copy of Côngtin's."""


class KeyNeeded(BaseModel):
    """A secret that is never copied; somebody brings it back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    """Where it was."""
    purpose: Literal["service", "place", "file"]
    """``service`` signs the log and Releases, ``place`` opens a place of copies, ``file`` was found among files."""
    fingerprint: str | None = None


class Manifest(BaseModel):
    """The facts of one copy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    taken: AwareDatetime
    congtin: str
    home: str
    content: str
    roster: str
    refs: dict[str, Oid]
    """Every ref of the content repository, as they stood together."""
    roster_refs: dict[str, Oid]
    releases: tuple[int, ...]
    live: int | None
    keys: tuple[KeyNeeded, ...]

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=1).encode() + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """Return what a restored copy says of itself; raise NoManifest when it cannot be read."""
    try:
        return Manifest.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError) as error:
        raise NoManifest(msg("{folder} holds no copy of Côngtin: {file} cannot be read.", folder=folder, file=FILE)) \
            from error  # fmt: skip
