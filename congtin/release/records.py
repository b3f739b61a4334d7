"""What a Release is, in one signed record beside it: which commit, built by what, every file with its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from congtin.editorial import signatures
from congtin.editorial.signatures import RELEASE, BadSignature
from congtin.editorial.statements import Oid, Sha256
from congtin.editorial.trust import TrustRoot
from congtin.errors import CongtinError
from congtin.messages import msg

RECORD, SIGNATURE, OUTPUTS, TREE = "record.json", "record.sig", "outputs.txt", "tree"


class ReleaseDamaged(CongtinError):
    """A Release is not what its record says; the message names what differs."""


class PublishedEdition(BaseModel):
    """One Site in one language, as a Release has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str
    lang: str
    host: str
    prefix: str
    """``english`` for ``https://<host>/english/``; empty for the home page at ``/``."""
    kind: str
    status: str
    emc_site_id: str | None = None


class Record(BaseModel):
    """The facts of one Release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    number: Annotated[int, Field(ge=1)]
    commit: Oid
    previous: int | None
    """The Release that was live before."""
    clock: AwareDatetime
    """The time the pages were built for: what is due later is not in them."""
    created: AwareDatetime
    profile: Literal["release", "work"]
    congtin: str
    engine: Sha256
    packages: Sha256
    """Digest of the installed Python packages, names and versions."""
    lock: Sha256 | None
    """Digest of the lock file these were installed from, where it is at hand."""
    log_head: Oid | None
    """The audit log's newest entry when this was built."""
    outputs: Sha256
    """Digest of `outputs.txt`, which has the digest of every file."""
    files: int
    pages: int
    changed: int
    """Files whose bytes the Release before did not have."""
    next_due: AwareDatetime | None
    """When the clock alone changes the pages: a scheduled Item, an expiry."""
    editions: tuple[PublishedEdition, ...]

    def to_bytes(self) -> bytes:
        """Return the one form in which this is signed and kept."""
        data = self.model_dump(mode="json")
        return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(sorted({edition.host for edition in self.editions}))


@dataclass(frozen=True)
class Release:
    """A Release on disk. Its name is its number; its files are below `tree`, one folder a host."""

    folder: Path

    @property
    def number(self) -> int:
        return int(self.folder.name)

    @property
    def tree(self) -> Path:
        return self.folder / TREE

    @cached_property
    def record(self) -> Record:
        """The record, its signature not looked at; raise ReleaseDamaged when it cannot be read."""
        try:
            return Record.model_validate_json((self.folder / RECORD).read_bytes())
        except (OSError, ValidationError) as error:
            raise ReleaseDamaged(msg("The record of Release {number} cannot be read.", number=self.number)) from error

    @property
    def is_readable(self) -> bool:
        """Tell whether there is a record at all, whoever wrote it."""
        try:
            return bool(self.record)
        except ReleaseDamaged:
            return False

    def check_signature(self, trust: TrustRoot) -> None:
        """Raise ReleaseDamaged unless the service signed the record, and the list of files is the one it names."""
        try:
            data = (self.folder / RECORD).read_bytes()
            key = signatures.verify(data, (self.folder / SIGNATURE).read_bytes(), RELEASE)
        except (OSError, BadSignature) as error:
            raise ReleaseDamaged(
                msg("The record of Release {number} is not signed by the service.", number=self.number)
            ) from error
        if not trust.is_service_key(key.fingerprint, self.record.created) or self.record.number != self.number:
            raise ReleaseDamaged(
                msg("The record of Release {number} is not signed by the service.", number=self.number)
            )
        if hashlib.sha256(self._outputs_bytes()).hexdigest() != self.record.outputs:
            raise ReleaseDamaged(msg("The list of files of Release {number} was altered.", number=self.number))

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """Every file below `tree` with its SHA-256; raise ReleaseDamaged when the list cannot be read."""
        try:
            return dict(listed(self._outputs_bytes().decode("utf-8")))
        except ValueError as error:
            text = msg("The list of files of Release {number} was altered.", number=self.number)
            raise ReleaseDamaged(text) from error

    def _outputs_bytes(self) -> bytes:
        try:
            return (self.folder / OUTPUTS).read_bytes()
        except OSError as error:
            text = msg("The list of files of Release {number} cannot be read.", number=self.number)
            raise ReleaseDamaged(text) from error


def outputs_bytes(outputs: Mapping[str, str]) -> bytes:
    """Return a list of files as `sha256sum --check` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(outputs.items())).encode()


def listed(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, digest) of each file of a list; raise ValueError for what is none."""
    for line in text.splitlines():
        digest, name = line.split("  ", 1)
        yield name, digest
