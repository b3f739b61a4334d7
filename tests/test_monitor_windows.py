"""New information three times a day on the portal, twice a working day elsewhere (G16, G17)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from desks import TinyDesk
from hypothesis import given
from hypothesis import strategies as st
from monitors import BOOK, CALENDAR, LIM, PORTAL, RULED, Watched, at

from congtin.errors import UsageError
from congtin.model import HANOI_TIME, SiteKind
from congtin.network.load import load_network
from congtin.release.monitoring.appearances import appearances
from congtin.release.monitoring.findings import Light
from congtin.release.monitoring.policy import ReleasePolicy
from congtin.release.monitoring.settings import MonitoringSettings, WindowTimes
from congtin.release.monitoring.windows import Standing, freshness
from congtin.rules.combine import SiteRules
from congtin.rules.site_packs import in_force

DAY = timedelta(days=1)
LONG_AGO = at("2015-01-01 00:00")


TIMES = MonitoringSettings().windows
WINDOWS = SiteRules(tuple(in_force(BOOK, ["hanoi-2025"], at("2026-11-16 08:00")))).update_windows


def judged(kind, appeared, now, since=LONG_AGO, times=TIMES):
    return freshness(WINDOWS, kind, times, CALENDAR, sorted(appeared), now, since)


def standings(kind, appeared, now):
    return [window.standing for window in judged(kind, appeared, now).today]


# --- one day -------------------------------------------------------------------------------------

MORNING, AFTERNOON, EVENING = at("2026-11-16 07:30"), at("2026-11-16 13:10"), at("2026-11-16 19:00")
BEFORE = at("2026-11-15 18:00")  # the evening before


def test_a_portal_with_three_news_a_day_is_in_order():
    """Each in its part of the day, a Monday."""
    fresh = judged(SiteKind.PORTAL, [BEFORE, MORNING, AFTERNOON, EVENING], at("2026-11-16 22:30"))
    assert fresh.light is Light.GREEN
    assert [(window.id, window.items) for window in fresh.today] == [("morning", 1), ("afternoon", 1), ("evening", 1)]
    assert fresh.sources == ("Quy chế Cổng TTĐT Hà Nội 2025, Điều 13 khoản 2 điểm a",)


@pytest.mark.parametrize(
    ("now", "light", "standing"),
    [
        ("2026-11-16 06:59", Light.GREEN, Standing.AHEAD),
        ("2026-11-16 07:00", Light.AMBER, Standing.OPEN),
        ("2026-11-16 09:59", Light.AMBER, Standing.OPEN),
        ("2026-11-16 10:00", Light.RED, Standing.MISSED),
    ],
)
def test_an_empty_window_is_amber_while_it_is_open_and_red_when_it_has_passed(now, light, standing):
    """To the minute."""
    fresh = judged(SiteKind.PORTAL, [BEFORE], at(now))
    assert (fresh.light, fresh.today[0].standing) == (light, standing)


def test_what_comes_too_late_ends_the_alarm_but_not_the_warning_of_the_day():
    """News at eleven are not those of the morning."""
    late = at("2026-11-16 11:00")
    assert judged(SiteKind.PORTAL, [BEFORE, late], at("2026-11-16 11:30")).light is Light.AMBER
    assert standings(SiteKind.PORTAL, [BEFORE, late], at("2026-11-16 12:00"))[0] is Standing.LATE
    # The next day begins anew.
    evening = [late, AFTERNOON, EVENING]
    assert judged(SiteKind.PORTAL, evening, at("2026-11-17 06:00")).light is Light.GREEN


def test_an_alarm_lasts_through_the_night_until_something_comes():
    """Nobody is there in the evening: red until the next news, not until midnight."""
    appeared = [BEFORE, MORNING, AFTERNOON]
    assert judged(SiteKind.PORTAL, appeared, at("2026-11-17 03:00")).light is Light.RED
    assert judged(SiteKind.PORTAL, appeared, at("2026-11-17 07:30")).light is Light.RED
    assert judged(SiteKind.PORTAL, [*appeared, at("2026-11-17 07:31")], at("2026-11-17 08:00")).light is Light.GREEN


def test_the_portal_has_no_days_off_and_a_component_has():
    """The first day of Tết 2026 is a Tuesday; a ward may be silent, the portal may not."""
    now = at("2026-02-17 11:00")
    quiet = [at("2026-02-13 07:30"), at("2026-02-13 14:00")]  # the last working day
    assert judged(SiteKind.PORTAL, quiet, now).light is Light.RED
    ward = judged(SiteKind.WARD, quiet, now)
    assert (ward.light, ward.today, ward.demanded) == (Light.GREEN, (), True)


def test_a_component_that_missed_the_last_afternoon_before_tet_stays_red_over_tet():
    """Its last window passed empty, nine days ago."""
    missed = judged(SiteKind.WARD, [at("2026-02-13 07:30")], at("2026-02-22 12:00"))
    assert missed.light is Light.RED
    assert [window.begins for window in missed.missed] == [at("2026-02-13 13:00")]


def test_a_saturday_worked_in_place_of_another_day_has_windows():
    """10 January 2026 is worked for 2 January, which has none."""
    assert [w.id for w in judged(SiteKind.WARD, [], at("2026-01-10 08:00")).today] == ["morning", "afternoon"]
    assert judged(SiteKind.WARD, [], at("2026-01-02 08:00")).today == ()


def test_a_site_no_rule_speaks_of_is_in_order():
    """Other regulations have no windows."""
    rules = SiteRules(tuple(in_force(BOOK, ["haiphong-2025"], at("2026-11-16 08:00")))).update_windows
    fresh = freshness(rules, SiteKind.WARD, TIMES, CALENDAR, [], at("2026-11-16 20:00"), LONG_AGO)
    assert (fresh.light, fresh.demanded, fresh.today) == (Light.GREEN, False, ())


def test_a_retired_site_is_asked_for_nothing_new(tiny):
    """From its last day on no window of it is ever missed (A17); its neighbours' are."""
    mai = "kind: commune\nname: {vi: Xã Mai}\nshort_name: {vi: Mai}\nlabel: mai\nstatus: retired\nsuccessor: ha/lim\n"
    net = tiny(f"-- sites/ha/mai.yaml --\n{mai}retired_on: 2026-11-16\n")
    rules = SiteRules(tuple(in_force(BOOK, ["hanoi-2025"], at("2026-11-16 08:00"))))
    policy = ReleasePolicy(load_network(net.root), lambda site: rules, CALENDAR)
    assert policy.windows("ha/mai", at("2026-11-16 08:00")) == ()
    assert policy.windows("ha/mai", at("2026-11-15 23:59")) == policy.windows("ha/lim", at("2026-11-16 08:00")) != ()


