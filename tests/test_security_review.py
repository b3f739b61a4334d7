"""`congtin review`: what a person signs each quarter to have read, and what they would otherwise have missed (K8)."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from archives import House
from desks import LOG, clock
from network import item_id

from congtin.cli.incident import incident_group
from congtin.cli.review import review_command
from congtin.editorial.log import Event
from congtin.editorial.takedown import confirm_take_down
from congtin.editorial.worktree import PushRefused
from congtin.model import HANOI_TIME
from congtin.release.controls import OfficeHours
from congtin.release.home import Home
from congtin.release.releases import live_release
from congtin.release.review.log_sections import odd_hours
from congtin.release.review.make import quarter_before
from congtin.release.review.story import Story
from congtin.rules.working_days import WorkingDays

PERIOD = (
    "--from",
    (clock() - timedelta(days=1)).date().isoformat(),
    "--until",
    (clock() + timedelta(days=1)).date().isoformat(),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Make a quarter in which much happened."""
    house = House.create(tmp_path_factory.mktemp("house"))
    house.publish()
    head = house.desk.work("lim-head")
    head.take_down(item_id(3), "Sai số liệu (trình diễn)")
    with pytest.raises(PushRefused):
        head.push("HEAD:refs/heads/other")
    house.desk.village.end_membership("ha/mai", "mai-head", (clock() - timedelta(hours=1)).isoformat())
    with house.desk.open() as desk:
        detail = {"release": 1, "commit": desk.main(), "record": "0" * 64, "profile": "work"}
        gone = {**detail, "from": 2, "reason": "Trang lỗi (trình diễn)"}
        desk.record([Event("published", detail=detail), Event("rolled-back", roster=desk.roster_head, detail=gone)])
    yield house
    house.desk.close()


def sections(house, *arguments):
    return house.json(review_command, *(arguments or PERIOD))["sections"]


def test_everything_is_counted_by_event_and_site(house):
    """The numbers are those of the log."""
    found = sections(house)
    counts = {row["event"]: row["count"] for row in found["events"]["rows"]}
    said = house.desk.events()
    assert counts == {event: said.count(event) for event in said}
    assert {row["site"]: row["merged"] for row in found["sites"]["rows"]} == {"ha/lim": 2, "ha/portal": 1}


def test_what_was_refused_is_told_with_its_reason(house):
    """A push to a place where nothing belongs is one refusal."""
    found = sections(house)["refusals"]
    assert found["note"] == "Pushes refused: 1."
    assert sum(row["count"] for row in found["rows"]) == 1
    assert found["rows"][0]["reason"]


def test_a_takedown_that_nobody_confirmed_needs_a_look(house):
    """Confirmed, it stands there with the time and asks for nothing more."""
    change = next(r.entry.change for r in house.desk.log() if r.entry.event == "takedown")
    found = sections(house)["takedowns"]
    assert [(row["change"], row["confirmed"]) for row in found["rows"]] == [(change, "NOT CONFIRMED")]
    assert found["attention"] == 1
    confirm_take_down(house.desk.work("lim-deputy").changes, change)
    found = sections(house)["takedowns"]
    assert datetime.fromisoformat(found["rows"][0]["confirmed"])
    assert found["attention"] == 0


def test_a_release_taken_back_is_told_with_its_reason(house):
    """So is how many went live."""
    found = sections(house)["releases"]
    assert found["note"] == "Releases that went live: 1."
    assert [(row["event"], row["reason"]) for row in found["rows"]] == [("rolled-back", "Trang lỗi (trình diễn)")]


def test_the_roster_is_asked_where_it_is_at_hand(house):
    """Keys that did nothing, people who left without handover, changes with their decision."""
    found = sections(house)
    said = " ".join(row["what"] for row in found["accounts"]["rows"])
    assert "“mai-head” has left; no handover is on record." in said
    assert "of “mai-editor” did nothing for 45 days." in said
    assert "of “lim-head” did nothing" not in said
    assert "of “lim-editor” did nothing" not in said
    assert [row["decision"] for row in found["rosters"]["rows"]] == ["99001/QĐ-TD"]


def test_without_the_roster_no_person_is_named(house, tmp_path):
    """The log is whole without it; who is who then stays unknown."""
    words = [w for person, entry in house.desk.village.load().people.items() for w in (person, entry.name)]
    village = house.desk.village
    moved = village.roster.with_name("roster.away")
    village.roster.rename(moved)
    try:
        for form in ("text", "markdown", "json"):
            said = house.run(review_command, *PERIOD, "--format", form)
            assert said.status == 0, said.text
            assert not [word for word in words if word in said.text]
            assert "The roster is not at hand" in said.text
    finally:
        moved.rename(village.roster)


def test_the_report_is_printed_and_signed_in_vietnamese_too(house):
    """Markdown with the sections, and empty places for three signatures."""
    said = house.run(review_command, *PERIOD, "--format", "markdown").text
    assert said.startswith("# Quarterly review of the audit log\n")
    assert "## 1. Is the log whole?" in said
    assert "| Made by | Checked by | Approved by |" in said
    assert house.run(review_command, *PERIOD, lang="vi").status == 0


def test_free_words_are_no_markup(tmp_path):
    """What somebody wrote into a title stays in its cell."""
    house = House.bare(tmp_path)
    house.run(incident_group, "open", "--title", "a | b <script>x</script>\n# c")
    said = house.run(review_command, *PERIOD, "--format", "markdown").text
    assert "a \\| b &lt;script>x&lt;/script> # c" in said
    house.desk.close()


