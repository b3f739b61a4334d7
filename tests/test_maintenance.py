"""A planned stop needs a notice five working days before (G18): `congtin maintenance`."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta

import pytest
from desks import LOG, TinyDesk, clock
from homes import TinyHome
from hypothesis import given
from hypothesis import strategies as st
from monitors import BOOK, CALENDAR, LIM, MAI, PORTAL, RULED, Watched, at
from network import article, item_id

from congtin.errors import UsageError
from congtin.release import maintenance
from congtin.release.maintenance import StopRefused, _Demand, _lawful_from, plan_stop, plans, stopped
from congtin.release.monitoring.findings import Light
from congtin.release.notices import names_day
from congtin.rules.combine import SiteRules
from congtin.rules.site_packs import in_force

DAY = timedelta(days=1)
# A Monday; five working days before it, on the Monday before, is the last day for a notice.
STOP, END = at("2026-11-16 22:00"), at("2026-11-17 02:00")
IN_TIME, TOO_LATE = at("2026-11-09 16:00"), at("2026-11-10 08:00")
NOW = at("2026-11-10 09:00")
NOTICE = "content/ha/portal/tin-tuc/2026/bao-tri.vi.md"
BODY = "Hệ thống tạm ngừng từ 22 giờ ngày 16/11/2026 để bảo trì."
PAGES = {"ha/portal": f"{PORTAL}/tin-tuc/2026/bao-tri/index.html"}
PAGES |= {f"ha/{n}": f"{h}/tin-thanh-pho/2026/bao-tri/index.html" for n, h in (("lim", LIM), ("mai", MAI))}


def notice(body=BODY, **fields):
    return article(70, "Tạm ngừng để bảo trì", body, **{"date": "2026-10-05", **fields})


@pytest.fixture
def watched(tmp_path):
    desk = TinyDesk.create(tmp_path / "desk", RULED)
    # The desk was founded just now; this story's log begins in its own time.
    desk.git("update-ref", "-d", LOG)
    watched = Watched.create(tmp_path / "home", desk)
    watched.release(at("2026-11-06 08:00"))
    yield watched
    desk.close()


def publish(watched, when, text=None, sites=tuple(PAGES)):
    """Publish the notice, with its pages on some Sites."""
    watched.commit({NOTICE: text or notice(crosspost="[ha/lim, ha/mai]")})
    watched.pages |= {PAGES[site] for site in sites}
    return watched.release(when)


def plan(watched, begins=STOP, ends=END, sites=(), now=NOW):
    return plan_stop(watched.home, begins, ends, [item_id(70)], sites, now)


# --- what is planned -----------------------------------------------------------------------------


def test_a_stop_is_planned_after_a_notice_in_time(watched):
    """It is kept with the notice's address on every Site, and the log tells of it."""
    publish(watched, IN_TIME)
    made = plan(watched)
    assert made.sites == ("ha/lim", "ha/mai", "ha/portal")
    assert {n.address for n in made.notices if n.site == "ha/lim"} == {f"https://{LIM}/tin-thanh-pho/2026/bao-tri/"}
    assert {n.since for n in made.notices} == {IN_TIME}
    assert plans(watched.home) == [made]
    entry = watched.desk.log()[-1].entry
    assert (entry.event, entry.sites) == ("maintenance-planned", made.sites)
    assert entry.detail["plan"] == made.id == "20261116-2200"
    assert entry.detail["notices"] == [item_id(70)]


def test_the_command_refuses_a_notice_that_is_late_and_names_the_earliest_time(watched):
    """Published a day too late: the Tuesday's notice allows the next Tuesday."""
    publish(watched, TOO_LATE)
    words = ["--from", STOP.isoformat(), "--to", END.isoformat(), "--notice", item_id(70)]
    done = watched.congtin("maintenance", "plan", *words, now=NOW)
    assert done.returncode == 1
    assert "The notice on ha/lim is out since 10/11/2026 08:00" in done.stderr
    assert "the stop may begin at 17/11/2026 00:00 at the earliest" in done.stderr
    assert plans(watched.home) == [] and "maintenance-planned" not in watched.desk.events()
    words[1], words[3] = "2026-11-17T00:00:00+07:00", "2026-11-17T04:00:00+07:00"
    text = BODY.replace("16/11", "17/11")
    with pytest.raises(StopRefused, match="does not name the day"):
        plan(watched, at("2026-11-17 00:00"), at("2026-11-17 04:00"))
    watched.commit({NOTICE: notice(text, crosspost="[ha/lim, ha/mai]")})
    watched.release(at("2026-11-10 08:30"))
    done = watched.congtin("maintenance", "plan", *words, now=NOW)
    assert done.returncode == 0, done.stderr
    assert "The stop 20261117-0000 is planned from 17/11/2026 00:00 to 17/11/2026 04:00 (Sites: 3)." in done.stdout


