"""The words of the interface in every language the theme speaks, and how dates and numbers look."""

from __future__ import annotations

import functools
import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from congtin.languages import VIETNAMESE, babel_locale
from congtin.messages import compile_catalogue
from congtin.model import HANOI_TIME

# The language of the message ids, which needs no catalogue.
SOURCE_LANGUAGE = "en"
DOMAIN = "theme"


@dataclass(frozen=True)
class Interface:
    """The interface of one Edition; ``lang`` is Vietnamese where the theme lacks the Edition's language."""

    lang: str
    languages: frozenset[str]
    compiled: bytes

    def translations(self) -> gettext.NullTranslations:
        if not self.compiled:
            return gettext.NullTranslations()
        return gettext.GNUTranslations(io.BytesIO(self.compiled))


def load_interfaces(theme: Path) -> Mapping[str, bytes]:
    """Return the compiled catalogue of every language of a theme; the source language's is empty."""
    found = {SOURCE_LANGUAGE: b""}
    for po_file in sorted(theme.glob(f"translations/*/LC_MESSAGES/{DOMAIN}.po")):
        found[po_file.parts[-3]] = compile_catalogue(po_file)
    return found


def interface_for(lang: str, catalogues: Mapping[str, bytes]) -> Interface:
    """Return the interface an Edition in ``lang`` has."""
    spoken = lang if lang in catalogues else VIETNAMESE
    return Interface(spoken, frozenset(catalogues), catalogues.get(spoken, b""))


def show_day(value: date | datetime, lang: str) -> str:
    """Return a date in words of the language, in Hà Nội time."""
    return _day(value.astimezone(HANOI_TIME).date() if isinstance(value, datetime) else value, lang)


@functools.lru_cache(maxsize=8192)
def _day(value: date, lang: str) -> str:
    return format_date(value, format="long", locale=babel_locale(lang))


def show_moment(value: datetime, lang: str) -> str:
    """Return date and time of day in Hà Nội time."""
    local = value.astimezone(HANOI_TIME)
    return f"{_day(local.date(), lang)}, {local.hour:02}:{local.minute:02}"


@functools.lru_cache(maxsize=8192)
def machine_moment(value: date | datetime) -> str:
    """Return the value for a ``datetime`` attribute."""
    return value.astimezone(HANOI_TIME).isoformat() if isinstance(value, datetime) else value.isoformat()


@functools.lru_cache(maxsize=8192)
def show_number(value: float, lang: str) -> str:
    """Return a number with the language's separators."""
    return format_decimal(value, locale=babel_locale(lang))


@functools.lru_cache(maxsize=8192)
def show_month(key: str, lang: str) -> str:
    """Return ``2026/11`` as a month in words, ``2026`` as it is."""
    if "/" not in key:
        return key
    year, month = key.split("/")
    return format_skeleton("yMMMM", date(int(year), int(month), 1), locale=babel_locale(lang))


def show_size(size: int, lang: str) -> str:
    """Return a file size in kB or MB."""
    if size < 1_000_000:
        return f"{show_number(max(1, round(size / 1000)), lang)} kB"
    return f"{show_number(round(size / 1_000_000, 1), lang)} MB"