def test_nothing_is_said_of_windows_before_the_first_release():
    """The network began at noon: nobody missed the morning."""
    fresh = judged(SiteKind.PORTAL, [], at("2026-11-16 14:00"), since=at("2026-11-16 12:00"))
    assert [(window.id, window.standing) for window in fresh.today] == [
        ("afternoon", Standing.OPEN), ("evening", Standing.AHEAD),
    ]  # fmt: skip


def test_a_window_may_go_over_midnight():
    """Its end is one of the next day."""
    times = {**TIMES, "evening": WindowTimes(begins="22:00", ends="01:00")}
    appeared = [MORNING, AFTERNOON]
    assert judged(SiteKind.PORTAL, appeared, at("2026-11-17 00:30"), times=times).light is Light.AMBER
    assert judged(SiteKind.PORTAL, appeared, at("2026-11-17 01:00"), times=times).light is Light.RED


def test_a_window_without_times_is_an_error_that_says_where_they_go():
    """Neither the pack nor the settings have them."""
    with pytest.raises(UsageError) as caught:
        judged(SiteKind.PORTAL, [], at("2026-11-16 14:00"), times={})
    assert "monitoring.windows.morning" in str(caught.value.hint)


# --- any day -------------------------------------------------------------------------------------

days = st.dates(date(2024, 12, 20), date(2027, 3, 1))
minutes = st.integers(0, 24 * 60 - 1)
kinds = st.sampled_from([SiteKind.PORTAL, SiteKind.WARD])


def moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), HANOI_TIME)


appearing = st.lists(st.tuples(st.integers(-2, 0), minutes), max_size=6)


@given(kind=kinds, day=days, minute=minutes)
def test_the_demanded_windows_are_three_every_day_or_two_every_working_day(kind, day, minute):
    """Over Tết, swapped Saturdays and New Year."""
    expected = 3 if kind is SiteKind.PORTAL else 2 * CALENDAR.is_working(day)
    assert len(judged(kind, [], moment(day, minute)).today) == expected


@given(kind=kinds, day=days, minute=minutes, appeared=appearing, more=st.tuples(st.integers(-2, 0), minutes))
def test_one_more_item_never_makes_anything_worse(kind, day, minute, appeared, more):
    """Whenever it came."""
    now = moment(day, minute)
    times = [moment(day + back * DAY, at_) for back, at_ in appeared]
    before = judged(kind, times, now)
    after = judged(kind, [*times, moment(day + more[0] * DAY, more[1])], now)
    assert after.light.rank <= before.light.rank
    assert len(after.missed) <= len(before.missed)


