"""Fixed pages name the day by which they are looked over again; those that are late are listed (C14)."""

from __future__ import annotations

import json
from datetime import timedelta

from network import NOON, REPOSITORY, TinyNetwork, article, item_id
from test_build_skipping import commit, with_git

ABOUT = "content/ha/lim/gioi-thieu/2026"
LIM = "kind: ward\nname: {vi: Phường Lim}\nshort_name: {vi: Lim}\nlabel: lim\nrule_packs: [hanoi-2025]\n"


def page(number: int, title: str, **fields: object) -> str:
    return f"-- {ABOUT}/muc-{number}.vi.md --\n{article(number, title, kind='page', **fields)}"


def reviewed(tiny) -> TinyNetwork:
    """Return a ward under the regulation of Hà Nội with a page that is due, one that is late, one without a day."""
    net: TinyNetwork = tiny(
        f"-- sites/ha/lim.yaml --\n{LIM}",
        page(1, "Chức năng", review_by="2026-11-22"),
        page(2, "Lịch tiếp dân", review_by="2026-10-31"),
        page(3, "Sơ đồ"),
        page(4, "Bản nháp", review_by="2026-01-01", draft="true"),
        f"-- content/ha/mai/gioi-thieu/2026/mai.vi.md --\n{article(5, 'Xã Mai', kind='page')}",
    )
    pack = "workflows/rulepacks/hanoi-2025.yaml"
    net.put(pack, (REPOSITORY / pack).read_bytes())
    return net


def codes(net: TinyNetwork) -> list[tuple[str, int]]:
    return [(p.path.rpartition("/")[2], p.line) for p in net.problems() if p.code == "review-overdue"]


def test_the_page_says_when_it_is_reviewed_next(tiny):
    """Readers see the day; a page without one says nothing."""
    net = reviewed(tiny)
    net.build()
    shown = " ".join(net.page("lim.ha.gov.vn/gioi-thieu/muc-1").xpath("string(//article)").split())
    assert "Rà soát lần tới: 22 tháng 11, 2026" in shown
    assert "Rà soát" not in net.page("lim.ha.gov.vn/gioi-thieu/muc-3").xpath("string(//article)")


def test_a_page_is_late_from_the_day_after_and_the_clock_alone_tells(tiny):
    """On the day itself it is not late; past midnight the next build warns, and no page is rendered for that."""
    net = reviewed(tiny)
    net.build()
    assert codes(net) == [("muc-2.vi.md", 7)]
    net.now = NOON + timedelta(hours=12)
    report = net.build()
    assert {p.path.rpartition("/")[2] for p in report.problems if p.code == "review-overdue"} == {
        "muc-1.vi.md",
        "muc-2.vi.md",
    }
    assert report.built == []


def test_those_that_are_late_are_listed_with_those_that_must_name_a_day(tiny):
    """The longest overdue first; without a day only where the Site's regulation asks, with the article."""
    net = reviewed(tiny)
    net.now = NOON + timedelta(days=3)
    rows = json.loads(net.congtin("check", "--overdue", "--format", "json").stdout)
    assert [(row["title"], row["state"], row["days_overdue"]) for row in rows] == [
        ("Lịch tiếp dân", "overdue", 25),
        ("Chức năng", "overdue", 3),
        ("Sơ đồ", "no-review-date", 0),
    ]
    assert rows[2]["id"] == item_id(3)
    assert "Điều 17" in rows[2]["source"]
    table = net.congtin("check", "--overdue", lang="vi").stdout
    assert "3 trang cần rà soát" in table
    both = net.congtin("check", "--overdue", "--base", "HEAD")
    assert both.returncode == 2


def test_the_check_warns_and_a_change_that_touches_a_late_page_goes_on(tiny):
    """Overdue and undated are warnings: `congtin check` and a Change succeed all the same."""
    net = with_git(reviewed(tiny))
    whole = net.congtin("check")
    assert whole.returncode == 0
    assert "review-overdue" in whole.stdout
    assert "no-review-date" in whole.stdout
    commit(net)
    net.write(page(2, "Lịch tiếp dân mới", review_by="2026-10-31"))
    changed = net.congtin("check", "--base", "HEAD")
    assert changed.returncode == 0
    assert "review-overdue" in changed.stdout
    assert "no-review-date" not in changed.stdout, "the other page is not this Change's business"


def test_what_a_retired_site_keeps_is_not_reviewed(tiny):
    """Its pages stay as they were (A17)."""
    net = reviewed(tiny)
    net.put("sites/ha/lim.yaml", f"{LIM}status: retired\nretired_on: 2026-11-01\nsuccessor: ha/mai\n")
    assert codes(net) == []
    assert json.loads(net.congtin("check", "--overdue", "--format", "json").stdout) == []
