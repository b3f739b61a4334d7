"""Text in which nothing hides: an approver answers for every byte.

What has no look of its own, or the look of something else, is written as its number in ⟦ ⟧. These brackets and
‹ ›, which enclose addresses and markup, are therefore written as numbers too where a text holds them: different
texts stay different, and no text can pretend to be a mark of the comparison.
"""

from __future__ import annotations

import re
import unicodedata

from congtin.characters import character_name

NO_LINE_END = "⟦EOF⟧"
SPACE = "⟦U+0020⟧"

_RESERVED = "⟦⟧‹›"
# Printable to Python, blank to people: fillers, joiners, variation selectors, an empty Braille cell.
_BLANK = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00016fe4\U0001d159\U000e0100-\U000e01ef"
)
# Marks that strike out, enclose or tower over what stands beside them; of two marks on a letter, the second is one.
_OVERLAYS = "\u0334-\u0338\u0488\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Writing from right to left turns round the signs and digits beside it. No Edition is written so.
_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
# Letters that look like Latin ones: Greek, Cyrillic, Armenian, Cherokee, Coptic, small capitals, full width, styled.
_LOOKALIKES = (
    "\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u13a0-\u13ff\u1c80-\u1c8f\u1d00-\u1d2b\u1f00-\u1fff\u2c80-\u2cff\ua640-\ua69f"
    "\uab30-\uabbf\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u2100-\u214f\u2160-\u2188\U0001d400-\U0001d7ff"
)
_ODD = re.compile(f"[{_RESERVED}{_BLANK}{_OVERLAYS}{_RIGHT_TO_LEFT}]|[\u0300-\u036f]{{2}}")
_LOOKALIKE = re.compile(f"[{_LOOKALIKES}]")
_WORD = re.compile(r"\w+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s()\[\]<>\"”’»]*")
_VIETNAMESE = "đĐ" + "".join(
    unicodedata.normalize("NFC", letter + tone)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
)
# In an address a sign that only looks like a stop or slash would lead elsewhere.
_ODD_IN_ADDRESS = re.compile(f"[^\x00-\x7f⟦⟧↵{_VIETNAMESE}]")


def visible(text: str) -> str:
    """Return ``text`` with everything invisible or deceptive as a number; a line feed is ⟦↵⟧."""
    if text.isascii() and text.isprintable():
        return text
    if unicodedata.is_normalized("NFC", text) and text.isprintable() and not _ODD.search(text):
        shown = text
    else:
        shown = _spelled(text)
    if "://" in shown:
        shown = _ADDRESS.sub(lambda match: _ODD_IN_ADDRESS.sub(_number, match[0]), shown)
    return _WORD.sub(_unmasked, shown) if _LOOKALIKE.search(shown) else shown


def visible_line(text: str) -> str:
    """Return a line for people, the spaces at its end made visible too."""
    words = text.rstrip(" ")
    return visible(words) + SPACE * (len(text) - len(words))


def visible_address(text: str) -> str:
    """Return an address for people: all but ASCII and Vietnamese letters are numbers."""
    return _ODD_IN_ADDRESS.sub(_number, visible(text))


def _spelled(text: str) -> str:
    composed = unicodedata.is_normalized("NFC", text)
    parts = []
    before = " "
    for char in text:
        taken_apart = not composed and (
            unicodedata.combining(char) or not unicodedata.is_normalized("NFC", before + char)
        )
        piled = unicodedata.combining(char) and unicodedata.combining(before)
        if taken_apart or piled or not char.isprintable() or _ODD.match(char):
            parts.append(_code(char))
        else:
            parts.append(char)
        before = char
    return "".join(parts)


def _unmasked(word: re.Match[str]) -> str:
    return _LOOKALIKE.sub(_number, word[0]) if _LATIN.search(word[0]) else word[0]


def _number(match: re.Match[str]) -> str:
    return _code(match[0])


def _code(char: str) -> str:
    if char == "\n":
        return "⟦↵⟧"
    # How Python holds a byte that is no UTF-8.
    return f"⟦{ord(char) - 0xDC00:02X}⟧" if "\udc80" <= char <= "\udcff" else f"⟦{character_name(char)}⟧"