def test_an_early_date_in_the_front_matter_proves_nothing(watched):
    """What counts is since when citizens could read it: the Item says October."""
    publish(watched, TOO_LATE)
    with pytest.raises(StopRefused) as caught:
        plan(watched)
    assert "10/11/2026 08:00" in str(caught.value)


def test_a_day_that_is_written_in_later_counts_from_then(watched):
    """The notice was there in time, but did not say when."""
    publish(watched, IN_TIME, notice("Sẽ có đợt bảo trì.", crosspost="[ha/lim, ha/mai]"))
    with pytest.raises(StopRefused, match="does not name the day"):
        plan(watched)
    publish(watched, TOO_LATE)
    with pytest.raises(StopRefused) as caught:
        plan(watched)
    assert "17/11/2026 00:00" in str(caught.value)


def test_a_notice_that_was_away_in_between_counts_from_its_return(watched):
    """A Release without the page breaks the time."""
    publish(watched, at("2026-11-06 09:00"))
    watched.pages.clear()
    watched.release(at("2026-11-07 08:00"))
    watched.pages |= set(PAGES.values())
    watched.release(TOO_LATE)
    with pytest.raises(StopRefused):
        plan(watched)


def test_releases_that_are_removed_are_followed_through_the_audit_log(watched):
    """Only the last Releases stay; the log tells what was live before, and the repository what it said."""
    others = [at("2026-11-09 15:00"), IN_TIME + timedelta(hours=2)]
    for when in others:
        first = publish(watched, when)
        head = watched.log_release(first, when)
        shutil.rmtree(first.folder)
    watched.release(TOO_LATE, log_head=head)
    shutil.rmtree(watched.home.releases / "000001")
    assert {notice.since for notice in plan(watched).notices} == {others[0]}


def test_a_removed_release_whose_notice_was_another_does_not_count(watched):
    """The day was not in it yet."""
    first = publish(watched, IN_TIME, notice("Sẽ có đợt bảo trì.", crosspost="[ha/lim, ha/mai]"))
    head = watched.log_release(first, IN_TIME)
    publish(watched, TOO_LATE)
    watched.release(TOO_LATE + timedelta(minutes=5), log_head=head)
    for number in (1, 2, 3):
        shutil.rmtree(watched.home.releases / f"{number:06}")
    with pytest.raises(StopRefused) as caught:
        plan(watched)
    assert "17/11/2026 00:00" in str(caught.value)


def test_the_notice_must_stand_on_every_site_that_stops(watched):
    """The Sites without it are named; without them the stop can be planned."""
    publish(watched, IN_TIME, sites=("ha/portal", "ha/lim"))
    with pytest.raises(StopRefused) as caught:
        plan(watched)
    assert "not published on every Site that stops; missing: ha/mai" in str(caught.value)
    assert "Published now, it allows a stop from 17/11/2026 00:00" in str(caught.value.hint)
    assert plan(watched, sites=["ha/portal", "ha/lim"]).sites == ("ha/portal", "ha/lim")
    assert plan(watched, sites=["ha/*:ward"]).sites == ("ha/lim",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (notice(draft="true"), "is not published yet"),
        (notice(withdrawn="{at: 2026-11-09, reason: Sai}"), "has been withdrawn"),
        (notice(date="2026-12-24"), "is not published yet"),
        (article(71), "has no Item"),
    ],
)
def test_an_item_that_is_not_live_is_no_notice(watched, text, said):
    """A draft, a withdrawn one, one that is due later, one of another id."""
    publish(watched, IN_TIME, text)
    with pytest.raises(UsageError, match=said):
        plan(watched)


