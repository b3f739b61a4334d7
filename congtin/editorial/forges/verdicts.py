"""The gate's answer about one commit, signed by congtin's service: what pipelines read, since they hold no rosters.

A status on a forge can be posted by whoever may write there; this cannot. The service puts it where pipelines can
fetch it: ``<service>/verdicts/<commit>.json``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from congtin.editorial import signatures
from congtin.editorial.forges.client import Client, Shape, read
from congtin.editorial.forges.models import require_oid
from congtin.editorial.signatures import BadSignature, PublicKey
from congtin.errors import CongtinError
from congtin.messages import msg

NAMESPACE = "congtin-verdict"
Answer = Literal["approved", "waiting", "refused", "merged"]
_Oid = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]


class BadVerdict(CongtinError):
    """A verdict is not signed by the service, is about something else, or is too old."""


class Verdict(Shape):
    """What the gate says of a commit, and until when that may be relied on."""

    format: Literal[1] = 1
    commit: _Oid
    answer: Answer
    """``approved``: may be merged as it is. ``merged``: this is main, and its history verifies."""
    repository: Annotated[str, Field(max_length=300)]
    log: _Oid
    at: AwareDatetime
    until: AwareDatetime

    def to_bytes(self) -> bytes:
        """Return the one form in which this is signed."""
        data = self.model_dump(mode="json")
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


class _Document(Shape):
    verdict: Verdict
    signature: Annotated[str, Field(max_length=4000)]


def sign_verdict(verdict: Verdict, key_file: Path) -> bytes:
    """Return the file that pipelines fetch, verdict and signature; raise UsageError when the key cannot sign."""
    signature = signatures.sign(verdict.to_bytes(), key_file, NAMESPACE).decode("ascii")
    data = {"verdict": json.loads(verdict.to_bytes()), "signature": signature}
    return json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def fetch_verdict(client: Client, commit: str, repository: str, keys: Sequence[PublicKey], now: datetime) -> Verdict:
    """Return the service's verdict about a commit; raise BadVerdict or ForgeError."""
    return open_verdict(client.get(f"/verdicts/{require_oid(commit)}.json"), commit, repository, keys, now)


def open_verdict(data: object, commit: str, repository: str, keys: Sequence[PublicKey], now: datetime) -> Verdict:
    """Return the verdict of a fetched file; raise BadVerdict unless the service says it of this commit, now."""
    document = read(_Document, data, "verdict")
    verdict = document.verdict
    try:
        key = signatures.verify(verdict.to_bytes(), document.signature.encode("ascii", "replace"), NAMESPACE)
    except BadSignature as error:
        raise BadVerdict(msg("The verdict is not signed by the service: {detail}", detail=error.message)) from error
    if key not in keys:
        raise BadVerdict(msg("The verdict is signed by {key}, which is not the service’s.", key=key.fingerprint))
    if verdict.commit != commit or verdict.repository.lower() != repository.lower():
        raise BadVerdict(msg("The verdict is about another commit or repository: {commit}.", commit=verdict.commit))
    if not verdict.at <= now < verdict.until:
        raise BadVerdict(
            msg("The verdict held from {since} until {until}.", since=verdict.at, until=verdict.until),
            msg("Is the service running, and are both clocks right?"),
        )
    return verdict
