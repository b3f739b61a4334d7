"""Working days over Tết and swapped Saturdays, and when deadlines end (G22)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from network import REPOSITORY

from congtin.errors import ProblemsFound
from congtin.rules.combine import InForce
from congtin.rules.deadlines import due, earliest
from congtin.rules.pack_rules import Deadline
from congtin.rules.working_days import HOLIDAYS_FILE, WorkingDays, end_of
from congtin.validation import parse_time

DAY = timedelta(days=1)


class OneFile:
    """A tree with nothing but the file of holidays."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    def read(self, path: str) -> bytes | None:
        return self.text.encode() if self.text is not None and path == HOLIDAYS_FILE else None

    def paths(self, below: str) -> list[str]:
        return []


SHIPPED = (REPOSITORY / HOLIDAYS_FILE).read_text("utf-8")
CALENDAR = WorkingDays.load(OneFile(SHIPPED))


def days(first: str, last: str) -> list[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [start + number * DAY for number in range((end - start).days + 1)]


# --- the calendar --------------------------------------------------------------------------------


def test_tet_of_2026_is_nine_days_long():
    """From Saturday 14 to Sunday 22 February; work ends before and begins after."""
    assert not any(CALENDAR.is_working(day) for day in days("2026-02-14", "2026-02-22"))
    assert CALENDAR.is_working(date(2026, 2, 13)) and CALENDAR.is_working(date(2026, 2, 23))
    assert CALENDAR.add(date(2026, 2, 13), 1) == date(2026, 2, 23)


def test_tet_of_2027_has_days_in_lieu_of_its_weekend():
    """Tết falls on a Saturday: work begins on Thursday of the next week."""
    assert CALENDAR.add(date(2027, 2, 3), 1) == date(2027, 2, 11)


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        ("2026-01-02", "2026-01-10"),  # decided after the library was made: from workflows/holidays.yaml
        ("2026-08-31", "2026-08-22"),
        ("2025-05-02", "2025-04-26"),
        ("2018-12-31", "2019-01-05"),  # over New Year
        ("2015-01-02", "2014-12-27"),  # over New Year, the other way round
    ],
)
def test_a_day_off_is_made_up_for_on_a_saturday(off, worked):
    """Both days are told from the days around them, in whatever order they are asked for."""
    assert CALENDAR.is_working(date.fromisoformat(worked))
    assert not CALENDAR.is_working(date.fromisoformat(off))


def test_what_the_file_says_wins_over_the_calendar():
    """A city works through a weekend, or closes for a day: one line each."""
    text = SHIPPED.replace(
        "days:\n  #",
        """\
days:
  - {date: 2026-11-28, working: true, label: {vi: Làm bù}, source: Quyết định, status: unverified}
  - {date: 2026-11-30, working: false, label: {vi: Nghỉ}, source: Quyết định, status: unverified}
  #""",
    )
    calendar = WorkingDays.load(OneFile(text))
    assert calendar.add(date(2026, 11, 27), 1) == date(2026, 11, 28)
    assert calendar.add(date(2026, 11, 28), 1) == date(2026, 12, 1)
    assert CALENDAR.add(date(2026, 11, 27), 1) == date(2026, 11, 30)


# Around Tết, New Year, the swaps, and anywhere.
STARTS = st.one_of(
    st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    st.dates(date(2027, 1, 25), date(2027, 2, 20)),
    st.dates(date(2026, 8, 15), date(2026, 9, 10)),
    st.dates(date(2018, 12, 20), date(2019, 1, 10)),
    st.dates(date(2015, 1, 1), date(2060, 12, 31)),
)
COUNTS = st.integers(1, 25)


@given(STARTS, COUNTS)
def test_the_day_of_the_event_is_not_counted_and_the_last_day_is_worked(start, count):
    """As many working days lie behind the event as were asked for, and not one more."""
    last = CALENDAR.add(start, count)
    assert last > start and CALENDAR.is_working(last)
    assert CALENDAR.between(start, last) == count
    assert CALENDAR.between(start, last - DAY) == count - 1


@given(STARTS, COUNTS, COUNTS)
def test_counting_in_two_goes_is_counting_in_one(start, first, second):
    assert CALENDAR.add(CALENDAR.add(start, first), second) == CALENDAR.add(start, first + second)


@given(STARTS, COUNTS)
def test_a_later_event_is_never_due_earlier(start, count):
    assert CALENDAR.add(start, count) <= CALENDAR.add(start + DAY, count)


@given(STARTS, COUNTS)
def test_counting_back_is_the_way_there_backwards(start, count):
    """A notice that went out on the last possible day was early enough; a day later it was not."""
    last = CALENDAR.before(start, count)
    assert CALENDAR.is_working(last)
    assert CALENDAR.between(last - DAY, start - DAY) == count
    begin = start if CALENDAR.is_working(start) else CALENDAR.before(start, 1)
    assert CALENDAR.before(CALENDAR.add(start, count), count) == begin


@given(STARTS)
def test_no_break_is_longer_than_twelve_days(start):
    """A slip in the calendar would show as a month without a working day."""
    assert CALENDAR.same_or_next(start) - start <= 12 * DAY


# --- deadlines -----------------------------------------------------------------------------------


def rule(unit: str, limit: int | None = None, *, before: bool = False) -> InForce[Deadline]:
    deadline = Deadline(
        id="x",
        label={"vi": "Hạn"},
        subject="documents",
        action="publish",
        event="issued",
        unit=unit,
        limit=limit,
        before=before,
        source="Điều 13",
    )
    return InForce(deadline, "a", "Quy chế a, Điều 13", "verified")


def at(text: str) -> datetime:
    return parse_time(text)