def test_the_period_is_the_one_asked_for(house):
    """Last year nothing happened; without days it is the last whole quarter."""
    found = sections(house, "--from", "2025-01-01", "--until", "2025-03-31")
    assert found["events"]["rows"] == []
    assert found["accounts"]["attention"] == 0
    said = house.run(review_command, "--from", "2026-02-01", "--until", "2026-01-01")
    assert (said.status, said.text) == (2, "The last day lies before the first.")


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-22T12:00:00+07:00", "2026-07-01", "2026-09-30"),
        ("2026-10-01T00:00:00+07:00", "2026-07-01", "2026-09-30"),
        ("2026-09-30T23:59:00+07:00", "2026-04-01", "2026-06-30"),
        ("2026-02-03T12:00:00+07:00", "2025-10-01", "2025-12-31"),
        # Still the old year in Greenwich, the new one in Hà Nội.
        ("2026-12-31T18:00:00+00:00", "2026-10-01", "2026-12-31"),
    ],
)
def test_the_last_whole_quarter(today, first, last):
    """By the calendar of Hà Nội."""
    assert quarter_before(datetime.fromisoformat(today)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_acts_at_odd_hours_are_listed():
    """A night, a Sunday, a holiday; a Saturday that is worked is no odd day."""
    days = WorkingDays(frozenset({5, 6}), {date(2026, 1, 10): True}, frozenset({2026}))
    times = {
        "2026-11-20T07:00:00": False, "2026-11-20T17:59:59": False, "2026-11-20T18:00:00": True,
        "2026-11-20T03:00:00": True, "2026-11-22T10:00:00": True, "2026-01-10T10:00:00": False,
        "2026-09-02T10:00:00": True,
    }  # fmt: skip
    for text, odd in times.items():
        at = datetime.fromisoformat(text).replace(tzinfo=HANOI_TIME)
        story = Story(at, at)
        story.entries = [entry(at, "merged"), entry(at, "pushed")]
        rows = odd_hours(story, OfficeHours(), days, lambda _: "").rows
        assert len(rows) == odd, text


def entry(at, event):
    from congtin.editorial.log import Entry

    return Entry(seq=1, previous="0" * 64, time=at, event=event)


# --- when the log is not what it was -----------------------------------------------------------


@contextmanager
def moved_back(house, ref, steps):
    """Move a ref back around the hook, as somebody with a shell would, for a while."""
    head = house.desk.ref(ref)
    house.desk.git("update-ref", ref, f"{head}~{steps}")
    yield
    house.desk.git("update-ref", ref, head)


def test_a_cut_log_is_found_by_what_releases_name(house):
    """Somebody took the end off: the Release names an entry that is no longer there."""
    release = live_release(Home.at(house.home))
    behind = len(house.desk.log()) - next(r.entry.seq for r in house.desk.log() if r.oid == release.record.log_head)
    with moved_back(house, LOG, behind + 1):
        found = json.loads(house.run(review_command, *PERIOD, "--format", "json").text)["sections"]["log"]
    assert found["attention"] == 1
    assert "names an entry that the log does not hold: its end was cut off." in found["rows"][0]["what"]


def test_a_damaged_log_ends_the_command_with_1(tmp_path):
    """An entry that the service did not sign: everything up to it is told, and that it is damaged."""
    house = House.bare(tmp_path)
    forge_entry(house)
    said = house.run(review_command, *PERIOD)
    assert said.status == 1
    assert "DAMAGED: Entry 2 of the log is signed with a key that does not count." in said.text
    data = json.loads(house.run(review_command, *PERIOD, "--format", "json").text)
    assert data["damage"]
    assert data["sections"]["log"]["attention"] == 1
    house.desk.close()


def forge_entry(house):
    """Put an entry at the end of the log that another key signed."""
    outsider = house.desk.village.key("outsider")
    house.desk.git("config", "--local", "congtin.key", str(outsider))
    with house.desk.open() as desk:
        desk.record([Event("merged")])


def test_an_altered_record_of_an_incident_is_found(tmp_path):
    """The words lie in a file, their digests in the log: who rewrites the whole file is found all the same."""
    house = House.bare(tmp_path)
    house.run(incident_group, "open", "--title", "Máy chủ ngừng (trình diễn)")
    assert house.run(review_command, *PERIOD).status == 0
    file = next((house.home / "incidents").glob("*.jsonl"))
    file.write_text(file.read_text("utf-8").replace("ngừng", "chạy"), "utf-8")
    said = house.run(review_command, *PERIOD)
    assert said.status == 1
    assert "DAMAGED: Entry 1 of" in said.text
    house.desk.close()


def test_a_step_that_main_lost_is_named(house):
    """The log says it was published, and main has it no more."""
    with moved_back(house, "refs/heads/main", 1):
        found = sections(house)["without_effect"]
    last = [r.entry.change for r in house.desk.log() if r.entry.event == "merged"][-1]
    assert [row["change"] for row in found["rows"]] == [last]
    assert found["attention"] == 1


def test_the_exception_of_a_board_of_one_is_told(tmp_path):
    """Its author alone approved: allowed, and looked at."""
    house = House.bare(tmp_path)
    with house.desk.open() as desk:
        desk.record([Event("merged", change="aaaaaaaaaaaa", sites=("ha/mai",), detail={"exceptions": ["mai-head"]})])
    assert sections(house)["exceptions"]["attention"] == 1
    house.desk.close()
