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
# Letters that look like Latin ones: Greek, Cyrillic, Armenian, Cherokee, Coptic, small capitals, full width, styled.
_LOOKALIKES = (
    "\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u13a0-\u13ff\u1c80-\u1c8f\u1d00-\u1d2b\u1f00-\u1fff\u2c80-\u2cff\ua640-\ua69f"
    "\uab30-\uabbf\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u2100-\u214f\u2160-\u2188\U0001d400-\U0001d7ff"
)
_ODD = re.compile(f"[{_RESERVED}{_BLANK}]")
_LOOKALIKE = re.compile(f"[{_LOOKALIKES}]")
_WORD = re.compile(r"\w+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")


def visible(text: str) -> str:
    """Return ``text`` with everything invisible or deceptive as a number; a line feed is ⟦↵⟧."""
    if text.isascii() and text.isprintable():
        return text
    if unicodedata.is_normalized("NFC", text) and text.isprintable() and not _ODD.search(text):
        shown = text
    else:
        shown = _spelled(text)
    return _WORD.sub(_unmasked, shown) if _LOOKALIKE.search(shown) else shown


def visible_line(text: str) -> str:
    """Return a line for people, the spaces at its end made visible too."""
    words = text.rstrip(" ")
    return visible(words) + SPACE * (len(text) - len(words))


def visible_address(text: str) -> str:
    """Return an address for people: a letter of another alphabet is a number even among its own."""
    return _LOOKALIKE.sub(_number, visible(text))


def _spelled(text: str) -> str:
    composed = unicodedata.is_normalized("NFC", text)
    parts = []
    before = ""
    for char in text:
        taken_apart = not composed and (
            unicodedata.combining(char) or not unicodedata.is_normalized("NFC", before + char)
        )
        if taken_apart or not char.isprintable() or _ODD.match(char):
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
