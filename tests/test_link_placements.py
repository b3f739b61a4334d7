"""A Site that takes an Item as a link shows a teaser that leads to the origin, and no page of its own (F3)."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from attacks import LIM, blockers, fresh, make_desk, offered
from lxml import etree
from network import NOON, TinyNetwork, article, document, item_id, translation
from test_crosspost import codes

from congtin.engine import blob_id

NEWS = "content/ha/portal/tin-tuc/2026"
WARD = "content/ha/lim/tin-tuc/2026"
PICK = f"sites/ha/portal/picks/{item_id(1)}.yaml"
MAI = (
    "-- sites/ha/mai.yaml --\nkind: commune\nname: {vi: Xã Mai}\nshort_name: {vi: Mai}\nlabel: mai\n"
    "accepts:\n  - {from: portal, sections: [tin-tuc], into: tin-thanh-pho, mode: link}\n"
)
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
HOME = "https://ha.gov.vn/tin-tuc/2026/cau/"


def taken(tiny, *texts: str, **fields: object) -> TinyNetwork:
    """Return a network in which Mai takes the portal's news as links, Lim as copies."""
    text = article(1, "Cầu mới", crosspost="['ha/*']", **fields)
    net = tiny(MAI, f"-- {NEWS}/cau.vi.md --\n{text}", *texts)
    net.build()
    return net


def links(net: TinyNetwork, page: str, words: str) -> list[str]:
    return net.page(page).xpath(f"//main//a[contains(., '{words}')]/@href")


def test_a_teaser_stands_in_every_list_and_leads_to_the_origin(tiny):
    """Section, home, tag, archive and feed of the commune show it with the origin's address and name."""
    net = taken(tiny, tags="[giao-thong]")
    for page in ("", "/tin-thanh-pho", "/chu-de/giao-thong", "/luu-tru/2026/10"):
        assert set(links(net, f"mai.ha.gov.vn{page}", "Cầu mới")) == {HOME}, page
    card = net.page("mai.ha.gov.vn/tin-thanh-pho").xpath("//li[@class='card']")[0]
    assert "Theo Cổng Ha (ha.gov.vn)" in " ".join(card.text_content().split())
    feed = etree.fromstring(net.text("mai.ha.gov.vn/tin-thanh-pho/atom.xml").encode())
    assert [link.get("href") for link in feed.findall("{*}entry/{*}link")] == [HOME]


def test_no_page_of_its_own_stands_there_and_no_site_map_lists_it(tiny):
    """Nothing below the commune's address, nothing in its site map; the ward's copy names the same canonical page."""
    net = taken(tiny)
    assert not (net.output / "mai.ha.gov.vn/tin-thanh-pho/2026").exists()
    assert "/cau/" not in net.text("mai.ha.gov.vn/sitemap.xml")
    assert "mai.ha.gov.vn/tin-thanh-pho" not in net.text("ha.gov.vn/tin-tuc/2026/cau")
    assert net.page("lim.ha.gov.vn/tin-thanh-pho/2026/cau").xpath("//link[@rel='canonical']/@href") == [HOME]


def test_its_picture_is_not_fetched_from_another_host(tiny):
    """The ward's copy has the picture; the commune's teaser has none, for pages ask no other host for anything."""
    net = tiny(MAI)
    net.put(f"{NEWS}/cau.files/cau.png", PICTURE)
    shown = article(1, "Cầu mới", crosspost="['ha/*']", image="cau.files/cau.png", image_alt="Cầu mới bắc qua sông")
    net.put(f"{NEWS}/cau.vi.md", shown)
    net.build()
    assert net.page("lim.ha.gov.vn/tin-thanh-pho").xpath("//li[@class='card']//img")
    assert not net.page("mai.ha.gov.vn/tin-thanh-pho").xpath("//li[@class='card']//img")


