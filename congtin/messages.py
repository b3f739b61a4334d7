"""What Côngtin says to the people who run it, in Vietnamese or English by locale."""

from __future__ import annotations

import functools
import gettext
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

TRANSLATIONS = Path(__file__).parent / "translations"
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_LOCALE_VARIABLES = ("CONGTIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def user_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return ``vi`` or ``en``: the first locale variable that is set decides."""
    for name in _LOCALE_VARIABLES:
        value = environ.get(name, "")
        if value:
            return "vi" if value.lower().startswith("vi") else "en"
    return "en"


def compile_catalogue(po_file: Path) -> bytes:
    """Return a gettext ``.po`` file in its compiled form: the same bytes for the same texts, whatever the day."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po_file.open("rb") as stream:
        catalogue = read_po(stream, abort_invalid=True)
    catalogue.creation_date = _NO_DATE
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


@functools.cache
def _engine_catalogue(lang: str) -> gettext.NullTranslations:
    po_file = TRANSLATIONS / lang / "LC_MESSAGES" / "congtin.po"
    if not po_file.is_file():
        return gettext.NullTranslations()
    return gettext.GNUTranslations(io.BytesIO(compile_catalogue(po_file)))


def translate(msgid: str, lang: str | None = None) -> str:
    """Return the text for people in the user's language (or ``lang``)."""
    chosen = lang or user_language()
    return msgid if chosen == "en" else _engine_catalogue(chosen).gettext(msgid)


def translate_count(one: str, many: str, count: int, lang: str | None = None) -> str:
    """Return the form of a counted text, with ``{count}`` filled in."""
    chosen = lang or user_language()
    english = one if count == 1 else many
    text = english if chosen == "en" else _engine_catalogue(chosen).ngettext(one, many, count)
    return text.format(count=f"{count:,}".replace(",", "." if chosen == "vi" else ","))


@dataclass(frozen=True, slots=True)
class Msg:
    """A text with its values, translated only when it is shown.

    ``msgid`` is English with ``{name}`` places; Babel collects it by this class's name.
    """

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.in_language(user_language())

    def in_language(self, lang: str) -> str:
        return translate(self.msgid, lang).format(**self.values)

    def __hash__(self) -> int:
        return hash((self.msgid, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


def msg(msgid: str, /, **values: object) -> Msg:
    """Shorthand for ``Msg(msgid, values)``; Babel collects its first argument too."""
    return Msg(msgid, values)
