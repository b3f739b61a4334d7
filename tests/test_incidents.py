"""`congtin incident`: whom the regulations say to tell, when each was told, and nothing that could be altered (K9)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from archives import House
from desks import LOG, clock
from network import REPOSITORY

from congtin.cli.incident import incident_group
from congtin.release.home import Home
from congtin.release.incidents.record import Incidents

CONTACTS = """\
recipients:
  police: {name: Trực ban (trình diễn), phone: "000"}
"""


@pytest.fixture
def house(tmp_path):
    """Make a desk and a home; nothing needs to be live."""
    house = House.bare(tmp_path)
    yield house
    house.desk.close()


def call(house, *arguments, **named):
    said = house.run(incident_group, *arguments, **named)
    assert said.status == 0, said.text
    return said.text


def opened(house, *arguments):
    return call(house, "open", "--title", "Trang bị sửa trái phép (trình diễn)", *arguments).split()[1]


def test_an_incident_from_its_finding_to_its_end(house):
    """Found, told to three, reported, closed; every time stands there and how long it took."""
    found = clock() - timedelta(hours=5)
    number = opened(house, "--found", found.isoformat(), "--site", "ha/lim")
    call(house, "note", number, "Đã ngắt khóa của một tài khoản.")
    for recipient in ("office", "science", "police"):
        at = (found + timedelta(hours=2)).isoformat()
        call(house, "notify", number, recipient, "--how", "Công văn (trình diễn)", "--at", at)
    call(house, "notify", number, "police", "--report", "--how", "Báo cáo (trình diễn)")
    call(house, "close", number, "--cause", "Lộ khóa.", "--measures", "Thu hồi khóa, tập huấn lại.")
    data = json.loads(call(house, "show", number, "--format", "json"))
    assert [entry["act"] for entry in data["entries"]] == ["opened", "noted", *["notified"] * 4, "closed"]
    assert [r["hours_to_notice"] for r in data["recipients"]] == [2.0] * 3
    assert [bool(r["reported"]) for r in data["recipients"]] == [False, False, True]
    assert data["sites"] == ["ha/lim"]
    paper = call(house, "show", number, "--format", "markdown")
    assert "(after 2.0 hours)" in paper
    assert "closed. Cause: Lộ khóa. Measures: Thu hồi khóa, tập huấn lại." in paper
    assert "| Made by | Checked by | Approved by |" in paper


def test_the_three_recipients_and_their_hours_are_named_at_once(house):
    """Who opens a record reads whom to tell by when, and that no contact is on record."""
    said = call(house, "open", "--title", "Thử (trình diễn)", lang="vi")
    for words in ("Văn phòng Ủy ban nhân dân", "Sở Khoa học và Công nghệ", "Công an tỉnh hoặc thành phố"):
        assert words in said
    assert "3" in said


def test_contacts_are_those_somebody_entered(house):
    """Nothing is made up; what is missing is counted."""
    number = opened(house)
    assert json.loads(call(house, "show", number, "--format", "json"))["without_contact"] == 3
    (house.home / "incidents/contacts.yaml").write_text(CONTACTS, "utf-8")
    data = json.loads(call(house, "show", number, "--format", "json"))
    assert data["without_contact"] == 2
    assert data["recipients"][2]["contact"]["phone"] == "000"
    (house.home / "incidents/contacts.yaml").write_text("recipients: {polise: {phone: '1'}}\n", "utf-8")
    said = house.run(incident_group, "show", number)
    assert said.status == 1
    assert "“polise” is nobody who must be told." in said.text


def test_a_late_notice_is_an_alarm(house):
    """`list` ends with 1 while somebody should have been told and was not; told late stays told late."""
    found = clock() - timedelta(hours=30)
    number = opened(house, "--found", found.isoformat())
    said = house.run(incident_group, "list")
    assert said.status == 1
    assert "overdue" in said.text
    for recipient in ("office", "science", "police"):
        call(house, "notify", number, recipient)
    assert house.run(incident_group, "list").status == 0
    assert "(after 30.0 hours) – late" in call(house, "show", number, "--format", "markdown")
    # The whole report is due after three days.
    assert house.run(incident_group, "list", now=found + timedelta(hours=73)).status == 1


def test_it_is_not_closed_while_somebody_was_not_told(house):
    """Unless somebody says why they need not be."""
    number = opened(house)
    call(house, "notify", number, "office")
    said = house.run(incident_group, "close", number, "--cause", "x", "--measures", "y")
    assert said.status == 2
    assert "Not told yet: science, police." in said.text
    assert f"congtin incident notify {number} science" in said.text
    call(house, "close", number, "--cause", "x", "--measures", "y", "--although", "Sự cố diễn tập.")
    assert "Not everybody was told: Sự cố diễn tập." in call(house, "show", number, "--format", "markdown")


WRONG = {
    "unknown incident": (("note", "2026-009", "x"), "There is no incident “2026-009”."),
    "a path": (("show", "../../x"), "There is no incident “../../x”."),
    "unknown recipient": (("notify", "{number}", "polise"), "Did you mean “police”"),
    "the future": (("note", "{number}", "x", "--at", "2099-01-01"), "That time has not come yet"),
    "before it was found": (("note", "{number}", "x", "--at", "2020-01-01"), "That is before the incident was found"),
    "nothing": (("note", "{number}", " "), "The entry is empty or too long."),
    "too much": (("note", "{number}", "x" * 4001), "The entry is empty or too long."),
    "no title": (("open", "--title", " "), "The entry is empty or too long."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_written_is_said(house, case):
    """And the record stays as it was."""
    number = opened(house)
    before = (house.home / f"incidents/{number}.jsonl").read_bytes()
    arguments, text = WRONG[case]
    said = house.run(incident_group, *(word.format(number=number) for word in arguments))
    assert said.status == 2
    assert text in said.text
    assert (house.home / f"incidents/{number}.jsonl").read_bytes() == before
    assert Incidents.of(Home.at(house.home)).ids() == [number]


def test_a_closed_record_takes_notes_only(house):
    """What comes to light later can still be added."""
    number = opened(house)
    call(house, "close", number, "--cause", "x", "--measures", "y", "--although", "Diễn tập.")
    said = house.run(incident_group, "notify", number, "office")
    assert said.status == 2
    assert f"The incident {number} is closed." in said.text
    call(house, "note", number, "Tìm thấy thêm một tệp.")


def test_the_audit_log_holds_the_digest_and_not_the_words(house):
    """Who reads the log learns that there is an incident; the words stay on the machine."""
    number = opened(house)
    call(house, "note", number, "Chi tiết nhạy cảm.")
    entries = [r.entry for r in house.desk.log() if r.entry.event.startswith("incident-")]
    assert [e.event for e in entries] == ["incident-opened", "incident-noted"]
    record = Incidents.of(Home.at(house.home)).read(number)
    assert [e.detail["sha256"] for e in entries] == [e.sha for e in record.entries]
    assert "nhạy cảm" not in json.dumps([e.model_dump(mode="json") for e in entries], ensure_ascii=False)
    assert (house.home / f"incidents/{number}.jsonl").stat().st_mode & 0o077 == 0
    assert house.desk.verified() == []


def test_a_damaged_log_does_not_keep_an_incident_from_being_written(house):
    """That may be the incident. It is written, and goes into the log as soon as that can be."""
    key = house.desk.village.key("service")
    key.rename(key.with_name("away"))
    said = call(house, "open", "--title", "Khóa dịch vụ bị mất (trình diễn)")
    assert "not in the audit log yet" in said
    assert len(Incidents.of(Home.at(house.home)).ids()) == 1
    key.with_name("away").rename(key)
    number = Incidents.of(Home.at(house.home)).ids()[0]
    call(house, "note", number, "Đã khôi phục khóa.")
    assert [e for e in house.desk.events() if e.startswith("incident")] == ["incident-opened", "incident-noted"]


def test_even_without_a_content_repository_an_incident_is_written(house):
    """The whole repository is gone: the rules of the engine say whom to tell."""
    house.desk.content.rename(house.desk.content.with_name("away.git"))
    said = call(house, "open", "--title", "Mất kho nội dung (trình diễn)")
    assert "Police of the province or city: notice by" in said


def test_a_hand_in_the_record_is_found(house):
    """One letter, a line taken out, lines exchanged: the next command says which entry."""
    number = opened(house)
    for text in ("a", "b", "c"):
        call(house, "note", number, text)
    file = house.home / f"incidents/{number}.jsonl"
    good = file.read_bytes()
    lines = good.splitlines(keepends=True)
    for bad in (
        good.replace(b'"b"', b'"d"'),
        b"".join([*lines[:1], *lines[2:]]),
        b"".join([lines[0], lines[2], lines[1]]),
        b"",
        b"x\n",
    ):
        file.write_bytes(bad)
        said = house.run(incident_group, "show", number)
        assert said.status == 1, bad
        assert number in said.text
    file.write_bytes(good)
    assert house.run(incident_group, "show", number).status == 0


WRITER = """
import sys
from datetime import datetime
from pathlib import Path
from congtin.release.incidents.record import Incidents
for _ in range(10):
    now = datetime.now().astimezone()
    Incidents(Path(sys.argv[1])).add(sys.argv[2], now, "noted", now, text=sys.argv[3])
"""


def test_two_who_write_at_once_lose_nothing(house):
    """Each entry follows the one before it."""
    number = opened(house, "--found", (clock() - timedelta(minutes=1)).isoformat())
    folder = house.home / "incidents"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), number, word], cwd=REPOSITORY) for word in "ab"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(Incidents(folder).read(number).entries) == 21
    assert house.desk.ref(LOG)