def test_an_own_text_may_have_the_address_a_copy_would_have(tiny):
    """A link takes no address, so it cannot take somebody else's."""
    net = taken(tiny, "-- content/ha/mai/tin-thanh-pho/2026/cau.vi.md --\n" + article(2, "Cầu của Mai"))
    assert links(net, "mai.ha.gov.vn/tin-thanh-pho", "Cầu của Mai") == ["/tin-thanh-pho/2026/cau/"]
    assert links(net, "mai.ha.gov.vn/tin-thanh-pho", "Cầu mới") == [HOME]


def test_a_text_that_links_to_the_item_leads_to_its_home(tiny):
    """`item:` links go next door only where there is a page."""
    other = f"-- content/ha/mai/tin-tuc/2026/xem.vi.md --\n{article(3, body=f'[xem](item:{item_id(1)})')}"
    net = taken(tiny, other)
    assert links(net, "mai.ha.gov.vn/tin-tuc/2026/xem", "xem") == [HOME]


def test_only_what_the_teaser_shows_makes_the_commune_render_again(tiny):
    """A word in the body: the origin's page and data, the copy's page. A new title: the commune's lists, feeds too."""
    net = taken(tiny)
    lists = [net.output / f"mai.ha.gov.vn/{name}/index.html" for name in ("tin-thanh-pho", "luu-tru/2026")]
    before = [file.stat().st_mtime_ns for file in lists]
    net.put(f"{NEWS}/cau.vi.md", article(1, "Cầu mới", body="Dài 210 m.", crosspost="['ha/*']"))
    assert net.build().changed == 3
    net.put(f"{NEWS}/cau.vi.md", article(1, "Cầu Hai", body="Dài 210 m.", crosspost="['ha/*']"))
    net.build()
    assert links(net, "mai.ha.gov.vn/tin-thanh-pho", "Cầu Hai") == [HOME]
    assert all(file.stat().st_mtime_ns != then for file, then in zip(lists, before, strict=True))


def test_a_withdrawal_takes_the_teaser_away_in_the_same_build(tiny):
    """No list and no feed of the commune names it any more; its web server has no withdrawn address to answer."""
    net = taken(tiny)
    net.put(f"{NEWS}/cau.vi.md", article(1, "Cầu mới", crosspost="['ha/*']", withdrawn="{at: 2026-11-22, reason: Sai}"))
    net.build()
    assert not [name for name, data in net.files().items() if name.startswith("mai.") and HOME.encode() in data]
    assert not (net.output / ".server/mai.ha.gov.vn/vi.gone.txt").exists()


def test_documents_and_languages_follow_the_same_rules(tiny):
    """A document's teaser names number and origin; an English Edition shows the English title and leads to English."""
    text = article(1, "Cầu mới", crosspost="[ha/so]")
    net = tiny(
        "-- sites/ha/so.yaml --\nkind: department\nname: {vi: Sở}\nlabel: so\nlanguages: [vi, en]\n"
        "sections: {van-ban: {label: {vi: Văn bản}, kind: documents}}\n"
        "accepts:\n  - {from: portal, sections: [tin-tuc], into: tin-thanh-pho, mode: link}\n"
        "  - {from: portal, sections: [van-ban], into: van-ban, mode: link}\n",
        f"-- {NEWS}/cau.vi.md --\n{text}-- {NEWS}/cau.en.md --\n{translation(text, 'New bridge')}",
        f"-- content/ha/portal/van-ban/2026/qd.vi.md --\n{document(2, crosspost='[ha/so]')}",
    )
    net.build()
    assert links(net, "so.ha.gov.vn/en/tin-thanh-pho", "New bridge") == ["https://ha.gov.vn/english/tin-tuc/2026/cau/"]
    entry = net.page("so.ha.gov.vn/van-ban/loai/quyet-dinh").xpath("//ul[@class='documents']/li")[0]
    assert entry.xpath(".//a/@href") == ["https://ha.gov.vn/van-ban/2026/qd/"]
    assert "(ha.gov.vn)" in entry.text_content()


