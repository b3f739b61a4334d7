"""One Source's text: NFC Unicode, no legacy encodings, nothing unsafe, no secrets (B6, K5, E24, H2)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from congtin.characters import INVISIBLE, LINE_SEPARATORS, character_name
from congtin.checks.personal import inspect_id_numbers
from congtin.checks.secrecy import inspect_secrecy
from congtin.errors import Problem, Severity
from congtin.messages import msg

# TCVN3 and VNI text read as Latin-1: pairs that no Vietnamese, French or German word holds.
_TCVN3 = re.compile("[a-zà-ÿ](?:[ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖØÜÝÞ¨ª¬µ¶¸¼½¾]|[©«®»](?=[a-zà-ÿ]))")
_VNI = re.compile(
    "[äåøûõâêãôïÄÅØÛÕÂÊÃÔÏ\u212b]"  # the second letter first, and in both cases: so few places are looked at closely
    "(?i:(?<=[aeo][äåø])|(?<=[ae][ûõ])|(?<=a[âêã])|(?<=o[õâ])|(?<=u[ûøõ])|(?<=ö[ôøûõï])|(?<=y[øûõ]))"
)
_LEGACY_PAIRS = 3
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_NARROW_SPACE = re.compile("[\u202f\u2007]")
_UNSAFE_TAG = re.compile(
    r"<(?:\s*(?:script|iframe|object|embed|form|style|link|meta|base|svg)\b"
    r"|[a-z][^<>]{0,300}?[\s\"'/](?P<handler>on[a-z]{3,})\s*=)",
    re.IGNORECASE,
)
_UNSAFE_SCHEME = re.compile(r"(?:javascript|vbscript)\s*:", re.IGNORECASE)
# How every such scheme ends: sooner looked for, and seldom there.
_SCHEME_END = re.compile(r":(?<=[tT\s]:)")
# Letters and signs of ordinary Vietnamese and English text: nothing below has anything to say of them.
# Old encodings read as Latin-1 always hold letters that are not here, such as ø, ä, µ.
_ORDINARY = frozenset(
    "\t\n"
    + "".join(map(chr, range(0x20, 0x7F)))
    + "".join(
        unicodedata.normalize("NFC", f"{letter}{tone}")
        for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
        for tone in ("", *"\u0300\u0301\u0303\u0309\u0323")
    )
    + "đĐ–—‘’“”…·•°²³½×→≥≤§€"
)
_UNUSUAL = re.compile(f"[^{re.escape(''.join(sorted(_ORDINARY)))}]")


def inspect_text(path: str, lang: str, text: str) -> Iterator[Problem]:
    """Yield what is wrong with the characters of one Source."""
    if _UNUSUAL.search(text):
        if not text.replace("\n", "").isprintable():  # printable text needs no slow search
            yield from _invisible(path, text)
        yield from _characters(path, lang, text)
    yield from inspect_secrecy(path, text)
    yield from inspect_id_numbers(path, text)
    unsafe = _first_unsafe(text)
    if unsafe:
        markup = unsafe.groupdict().get("handler") or unsafe[0].strip()
        yield Problem(
            "unsafe-markup",
            msg("“{markup}” is not allowed and will be removed.", markup=markup),
            path,
            _line(text, unsafe.start()),
            msg("Write plain Markdown: pages of an agency carry no code of their own."),
            Severity.WARNING,
        )


def _first_unsafe(text: str) -> re.Match[str] | None:
    has_tags = "<" in text
    tag = _UNSAFE_TAG.search(text) if has_tags else None
    scheme = None
    if _SCHEME_END.search(text) and (has_tags or "script" in text.casefold()):
        scheme = _UNSAFE_SCHEME.search(text)
    return min(filter(None, (tag, scheme)), key=re.Match.start, default=None)


def _characters(path: str, lang: str, text: str) -> Iterator[Problem]:
    if not unicodedata.is_normalized("NFC", text):
        yield _not_nfc(path, text)
    private = _PRIVATE.search(text)
    if private:
        yield Problem(
            "private-use",
            msg("The character {code} belongs to no standard.", code=character_name(private[0])),
            path,
            _line(text, private.start()),
            msg("The text was written with a symbol font; type it anew in Unicode."),
        )
    narrow = _NARROW_SPACE.search(text)
    if narrow:
        yield Problem(
            "odd-space",
            msg("The unusual space {code} stands here.", code=character_name(narrow[0])),
            path,
            _line(text, narrow.start()),
            msg("Use an ordinary space."),
            Severity.WARNING,
        )
    if lang == "vi":
        yield from _legacy(path, text)


def _invisible(path: str, text: str) -> Iterator[Problem]:
    invisible = INVISIBLE.search(text) or LINE_SEPARATORS.search(text)
    if invisible:
        yield Problem(
            "invisible-character",
            msg("The invisible character {code} stands here.", code=character_name(invisible[0])),
            path,
            _line(text, invisible.start()),
            msg("Delete it: it breaks search and can hide text."),
        )


def _not_nfc(path: str, text: str) -> Problem:
    for number, line in enumerate(text.split("\n"), 1):
        composed = unicodedata.normalize("NFC", line)
        if composed != line:
            at = next((i for i, (a, b) in enumerate(zip(line, composed, strict=False)) if a != b), 0)
            word = composed[max(0, at - 12) : at + 12].strip()
            return Problem(
                "not-nfc",
                msg("The letters are taken apart (decomposed Unicode), near “{word}”.", word=word),
                path,
                number,
                msg("Run: congtin check --fix-unicode {path}", path=path),
            )
    return Problem("not-nfc", msg("The text is not in Unicode form NFC."), path)


def _legacy(path: str, text: str) -> Iterator[Problem]:
    for name, pattern in (("TCVN3", _TCVN3), ("VNI", _VNI)):
        found = list(pattern.finditer(text))
        if len(found) >= _LEGACY_PAIRS:
            yield Problem(
                "legacy-encoding",
                msg("This looks like text in the old encoding {name}.", name=name),
                path,
                _line(text, found[0].start()),
                msg("Convert it to Unicode (TCVN 6909:2001) in the program it was written with."),
            )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
