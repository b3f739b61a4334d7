"""Footnotes: two parsers' forms of them become one, with numbers and ids of our own."""

from __future__ import annotations

import html
import re

from congtin.languages import ascii_slug

_NOTE_REF = re.compile(r'<sup class="footnote-reference"><a href="#([^"]*)">[^<]*</a></sup>')
_NOTE = re.compile(r'<div class="footnote-definition" id="([^"]*)"><sup class="footnote-definition-label">[^<]*</sup>')
_OLD_NOTE_REF = re.compile(r'<sup id="(fnref[^"]*)"><a class="footnote-ref"')
_OLD_NOTE_AGAIN = re.compile(r'(id="|href="#)fnref([0-9]+)-')


def numbered(markup: str) -> str:
    """Return ``markup`` with its footnotes numbered in the order they are referred to, in one form."""
    if "footnote-" not in markup:
        return markup
    # The parser numbers labels that differ in case apart, although it lets one lead to the other.
    numbers: dict[str, int] = {}
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    referred: set[str] = set()

    def note_of(label: str) -> tuple[int, str]:
        key = " ".join(html.unescape(label).casefold().split())
        if key not in names:
            names[key] = free_id(ascii_slug(key) or "note", taken)
            numbers[key] = len(names)
        return numbers[key], names[key]

    def reference(match: re.Match[str]) -> str:
        number, name = note_of(match[1])
        anchor = "" if name in referred else f' id="fnref-{name}"'
        referred.add(name)
        return f'<sup class="footnote-ref"{anchor}><a href="#fn-{name}">{number}</a></sup>'

    def note(match: re.Match[str]) -> str:
        number, name = note_of(match[1])
        back = f'<a href="#fnref-{name}">{number}</a>' if name in referred else str(number)
        return f'<div class="footnote" id="fn-{name}"><span class="footnote-label">{back}</span>'

    markup = _OLD_NOTE_AGAIN.sub(r"\1fnref-\2-", markup)
    markup = _OLD_NOTE_REF.sub(r'<sup class="footnote-ref" id="\1"><a', markup)
    return _NOTE.sub(note, _NOTE_REF.sub(reference, markup))


def free_id(wanted: str, taken: dict[str, int]) -> str:
    """Return ``wanted`` or ``wanted-2``…, and note it in ``taken``: id to the last number tried after it."""
    candidate = wanted
    while candidate in taken:
        taken[wanted] += 1
        candidate = f"{wanted}-{taken[wanted]}"
    taken[candidate] = 1
    return candidate
