"""Finds people of the roster in what the public gets: outputs, mirrors, data of commits (E7)."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from congtin.editorial.roster import Roster
from congtin.editorial.signatures import parse_key

_JSON_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_SIGNATURE = re.compile(rb"-----BEGIN SSH SIGNATURE-----(.*?)-----END SSH SIGNATURE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Leak:
    """Something of the roster, and where it was found."""

    where: str
    kind: str
    what: str


def leaks(texts: Mapping[str, bytes], roster: Roster, *, more: Iterable[str] = ()) -> list[Leak]:
    """Return every trace of the roster in ``texts`` (name → bytes).

    Looked for are ids, names and forge logins of people, keys and fingerprints, also inside SSH signatures, and the
    e-mail addresses and telephones of providers; ``more`` names further words, such as addresses of commits.
    """
    words = {_plain(word): (kind, word) for kind, word in [*_words(roster), *(("word", word) for word in more)]}
    # A word of its own: the id “an” is not in “ban”.
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])") if words else None
    blobs = {parse_key(key.key).blob: fingerprint for fingerprint, (_, key) in roster.keys.items()}
    found = []
    for where, data in texts.items():
        if pattern:
            hits = (hit for text in _readings(data.decode("utf-8", "replace")) for hit in pattern.findall(text))
            found += [Leak(where, *words[word]) for word in dict.fromkeys(hits)]
        found += [Leak(where, "signature", blobs[blob]) for blob in _signers(data, blobs)]
    return found


def _readings(text: str) -> set[str]:
    """Return a text as it stands and as HTML, addresses and JSON write letters."""
    as_json = _JSON_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return {_plain(each) for each in (text, html.unescape(text), unquote(text), as_json)}


def _words(roster: Roster) -> Iterator[tuple[str, str]]:
    for person, entry in roster.people.items():
        yield "person", person
        yield "name", entry.name
        for account in entry.forges.values():
            yield "login", account.login
    for fingerprint, (_, key) in roster.keys.items():
        yield "fingerprint", fingerprint
        yield "fingerprint", fingerprint.removeprefix("SHA256:")
        yield "key", base64.b64encode(parse_key(key.key).blob).decode().rstrip("=")
    for provider in roster.providers.values():
        yield "name", provider.name
        yield from (("provider", word) for word in (provider.email, provider.phone) if word)


def _signers(data: bytes, blobs: Mapping[bytes, str]) -> Iterator[bytes]:
    """Yield keys of the roster that stand within SSH signatures."""
    for armoured in _SIGNATURE.findall(data):
        try:
            inner = base64.b64decode(b"".join(armoured.split()))
        except binascii.Error:
            continue
        yield from (blob for blob in blobs if blob in inner)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
