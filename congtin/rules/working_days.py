"""Working days in Việt Nam: the `holidays` library and what `workflows/holidays.yaml` adds year by year (G22)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, Self

import holidays
from pydantic import Field

from congtin import strict_yaml
from congtin.errors import Problem, ProblemsFound
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.network.options import LocalText, Words
from congtin.rules.pack_rules import Status
from congtin.rules.reading import Reader, read_model
from congtin.validation import Day, StrictModel

HOLIDAYS_FILE = "workflows/holidays.yaml"
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)


class _Weekend(StrictModel):
    days: list[Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]] = Field(
        max_length=len(_WEEK) - 1
    )
    source: Words
    status: Status


class _SpecialDay(StrictModel):
    """A day off that is no holiday, or a day of the weekend on which agencies work."""

    date: Day
    working: bool
    label: LocalText
    source: Words
    status: Status


class _DecidedYear(StrictModel):
    year: int = Field(ge=1900, lt=2200)
    source: Words
    status: Status


class _File(StrictModel):
    weekend: _Weekend
    days: list[_SpecialDay]
    decided: list[_DecidedYear]


@dataclass(frozen=True)
class WorkingDays:
    """Tells working days from others, and counts them."""

    weekend: frozenset[int]
    """Days of the week, Monday is 0."""
    special: dict[date, bool]
    """Day → whether it is worked, against the calendar."""
    decided: frozenset[int]
    """Years whose holidays are decided; a date in another year is an estimate."""

    @classmethod
    def load(cls, reader: Reader) -> Self:
        """Read the calendar of a tree; raise ProblemsFound when the file is missing or wrong."""
        text, data, problems = read_model(reader, HOLIDAYS_FILE, _File)
        if data is not None:
            problems += _twins(text, data)
        if problems or data is None:
            raise ProblemsFound(problems)
        return cls(
            frozenset(_WEEK.index(day) for day in data.weekend.days),
            {day.date: day.working for day in data.days},
            frozenset(entry.year for entry in data.decided),
        )

    def is_working(self, day: date) -> bool:
        """Tell whether agencies work on a day."""
        if day in self.special:
            return self.special[day]
        off, worked = _calendar(day.year)
        return day in worked or (day not in off and day.weekday() not in self.weekend)

    def add(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after ``day``, which is itself not counted."""
        return self._step(day, count, _DAY)

    def before(self, day: date, count: int) -> date:
        """Return the ``count``-th working day before ``day``, which is itself not counted."""
        return self._step(day, count, -_DAY)

    def same_or_next(self, day: date) -> date:
        """Return the day itself if it is a working day, otherwise the next one."""
        return day if self.is_working(day) else self.add(day, 1)

    def between(self, start: date, end: date) -> int:
        """Return how many working days there are after ``start`` up to and with ``end``."""
        return sum(self.is_working(start + number * _DAY) for number in range(1, (end - start).days + 1))

    def is_decided(self, start: date, end: date) -> bool:
        """Tell whether the holidays of all years from ``start`` to ``end`` are decided."""
        first, last = sorted((start.year, end.year))
        return self.decided.issuperset(range(first, last + 1))

    def _step(self, day: date, count: int, step: timedelta) -> date:
        while count > 0:
            day += step
            count -= self.is_working(day)
        return day


@functools.cache
def _calendar(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Return the library's days off and worked days of the weekend, as far as they matter in a year."""
    # A swap may cross New Year, and the library then holds it with one of the two years only.
    known = holidays.country_holidays("VN", years=(year - 1, year, year + 1), expand=False)
    return frozenset(known), frozenset(known.weekend_workdays)


def end_of(day: date) -> datetime:
    """Return 24:00 of a day in Hà Nội: the last moment of a time that is counted in days."""
    return datetime.combine(day + _DAY, datetime.min.time(), HANOI_TIME)


def _twins(text: str, data: _File) -> Iterator[Problem]:
    for name, keys in (("days", [day.date for day in data.days]), ("decided", [entry.year for entry in data.decided])):
        for number, key in enumerate(keys):
            if key in keys[:number]:
                line = strict_yaml.line_of(text, (name, number))
                yield Problem("duplicate-id", msg("“{entry}” stands twice.", entry=key), HOLIDAYS_FILE, line)
