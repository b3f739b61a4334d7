"""The kinds that come with the theme, as citizens see them; and the way to one's own, as `docs/` tells it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from drawn import jpeg, photograph
from network import REPOSITORY, SITES, TinyNetwork, item_id

from congtin.build.look import read_repository
from congtin.checks.run import run_checks
from congtin.kinds.load import load_kinds
from congtin.model import Profile
from congtin.validation import parse_time

KINDS = load_kinds(REPOSITORY)[0]
LANGUAGES = {"vi", "en", "zh", "ja", "ko"}
DOC = (REPOSITORY / "docs/kinds-and-lists.md").read_text("utf-8")
SECTIONS = SITES.replace(
    "    van-ban: {label",
    "    lay-y-kien: {label: {vi: Lấy ý kiến, en: Consultation}, kind: consultations}\n    van-ban: {label",
)


def labels(options) -> list[dict[str, str]]:
    """Return every label below a kind, a field or a state."""
    found = [options.label]
    for inner in (*getattr(options, "fields", {}).values(), *getattr(options, "states", {}).values()):
        found += labels(inner)
    return [*found, *getattr(options, "choices", {}).values()]


@pytest.mark.parametrize("kind", sorted(KINDS.declared))
def test_every_kind_speaks_five_languages_and_is_explained(kind):
    """Labels of fields, choices and states in all languages of the theme; a row in the table of kinds."""
    for label in labels(KINDS[kind].options):
        assert set(label) == LANGUAGES, label
    assert f"\n| `{kind}` | `{KINDS[kind].options.section}` |" in DOC


def test_every_kind_is_shown_on_every_portal(tmp_path):
    """Demonstration content of all kinds, without an error, all of it marked, some of it in English."""
    now = parse_time("2026-11-22T12:00:00+07:00")
    repository = read_repository(REPOSITORY, tmp_path / "state", now, Profile.WORK)
    items = [item for item in repository.catalogue.items.values() if item.kind in KINDS.declared]
    assert {(item.kind, item.site) for item in items} == {
        (kind, f"{portal}/portal") for kind in KINDS.declared for portal in ("hanoi", "haiphong", "hungyen")
    }
    assert all(item.facts.demo for item in items)
    assert len([item for item in items if "en" in item.translations]) >= 10
    assert not [problem for problem in run_checks(repository) if problem.severity == "error"]


CONSULTATION = f"""\
-- content/ha/portal/lay-y-kien/2026/a.vi.md --
---
id: {item_id(1)}
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


def test_a_consultation_opens_and_closes_by_the_clock(tmp_path):
    """H8: the same Source under three clocks; open to the last second of the last day."""
    net = TinyNetwork.create(tmp_path / "net", SECTIONS, CONSULTATION)
    seen = []
    for now in ("2026-11-20T07:59:59+07:00", "2026-11-20T08:00:00+07:00", "2026-11-25T23:59:59+07:00", "2026-11-26"):
        net.now = parse_time(now)
        net.build("ha/portal")
        page = net.page("ha.gov.vn/lay-y-kien/2026/a")
        called = "Nhận góp ý đến hết ngày 25 tháng 11" in page.text_content()
        listed = net.page("ha.gov.vn/lay-y-kien").xpath("normalize-space(//li[@class='entry']//span[1])")
        state = page.xpath("normalize-space(//p[@class='stage'])")
        assert listed == state
        seen.append((state, called))
    assert seen == [
        ("Sắp lấy ý kiến", False), ("Đang lấy ý kiến", True), ("Đang lấy ý kiến", True), ("Đã hết hạn góp ý", False),
    ]  # fmt: skip


def test_a_question_with_personal_data_is_stopped(tmp_path):
    """H2, D6: what is published of a question holds nothing of the person; fields are read like the text."""
    sections = SECTIONS.replace("consultations}", "questions}")
    question = (
        f"---\nid: {item_id(2)}\nkind: question\ntitle: Hỏi\ndate: 2026-11-01\n"
        "question: Số CCCD của tôi là 001099012345\nasked: 2026-10-01\nanswered: 2026-10-05\n"
        "answered_by: Ban Biên tập\n---\nĐáp.\n"
    )
    net = TinyNetwork.create(tmp_path / "net", sections)
    net.put("content/ha/portal/lay-y-kien/2026/b.vi.md", question)
    assert [(problem.code, problem.line) for problem in net.errors()] == [("id-number", 6)]


