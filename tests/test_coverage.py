"""The information that must be public: what each Site has, what is empty, what has no place, and by when it is due."""

from __future__ import annotations

import json

import pytest
from network import TinyNetwork, article, document

NEWS = "content/ha/portal/tin-tuc/2026"
PAPERS = "content/ha/portal/van-ban/2026"
PACK = """\
-- workflows/rulepacks/ha.yaml --
id: ha
title: {vi: Quy chế Ha}
cite_as: Quy chế Ha
regulation: ha
number: null
issued: null
issuer: UBND Ha
valid_from: null
valid_to: null
specificity: 10
status: verified
deadlines:
  - {id: tin, label: {vi: Tin}, subject: news, action: publish, event: occurred, unit: immediately, source: Điều 2}
  - {id: gui, label: {vi: Gửi}, subject: papers, action: submit, event: issued, limit: 1, unit: hours, source: Điều 2}
  - {id: van-ban, label: {vi: A}, subject: papers, action: publish, event: issued, limit: 2, unit: working_days,
     source: Điều 3}
  - {id: cap-tren, label: {vi: B}, subject: papers-above, action: publish, event: issued, limit: 5, unit: working_days,
     source: Điều 3}
required_sections:
  - {id: tin-tuc, label: {vi: "Tin tức", en: News}, source: Điều 4, subjects: [news]}
  - {id: van-ban, label: {vi: Văn bản}, source: Điều 5, site_kinds: [portal], subjects: [papers, papers-above]}
  - {id: phat-ngon, label: {vi: Phát ngôn}, source: Điều 6, sections: [tu-co-so, bao-chi], site_kinds: [portal]}
  - {id: hoi-dap, label: {vi: Hỏi đáp}, source: Điều 7}
  - {id: lien-he, label: {vi: Liên hệ}, source: Điều 8, site_fields: [contact.email, contact.phone]}
  - {id: huong-dan, label: {vi: Hướng dẫn}, source: Điều 10, item_kinds: [page], site_kinds: [portal]}
  - {id: theo-luat, label: {vi: Theo luật}, source: Điều 9, status: unverified}
"""


@pytest.fixture
def city(tiny) -> TinyNetwork:
    """Return a city whose Sites follow one regulation."""
    net = tiny(
        PACK,
        f"-- {NEWS}/a.vi.md --\n" + article(1, date="2026-10-05T08:30:00+07:00"),
        f"-- {NEWS}/b.vi.md --\n" + article(2, date="2026-10-07T08:30:00+07:00"),
        f"-- {NEWS}/c.vi.md --\n"
        + article(3, date="2026-10-08T08:30:00+07:00", withdrawn='{at: "2026-10-09T08:00:00+07:00", reason: Sai}'),
        f"-- {NEWS}/d.vi.md --\n" + article(4, date="2026-12-24T08:30:00+07:00"),
    )
    text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
    text = text.replace("defaults:\n", "defaults:\n  rule_packs: [ha]\n  owning_authority: UBND phường\n")
    net.put("sites/ha/portal.yaml", text.replace("site:\n", "site:\n  rule_packs: [ha]\n  board: Ban Biên tập Ha\n"))
    return net


def coverage(net: TinyNetwork, *arguments: str) -> list[dict[str, object]]:
    run = net.congtin("check", "--coverage", "--format", "json", *arguments)
    assert run.returncode == 0, run.stderr
    found: list[dict[str, object]] = json.loads(run.stdout)
    return found


def test_each_site_is_told_where_it_stands(city):
    """Present with count and newest day, empty, without a place, or asked for by a text that is not to hand."""
    found = coverage(city)
    portal = {row["id"]: row for row in found if row["site"] == "ha/portal"}
    assert {name: row["state"] for name, row in portal.items()} == {
        "tin-tuc": "present",
        "van-ban": "empty",
        "phat-ngon": "empty",
        "hoi-dap": "missing",
        "lien-he": "empty",
        "huong-dan": "empty",
        "theo-luat": "unverified",
    }
    # Neither what was withdrawn nor what is not due yet is there.
    assert (portal["tin-tuc"]["count"], portal["tin-tuc"]["newest"]) == (2, "2026-10-07T08:30:00+07:00")
    assert (portal["phat-ngon"]["sections"], portal["lien-he"]["unknown"]) == (["tu-co-so"], ["contact.phone"])
    assert portal["van-ban"]["source"] == "Quy chế Ha, Điều 5"
    assert {row["owner"] for row in portal.values()} == {"Ban Biên tập Ha"}
    ward = {row["id"]: row["state"] for row in found if row["site"] == "ha/lim"}
    assert ward == {"tin-tuc": "empty", "hoi-dap": "missing", "lien-he": "empty", "theo-luat": "unverified"}
    assert {row["owner"] for row in found if row["site"] == "ha/lim"} == {"UBND phường"}


def test_one_item_of_the_kind_asked_for_is_enough_wherever_it_stands(city):
    """How to send something in is one page; it needs no section of its own (C13)."""
    city.write("-- content/ha/portal/gioi-thieu/2026/gui-tin.vi.md --\n" + article(21, kind="page"))
    [guide] = [row for row in coverage(city, "--site", "ha/portal") if row["id"] == "huong-dan"]
    assert (guide["state"], guide["count"]) == ("present", 1)


