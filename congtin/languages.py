"""Languages as BCP 47 tags: names, locales, order of words, and ASCII addresses."""

from __future__ import annotations

import functools
import re
import unicodedata

from babel import Locale, UnknownLocaleError
from babel.core import get_global

VIETNAMESE = "vi"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
# The script a bare tag stands for where readers' software would otherwise have to guess.
_HTML_TAGS = {"zh": "zh-Hans"}
_OWN_NAMES = {"zh": "中文", "mtq": "Mường"}

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def is_language_tag(text: str) -> bool:
    """Tell whether ``text`` is a well-formed language tag such as ``vi``, ``mtq``, ``zh-Hant``."""
    return _TAG.fullmatch(text) is not None


def html_lang(tag: str) -> str:
    """Return the value for ``lang`` and ``hreflang`` attributes."""
    return _HTML_TAGS.get(tag, tag)


@functools.cache
def babel_locale(tag: str) -> Locale:
    """Return the locale for dates and numbers; languages unknown to CLDR use Vietnamese forms."""
    try:
        return Locale.parse(html_lang(tag).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(VIETNAMESE)


@functools.cache
def own_name(tag: str) -> str:
    """Return the language's name in itself, as a language menu shows it."""
    if tag in _OWN_NAMES:
        return _OWN_NAMES[tag]
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:] if name else tag


@functools.cache
def open_graph_locale(tag: str) -> str:
    """Return the language with its most likely country, ``vi_VN``; empty where CLDR knows none."""
    likely = get_global("likely_subtags").get(html_lang(tag).replace("-", "_"), "")
    parts = likely.split("_")
    return f"{parts[0]}_{parts[-1]}" if len(parts) == 3 else ""


class _Folded(dict[str, str]):
    """What is left of each character met so far: all texts share a few hundred."""

    def __missing__(self, char: str) -> str:
        # NFD alone leaves đ as it is.
        decomposed = unicodedata.normalize("NFD", {"đ": "d", "Đ": "D"}.get(char, char))
        self[char] = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
        return self[char]


_FOLDED = _Folded()
_NO_LETTERS = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Return lower-case text without diacritics; đ becomes d."""
    return "".join(map(_FOLDED.__getitem__, text))


def ascii_slug(text: str) -> str:
    """Return ``text`` as a lower-case ASCII address part: ``Đường ven biển`` -> ``duong-ven-bien``."""
    return _NO_LETTERS.sub("-", fold(text)).strip("-")


def host_label(text: str) -> str:
    """Return a name as a host label, without diacritics or spaces (A4)."""
    return ascii_slug(text).replace("-", "")


def collation_key(text: str, lang: str = VIETNAMESE) -> tuple[object, ...]:
    """Return a sort key: Vietnamese letters and tones in dictionary order, others by code point."""
    if lang != VIETNAMESE:
        return (fold(text), text)
    letters: list[tuple[int, str]] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", text).lower():
        base, tone = _split_tone(char)
        rank = _LETTERS.find(base)
        letters.append((rank, "") if rank >= 0 else (-1, base))
        tones.append(tone)
    return (tuple(letters), tuple(tones), text)


@functools.lru_cache(maxsize=4096)
def _split_tone(char: str) -> tuple[str, int]:
    decomposed = unicodedata.normalize("NFD", char)
    tone = max((_TONES.get(mark, 0) for mark in decomposed), default=0)
    base = "".join(mark for mark in decomposed if mark not in _TONES)
    return unicodedata.normalize("NFC", base), tone
