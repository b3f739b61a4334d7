"""Characters of a text that a person typed: composed letters, nothing invisible, no line breaks (B6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from congtin.characters import INVISIBLE, character_name
from congtin.errors import Problem
from congtin.messages import Msg, msg
from congtin.network.cascade import File

_BREAK = re.compile("[\t\n\r\x85\u2028\u2029]")
_TYPE_LETTERS = msg("Type the letters themselves, not escapes such as \\u0301.")
_DELETE = msg("Delete it: it breaks search and can hide text.")

Where = list[str | int]


def text_problems(file: File) -> Iterator[Problem]:
    """Yield what is wrong with the characters of a YAML file: as it is written, and as its escapes read."""
    written = list(_as_written(file))
    yield from written
    seen = {problem.code for problem in written}
    for where, text in _texts(file.data, []):
        for problem in _as_read(file, where, text):
            if problem.code not in seen:
                yield problem


def _as_written(file: File) -> Iterator[Problem]:
    invisible = INVISIBLE.search(file.text)
    if invisible:
        line = file.text.count("\n", 0, invisible.start()) + 1
        text = msg("The invisible character {code} stands here.", code=character_name(invisible[0]))
        yield Problem("invisible-character", text, file.path, line, _DELETE)
    if unicodedata.is_normalized("NFC", file.text):
        return
    for number, line_text in enumerate(file.text.split("\n"), 1):
        if not unicodedata.is_normalized("NFC", line_text):
            hint = msg("Run: congtin check --fix-unicode {path}", path=file.path)
            yield Problem("not-nfc", _not_nfc(line_text), file.path, number, hint)
            return


def _as_read(file: File, where: Where, text: str) -> Iterator[Problem]:
    invisible = INVISIBLE.search(text)
    if invisible:
        found = msg("The invisible character {code} stands here.", code=character_name(invisible[0]))
        yield Problem("invisible-character", found, file.path, file.line(where), _DELETE)
    if not unicodedata.is_normalized("NFC", text):
        yield Problem("not-nfc", _not_nfc(text), file.path, file.line(where), _TYPE_LETTERS)
    if _BREAK.search(text):
        found = msg("“{field}” must be one line, without tabs.", field=_name(where))
        hint = msg("Write the text on one line, without \\n and without | or > before it.")
        yield Problem("line-break", found, file.path, file.line(where), hint)


def _not_nfc(text: str) -> Msg:
    composed = unicodedata.normalize("NFC", text)
    at = next((i for i, (a, b) in enumerate(zip(text, composed, strict=False)) if a != b), 0)
    word = composed[max(0, at - 12) : at + 12].strip()
    return msg("The letters are taken apart (decomposed Unicode), near “{word}”.", word=word)


def _name(where: Where) -> str:
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{_BREAK.sub(' ', step)}" for step in where]
    return "".join(steps).removeprefix(".")


def _texts(data: object, where: Where) -> Iterator[tuple[Where, str]]:
    """Yield every text with its place, keys included."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield [*where, key], key
            yield from _texts(value, [*where, key])
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, [*where, number])
    elif isinstance(data, str):
        yield where, data