@given(kind=kinds, day=days, minute=minutes, appeared=appearing)
def test_the_light_follows_from_the_last_windows(kind, day, minute, appeared):
    """Red exactly when some window of today or of the last day before passed, and nothing came in it or since."""
    now = moment(day, minute)
    times = sorted(t for back, at_ in appeared if (t := moment(day + back * DAY, at_)) <= now)
    before = day - DAY
    while kind is SiteKind.WARD and not CALENDAR.is_working(before):
        before -= DAY
    asked = ["morning", "afternoon", "evening"][: 3 if kind is SiteKind.PORTAL else 2]
    passed = []
    for one in (before, day):
        if kind is SiteKind.PORTAL or CALENDAR.is_working(one):
            for name in asked:
                begins, ends = (time.fromisoformat(getattr(TIMES[name], side)) for side in ("begins", "ends"))
                if datetime.combine(one, ends, HANOI_TIME) <= now:
                    passed.append(datetime.combine(one, begins, HANOI_TIME))
    missed = [begins for begins in passed if not any(begins <= t for t in times)]
    assert (judged(kind, times, now).light is Light.RED) == bool(missed)


# --- what appeared when --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = TinyDesk.create(tmp_path_factory.mktemp("desk"), RULED)
    yield desk
    desk.close()


@pytest.fixture
def watched(desk, tmp_path):
    watched = Watched.create(tmp_path / "home", desk)
    watched.show(LIM, 1, at("2026-11-13 14:00"))
    watched.release(at("2026-11-15 12:00"))
    return watched


def light(watched, site, now):
    return next(f.light for f in watched.look(at(now)).overview.findings if f.subject == "windows" and f.site == site)


def test_an_item_counts_from_the_release_that_brought_it_whatever_it_says(watched):
    """Dated half past seven, live at half past ten: the morning was missed."""
    watched.show(LIM, 2, at("2026-11-16 07:30"))
    watched.release(at("2026-11-16 10:30"))
    assert appearances(watched.home).of("ha/lim")[_id(2)].seen == at("2026-11-16 10:30")
    assert light(watched, "ha/lim", "2026-11-16 10:40") is Light.AMBER


def _id(number):
    from network import item_id

    return item_id(number)


def test_an_edited_item_is_no_new_one(watched):
    """“Thông tin mới” is a duty of its own beside corrections."""
    watched.feeds[LIM] = []
    watched.show(LIM, 1, at("2026-11-16 07:30"))
    watched.release(at("2026-11-16 07:40"))
    assert light(watched, "ha/lim", "2026-11-16 10:40") is Light.RED


def test_what_the_portal_accepts_is_new_there_what_a_ward_accepts_is_not(watched):
    """The portal picks each Item; wards get the portal's news by a standing consent, without anybody doing anything."""
    watched.show(PORTAL, 3, at("2026-11-16 07:30"), origin=LIM)
    watched.show(LIM, 4, at("2026-11-16 07:30"), origin=PORTAL)
    watched.release(at("2026-11-16 07:40"))
    assert light(watched, "ha/portal", "2026-11-16 10:40") is Light.GREEN
    assert light(watched, "ha/lim", "2026-11-16 10:40") is Light.RED
    watched.write_settings(copies_count=["portal", "ward"])
    assert light(watched, "ha/lim", "2026-11-16 10:40") is Light.GREEN


def test_an_archive_that_is_brought_in_is_nothing_new(watched):
    """Items of years ago, shown for the first time."""
    watched.show(LIM, 5, at("2019-05-01 08:00"))
    watched.release(at("2026-11-16 07:40"))
    assert light(watched, "ha/lim", "2026-11-16 10:40") is Light.RED


def test_each_release_is_looked_at_once_and_nothing_is_lost_when_the_file_is(watched):
    """What is kept is told again by the Releases at hand."""
    watched.show(LIM, 2, at("2026-11-16 07:30"))
    watched.release(at("2026-11-16 07:40"))
    known = appearances(watched.home)
    file = watched.folder / "monitoring" / "appearances.json"
    stamp = file.stat().st_mtime_ns
    assert appearances(watched.home) == known and file.stat().st_mtime_ns == stamp
    file.write_text("{")
    assert appearances(watched.home) == known
    file.unlink()
    assert appearances(watched.home) == known
