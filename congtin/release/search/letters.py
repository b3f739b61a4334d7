"""The letters of an index: NFC, with đ as a letter that has a mark.

Pagefind finds `hà nội` for `ha noi` because it takes marks off. The stroke of đ is no mark to Unicode, so `da nang`
would not find Đà Nẵng. Indexes therefore hold ḓ (d with a circumflex below, which no language of these sites has);
the page that searches writes its questions the same way and turns what it shows back (`search.js`).
"""

from __future__ import annotations

import unicodedata


def mapped(text: str) -> str:
    """Return a text as an index holds it."""
    return unicodedata.normalize("NFC", text).replace("đ", "ḓ").replace("Đ", "Ḓ")
