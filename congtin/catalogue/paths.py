"""What a path below `content/` says: Site, section, year, slug, language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from congtin.languages import ascii_slug
from congtin.layout import CONTENT
from congtin.messages import Msg, msg

MEDIA_SUFFIX = ".files"
MOST_SLUG = 80

_SLUG = re.compile(r"(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
# The pages of a list have these addresses.
_LIST_PAGE = re.compile(r"trang-[0-9]+")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_MEDIA_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
# What a citizen's browser may be given (D3, D10); each with the first bytes such a file has.
MEDIA_TYPES: dict[str, tuple[bytes, ...]] = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),  # and WEBP after the size
    "svg": (),  # looked into wholly
    "pdf": (b"%PDF-",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "pptx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
    "odp": (b"PK\x03\x04",),
    "zip": (b"PK\x03\x04",),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3"),
    "mp4": (),  # ftyp after the size
    "vtt": (b"WEBVTT", b"\xef\xbb\xbfWEBVTT"),
    "csv": (),
    "txt": (),
}
PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp", "svg"})


# Formats whose mark stands after a length: suffix, where, what.
_LATER_MARKS = {"webp": (8, b"WEBP"), "mp4": (4, b"ftyp")}


def is_what_it_says(name: str, data: bytes) -> bool:
    """Tell whether a file begins as its suffix promises."""
    suffix = name.rpartition(".")[2]
    at, mark = _LATER_MARKS.get(suffix, (0, b""))
    first = MEDIA_TYPES[suffix]
    return data.startswith(first or b"") and data.startswith(mark, at)


def is_media(path: str) -> bool:
    """Tell whether a path below `content/` is that of a file beside a text."""
    return f"{MEDIA_SUFFIX}/" in path


class BadPath(Exception):
    """A path that has no place below `content/`."""

    def __init__(self, code: str, message: Msg, hint: Msg | None = None) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message
        self.hint = hint


class SourcePath(NamedTuple):
    """The parts of `content/<portal>/<site>/<section>/<yyyy>/<slug>.<lang>.md`.

    A tuple, because a hundred thousand of them go from process to process.
    """

    site: str
    section: str
    year: str
    slug: str
    lang: str

    @property
    def folder(self) -> str:
        return f"{CONTENT}/{self.site}/{self.section}/{self.year}"

    @property
    def item_path(self) -> str:
        """Path of the Item: the same for all its languages."""
        return f"{self.folder}/{self.slug}"

    @property
    def path(self) -> str:
        return f"{self.item_path}.{self.lang}.md"


@dataclass(frozen=True, slots=True)
class MediaPath:
    """The parts of `content/…/<slug>.files/<name>`."""

    item_path: str
    name: str


_FORM = msg("Sources are content/<portal>/<site>/<section>/<yyyy>/<slug>.<lang>.md.")


def parse(path: str) -> SourcePath | MediaPath:
    """Return what ``path`` (from the repository's root, with slashes) stands for, or raise BadPath."""
    parts = path.split("/")
    if len(parts) == 7 and parts[5].endswith(MEDIA_SUFFIX):
        return _parse_media(parts)
    if len(parts) != 6 or parts[0] != CONTENT:
        raise BadPath("path-form", msg("The file has no place here."), _FORM)
    _, portal, site, section, year, name = parts
    if not name.endswith(".md"):
        raise BadPath("path-form", msg("Only .md files and <slug>.files/ folders belong here."), _FORM)
    slug, dot, lang = name.removesuffix(".md").rpartition(".")
    if not dot:
        raise BadPath(
            "path-language",
            msg("The file name does not say its language."),
            msg("Name it {name}.", name=f"{lang}.vi.md"),
        )
    _require_year(year)
    _require_slug(slug)
    return SourcePath(f"{portal}/{site}", section, year, slug, lang)


def _parse_media(parts: list[str]) -> MediaPath:
    name = parts[6]
    _require_year(parts[4])
    _require_slug(parts[5].removesuffix(MEDIA_SUFFIX))
    if not _MEDIA_NAME.fullmatch(name):
        raise BadPath(
            "media-name",
            msg("The file name “{name}” would not make a stable address.", name=name),
            _name_hint(name),
        )
    if name.rpartition(".")[2] not in MEDIA_TYPES:
        raise BadPath(
            "media-type",
            msg("Files of the type of “{name}” are not published.", name=name),
            msg("Allowed are: {types}.", types=", ".join(MEDIA_TYPES)),
        )
    return MediaPath("/".join(parts[:6]).removesuffix(MEDIA_SUFFIX), name)


def _require_year(year: str) -> None:
    if not _YEAR.fullmatch(year):
        raise BadPath("path-year", msg("“{year}” is not a year.", year=year), _FORM)


def is_slug(text: str) -> bool:
    """Tell whether an Item may have this as the last part of its address."""
    return bool(_SLUG.fullmatch(text)) and not _LIST_PAGE.fullmatch(text)


def _require_slug(slug: str) -> None:
    if _LIST_PAGE.fullmatch(slug):
        rule = msg("Choose another name: trang-1, trang-2 and so on are the pages of lists.")
        raise BadPath("path-slug", msg("“{slug}” cannot be part of an address.", slug=slug), rule)
    if not _SLUG.fullmatch(slug) or len(slug) > MOST_SLUG:
        rule = msg(
            "Use lower-case letters without diacritics, digits and single hyphens, at most {most} characters.",
            most=MOST_SLUG,
        )
        better = ascii_slug(slug)
        if _SLUG.fullmatch(better) and len(better) <= MOST_SLUG:
            rule = msg(
                "Name it “{name}”: lower-case letters without diacritics, digits and single hyphens, "
                "at most {most} characters.",
                name=better,
                most=MOST_SLUG,
            )
        raise BadPath("path-slug", msg("“{slug}” cannot be part of an address.", slug=slug), rule)


def _name_hint(name: str) -> Msg:
    stem, dot, suffix = name.rpartition(".")
    better = f"{ascii_slug(stem)}{dot}{suffix.lower()}"
    if ascii_slug(stem) and _MEDIA_NAME.fullmatch(better):
        return msg("Name it {name}.", name=better)
    return msg("Use lower-case letters without diacritics, digits, hyphens and dots.")
