"""Appointments as iCalendar: what citizens and their calendars see of a working week, a dialogue, a deadline (C2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar
from kind_network import HOST
from network import SITES, TinyNetwork, item_id

from congtin.engine import blob_id
from congtin.validation import parse_time

SECTIONS = SITES.replace(
    "    van-ban: {label",
    "    lich: {label: {vi: Lịch công tác, en: Calendar}, kind: schedules}\n"
    "    lay-y-kien: {label: {vi: Lấy ý kiến, en: Consultation}, kind: consultations}\n"
    "    van-ban: {label",
)
WEEK = f"""\
---
id: {item_id(1)}
kind: schedule
title: Tuần 48
date: 2026-11-20
begins: 2026-11-23T00:00:00+07:00
ends: 2026-11-29
entries:
  - starts: 2026-11-23T08:00:00+07:00
    until: 2026-11-23T11:30:00+07:00
    what: "Họp giao ban, tuần; tháng"
    place: Phòng 1
    chair: Chủ tịch
  - {{starts: 2026-11-24T14:00:00+07:00, what: Tiếp công dân}}
---
"""
EVENTS = f"""\
-- content/ha/portal/lich/2026/tuan-48.vi.md --
{WEEK}-- content/ha/portal/lich/2026/tuan-48.en.md --
---
translated_from: {blob_id(WEEK.encode())}
title: Week 48
entries:
  - {{what: Weekly meeting, place: Room 1, chair: Chairperson}}
  - {{what: Reception of citizens}}
---
-- content/ha/portal/lay-y-kien/2026/a.vi.md --
---
id: {item_id(2)}
kind: consultation
title: Dự thảo nội quy
summary: Mời góp ý.
date: 2026-11-01
opens: 2026-11-20T08:00:00+07:00
closes: 2026-11-25
drafter: Tổ soạn thảo
drafts: [{{title: Dự thảo, file: a.files/du-thao.txt}}]
---
Toàn văn ở dưới.
-- content/ha/portal/lay-y-kien/2026/a.files/du-thao.txt --
Điều 1.
"""


@pytest.fixture
def net(tmp_path):
    made = TinyNetwork.create(tmp_path / "net", SECTIONS, EVENTS)
    made.now = parse_time("2026-11-22T12:00:00+07:00")
    made.build()
    return made


def events(net, address: str) -> list[dict[str, object]]:
    """Return the appointments as a program for calendars reads them."""
    calendar = Calendar.from_ical(net.text(f"{HOST}/{address}"))
    assert calendar["version"] == "2.0" and calendar["prodid"]
    found = []
    for event in calendar.walk("VEVENT"):
        assert event["uid"] and event["dtstamp"].dt.tzinfo and not event.errors
        found.append({name.lower(): getattr(value, "dt", value) for name, value in event.items()})
    assert len({event["uid"] for event in found}) == len(found)
    return found


def test_every_appointment_of_a_week_stands_in_the_calendar_of_its_section(net):
    """Time, subject, place, who chairs; letters that mean something in the form stay what they are."""
    first, second = events(net, "lich/calendar.ics")
    assert first["summary"] == "Họp giao ban, tuần; tháng"
    assert first["location"] == "Phòng 1"
    assert first["description"] == "Tuần 48\nChủ trì: Chủ tịch"
    assert first["dtstart"] == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert first["dtend"] - first["dtstart"] == timedelta(hours=3, minutes=30)
    assert first["url"] == "https://ha.gov.vn/lich/2026/tuan-48/"
    assert second["summary"] == "Tiếp công dân" and "dtend" not in second and "location" not in second
    link = net.page(f"{HOST}/lich").xpath("//p[@class='subscribe']/a/@href")
    assert link == ["/lich/calendar.ics"]


def test_a_translation_has_a_calendar_in_its_own_words(net):
    """The same appointments at the same times."""
    first, second = events(net, "english/lich/calendar.ics")
    assert (first["summary"], first["location"]) == ("Weekly meeting", "Room 1")
    assert second["summary"] == "Reception of citizens"
    assert first["uid"] == events(net, "lich/calendar.ics")[0]["uid"]


def test_the_last_day_for_comments_is_a_whole_day(net):
    """A day has no hour; what has no text of its own has the Item's title."""
    [deadline] = events(net, "lay-y-kien/calendar.ics")
    assert deadline["summary"] == "Dự thảo nội quy"
    assert deadline["dtstart"] == date(2026, 11, 25)


def test_a_calendar_follows_its_items_and_goes_with_the_last(net):
    """One edit makes one calendar anew; a section without appointments offers none."""
    untouched = net.output / HOST / "lay-y-kien/calendar.ics"
    before = untouched.stat().st_mtime_ns
    week = "content/ha/portal/lich/2026/tuan-48"
    net.put(f"{week}.vi.md", (net.root / f"{week}.vi.md").read_text("utf-8").replace("Tiếp công dân", "Đi cơ sở"))
    net.build()
    assert events(net, "lich/calendar.ics")[1]["summary"] == "Đi cơ sở"
    assert untouched.stat().st_mtime_ns == before
    for lang in ("vi", "en"):
        net.remove(f"{week}.{lang}.md")
    net.build()
    assert not (net.output / HOST / "lich/calendar.ics").exists()
    assert not net.page(f"{HOST}/lich").xpath("//p[@class='subscribe']")