def test_deadlines_of_readers_are_named_and_late_documents_counted(city):
    """Of three documents one came after both deadlines that may be its own; handing in is the offices' business."""
    for number, issued, published in (
        (11, "2026-10-01", "2026-10-02"),  # one working day later
        (12, "2026-10-01", "2026-10-08"),  # late for the issuer, not for those it governs
        (13, "2026-10-01", "2026-10-12"),
    ):
        city.write(
            f"-- {PAPERS}/qd-{number}.vi.md --\n"
            + document(number, f"{number}/2026/QĐ-UBND", issued=issued, date=f"{published}T08:00:00+07:00")
        )
    rows = {row["id"]: row for row in coverage(city, "--site", "ha/portal")}
    assert [(d["id"], d.get("limit"), d["unit"]) for d in rows["van-ban"]["deadlines"]] == [
        ("van-ban", 2, "working_days"),
        ("cap-tren", 5, "working_days"),
    ]
    assert (rows["van-ban"]["count"], rows["van-ban"]["late"]) == (3, 1)
    assert [d["unit"] for d in rows["tin-tuc"]["deadlines"]] == ["immediately"]
    shown = city.congtin("check", "--coverage", "--site", "ha/portal", lang="vi").stdout
    assert "2 ngày làm việc sau khi ban hành" in shown
    assert "Ban Biên tập Ha" in shown and "không có chuyên mục" in shown


def test_a_whole_network_is_counted(city):
    """Without a Site, each demand says at how many Sites it is met."""
    shown = city.congtin("check", "--coverage").stdout
    line = next(line for line in shown.splitlines() if "Điều 7" in line)
    assert [word for word in line.split() if word.isdigit()] == ["0", "0", "3", "0", "7"]
    assert "3 Sites" in shown


def test_a_missing_section_is_a_warning_of_the_check_and_holds_nothing_back(city):
    """Each Site is told what it lacks and where that stands; in a release too, and no Site is kept from publishing."""
    for arguments in ((), ("--release",)):
        found = json.loads(city.congtin("check", "--format", "json", *arguments).stdout)
        missing = [problem for problem in found if problem["code"] == "missing-section"]
        assert [problem["path"] for problem in missing] == [
            f"sites/ha/{name}.yaml" for name in ("lim", "mai", "portal")
        ]
        assert {problem["severity"] for problem in missing} == {"warning"}
        assert {problem["message"] for problem in missing} == {
            "Sections that regulations ask for are missing: hoi-dap (Quy chế Ha, Điều 7)."
        }
    assert not city.errors()
    city.build()


def test_a_change_that_takes_a_required_section_away_is_told_so(city):
    """Whoever edits a Site sees what it lacks before the Board does."""
    city.put(".gitignore", "output/\n.congtin/\n")
    city.git("init", "--quiet", "--initial-branch=main")
    city.git("add", "--all")
    city.git("commit", "--quiet", "-m", "x")
    text = (city.root / "sites/ha/portal.yaml").read_text("utf-8")
    city.put(
        "sites/ha/portal.yaml", text.replace("    tu-co-so: {label: {vi: Tin từ cơ sở, en: From the wards}}\n", "")
    )
    found = json.loads(city.congtin("check", "--base", "main", "--format", "json").stdout)["problems"]
    missing = {problem["path"]: problem["message"] for problem in found if problem["code"] == "missing-section"}
    assert "tu-co-so / bao-chi (Quy chế Ha, Điều 6)" in missing["sites/ha/portal.yaml"]


def test_a_retired_site_owes_nothing(city):
    """An organisation that is no more keeps its pages and gets no new duties (A17)."""
    text = (city.root / "sites/ha/mai.yaml").read_text("utf-8")
    city.put("sites/ha/mai.yaml", text + "status: retired\nretired_on: 2026-01-01\nsuccessor: ha/lim\n")
    assert {row["site"] for row in coverage(city)} == {"ha/portal", "ha/lim"}
    assert coverage(city, "--site", "ha/mai") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--coverage", "--site", "ha/linh"), "There is no Site “ha/linh”."),
        (("--coverage", "--portal", "he"), "There is no Portal “he”."),
        (("--site", "ha/lim"), "--portal and --site go with --coverage only."),
    ],
)
def test_who_asks_for_what_is_not_there_is_told(city, arguments, said):
    """A wrong name is named, with the nearest right one."""
    run = city.congtin("check", *arguments)
    assert run.returncode == 2 and said in run.stderr


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("contact.phone]", "contact.fone]", "unknown-field", "Sites have no field “contact.fone”."),
        ("subjects: [news]", "subjects: [new]", "unknown-subject", "No deadline of the pack has the subject “new”."),
    ],
)
def test_a_pack_that_asks_for_what_there_is_not_is_refused(city, old, new, code, said):
    """A typing error in a rule pack is an error with its line, not a demand nobody can meet."""
    text = (city.root / "workflows/rulepacks/ha.yaml").read_text("utf-8")
    city.put("workflows/rulepacks/ha.yaml", text.replace(old, new))
    run = city.congtin("check", "--coverage")
    assert run.returncode == 1
    assert code in run.stderr + run.stdout and said in run.stderr + run.stdout
    assert "workflows/rulepacks/ha.yaml:" in run.stderr + run.stdout
