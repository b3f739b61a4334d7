"""From an event to the time by which something is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from congtin.model import HANOI_TIME
from congtin.rules.combine import InForce
from congtin.rules.pack_rules import Deadline
from congtin.rules.working_days import WorkingDays, end_of


@dataclass(frozen=True)
class Due:
    """The last moment at which a rule is still kept."""

    deadline: InForce[Deadline]
    at: datetime
    """In Asia/Ho_Chi_Minh; 24:00 of the last day is 00:00 of the next."""
    last_day: date
    """The day to show to people."""
    estimated: bool
    """The holidays of a year that the count goes through are not decided yet."""

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the time has passed; the last moment itself still counts."""
        return now > self.at


def due(deadline: InForce[Deadline], event: datetime | date, calendar: WorkingDays) -> Due:
    """Return when a deadline ends, or by when a notice ahead of the event must be out (G1–G19, G22).

    A bare date stands for its first moment, so that hours are counted strictly. Raises ValueError for a time
    without zone.
    """
    begins = _moment(event)
    rule = deadline.rule
    if rule.unit == "hours" or (rule.limit is None and rule.unit != "same_working_day"):
        length = timedelta(hours=rule.limit or 0)
        ends = begins - length if rule.before else begins + length
        return Due(deadline, ends, ends.date(), estimated=False)
    last = _last_day(rule, begins.date(), calendar)
    return Due(deadline, end_of(last), last, estimated=not calendar.is_decided(begins.date(), last))


def earliest(deadlines: Iterable[InForce[Deadline]], event: datetime | date, calendar: WorkingDays) -> Due | None:
    """Return the deadline that ends first; None when there is none.

    Hours and working days can only be compared for a given event: this is where the shortest one shows.
    """
    return min((due(entry, event, calendar) for entry in deadlines), key=lambda one: one.at, default=None)


def _moment(event: datetime | date) -> datetime:
    if not isinstance(event, datetime):
        return datetime.combine(event, time(), HANOI_TIME)
    if event.tzinfo is None:
        raise ValueError("a time without zone")
    return event.astimezone(HANOI_TIME)


def _last_day(rule: Deadline, day: date, calendar: WorkingDays) -> date:
    if rule.unit == "same_working_day":
        return calendar.same_or_next(day)
    count = rule.limit or 0
    return calendar.before(day, count) if rule.before else calendar.add(day, count)