def test_two_working_days_end_at_midnight_of_the_second():
    """Issued on Friday, due at the end of Tuesday; the last moment is still in time."""
    ends = due(rule("working_days", 2), at("2026-10-02T16:30:00+07:00"), CALENDAR)
    assert ends.last_day == date(2026, 10, 6)
    assert ends.at == at("2026-10-07")
    assert not ends.is_overdue(at("2026-10-06T23:59:59+07:00"))
    assert not ends.is_overdue(ends.at)
    assert ends.is_overdue(at("2026-10-07T00:00:01+07:00"))


def test_a_document_issued_before_tet_is_due_after_it():
    ends = due(rule("working_days", 2), date(2026, 2, 13), CALENDAR)
    assert ends.last_day == date(2026, 2, 24)


def test_the_day_is_that_of_ha_noi():
    """Half past six in the evening in London's winter is the next day in Hà Nội."""
    late = due(rule("working_days", 1), at("2026-10-05T18:30:00+00:00"), CALENDAR)
    assert late.last_day == date(2026, 10, 7)


def test_hours_run_through_nights_and_holidays():
    ends = due(rule("hours", 48), at("2026-02-14T09:00:00+07:00"), CALENDAR)
    assert ends.at == at("2026-02-16T09:00:00+07:00")
    assert not ends.estimated


def test_hours_from_a_bare_date_are_counted_from_its_first_moment():
    assert due(rule("hours", 72), date(2026, 10, 5), CALENDAR).at == at("2026-10-08")


@pytest.mark.parametrize(
    ("received", "last"), [("2026-10-05T08:00:00+07:00", "2026-10-05"), ("2026-10-03T08:00:00+07:00", "2026-10-05")]
)
def test_the_same_working_day_is_the_next_one_on_a_saturday(received, last):
    assert due(rule("same_working_day"), at(received), CALENDAR).last_day == date.fromisoformat(last)


def test_immediately_is_the_moment_itself():
    moment = at("2026-10-05T08:00:00+07:00")
    assert due(rule("immediately"), moment, CALENDAR).at == moment


def test_a_notice_of_five_working_days_goes_out_before_the_weekend():
    """A stop on Monday the 26th: the notice is out by the end of Monday the 19th."""
    notice = due(rule("working_days", 5, before=True), at("2026-10-26T22:00:00+07:00"), CALENDAR)
    assert notice.last_day == date(2026, 10, 19)
    assert due(rule("hours", 5, before=True), at("2026-10-26T22:00:00+07:00"), CALENDAR).at.hour == 17


def test_a_notice_without_a_measure_goes_out_before_the_event():
    session = at("2026-10-26T14:00:00+07:00")
    assert due(rule("working_days", before=True), session, CALENDAR).at == session


def test_hours_and_working_days_are_compared_for_the_event_at_hand():
    """On a Monday two working days are shorter than 72 hours, before a weekend they are longer."""
    both = [rule("working_days", 2), rule("hours", 72)]
    assert earliest(both, at("2026-10-05T09:00:00+07:00"), CALENDAR).deadline.rule.unit == "working_days"
    assert earliest(both, at("2026-10-02T09:00:00+07:00"), CALENDAR).deadline.rule.unit == "hours"
    assert earliest([], at("2026-10-02"), CALENDAR) is None


def test_a_time_in_a_year_nobody_has_decided_is_an_estimate():
    assert not due(rule("working_days", 2), date(2026, 10, 5), CALENDAR).estimated
    assert due(rule("working_days", 20), date(2026, 12, 20), CALENDAR).estimated


def test_a_time_without_zone_is_no_event():
    with pytest.raises(ValueError, match="zone"):
        due(rule("hours", 48), datetime(2026, 10, 5, 8), CALENDAR)  # noqa: DTZ001 (that is the point)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(at("2026-01-01").tzinfo)), COUNTS)  # noqa: DTZ001
def test_a_deadline_in_working_days_ends_with_the_day_and_never_before_the_event(moment, count):
    ends = due(rule("working_days", count), moment, CALENDAR)
    assert ends.at == end_of(ends.last_day) > moment
    assert ends.at - moment >= count * DAY


# --- bad input -----------------------------------------------------------------------------------

WEEKEND = "weekend: {days: [saturday, sunday], source: Luật, status: unverified}\n"
SWAP = "  - {date: 2026-01-02, working: false, label: {vi: Nghỉ}, source: Công văn, status: unverified}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "missing-file workflows/holidays.yaml"),
        ("weekend: [\n", "yaml-syntax workflows/holidays.yaml:2"),
        (WEEKEND + "days:\n" + SWAP * 2 + "decided: []\n", "duplicate-id workflows/holidays.yaml:4"),
        (
            WEEKEND + "days: []\ndecided:\n" + "  - {year: 2026, source: Công văn, status: unverified}\n" * 2,
            "duplicate-id workflows/holidays.yaml:5",
        ),
        (WEEKEND.replace("sunday", "funday") + "days: []\ndecided: []\n", "wrong-value workflows/holidays.yaml:1"),
        (
            WEEKEND + "days:\n" + SWAP.replace("01-02", "13-02") + "decided: []\n",
            "wrong-value workflows/holidays.yaml:3",
        ),
        (WEEKEND + "days: []\n", "missing-field workflows/holidays.yaml:1"),
        (
            WEEKEND.replace("saturday", "monday, tuesday, wednesday, thursday, friday, saturday")
            + "days: []\ndecided: []\n",
            "wrong-value workflows/holidays.yaml:1",
        ),
    ],
)  # fmt: skip
def test_a_broken_calendar_is_told_with_its_line(text, told):
    """A week without a working day would never end."""
    with pytest.raises(ProblemsFound) as raised:
        WorkingDays.load(OneFile(text))
    assert told in [f"{problem.code} {problem.place}" for problem in raised.value.problems]
