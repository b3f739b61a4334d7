"""The form of a `kind.yaml`: the fields an Item of the kind has, where it stands, what the clock makes of it."""

from __future__ import annotations

import enum
from typing import Annotated, Literal

from pydantic import Field

from congtin.network.options import LocalText, PathPart
from congtin.validation import StrictModel

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
MOST_FIELDS = 60


class FieldType(enum.StrEnum):
    """What a field holds; templates get a value of the type in the same line of `docs/kinds-and-lists.md`."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    PERIOD = "period"
    INTEGER = "integer"
    DECIMAL = "decimal"
    URL = "url"
    EMAIL = "email"
    CHOICE = "choice"
    FILE = "file"
    ITEM = "item"
    GROUP = "group"


MOMENTS = frozenset({FieldType.DAY, FieldType.MOMENT})
"""Types that the clock can pass."""
ORDERED = frozenset({*MOMENTS, FieldType.INTEGER, FieldType.DECIMAL, FieldType.LINE})
"""Types a list can be ordered by."""
TRANSLATED = frozenset({FieldType.LINE, FieldType.TEXT, FieldType.URL, FieldType.FILE})
"""Types of which a translation may have its own value."""


class FieldOptions(StrictModel):
    """One field of a kind, or of the records of a group."""

    type: FieldType = Field(strict=False)
    label: LocalText
    required: bool = False
    expected: bool = False
    """Pages say where it is empty, and `congtin check` counts it: an unknown fact is never filled in."""
    translated: bool = False
    many: bool = Field(default=False, alias="list")
    choices: Annotated[dict[PathPart, LocalText], Field(max_length=MOST_FIELDS)] = {}
    endings: list[str] = []
    """Suffixes a file may have; empty: any that is published."""
    kinds: list[str] = []
    """Kinds an Item that is named here may have; empty: any."""
    fields: Annotated[dict[FieldName, FieldOptions], Field(max_length=MOST_FIELDS)] = {}

    @property
    def has_words(self) -> bool:
        """Whether a translation says something of this field."""
        return self.translated or any(inner.has_words for inner in self.fields.values())


class Order(StrictModel):
    """How the list of a kind is ordered."""

    by: str = "date"
    direction: Literal["ascending", "descending"] = "descending"


class StateOptions(StrictModel):
    """One state: it holds until the day (that day included) or the moment in the field ``until``."""

    label: LocalText
    until: str | None = None
    tone: Literal["plain", "ok", "warn"] = "plain"


class CalendarOptions(StrictModel):
    """Which fields are appointments that programs can subscribe to."""

    entries: str | None = None
    """A list of groups, each an appointment; without it the Item itself is one."""
    starts: str
    ends: str | None = None
    summary: str | None = None
    """What it is about; else the Item's title."""
    place: str | None = None
    notes: Annotated[list[str], Field(max_length=MOST_FIELDS)] = []
    """Fields that stand in the description, each behind its name."""


class KindOptions(StrictModel):
    """Everything in a `kind.yaml`."""

    label: LocalText
    section: PathPart
    own_list: bool = Field(default=True, alias="list")
    """Whether the folder holds the `list.html` of this kind of section."""
    fixed: bool = False
    """A fixed page: no year in its address, in no archive, without date and byline."""
    feeds: bool = False
    summary: Literal["required", "optional"] = "optional"
    order: Order = Order()
    fields: Annotated[dict[FieldName, FieldOptions], Field(max_length=MOST_FIELDS)] = {}
    states: Annotated[dict[PathPart, StateOptions], Field(max_length=12)] = {}
    calendar: CalendarOptions | None = None
