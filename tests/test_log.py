"""The log as people and programs get it (E19): who did what, when, over which bytes, by Site and by time."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from desks import LOG, clock
from editorial_city import LIM, MAI, make_city, merged
from network import article, item_id

from congtin.cli.main import main
from congtin.editorial import log
from congtin.editorial.export import Line
from congtin.editorial.log import Event, LogDamaged
from congtin.editorial.log_index import LogIndex
from congtin.editorial.repository import GitRepository
from congtin.editorial.signatures import parse_key
from congtin.editorial.statements import Type
from congtin.editorial.worktree import PushRefused


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """Return a city in which something was published, refused, taken down and attempted; tests only read."""
    made = make_city(tmp_path_factory.mktemp("log") / "desk")
    made.told = {}
    one = made.work("lim-editor").propose("Một", {f"{LIM}/mot.vi.md": article(1)})
    merged(made, one, "lim-head")
    made.told["half"] = clock()
    two = made.work("mai-editor").propose("Hai", {f"{MAI}/hai.vi.md": article(2)})
    with pytest.raises(PushRefused):
        made.work("mai-editor").merge(two)
    made.work("mai-head").decide(two, Type.REJECTION, code="untrue", pack="hanoi-cchc-2025", reason="Nghe đồn.")
    three = made.work("lim-head").take_down(item_id(902), "Sai địa chỉ")
    made.told |= {"one": one, "two": two, "three": three}
    yield made
    made.close()


def printed(city, *words: str, lang: str = "en", status: int = 0) -> str:
    environment = {"CONGTIN_LANG": lang, "COLUMNS": "250"}
    result = CliRunner().invoke(main, ["log", str(city.content), *words], env=environment)
    assert result.exit_code == status, result.output
    return result.output


def lines(city, *words: str) -> list[dict]:
    return [json.loads(line) for line in printed(city, *words, "--format", "jsonl").splitlines()]


def test_every_act_has_a_line_with_person_time_sites_and_bytes(city):
    """Who edited, submitted, approved, merged, was refused: each with its key or person, its Sites and its digest."""
    found = lines(city)
    assert [line["seq"] for line in found] == list(range(1, len(found) + 1))
    told = [(line["event"], line["person"], line["sites"]) for line in found]
    assert told == [
        ("founded", "", []),
        ("pushed", "lim-editor", ["ha/lim"]),
        ("submission", "lim-editor", ["ha/lim"]),
        ("approval", "lim-head", ["ha/lim"]),
        ("merged", "", ["ha/lim"]),
        ("pushed", "mai-editor", ["ha/mai"]),
        ("submission", "mai-editor", ["ha/mai"]),
        ("refused", "", ["ha/mai"]),
        ("rejection", "mai-head", ["ha/mai"]),
        ("pushed", "lim-head", ["ha/lim"]),
        ("takedown", "lim-head", ["ha/lim"]),
        ("merged", "", ["ha/lim"]),
    ]
    merge = found[4]
    assert merge["detail"]["approvers"] == ["lim-head"] and merge["detail"]["authors"] == ["lim-editor"]
    assert merge["digest"] == found[3]["digest"] == found[2]["digest"] != ""
    assert all(re.fullmatch("[0-9a-f]{40}", line["roster"]) for line in found)
    assert found[8]["detail"]["code"] == "untrue"


def test_the_list_is_narrowed_by_site_change_and_time(city):
    """Each filter alone and together; the end itself is outside."""
    half = city.told["half"].isoformat()
    assert {line["change"] for line in lines(city, "--site", "ha/mai")} == {city.told["two"]}
    assert [line["event"] for line in lines(city, "--change", city.told["three"])] == ["pushed", "takedown", "merged"]
    early, late = lines(city, "--to", half), lines(city, "--from", half)
    assert [line["seq"] for line in (*early, *late)] == list(range(1, len(early) + len(late) + 1))
    last = lines(city)[-1]["time"]
    assert all(line["time"] < last for line in lines(city, "--to", last))
    assert lines(city, "--from", last)[-1]["event"] == "merged"
    assert lines(city, "--site", "ha/lim", "--from", half)[0]["change"] == city.told["three"]
    assert lines(city, "--site", "ha/son") == []
    assert "2026-10-05T08:30:00+07:00" in printed(city, "--from", "gestern", status=2)


def test_a_spreadsheet_reads_the_same_lines_and_takes_nothing_for_a_formula(city):
    """CSV with a head line; what begins like a formula is written as text."""
    rows = list(csv.DictReader(io.StringIO(printed(city, "--format", "csv"))))
    assert tuple(rows[0]) == Line.FIELDS
    assert [row["event"] for row in rows] == [line["event"] for line in lines(city)]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t")]
    assert "code=untrue" in rows[8]["detail"]
    line = Line(1, clock(), "refused", "", "=1+1", "", (), "", "", "", {"reason": "@x"})
    assert (line.row()["person"], line.row()["detail"]) == ("'=1+1", "reason=@x")


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_person_reads_a_table(city, lang):
    """One line an entry, times of Hà Nội, digests in short."""
    table = printed(city, lang=lang).splitlines()
    assert len(table) == len(lines(city)) + 1
    assert city.told["one"] in table[5] and "ha/lim" in table[5]
    assert re.search(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", table[1])


def test_the_log_is_read_from_any_clone_that_fetched_it(city):
    """Without a folder it is the work tree's."""
    work = city.work("lim-editor")
    work.changes.tree.fetch()
    result = CliRunner().invoke(main, ["--root", str(work.root), "log", "--format", "jsonl"])
    assert result.exit_code == 0 and len(result.output.splitlines()) == len(lines(city))


