"""A restic repository that opens at once: restic spends half a second on each password, so that nobody guesses it.

The tests open one some hundred times and keep nothing in it. restic writes how hard a key is into the key itself; here
the same master key is wrapped anew with the least that restic takes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305


def make_quick(repository: Path, password: str) -> None:
    """Replace the only key of a repository by one for the same password that costs no time."""
    (file,) = (repository / "keys").iterdir()
    key = json.loads(file.read_bytes())
    master = _opened(base64.b64decode(key["data"]), _derived(password, key))
    key |= {"N": 2, "r": 1, "p": 1, "salt": base64.b64encode(secrets.token_bytes(64)).decode()}
    key["data"] = base64.b64encode(_sealed(master, _derived(password, key))).decode()
    data = json.dumps(key).encode()
    file.unlink()
    file.with_name(hashlib.sha256(data).hexdigest()).write_bytes(data)


def _derived(password: str, key: dict) -> bytes:
    salt = base64.b64decode(key["salt"])
    most = 256 * key["N"] * key["r"] + (1 << 25)
    return hashlib.scrypt(password.encode(), salt=salt, n=key["N"], r=key["r"], p=key["p"], maxmem=most, dklen=64)


def _opened(data: bytes, derived: bytes) -> bytes:
    nonce, sealed, tag = data[:16], data[16:-16], data[-16:]
    assert _tag(nonce, sealed, derived) == tag
    return Cipher(algorithms.AES(derived[:32]), modes.CTR(nonce)).decryptor().update(sealed)


def _sealed(data: bytes, derived: bytes) -> bytes:
    nonce = secrets.token_bytes(16)
    sealed = Cipher(algorithms.AES(derived[:32]), modes.CTR(nonce)).encryptor().update(data)
    return nonce + sealed + _tag(nonce, sealed, derived)


def _tag(nonce: bytes, sealed: bytes, derived: bytes) -> bytes:
    """Return Poly1305-AES: the one-time half of the key is the nonce, enciphered."""
    once = Cipher(algorithms.AES(derived[32:48]), modes.ECB()).encryptor().update(nonce)  # noqa: S305 (one block)
    return Poly1305.generate_tag(derived[48:64] + once, sealed)
