"""Stamps of state secrecy: what bears one is never published (E24); a word in a sentence is only pointed out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from congtin.errors import Problem, Severity
from congtin.messages import msg

_SIGN = "Ậ"
_LEVEL = r"(?:TUYỆT[ \u00a0]+M[ \u00a0]?Ậ[ \u00a0]?T|TỐI[ \u00a0]+M[ \u00a0]?Ậ[ \u00a0]?T|M[ \u00a0]?Ậ[ \u00a0]?T)"
# A stamp stands by itself, whatever marks it out: a heading, a frame, a table's cell, a field of the front matter.
_EDGE = r"""[\s>#*_~|\[\](){}<>"'“”«»:;.,!–—=/-]*"""
_STAMP = re.compile(
    rf"(?:^|\|)(?:{_EDGE}(?:Độ|ĐỘ|Mức|MỨC)(?:[ \u00a0]+độ)?[ \u00a0]+[Mm][Ậậ][Tt])?{_EDGE}"
    rf"(?P<level>{_LEVEL}){_EDGE}(?:$|\|)|^\w+: *[\"']?(?P<field>{_LEVEL})[\"']?$",
    re.MULTILINE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_WORD = re.compile(r"\b(?:TUYỆT|TỐI)[ \u00a0]+MẬT\b")
_PAPER = re.compile(
    r"[\[(]M[ \u00a0]?Ậ[ \u00a0]?T[\])]|\b(?:VĂN BẢN|TÀI LIỆU|HỒ SƠ|CÔNG VĂN|ĐỘ) MẬT\b|\bLƯU HÀNH NỘI BỘ\b"
)


def inspect_secrecy(path: str, text: str) -> Iterator[Problem]:
    """Yield the first stamp of a Source, or else the first words that sound like one."""
    if "&" in text:
        text = html.unescape(text)  # what a browser would show
    if _SIGN not in text and "NỘI BỘ" not in text:
        return
    stamp = _STAMP.search(_TAG.sub("", text))
    if stamp:
        level = " ".join(re.sub(r"M\s?Ậ\s?T", "MẬT", stamp["level"] or stamp["field"]).split())
        text_of = msg("The text bears the stamp “{level}”: state secrets are never published (E24).", level=level)
        hint = msg("Stop, and tell the unit in charge of state secrets; the file must leave this computer too.")
        yield Problem("secret-stamp", text_of, path, text.count("\n", 0, stamp.start()) + 1, hint)
        return
    found = _PAPER.search(text) or _WORD.search(text)
    if found:
        words = msg("The text speaks of “{words}”: make sure that nothing of a secret stands here.", words=found[0])
        hint = msg("A text about the rules of secrecy may say so; a secret or internal paper may not be published.")
        yield Problem("secret-word", words, path, text.count("\n", 0, found.start()) + 1, hint, Severity.WARNING)


_NAME = re.compile(
    r"(?:^|[^a-z0-9])(?:tuyet-?mat|toi-?mat|tai-?lieu-?mat|cong-?van-?mat|luu-?hanh-?noi-?bo)(?![a-z0-9])"
)


def has_secret_name(name: str) -> bool:
    """Tell whether the name of a file sounds like that of a secret paper."""
    return _NAME.search(name) is not None
