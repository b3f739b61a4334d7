"""A commune is merged into another: its Site is kept as it was, under a banner that names its successor (A17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree
from network import NOON, TinyNetwork, article, item_id
from test_build_skipping import commit, with_git

MAI = "content/ha/mai/tin-tuc/2026"
NEWS = "content/ha/portal/tin-tuc/2026"
PLAIN = "kind: commune\nname: {vi: Xã Mai}\nshort_name: {vi: Mai}\nlabel: mai\n"
MERGED = f"{PLAIN}status: retired\nretired_on: 2026-11-23\nsuccessor: ha/lim\n"
TEXTS = (
    f"-- {MAI}/cau.vi.md --\n{article(1, 'Cầu mới')}",
    f"-- {NEWS}/tin.vi.md --\n{article(2, 'Tin chung', crosspost='[ha/*]')}",
    f"-- {NEWS}/sau.vi.md --\n{article(3, 'Tin sau', crosspost='[ha/*]', date='2026-11-24T08:00:00+07:00')}",
)


def retired(tiny, *texts: str) -> TinyNetwork:
    """Return a network in which Mai is merged into Lim on the morrow."""
    net = tiny(*TEXTS, f"-- sites/ha/mai.yaml --\n{MERGED}", *texts)
    net.build()
    return net


def banner(net: TinyNetwork, page: str) -> list[str]:
    found = net.page(page).xpath("//section[@class='retired']")
    return [" ".join(each.text_content().split()) for each in found]


def test_on_the_day_of_the_merger_every_page_stays_under_a_banner_that_leads_to_the_successor(tiny):
    """The Change was approved before; at midnight the pages follow, none is gone, canonical addresses stay."""
    net = retired(tiny)
    before = {name for name in net.files() if name.startswith("mai.ha.gov.vn/") and name.endswith(".html")}
    pages = ["mai.ha.gov.vn", "mai.ha.gov.vn/tin-tuc/2026/cau", "mai.ha.gov.vn/tin-thanh-pho", "mai.ha.gov.vn/lien-he"]
    assert not any(banner(net, page) for page in pages)
    net.now = NOON + timedelta(hours=12)
    report = net.build()
    assert report.built == ["ha/mai@vi", "ha/portal@en", "ha/portal@vi"], "the ward has nothing to do with it"
    for page in pages:
        assert "kể từ 23 tháng 11, 2026" in banner(net, page)[0], page
        assert net.page(page).xpath("//section[@class='retired']//a/@href") == ["https://lim.ha.gov.vn/"]
    assert before == {name for name in net.files() if name.startswith("mai.ha.gov.vn/") and name.endswith(".html")}
    article_page = net.page("mai.ha.gov.vn/tin-tuc/2026/cau")
    assert article_page.xpath("//link[@rel='canonical']/@href") == ["https://mai.ha.gov.vn/tin-tuc/2026/cau/"]
    assert "https://mai.ha.gov.vn/tin-tuc/2026/cau/" in net.text("mai.ha.gov.vn/sitemap.xml")


def test_nothing_new_comes_in_after_the_end_and_nobody_waits_for_its_answer(tiny):
    """What the portal publishes later reaches the ward, not the retired commune; a text of its own is warned of."""
    net = retired(tiny, f"-- {MAI}/moi.vi.md --\n{article(4, 'Tin mới', date='2026-11-23T08:00:00+07:00')}")
    assert [(p.path, p.line) for p in net.problems() if p.code == "retired-site"] == [(f"{MAI}/moi.vi.md", 6)]
    net.now = NOON + timedelta(days=3)
    net.build()
    assert (net.output / "mai.ha.gov.vn/tin-thanh-pho/2026/tin/index.html").is_file()
    assert (net.output / "lim.ha.gov.vn/tin-thanh-pho/2026/sau/index.html").is_file()
    assert not (net.output / "mai.ha.gov.vn/tin-thanh-pho/2026/sau").exists()
    assert "not-accepted" not in {problem.code for problem in net.problems()}


def test_its_feeds_end_with_a_word_about_the_successor(tiny):
    """Readers of the feed are told once; the feed keeps its address and its old entries."""
    net = retired(tiny)
    assert "Không còn cập nhật" not in net.text("mai.ha.gov.vn/atom.xml")
    net.now = NOON + timedelta(hours=12)
    net.build()
    feed = etree.fromstring(net.text("mai.ha.gov.vn/atom.xml").encode())
    entries = feed.findall("{*}entry")
    assert entries[0].find("{*}link").get("href") == "https://lim.ha.gov.vn/"
    assert entries[0].find("{*}title").text == "Không còn cập nhật: Xã Mai"
    assert "Phường Lim" in entries[0].find("{*}summary").text
    assert [entry.find("{*}title").text for entry in entries[1:]] == ["Tin chung", "Cầu mới"]
    assert feed.find("{*}updated").text.startswith("2026-11-23T00:00:00")


def test_the_directory_shows_it_apart_with_its_successor(tiny):
    """The portal counts the living and lists the closed with who took over; a renamed successor is renamed there."""
    net = retired(tiny)
    net.now = NOON + timedelta(hours=12)
    net.build()
    page = net.page("ha.gov.vn/co-quan")
    closed = page.xpath("//section[@aria-labelledby='ct-retired']")[0]
    assert [link.text_content() for link in closed.xpath(".//a")] == ["Xã Mai", "Phường Lim"]
    assert "1 trang" in page.xpath("//main/p")[0].text_content()
    assert not page.xpath("//h2[@id='commune']")
    lim = (net.root / "sites/ha/lim.yaml").read_text("utf-8").replace("Phường Lim", "Phường Lim Mới")
    net.put("sites/ha/lim.yaml", lim)
    net.build()
    assert "Phường Lim Mới" in banner(net, "mai.ha.gov.vn/tin-tuc/2026/cau")[0]
    assert "Phường Lim Mới" in net.text("ha.gov.vn/co-quan")


def test_a_successor_outside_the_network_or_a_reason_will_do(tiny):
    """An agency that went to a ministry: a link to its address. One that was dissolved: why."""
    net = retired(tiny, f"-- sites/ha/mai.yaml --\n{MERGED.replace('ha/lim', 'https://bo.gov.vn/mai')}")
    net.now = NOON + timedelta(days=1)
    net.build()
    assert net.page("mai.ha.gov.vn").xpath("//section[@class='retired']//a/@href") == ["https://bo.gov.vn/mai"]
    net.put("sites/ha/mai.yaml", MERGED.replace("successor: ha/lim", "retired_reason: {vi: Giải thể theo nghị quyết.}"))
    net.build()
    assert "Giải thể theo nghị quyết." in banner(net, "mai.ha.gov.vn/lien-he")[0]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (MERGED.replace("successor: ha/lim\n", ""), "no-successor", 5),
        (MERGED.replace("retired_on: 2026-11-23\n", ""), "missing-field", 5),
        (MERGED.replace("ha/lim", "ha/lin"), "unknown-site", 7),
        (MERGED.replace("ha/lim", "http://cu.vn"), "unknown-site", 7),
        (MERGED.replace("ha/lim", "ha/mai"), "successor-circle", 7),
        (MERGED.replace("retired\n", "live\n"), "not-retired", 6),
    ],
)
def test_a_retired_site_without_a_way_on_is_refused(tiny, text, code, line):
    """The check demands a day, and a successor or a reason."""
    net = tiny(f"-- sites/ha/mai.yaml --\n{text}")
    assert [(p.code, p.path, p.line) for p in net.errors()] == [(code, "sites/ha/mai.yaml", line)]


def test_retiring_a_site_loses_no_address(tiny):
    """`congtin check --base` sees the merger as what it is: nothing is lost, nothing needs an alias."""
    net = with_git(tiny(*TEXTS, f"-- {NEWS}/cu.vi.md --\n{article(5, 'Tin cũ', crosspost='[ha/*]')}"))
    net.put("sites/ha/mai.yaml", MERGED)
    checked = net.congtin("check", "--base", "HEAD")
    assert checked.returncode == 0, checked.stdout
    commit(net)
    net.put("sites/ha/mai.yaml", MERGED.replace("2026-11-23", "2026-10-01"))
    early = net.congtin("check", "--base", "HEAD")
    assert early.returncode == 1, "copies that were taken after the day would be gone"
    assert "lost-address" in early.stdout
    assert item_id(5)
