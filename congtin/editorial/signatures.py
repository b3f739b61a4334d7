"""SSH signatures: who signed, checked by OpenSSH itself.

A signature carries its key; whose key that is, and whether it counts, the roster says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from congtin.errors import CongtinError, UsageError
from congtin.messages import msg

APPROVAL = "congtin-approval"
LOG = "congtin-log"
RELEASE = "congtin-release"
STORE = "congtin-store"
SUPPLEMENT = "congtin-supplement"
COMMIT = "git"
# Keys that a person can have stolen by arithmetic are not taken: no DSA, no RSA below 3072 bits.
_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-rsa",
)
_LEAST_RSA_BYTES = 3072 // 8
_BEGIN, _END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"


class BadSignature(CongtinError):
    """A signature is not what it must be."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An SSH public key: its type and its bytes, without the comment."""

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """``SHA256:…`` as OpenSSH shows it; the same key has one, however it is written."""
        return fingerprint_of(self.blob)

    @property
    def line(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of a key's bytes."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def parse_key(text: str) -> PublicKey:
    """Return the key of a line as in `id_ed25519.pub`; raise UsageError when it is none that is taken."""
    words = text.split()
    hint = msg("Copy the one line of the file that ends in .pub: “ssh-ed25519 AAAA…”.")
    if "\n" in text.strip() or len(words) < 2 or words[0] not in _TYPES:
        raise UsageError(msg("This is no SSH public key that is taken: “{key}”.", key=text[:40]), hint)
    try:
        blob = base64.b64decode(words[1], validate=True)
        fields = _strings(blob)
    except (binascii.Error, struct.error, ValueError) as error:
        raise UsageError(msg("The SSH public key is damaged: “{key}”.", key=text[:40]), hint) from error
    if not fields or fields[0] != words[0].encode():
        raise UsageError(msg("The SSH public key is damaged: “{key}”.", key=text[:40]), hint)
    if words[0] == "ssh-rsa" and (len(fields) != 3 or len(fields[2].lstrip(b"\0")) < _LEAST_RSA_BYTES):
        raise UsageError(msg("An RSA key must have at least 3072 bits."), msg("Run: ssh-keygen -t ed25519"))
    # Written anew from its parts: bytes behind the key would give one key two fingerprints.
    if b"".join(struct.pack(">I", len(part)) + part for part in fields) != blob:
        raise UsageError(msg("The SSH public key is damaged: “{key}”.", key=text[:40]), hint)
    return PublicKey(words[0], blob)


def signer(signature: bytes) -> PublicKey:
    """Return the key a signature names; this proves nothing yet. Raise BadSignature when it cannot be read."""
    try:
        inner = signature.strip().removeprefix(_BEGIN).removesuffix(_END)
        data = base64.b64decode(b"".join(inner.split()), validate=True)
        if data[:6] != b"SSHSIG" or struct.unpack(">I", data[6:10]) != (1,):
            raise BadSignature(msg("This is no SSH signature."))
        (length,) = struct.unpack(">I", data[10:14])
        blob = data[14 : 14 + length]
        return parse_key(f"{_strings(blob)[0].decode()} {base64.b64encode(blob).decode()}")
    except (ValueError, struct.error, IndexError) as error:
        raise BadSignature(msg("This is no SSH signature.")) from error
    except UsageError as error:
        raise BadSignature(error.message, error.hint) from error


def verify(data: bytes, signature: bytes, namespace: str) -> PublicKey:
    """Return the key that signed ``data`` for ``namespace``; raise BadSignature when no key did.

    Whether a key was valid at that time is not asked here: dates stand in the roster.
    """
    key = signer(signature)
    with tempfile.TemporaryDirectory(prefix="congtin-") as folder:
        allowed, detached = Path(folder, "allowed"), Path(folder, "signature")
        allowed.write_text(f'signer namespaces="{namespace}" {key.line}\n', "utf-8")
        detached.write_bytes(signature.strip() + b"\n")
        done = subprocess.run(  # noqa: S603
            ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", "signer", "-n", namespace, "-s", str(detached)],  # noqa: S607
            input=data, capture_output=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise BadSignature(msg("The signature of {key} does not fit.", key=key.fingerprint))
    return key


def sign(data: bytes, key_file: Path, namespace: str, environment: Mapping[str, str] | None = None) -> bytes:
    """Return a signature with a private key (or its .pub, when an agent holds it); raise UsageError when it fails."""
    done = subprocess.run(  # noqa: S603
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key_file), "-n", namespace, "-"],  # noqa: S607
        input=data, capture_output=True, check=False, env=environment,
    )  # fmt: skip
    if done.returncode or not done.stdout.startswith(_BEGIN):
        detail = done.stderr.decode("utf-8", "replace").strip()[:300]
        hint = msg("Choose your key: git config congtin.signingkey ~/.ssh/id_ed25519")
        raise UsageError(msg("Signing with {file} failed: {detail}", file=key_file, detail=detail), hint)
    return done.stdout


def public_key_of(key_file: Path) -> PublicKey:
    """Return the public key of a private key's file (or of the .pub itself); raise UsageError when it fails."""
    public = key_file if key_file.suffix == ".pub" else key_file.with_name(key_file.name + ".pub")
    try:
        return parse_key(public.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        hint = msg("Make one: ssh-keygen -t ed25519 -f {file}", file=key_file)
        raise UsageError(msg("There is no public key {file}.", file=public), hint) from error


def _strings(blob: bytes) -> list[bytes]:
    """Return the length-prefixed strings of a key; raise ValueError when it ends too early."""
    found, at = [], 0
    while at < len(blob):
        (length,) = struct.unpack(">I", blob[at : at + 4])
        at += 4
        if at + length > len(blob):
            raise ValueError
        found.append(blob[at : at + length])
        at += length
    return found