@pytest.mark.parametrize(
    ("begins", "ends", "said"),
    [
        (END, STOP, "ends before it begins"),
        (at("2026-11-10 08:00"), END, "begins in the past"),
    ],
)
def test_times_that_make_no_sense_are_refused(watched, begins, ends, said):
    """Nothing is planned."""
    publish(watched, IN_TIME)
    with pytest.raises(UsageError, match=said):
        plan(watched, begins, ends)
    assert plans(watched.home) == []


def test_a_site_that_is_not_there_is_refused_with_the_nearest_name(watched):
    """As everywhere."""
    publish(watched, IN_TIME)
    with pytest.raises(UsageError) as caught:
        plan(watched, sites=["ha/lin"])
    assert "ha/lim" in str(caught.value.hint)


# --- what becomes of it --------------------------------------------------------------------------


def test_within_a_stop_nothing_of_its_hosts_is_an_alarm_and_it_is_counted_apart(watched):
    """The servers are off; the other things are watched as ever."""
    publish(watched, IN_TIME)
    made = plan(watched, sites=["ha/lim"])
    within = watched.look(at("2026-11-16 23:00"))
    lights = {row.site: row.light for row in within.overview.sites}
    assert lights["ha/mai"] is Light.RED
    found = {(f.subject, f.light) for f in within.overview.findings if f.site == "ha/lim" and f.subject != "windows"}
    assert found == {("reach", Light.PLANNED), ("stop", Light.PLANNED)}
    assert set(within.stops) == {"ha/lim"} and within.stops["ha/lim"].id == made.id
    after = watched.look(at("2026-11-17 02:00"))
    assert ("reach", Light.RED) in {(f.subject, f.light) for f in after.overview.findings if f.host == LIM}
    done = watched.congtin("monitor", "report", "--month", "2026-11", "--format", "json")
    hosts = {host["host"]: host for host in json.loads(done.stdout)["hosts"]}
    assert hosts[LIM]["any"] == {"asked": 1, "up": 0, "planned": 1}
    assert hosts[MAI]["any"] == {"asked": 2, "up": 0, "planned": 0} and hosts[MAI]["percent"] == 0


def test_a_stop_is_listed_and_cancelled_and_the_log_tells_both(watched):
    """A stop that is over early ends when somebody says so."""
    publish(watched, IN_TIME)
    made = plan(watched)
    listed = watched.congtin("maintenance", "list", now=NOW).stdout
    assert made.id in listed and "planned" in listed and f"https://{PORTAL}/tin-tuc/2026/bao-tri/" in listed
    during = at("2026-11-16 23:00")
    assert "now" in watched.congtin("maintenance", "list", now=during).stdout
    done = watched.congtin("maintenance", "cancel", made.id, now=during)
    assert done.returncode == 0, done.stderr
    assert stopped(watched.home, during - DAY / 24 / 2) and not stopped(watched.home, during)
    assert "No stop is planned." in watched.congtin("maintenance", "list", now=during).stdout
    assert "cancelled" in watched.congtin("maintenance", "list", "--all", now=during).stdout
    assert watched.desk.events()[-2:] == ["maintenance-planned", "maintenance-cancelled"]
    again = watched.congtin("maintenance", "cancel", made.id, now=during)
    assert again.returncode == 2 and "is over or cancelled" in again.stderr


def test_two_stops_at_one_time_have_names_of_their_own(watched):
    """The second does not take the place of the first."""
    publish(watched, IN_TIME)
    first, second = plan(watched, sites=["ha/lim"]), plan(watched, sites=["ha/mai"])
    assert (first.id, second.id) == ("20261116-2200", "20261116-2200-2")
    assert len(plans(watched.home)) == 2


def test_a_plan_somebody_damaged_is_named(watched):
    """Nothing is guessed."""
    publish(watched, IN_TIME)
    made = plan(watched)
    (watched.folder / maintenance.FOLDER / f"{made.id}.json").write_text("{}")
    with pytest.raises(UsageError, match=r"20261116-2200\.json cannot be read"):
        plans(watched.home)