def test_every_entry_is_signed_and_chained_and_damage_is_named(city, tmp_path):
    """The whole chain is checked from the first entry on; another key, a gap, another order: the entry's number."""
    trust = city.village.trust()
    service = {parse_key(k.key).fingerprint: (k.valid_from, k.valid_to) for k in trust.service_keys}
    with GitRepository(city.content) as git:
        head = git.ref(LOG)
        count = len(list(log.checked(git, head, service)))
        assert count == len(city.events())
        stranger = {city.village.fingerprint("outsider"): (trust.service_keys[0].valid_from, None)}
        with pytest.raises(LogDamaged, match="Entry 1 of the log is signed with a key that does not count"):
            list(log.checked(git, head, stranger))
        ended = {mark: (since, city.told["half"]) for mark, (since, _) in service.items()}
        late = next(r.entry.seq for r in city.log() if r.entry.time >= city.told["half"])
        with pytest.raises(LogDamaged, match=f"Entry {late} of the log is signed with a key"):
            list(log.checked(git, head, ended))

        # A copy to which somebody adds an entry that does not follow.
        copy = tmp_path / "copy.git"
        city.git("clone", "-q", "--mirror", str(city.content), str(copy))
    with GitRepository(copy) as git:
        (written,) = log.append(git, [Event("merged")], clock(), city.village.key("service"))
        assert written.entry.seq == count + 1
        entry = written.entry.model_copy(update={"seq": count + 7})
        with pytest.raises(LogDamaged, match=f"Entry {count + 7} of the log does not follow"):
            log._check_chain(git.commit(written.oid), entry, None)
        (second,) = log.append(git, [Event("merged")], clock(), city.village.key("outsider"))
        with pytest.raises(LogDamaged, match=f"Entry {count + 2} of the log is signed with a key"):
            list(log.checked(git, second.oid, service))


def test_an_entry_is_never_older_than_the_one_before(city, tmp_path):
    """A clock that goes back a little is levelled; by more than that nothing is written (clear error)."""
    copy = tmp_path / "copy.git"
    city.git("clone", "-q", "--mirror", str(city.content), str(copy))
    key = city.village.key("service")
    with GitRepository(copy) as git:
        last = log.read(git, git.ref(LOG) or "").entry.time
        (level,) = log.append(git, [Event("merged")], last - timedelta(minutes=1), key)
        assert level.entry.time == last
        with pytest.raises(LogDamaged, match=r"(?s)The clock stands at .*Set the clock of this machine right"):
            log.append(git, [Event("merged")], last - timedelta(hours=1), key)
        assert git.ref(LOG) == level.oid


def test_the_index_is_a_cache_that_can_be_lost_or_broken(city, tmp_path):
    """Deleted, damaged or of another log: made anew, and the same."""
    with GitRepository(city.content) as git:
        head = git.ref(LOG)

        def dump() -> str:
            index = LogIndex(tmp_path)
            index.bring_to(git, head)
            index.db.close()
            index = LogIndex(tmp_path)
            text = index.dump()
            index.close()
            return text

        first = dump()
        file = tmp_path / "log-index.sqlite"
        file.unlink()
        assert dump() == first
        file.write_bytes(b"no database")
        assert dump() == first
        index = LogIndex(tmp_path)
        index.bring_to(git, git.commit(head or "").parents[0])
        index.bring_to(git, None)
        index.close()
        assert dump() == first