def test_a_link_that_ended_is_gone_and_leaves_nothing(tiny):
    """The rule ends: no teaser, and no redirect, for there was no address."""
    net = taken(tiny)
    net.write(MAI.replace("mode: link", "mode: link, ended: 2026-11-23"))
    net.now = NOON + timedelta(days=1)
    net.build()
    assert not links(net, "mai.ha.gov.vn/tin-thanh-pho", "Cầu mới")
    assert not list((net.output / ".server/mai.ha.gov.vn").glob("*.txt"))


def test_a_pick_as_a_link_is_consent_to_what_the_teaser_shows(tiny):
    """Picked as a link: the body may change; another title asks the Board again, and its mode stays."""
    net = tiny(f"-- {WARD}/hoi.vi.md --\n{article(1, 'Hội làng', crosspost='[ha/portal]')}")
    picked = net.congtin("site", "pick", "ha/portal", item_id(1), "--into", "tu-co-so", "--mode", "link")
    assert picked.returncode == 0, picked.stderr
    net.build()
    assert links(net, "ha.gov.vn/tu-co-so", "Hội làng") == ["https://lim.ha.gov.vn/tin-tuc/2026/hoi/"]
    net.put(f"{WARD}/hoi.vi.md", article(1, "Hội làng", body="Thêm giờ.", crosspost="[ha/portal]"))
    assert net.errors() == []
    net.put(f"{WARD}/hoi.vi.md", article(1, "Hội làng Lim", body="Thêm giờ.", crosspost="[ha/portal]"))
    assert codes(net.errors()) == [("pick-outdated", PICK)]
    assert net.congtin("site", "pick", "ha/portal", item_id(1)).returncode == 0
    net.build()
    assert links(net, "ha.gov.vn/tu-co-so", "Hội làng Lim") == ["https://lim.ha.gov.vn/tin-tuc/2026/hoi/"]


@pytest.mark.parametrize(("rule", "line"), [("mode: lnk", 6)])
def test_another_mode_is_refused_with_the_nearest_word(tiny, rule, line):
    """`copy` or `link`."""
    net = tiny(MAI.replace("mode: link", rule))
    problem = next(p for p in net.errors() if p.path == "sites/ha/mai.yaml")
    assert (problem.code, problem.line) == ("wrong-value", line)
    assert "“link”" in str(problem.hint)


# --- who is asked ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    hoi = article(1, "Hội làng", crosspost="[ha/portal]")
    front = hoi.partition("---\n")[2].rpartition("---\n")[0]
    pick = f"item: {item_id(1)}\ninto: tu-co-so\nmode: link\nsources: {{{LIM}/hoi.vi.md: {blob_id(front.encode())}}}\n"
    made = make_desk(tmp_path_factory.mktemp("links"), f"-- {LIM}/hoi.vi.md --\n{hoi}-- {PICK} --\n{pick}")
    yield made
    made.close()


def test_the_picking_board_is_asked_for_the_teaser_and_not_for_the_body(desk):
    """The portal's list shows title and summary: for these its Board is needed, as for a copy; not for the text."""
    fresh(desk, "lim-editor")
    body = offered(desk, {f"{LIM}/hoi.vi.md": article(1, "Hội làng", body="Đổi", crosspost="[ha/portal]")}, "lim-head")
    assert blockers(desk, body) == []
    title = article(1, "Hội làng đổi chỗ", crosspost="[ha/portal]")
    change = offered(desk, {f"{LIM}/hoi.vi.md": title}, "lim-head")
    assert set(blockers(desk, change)) == {"pick-outdated", "missing:ha/portal"}
    mode = desk.read(PICK).replace("mode: link\n", "")
    assert "missing:ha/portal" in blockers(desk, offered(desk, {PICK: mode}, "lim-head", "lim-deputy"))
