"""Kinds as data: a folder of the theme makes a new kind of Item, and everything else follows from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kind_network import HOST, KIND_FILE, PLACE, hearing, with_kinds
from network import TinyNetwork, article, item_id, translation

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.model import Profile
from congtin.validation import parse_time

FULL = hearing(
    1,
    place="Hội trường A",
    seats=40,
    form="online",
    draft_text=item_id(9),
    handouts="[{name: Tờ trình, file: gop-y.files/to-trinh.txt}]",
)


@pytest.fixture
def net(tmp_path: Path) -> TinyNetwork:
    made = with_kinds(tmp_path / "net")
    made.put(f"{PLACE}/gop-y.vi.md", FULL)
    made.put(f"{PLACE}/gop-y.files/to-trinh.txt", "Nội dung\n")
    made.put("content/ha/portal/tin-tuc/2026/du-thao.vi.md", article(9, "Dự thảo"))
    return made


def test_a_folder_makes_a_kind_with_its_page_list_and_feed(net):
    """Fields by their types, the state by the clock, the list in its order, the feed."""
    net.put(f"{PLACE}/truoc.vi.md", hearing(2, "Phiên trước", opens="2026-10-01", closes="2026-10-02"))
    net.build()
    page = net.page(f"{HOST}/lay-y-kien/2026/gop-y")
    assert page.xpath("string(//dd[@class='place'])") == "Hội trường A"
    assert page.xpath("string(//p[@class='stage'])") == "Đang mở"
    assert page.xpath("normalize-space(//ul[@class='handouts']/li)") == "Tờ trình TXT 11"
    assert page.xpath("string(//ul[@class='handouts']//a/@href)") == "/lay-y-kien/2026/gop-y/to-trinh.txt"
    assert page.xpath("string(//p[@class='draft']/a)") == "Dự thảo"
    assert page.xpath("string(//p[@class='empty-facts'])") == "Điện thoại"
    titles = net.page(f"{HOST}/lay-y-kien").xpath("//ol[@class='hearings']/li/a/text()")
    assert titles == ["Phiên trước", "Lấy ý kiến"]
    assert "Lấy ý kiến" in net.text(f"{HOST}/lay-y-kien/atom.xml")
    assert [(p.code, p.message.values["names"]) for p in net.problems() if p.code == "empty-field"] == [
        ("empty-field", "phone")
    ] * 2


def test_the_clock_alone_moves_a_state_and_renders_what_shows_it(net):
    """Before, open, closed: the same texts under three clocks, each build knowing when the next is due (H8)."""
    seen = []
    for now in ("2026-11-22T07:59:59+07:00", "2026-11-22T08:00:00+07:00", "2026-11-30T23:59:59+07:00", "2026-12-01"):
        net.now = parse_time(now)
        report = net.build()
        stage = net.page(f"{HOST}/lay-y-kien/2026/gop-y").xpath("string(//p[@class='stage'])")
        listed = net.page(f"{HOST}/lay-y-kien").xpath("string(//ol[@class='hearings']//span)")
        assert listed == stage
        seen.append((stage, "ha/portal@vi" in report.built))
        assert net.files() == clean(net)
    assert seen == [("Sắp mở", True), ("Đang mở", True), ("Đang mở", False), ("Đã đóng", True)]


def clean(net: TinyNetwork) -> dict[str, bytes]:
    """Return what a build without any store would write."""
    output = net.root.parent / "clean"
    shutil.rmtree(output, ignore_errors=True)
    build(BuildRequest(net.root, output, output / ".congtin", net.now, Profile.WORK, (), (), 1))
    return {
        file.relative_to(output).as_posix(): file.read_bytes()
        for file in sorted(output.rglob("*"))
        if file.is_file() and ".congtin" not in file.parts
    }


def test_a_translation_has_its_own_words_and_the_facts_of_the_original(net):
    """A line and the names in a group are translated, dates and files are not; labels follow the language."""
    english = translation(FULL, "Hearing", place="Hall A", handouts="[{name: Proposal}]", summary=None)
    net.put(f"{PLACE}/gop-y.en.md", english)
    net.build()
    page = net.page(f"{HOST}/english/lay-y-kien/2026/gop-y")
    assert page.xpath("string(//dd[@class='place'])") == "Hall A"
    assert page.xpath("//dt/text()")[:3] == ["Opens", "Closes", "Place"]
    assert page.xpath("normalize-space(//ul[@class='handouts']/li)") == "Proposal TXT 11"
    assert page.xpath("string(//p[@class='stage'])") == "Open"
    draft = page.xpath("//p[@class='draft']/a")[0]
    assert (draft.text_content(), draft.xpath("string(span/@lang)")) == ("Dự thảo", "vi")


DEADLINE = """\
-- themes/base/kinds/deadline/kind.yaml --
label: {vi: Hạn, en: Deadline}
section: hearings
list: false
feeds: true
calendar: {starts: opens}
order: {by: opens, direction: ascending}
fields:
  opens: {type: moment, required: true, label: {vi: Mở, en: Opens}}