def test_a_video_asks_nobody_else_for_anything(tmp_path):
    """No player of others, nothing before a click: source, captions and poster lie beside the page."""
    text = (REPOSITORY / "themes/base/kinds/video/item.html").read_text("utf-8")
    assert not re.search(r"<(?:iframe|script|embed|object)", text)
    assert 'preload="none"' in text
    assert '<track kind="captions"' in text


def test_the_way_to_a_kind_of_ones_own_is_the_one_that_docs_tell(tmp_path):
    """Every file and every command of “How to add a kind”, as they stand there."""
    told = DOC.partition("## How to add a kind")[2].partition("### What a")[0]
    files = dict(re.findall(r"`(themes/base/kinds/[^`]+)`[^\n]*(?:\n[^\n]+)*?:\n\n```\w+\n(.*?)```", told, re.DOTALL))
    section = re.search(r"```yaml\n(cho-phien:.*?)\n```", told, re.DOTALL)
    commands = re.search(r"```text\n(.*?)```", told, re.DOTALL)
    assert section
    assert commands
    assert {Path(path).name for path in files} == {"kind.yaml", "item.html", "list.html"}
    sites = SITES.replace("    van-ban: {label", f"    {section[1]}\n    van-ban: {{label")
    net = TinyNetwork.create(tmp_path / "net", sites)
    (net.root / "themes").unlink()
    shutil.copytree(REPOSITORY / "themes", net.root / "themes")
    for path, text in files.items():
        net.put(path, text)
    for line in commands[1].splitlines():
        done = net.congtin(*shlex.split(line)[1:])
        assert done.returncode == 0, done.stdout + done.stderr
    page = net.page("ha.gov.vn/cho-phien/2026/cho-hoa-xuan")
    assert page.xpath("normalize-space(//p[@class='stage'])") == "Sắp họp"
    assert page.xpath("string(//table//tbody//th)") == "Hoa đào"
    assert "Ven hồ" in net.text("ha.gov.vn/cho-phien")


def test_a_gallery_offers_every_picture_in_sizes_with_its_words(tmp_path):
    """A phone takes the small one; the first is not put off, the others are; the whole picture is a link away."""
    gallery = f"""\
-- content/ha/portal/anh/2026/a.vi.md --
---
id: {item_id(1)}
kind: gallery
title: Lễ hội
summary: Hai ảnh.
date: 2026-11-01
pictures:
  - {{file: a.files/mot.jpg, alt: Cổng chào, caption: Sáng sớm, credit: Tổ ảnh}}
  - {{file: a.files/hai.jpg, alt: Đường hoa}}
---
"""
    sections = SECTIONS.replace(
        "    van-ban: {label", "    anh: {label: {vi: Ảnh}, kind: galleries}\n    van-ban: {label"
    )
    net = TinyNetwork.create(tmp_path, sections, gallery)
    for mark, name in enumerate(("mot", "hai")):
        net.put(f"content/ha/portal/anh/2026/a.files/{name}.jpg", jpeg(photograph(1400, 900, mark)))
    net.build()
    page = net.page("ha.gov.vn/anh/2026/a")
    first, second = page.xpath("//ul[@class='pictures']//img")
    assert (first.get("alt"), second.get("alt")) == ("Cổng chào", "Đường hoa")
    assert (first.get("loading"), second.get("loading")) == (None, "lazy")
    assert int(first.get("width")) * 900 == int(first.get("height")) * 1400
    (source,) = first.xpath("ancestor::picture//source")
    assert source.get("type") == "image/avif" and source.get("srcset").count(" 480w, ") == 1
    assert first.xpath("ancestor::a/@href") == ["/anh/2026/a/mot.jpg"]
    assert page.xpath("normalize-space(//figcaption)") == "Sáng sớm Tổ ảnh"
