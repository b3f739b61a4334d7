"""What a comparison finds, as frozen plain data for terminal, JSON and browser.

Every text in it has been through `visible`: no view has to look for characters that hide.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from congtin.messages import Msg


class Sign(enum.StrEnum):
    """What became of a piece of text; ``folded`` stands for unchanged text that is left out."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"
    FOLDED = "folded"


class Shape(enum.StrEnum):
    """What a passage is to its reader; ``line`` is a line of the file itself."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    PICTURE = "picture"
    CODE = "code"
    HTML = "html"
    TERM = "term"
    DEFINITION = "definition"
    RULE = "rule"
    LINE = "line"


class What(enum.StrEnum):
    """What happened to one file."""

    NEW = "new"
    TRANSLATED = "translated"
    EDITED = "edited"
    MOVED = "moved"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    DELETED = "deleted"
    CONFIRMED = "translation-confirmed"
    ADDED = "added"
    REPLACED = "replaced"
    REMOVED = "removed"
    PICKED = "picked"
    REFUSED = "refused"
    PICK_ENDED = "pick-ended"
    REWRITTEN = "rewritten"
    """The bytes differ, the meaning does not: white space, quotation marks, order of keys, comments."""
    MODE = "mode"
    """The kind of file differs, or is none that belongs here: executable, link, submodule."""


class Sort(enum.StrEnum):
    """What a file is."""

    ORIGINAL = "original"
    TRANSLATION = "translation"
    MEDIA = "media"
    PICK = "pick"
    SETTINGS = "settings"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text inside a passage or value; ``count`` is the number of words folded."""

    sign: Sign
    text: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A block of the text as it is read, or a line of the file; ``count`` is the number of passages folded."""

    sign: Sign
    shape: Shape
    pieces: tuple[Piece, ...] = ()
    lead: str = ""
    level: int = 0
    old_line: int = 0
    new_line: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value before and after; None where there is none. ``path`` is that of the YAML: ``attachments[2].title``.

    With ``order``, the keys below ``path`` stand in another order, and the values are lists of keys.
    """

    path: str
    label: Msg | None
    old: str | None
    new: str | None
    pieces: tuple[Piece, ...]
    order: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A file on one side; ``size`` is None where it cannot be read, as in a submodule."""

    path: str
    mode: str
    oid: str
    size: int | None
    sha256: str
    type: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file that differs, or one that has moved with its Item.

    ``lines`` are complete wherever both sides are text. ``told`` says that ``fields`` and ``passages`` alone show
    all of it; without it a view shows the lines too.
    """

    sort: Sort
    lang: str
    old: Version | None
    new: Version | None
    what: tuple[What, ...]
    fields: tuple[FieldChange, ...] = ()
    passages: tuple[Passage, ...] = ()
    lines: tuple[Passage, ...] = ()
    told: bool = True
    problems: tuple[Msg, ...] = ()

    @property
    def path(self) -> str:
        """Path after the Change, or before it where there is none after."""
        version = self.new or self.old
        return version.path if version else ""


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """All that differs of one Item; ``old_path`` is set when it has moved. Id and title may be unknown: empty."""

    id: str
    title: str
    path: str
    old_path: str
    files: tuple[FileDiff, ...]


@dataclass(frozen=True, slots=True)
class ChangeDiff:
    """All that differs between two trees."""

    items: tuple[ItemDiff, ...]
    settings: tuple[FileDiff, ...]
    others: tuple[FileDiff, ...]

    def files(self) -> Iterator[FileDiff]:
        """Yield every file, those of Items first."""
        for item in self.items:
            yield from item.files
        yield from self.settings
        yield from self.others