-- themes/base/kinds/deadline/item.html --
{% extends "_item.html" %}
"""


def test_a_list_leads_to_the_calendar_as_soon_as_and_as_long_as_there_is_one(net):
    """Two kinds in one list, one of them with appointments: its first Item brings the link to every page of the list.

    Found by a reader: pages that do not show the Item kept what they had.
    """
    edit(net, KIND_FILE, "feeds: true", "feeds: false")
    net.put("themes/base/kinds/hearing/list.html", '{% extends "_kind_list.html" %}\n')
    net.write(DEADLINE, *(f"-- {PLACE}/p{n}.vi.md --\n{hearing(100 + n, f'Phiên {n}')}" for n in range(45)))
    net.build()
    older = f"{HOST}/lay-y-kien/trang-1"
    assert "lich.ics" not in net.text(older)
    due = hearing(200, "Hạn nộp", opens="2026-12-30").replace("kind: hearing", "kind: deadline")
    for withdrawn, there in (("", True), ("withdrawn: {at: 2026-11-01, reason: Sai}\n", False)):
        net.put(f"{PLACE}/han.vi.md", due.replace("closes: 2026-11-30\n", withdrawn))
        net.build()
        assert (".ics" in net.text(older)) == there
        assert net.files() == clean(net)


def edit(net: TinyNetwork, path: str, old: str, new: str) -> None:
    text = (net.root / path).read_text("utf-8")
    assert old in text
    net.put(path, text.replace(old, new))


ITEM = "themes/base/kinds/hearing/item.html"
DRAFT = "content/ha/portal/tin-tuc/2026/du-thao.vi.md"


@pytest.mark.parametrize(
    ("path", "old", "new", "page", "shows"),
    [
        (KIND_FILE, "Đang mở", "Đang nhận ý kiến", "lay-y-kien/2026/gop-y", "Đang nhận ý kiến"),
        (KIND_FILE, "Đang mở", "Đang nhận ý kiến", "lay-y-kien", "Đang nhận ý kiến"),
        (KIND_FILE, "vi: Số chỗ", "vi: Chỗ ngồi", "lay-y-kien/2026/gop-y", "Chỗ ngồi"),
        (KIND_FILE, "feeds: true", "feeds: false", "", "Lấy ý kiến"),
        (ITEM, 'class="stage"', 'class="stage x"', "lay-y-kien/2026/gop-y", 'class="stage x"'),
        (DRAFT, "title: Dự thảo", "title: Dự thảo hai", "lay-y-kien/2026/gop-y", "Dự thảo hai"),
        (f"{PLACE}/gop-y.files/to-trinh.txt", "Nội", "Toàn bộ nội", "lay-y-kien/2026/gop-y", "TXT 22"),
        (f"{PLACE}/gop-y.vi.md", "seats: 40", "seats: 41", "lay-y-kien", "41"),
    ],
)
def test_an_edit_shows_and_leaves_what_a_clean_build_would(net, path, old, new, page, shows):
    """Of the declaration, a template, an Item that is named, a file, a field: the same bytes as from nothing."""
    net.build()
    edit(net, path, old, new)
    net.build()
    assert shows in net.text(f"{HOST}/{page}" if page else HOST)
    assert net.files() == clean(net)


def test_an_edit_of_a_kind_leaves_the_pages_of_other_kinds_alone(net):
    """A new template of one kind is no reason to render the articles."""
    net.build()
    news = net.output / f"{HOST}/tin-tuc/2026/du-thao/index.html"
    before = news.stat().st_mtime_ns
    edit(net, ITEM, 'class="stage"', 'class="stage x"')
    report = net.build()
    assert news.stat().st_mtime_ns == before
    assert (report.changed, report.built) == (1, ["ha/lim@vi", "ha/mai@vi", "ha/portal@en", "ha/portal@vi"])


def test_a_new_field_makes_the_sources_be_read_again(net):
    """A Source that was wrong under the old declaration is right under the new one, without being touched."""
    net.build()
    net.put(f"{PLACE}/khac.vi.md", hearing(3, "Khác", guests="12"))
    assert [(p.code, p.place) for p in net.errors()] == [("unknown-field", f"{PLACE}/khac.vi.md:8")]
    edit(net, KIND_FILE, "  seats:", "  guests: {type: integer, label: {vi: Khách, en: Guests}}\n  seats:")
    assert net.errors() == []
    net.build()
    assert "12" in net.page(f"{HOST}/lay-y-kien/2026/khac").xpath("string(//dd[@class='guests'])")
    edit(net, KIND_FILE, "  guests: {type: integer,", "  guests: {type: day,")
    assert [(p.code, p.place) for p in net.errors()] == [("wrong-value", f"{PLACE}/khac.vi.md:8")]


def test_congtin_new_writes_an_item_of_the_kind_that_is_right(net):
    """The fields are options; what is required is asked for, and the result passes the checks."""
    said = net.congtin(
        "new", "hearing", "ha/portal", "--title", "Lấy ý kiến quy hoạch", "--opens", "2026-12-01T08:00:00+07:00",
        "--closes", "2026-12-20", "--seats", "80", "--form", "hall",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert said.stdout == f"Written: {PLACE}/lay-y-kien-quy-hoach.vi.md\n"
    text = (net.root / f"{PLACE}/lay-y-kien-quy-hoach.vi.md").read_text("utf-8")
    assert "seats: 80\n" in text
    assert "form: hall\n" in text
    assert net.errors() == []
    wrong = net.congtin("new", "hearing", "ha/portal", "--title", "Hai", "--opens", "2026", "--closes", "2026-12-20")
    assert wrong.returncode == 2
    assert "“opens” is not a possible date or time" in wrong.stderr


def test_the_plain_pelican_run_writes_the_same(net, tmp_path):
    """An Edition with Items of the kind is an ordinary Pelican build."""
    net.build()
    output = tmp_path / "pelican"
    pelican = Path(sys.executable).with_name("pelican")
    run = subprocess.run(
        [pelican, "-s", "pelicanconf.py", "-o", str(output)], cwd=net.root, capture_output=True, text=True,
        env={**os.environ, "SITE": "ha/portal", "EDITION_LANG": "vi", "CONGTIN_NOW": net.now.isoformat()},
        check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    page = f"{HOST}/lay-y-kien/2026/gop-y/index.html"
    assert (output / page).read_bytes() == (net.output / page).read_bytes()
