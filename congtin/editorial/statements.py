"""What people say about a Change: one form of signed statement for all of it.

A statement names no person: who said it is whoever's key signed it (E7). It is over exact bytes: the digest of
the difference, and the content of every file that differs.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from congtin.characters import INVISIBLE, LINE_SEPARATORS
from congtin.editorial import signatures
from congtin.editorial.signatures import APPROVAL, BadSignature, PublicKey
from congtin.errors import CongtinError, list_of
from congtin.messages import msg

ATTESTATION = "congtin-attestation"
MOST_BYTES = 4 * 1024 * 1024

Oid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ChangeId = Annotated[str, StringConstraints(pattern=r"^[23456789abcdefghjkmnpqrstvwxyz]{12}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Type(enum.StrEnum):
    """What a statement does."""

    SUBMISSION = "submission"
    APPROVAL = "approval"
    CHANGES_REQUESTED = "changes-requested"
    REJECTION = "rejection"
    WITHDRAWAL = "withdrawal"
    NEEDS_CONFIRMATION = "needs-confirmation"
    CONFIRMATION = "confirmation"
    TAKEDOWN = "takedown"
    TAKEDOWN_CONFIRMATION = "takedown-confirmation"


class BadStatement(CongtinError):
    """A statement is not in the one form that statements have."""


class Attested(BaseModel):
    """What the service has seen at a forge, when it speaks for a person who approved there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    forge: Short
    review: Short
    person: Short


class Statement(BaseModel):
    """One signed act of a person over the exact bytes of a Change (E1, E14, E15, E19, E23, E24)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    type: Type
    change: ChangeId
    base: Oid
    head: Oid
    digest: Sha256
    files: dict[str, Sha256 | None]
    at: AwareDatetime
    title: Short | None = None
    description: Annotated[str, StringConstraints(max_length=20_000)] | None = None
    declaration: bool | None = None
    document: Short | None = None
    code: Short | None = None
    pack: Short | None = None
    reason: Words | None = None
    unit: Short | None = None
    item: Short | None = None
    attested: Attested | None = None
    checks: dict[Literal["error", "warning", "notice"], int] | None = Field(
        default=None, description="problems by severity, as the approver sees them"
    )

    def to_bytes(self) -> bytes:
        """Return the one form in which this is signed and kept."""
        data = self.model_dump(mode="json", exclude_none=True) | {"files": self.files}
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


# What each type must say besides the bytes it is about, and all that it may say.
_MUST: Mapping[Type, frozenset[str]] = {
    Type.SUBMISSION: frozenset({"title", "declaration"}),
    Type.APPROVAL: frozenset(),
    Type.CHANGES_REQUESTED: frozenset({"reason"}),
    Type.REJECTION: frozenset({"code", "pack", "reason"}),
    Type.WITHDRAWAL: frozenset(),
    Type.NEEDS_CONFIRMATION: frozenset({"unit", "reason"}),
    Type.CONFIRMATION: frozenset({"unit"}),
    Type.TAKEDOWN: frozenset({"item", "reason"}),
    Type.TAKEDOWN_CONFIRMATION: frozenset({"item"}),
}
_MAY: Mapping[Type, frozenset[str]] = {
    Type.SUBMISSION: frozenset({"description", "document", "checks"}),
    Type.APPROVAL: frozenset({"attested", "reason"}),
    Type.CHANGES_REQUESTED: frozenset({"attested"}),
    Type.WITHDRAWAL: frozenset({"reason"}),
    Type.CONFIRMATION: frozenset({"reason"}),
    Type.TAKEDOWN_CONFIRMATION: frozenset({"reason"}),
}
_COMMON = frozenset({"format", "type", "change", "base", "head", "digest", "files", "at"})


@dataclass(frozen=True)
class Signed:
    """A statement with the signature that was found good, and the key that gave it."""

    statement: Statement
    data: bytes
    signature: bytes
    key: PublicKey

    @property
    def sha(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def path(self) -> str:
        """Where it stands in the ref of the Approvals, without the ending."""
        change = self.statement.change
        return f"{change[:2]}/{change}/{self.sha}"


def parse_statement(data: bytes) -> Statement:
    """Return what ``data`` says; raise BadStatement unless it is written exactly as `to_bytes` writes it."""
    if len(data) > MOST_BYTES:
        raise BadStatement(msg("The statement is larger than {most} bytes.", most=f"{MOST_BYTES:,}"))
    try:
        statement = Statement.model_validate_json(data)
    except ValidationError as error:
        where = list_of(".".join(map(str, found["loc"])) or "JSON" for found in error.errors())
        raise BadStatement(msg("The statement is not in the right form: {fields}.", fields=where)) from error
    if statement.to_bytes() != data:
        raise BadStatement(msg("The statement is not written in its one form."))
    if any(INVISIBLE.search(text) or LINE_SEPARATORS.search(text) for text in _texts(statement)):
        raise BadStatement(msg("The statement holds characters that texts must not hold."))
    said = statement.model_fields_set
    must, may = _MUST[statement.type], _MAY.get(statement.type, frozenset())
    missing = sorted(name for name in must if getattr(statement, name) is None)
    foreign = sorted(said - _COMMON - must - may)
    if missing or foreign:
        text = msg(
            "A statement “{type}” lacks or must not hold: {fields}.",
            type=statement.type.value,
            fields=list_of([*missing, *foreign]),
        )
        raise BadStatement(text)
    if statement.type is Type.SUBMISSION and statement.declaration is not True:
        raise BadStatement(msg("Who submits must declare that the Change holds no secret and nothing banned (E24)."))
    return statement


def _texts(statement: Statement) -> Iterator[str]:
    """Yield every text that people read: what steers a terminal or turns words around would deceive them."""
    for value in (statement.model_dump(), statement.attested.model_dump() if statement.attested else {}):
        yield from (text for text in value.values() if isinstance(text, str))


def open_signed(data: bytes, signature: bytes) -> Signed:
    """Return a statement whose signature fits; raise BadStatement or BadSignature."""
    statement = parse_statement(data)
    namespace = ATTESTATION if statement.attested else APPROVAL
    return Signed(statement, data, signature, signatures.verify(data, signature, namespace))


def sign_statement(statement: Statement, key_file: Path) -> Signed:
    """Return a statement signed with a private key; raise UsageError when the key cannot sign."""
    data = parse_statement(statement.to_bytes()).to_bytes()
    namespace = ATTESTATION if statement.attested else APPROVAL
    signature = signatures.sign(data, key_file, namespace)
    return Signed(statement, data, signature, signatures.signer(signature))


def is_readable(data: bytes, signature: bytes) -> bool:
    """Tell whether these bytes are a statement at all."""
    try:
        open_signed(data, signature)
    except (BadStatement, BadSignature):
        return False
    return True


def second(moment: datetime) -> datetime:
    """Return a moment without its fractions: statements and log are written in seconds."""
    return moment.replace(microsecond=0)


def sites_of(paths: Iterable[str]) -> list[str]:
    """Return the Sites whose folders these paths lie in."""
    parts = (path.split("/") for path in paths)
    found = {"/".join(p[1:3]).removesuffix(".yaml") for p in parts if len(p) > 2 and p[0] in ("content", "sites")}
    return sorted(found)
