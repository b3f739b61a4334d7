"""Whether something new appeared in each part of the day in which the regulation asks for it (G16, G17)."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from congtin.errors import UsageError
from congtin.messages import msg
from congtin.model import HANOI_TIME, SiteKind
from congtin.network.network import local
from congtin.release.monitoring.findings import Light
from congtin.release.monitoring.settings import WindowTimes
from congtin.rules.combine import InForce
from congtin.rules.pack_rules import UpdateWindows, Window
from congtin.rules.working_days import WorkingDays

_DAY = timedelta(days=1)
# Longer than any run of days off: Tết has nine.
_MOST_DAYS_BACK = 30


class Standing(enum.StrEnum):
    """How a window stands at a time."""

    AHEAD = "ahead"
    OPEN = "open"
    """Nothing new yet."""
    KEPT = "kept"
    LATE = "late"
    """Nothing new within it, but afterwards."""
    MISSED = "missed"


@dataclass(frozen=True)
class WindowState:
    """One window of one day."""

    id: str
    label: str
    begins: datetime
    ends: datetime
    items: int
    standing: Standing


@dataclass(frozen=True)
class Freshness:
    """What the windows of a Site say at a time."""

    light: Light
    demanded: bool
    """Whether any rule asks the Site for new information at all."""
    today: tuple[WindowState, ...]
    missed: tuple[WindowState, ...]
    """Those that passed without anything new, then or since."""
    sources: tuple[str, ...]
    """The articles that ask for it."""


def freshness(
    rules: Sequence[InForce[UpdateWindows]],
    kind: SiteKind,
    times: Mapping[str, WindowTimes],
    calendar: WorkingDays,
    appeared: Sequence[datetime],
    now: datetime,
    since: datetime,
) -> Freshness:
    """Judge one Site; ``appeared`` is when new information came, ``since`` from when on that is known.

    Red: a window passed, and nothing new came in it or after it. Amber: a window is open and empty, or one of today
    was missed and something came later. Raise UsageError when a window has clock times nowhere.
    """
    asked = [entry for entry in rules if not entry.rule.site_kinds or kind in entry.rule.site_kinds]
    day = now.astimezone(HANOI_TIME).date()
    states = [
        _state(window, day - number * _DAY, times, appeared, now)
        for number in range(_days_back(asked, calendar, day), -1, -1)
        for entry in asked
        if entry.rule.days == "every_day" or calendar.is_working(day - number * _DAY)
        for window in entry.rule.windows
    ]
    states = sorted((state for state in states if state.begins >= since), key=lambda state: (state.begins, state.ends))
    today = tuple(state for state in states if state.begins.date() == day)
    missed = tuple(state for state in states if state.standing is Standing.MISSED)
    late = any(state.standing is Standing.LATE for state in today)
    amber = late or any(state.standing is Standing.OPEN for state in states)
    light = Light.RED if missed else Light.AMBER if amber else Light.GREEN
    return Freshness(light, bool(asked), today, missed, tuple(dict.fromkeys(entry.source for entry in asked)))


def _days_back(asked: Sequence[InForce[UpdateWindows]], calendar: WorkingDays, day: date) -> int:
    """Return how many days ago the last day was on which something was asked for; today does not count."""
    if any(entry.rule.days == "every_day" for entry in asked):
        return 1
    return next((n for n in range(1, _MOST_DAYS_BACK) if calendar.is_working(day - n * _DAY)), 0) if asked else 0


def _state(
    window: Window, day: date, times: Mapping[str, WindowTimes], appeared: Sequence[datetime], now: datetime
) -> WindowState:
    begins, ends = window_times(window, day, times)
    items = sum(begins <= at < ends for at in appeared if at <= now)
    if now < begins:
        standing = Standing.AHEAD
    elif items:
        standing = Standing.KEPT
    elif now < ends:
        standing = Standing.OPEN
    else:
        standing = Standing.LATE if any(ends <= at <= now for at in appeared) else Standing.MISSED
    return WindowState(window.id, local(window.label, "vi")[0], begins, ends, items, standing)


def window_times(window: Window, day: date, times: Mapping[str, WindowTimes]) -> tuple[datetime, datetime]:
    """Return when a window begins and ends on a day; the rule pack's own times come first."""
    given = times.get(window.id)
    begins, ends = window.begins or (given and given.begins), window.ends or (given and given.ends)
    if not begins or not ends:
        hint = msg(
            "Give its “begins” and “ends” in publisher.yaml, below monitoring.windows.{window}.", window=window.id
        )
        raise UsageError(msg("Nobody said when the window “{window}” begins and ends.", window=window.id), hint)
    first = datetime.combine(day, time.fromisoformat(begins), HANOI_TIME)
    last = datetime.combine(day, time.fromisoformat(ends), HANOI_TIME)
    return first, last if last > first else last + _DAY