# --- how the day is written ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "ngày 05/12/2026", "5/12/2026", "5-12-2026", "05.12.2026", "2026-12-05", "ngày 5 tháng 12 năm 2026",
        "Ngày 05 tháng 12", "5 tháng 12, 2026", "5 December 2026", "December 5, 2026", "vào 5/12/2026.",
    ],
)  # fmt: skip
def test_a_day_is_found_as_people_write_it(text):
    """In Vietnamese and English."""
    assert names_day(f"Từ 22 giờ {text} hệ thống tạm ngừng", date(2026, 12, 5))


@pytest.mark.parametrize(
    "text",
    ["15/12/2026", "5/12/2025", "5/1/2026", "ngày 5 tháng 12 năm 2025", "5 tháng 1 năm 2026", "5/12", "", "5/12/20261"],
)
def test_another_day_is_not_taken_for_it(text):
    """Nor one without a year in figures."""
    assert not names_day(f"Từ 22 giờ {text} hệ thống tạm ngừng", date(2026, 12, 5))


# --- any day -------------------------------------------------------------------------------------

CCHC = SiteRules(tuple(in_force(BOOK, ["hanoi-2025", "hanoi-cchc-2025"], NOW)))
PORTAL_RULES = SiteRules(tuple(in_force(BOOK, ["hanoi-2025"], NOW)))
DAYS = st.dates(date(2024, 12, 20), date(2027, 3, 1))


def test_the_pack_of_a_site_decides_how_early_and_congtin_where_none_does():
    """Five working days by the regulation of one Site; the same for all others."""
    own, other = _Demand.of(CCHC, CALENDAR), _Demand.of(PORTAL_RULES, CALENDAR)
    assert own.sources == ("Quy chế Trang thông tin CCHC Hà Nội 2025, Điều 9 khoản 7",)
    assert other.sources == ("Côngtin",)
    assert own.deadlines[0].rule.limit == other.deadlines[0].rule.limit == 5


@given(day=DAYS, hour=st.integers(0, 23))
def test_the_earliest_time_is_lawful_and_no_earlier_day_is(day, hour):
    """Over Tết, swapped Saturdays and New Year: five working days lie between, the last one included."""
    demand = _Demand.of(CCHC, CALENDAR)
    since = at(f"{day.isoformat()} {hour:02}:30")
    first = _lawful_from(demand.deadlines[0], since, CALENDAR)
    assert demand.allows(first, since)
    assert not demand.allows(first - timedelta(seconds=1), since)
    assert all(demand.allows(first + number * DAY, since) for number in range(1, 20))
    # At least four whole working days lie between the day of the notice and that of the stop.
    assert CALENDAR.between(day, first.date() - DAY) >= 4


def test_a_notice_on_the_last_working_day_before_tet_of_2026():
    """Nine days off do not count: published on 13 February, a stop begins on the 27th at the earliest."""
    first = _Demand.of(CCHC, CALENDAR).lawful_from(at("2026-02-13 16:00"))
    assert first == at("2026-02-27 00:00")


# --- for real ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_notice_that_was_really_published_carries_a_stop(tmp_path):
    """Built, released and read from the pages that citizens have; at home and where the portal's news are accepted."""
    now = clock()
    first = _Demand.of(PORTAL_RULES, CALENDAR).lawful_from(now + timedelta(minutes=10))
    text = notice(f"Ngày {first:%d/%m/%Y} hệ thống tạm ngừng.", crosspost="[ha/lim, ha/mai]")
    home = TinyHome.create(tmp_path, RULED, f"-- {NOTICE} --\n{text}")
    try:
        home.publish()
        made = plan_stop(home.home, first + timedelta(hours=1), first + timedelta(hours=3), [item_id(70)], [], clock())
        pages = {f"{one.address.removeprefix('https://')}index.html" for one in made.notices}
        assert pages == set(PAGES.values()) and all(home.has(page) for page in pages)
        with pytest.raises(StopRefused, match=r"does not name the day"):
            plan_stop(home.home, first - timedelta(hours=1), first, [item_id(70)], [], clock())
    finally:
        home.desk.close()
