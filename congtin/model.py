"""The words of the blueprint as frozen values; nothing here reads or decides."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from zoneinfo import ZoneInfo

HANOI_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


class SiteKind(enum.StrEnum):
    """Kinds of Site (A3, A4, A10, C7)."""

    PORTAL = "portal"
    DEPARTMENT = "department"
    WARD = "ward"
    COMMUNE = "commune"
    SPECIAL_ZONE = "special-zone"
    TOPIC = "topic"


class ItemKind(enum.StrEnum):
    """Kinds of Item; each has its own schema and template."""

    ARTICLE = "article"
    PAGE = "page"
    DOCUMENT = "document"


class SectionKind(enum.StrEnum):
    """What a section lists."""

    ARTICLES = "articles"
    DOCUMENTS = "documents"
    PAGES = "pages"


class Role(enum.StrEnum):
    """Why an Item stands in an Edition."""

    ORIGINAL = "original"
    CROSSPOST = "crosspost"
    FALLBACK = "fallback"
    LINK = "link"
    """Only a teaser stands there, which leads to the origin (F3)."""


class Profile(enum.StrEnum):
    """``work``: the work tree, everything marked as a demonstration. ``release``: for citizens.

    ``preview``: a Change that nobody has approved yet, marked as that on every page (H9).
    """

    WORK = "work"
    PREVIEW = "preview"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, order=True)
class EditionKey:
    """One Site in one language."""

    site: str
    lang: str

    def __str__(self) -> str:
        return f"{self.site}@{self.lang}"


@dataclass(frozen=True, slots=True)
class Edition:
    """Where one Site in one language is published."""

    key: EditionKey
    host: str
    prefix: str

    @property
    def lang(self) -> str:
        return self.key.lang

    @property
    def root_path(self) -> str:
        """Path of the home page: ``/`` or ``/english/``."""
        return f"/{self.prefix}/" if self.prefix else "/"

    @property
    def base_url(self) -> str:
        """Address of the home page, with a slash at the end."""
        return f"https://{self.host}{self.root_path}"

    @property
    def folder(self) -> str:
        """Folder below the output root that this Edition fills."""
        return f"{self.host}/{self.prefix}" if self.prefix else self.host


@dataclass(frozen=True, slots=True)
class Placement:
    """An Item in an Edition: its role, its address and the language shown; a teaser alone has no address there."""

    item: str
    edition: EditionKey
    role: Role
    section: str
    path: str
    lang: str

    @property
    def output(self) -> str:
        return f"{self.path}index.html"
