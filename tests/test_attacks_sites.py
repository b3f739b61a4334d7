"""Attacks of one Site on another: copies nobody accepted, other words after the pick, scripts on a neighbour's page.

`docs/security.md` lists every attack with its test.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attacks import LIM, blockers, fresh, make_desk, offered, published, repelled
from desks import run
from lxml import etree, html
from network import TinyNetwork, article, item_id

from congtin.engine import blob_id

PICKED = article(1, "Hội làng", crosspost="[ha/portal]")
PICK = f"sites/ha/portal/picks/{item_id(1)}.yaml"


def pick(text: str) -> str:
    return f"item: {item_id(1)}\ninto: tu-co-so\nsources: {{{LIM}/hoi.vi.md: {blob_id(text.encode())}}}\n"


# Mai takes what lim writes about traffic or in one section; the portal has picked one Item of lim.
SITES = f"""\
-- sites/ha/mai.yaml --
kind: commune
name: {{vi: Xã Mai}}
short_name: {{vi: Mai}}
label: mai
accepts:
  - {{from: ha/lim, tags: [giao-thong], into: tin-tuc}}
  - {{from: ha/lim, sections: [tin-thanh-pho], into: tin-tuc}}
-- {LIM}/hoi.vi.md --
{PICKED}\
-- {PICK} --
{pick(PICKED)}\
-- {LIM}/thuong.vi.md --
{article(2, "Tin thường", crosspost="[ha/mai]")}\
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("sites"), SITES)
    yield made
    made.close()


@pytest.fixture(scope="module")
def editor(desk):
    return fresh(desk, "lim-editor")


def built(desk, folder: Path) -> TinyNetwork:
    """Return what citizens get of main, built as for publishing."""
    run(["git", "clone", "-q", str(desk.content), str(folder)])
    network = TinyNetwork(folder)
    network.build()
    return network


# --- copies ----------------------------------------------------------------------------------------


def test_an_edit_after_the_pick_needs_the_picking_board(desk, editor):
    """The portal consented to these words only: other words, also with a pick of one's own, wait for its Board."""
    other = article(1, "Hội làng đổi chỗ", crosspost="[ha/portal]")
    change = offered(desk, {f"{LIM}/hoi.vi.md": other}, "lim-head")
    assert set(blockers(desk, change)) & {"pick-outdated", "missing:ha/portal"}
    with repelled(desk, "ha/portal"):
        editor.merge(change)
    forged = offered(desk, {f"{LIM}/hoi.vi.md": other, PICK: pick(other)}, "lim-head", "lim-deputy")
    assert blockers(desk, forged) == ["missing:ha/portal"]
    with repelled(desk, "ha/portal", "1 still missing"):
        editor.merge(forged)


def test_a_component_does_not_alter_the_portals_list(desk, editor):
    """Its title, date or picture stands in the portal's list: the portal's Board is asked for each of them."""
    for fields in ({"date": "2026-11-01T08:00:00+07:00"}, {"summary": "Giảm giá"}, {"author": "Cổng Ha"}):
        text = article(1, "Hội làng", crosspost="[ha/portal]", **fields)
        change = offered(desk, {f"{LIM}/hoi.vi.md": text, PICK: pick(text)}, "lim-head")
        assert "missing:ha/portal" in blockers(desk, change), fields
    with repelled(desk, "ha/portal", "1 still missing"):
        editor.merge(change)


def test_a_tag_does_not_slip_a_published_item_in(desk, editor):
    """Mai takes what lim writes about traffic: an old text that is called so later needs mai's Board."""
    text = article(2, "Tin thường", crosspost="[ha/mai]", tags="[giao-thong]")
    change = offered(desk, {f"{LIM}/thuong.vi.md": text}, "lim-head")
    assert blockers(desk, change) == ["missing:ha/mai"]
    with repelled(desk, "ha/mai", "1 still missing", "A text of another Site appears here"):
        editor.merge(change)


def test_a_section_does_not_slip_a_published_item_in(desk, editor):
    """The same by moving it into the section that mai takes."""
    text = article(2, "Tin thường", crosspost="[ha/mai]", aliases="[/tin-tuc/2026/thuong/]")
    moved = {f"{LIM}/thuong.vi.md": None, "content/ha/lim/tin-thanh-pho/2026/thuong.vi.md": text}
    change = offered(desk, moved, "lim-head")
    assert blockers(desk, change) == ["missing:ha/mai"]
    with repelled(desk, "ha/mai", "1 still missing"):
        editor.merge(change)


def test_a_site_does_not_accept_for_another(desk, editor):
    """The rule that would let lim's texts in belongs to mai."""
    rule = desk.read("sites/ha/mai.yaml").replace("tags: [giao-thong], ", "")
    files = {"sites/ha/mai.yaml": rule, f"{LIM}/moi.vi.md": article(3, crosspost="[ha/mai]")}
    change = offered(desk, files, "lim-head", "lim-deputy")
    assert blockers(desk, change) == ["missing:ha/mai"]
    with repelled(desk, "ha/mai", "1 still missing"):
        editor.merge(change)


# --- what would steer the build or a reader's browser ----------------------------------------------

BAD_FIELDS = {
    "save_as": "../../ha.gov.vn/index.html",
    "url": "https://ha.gov.vn/",
    "template": "evil",
    "status": "hidden",
    "aliases": "[/../../ha.gov.vn/]",
    "slug": "../../ha.gov.vn/index",
}


@pytest.mark.parametrize("field", ["save_as", "template", "aliases"])
def test_no_field_leads_out_of_the_site(desk, editor, field):
    """Even when the ward's whole Board wants it: what steers Pelican, or an address of somebody else."""
    text = article(4, **{field: BAD_FIELDS[field]})
    change = offered(desk, {f"{LIM}/a.vi.md": text}, "lim-head", "lim-deputy", "lim-member")
    with repelled(desk, "error:"):
        editor.merge(change)
    assert [code for code in blockers(desk, change) if not code.startswith("missing")]


def test_a_channel_is_no_script(desk, editor):
    lim = desk.read("sites/ha/lim.yaml")
    text = lim + "channels:\n  - {label: {vi: Zalo}, url: 'javascript:alert(1)'}\n"
    change = offered(desk, {"sites/ha/lim.yaml": text}, "lim-head", "portal-head")
    with repelled(desk, "error:", "sites/ha/lim.yaml"):
        editor.merge(change)


@pytest.mark.parametrize("name", ["trang.html", "hinh.svg", "ma.js"])
def test_no_active_file_lies_beside_an_item(desk, editor, name):
    """A page, a drawing with a script, a script: served from the agency's host they would run there."""
    evil = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    files = {f"{LIM}/t.vi.md": article(5, body=f"[x](t.files/{name})").encode(), f"{LIM}/t.files/{name}": evil}
    change = offered(desk, files, "lim-head", "lim-deputy")
    assert [code for code in blockers(desk, change) if not code.startswith("missing")], "taken"
    with repelled(desk, "error:"):
        editor.merge(change)


SCRIPT = "<script>alert(1)</script>"
EVIL = article(
    6,
    f"'</title>{SCRIPT}'",
    f"{SCRIPT}\n\n<b onmouseover=alert(1)>x</b>\n\n[bấm](javascript:alert(1)) <iframe src=//x></iframe>\n\n"
    '<a href="&#106;avascript:alert(1)">x</a>\n\n]]>&lt;/content&gt;<svg onload=alert(1)>',
    crosspost="[ha/mai]",
    tags="[giao-thong]",
    summary=f"']]></summary>{SCRIPT}'",
    author=f'\'" onmouseover="alert(1)" {SCRIPT}\'',
)


def test_no_script_reaches_another_sites_page_or_feed(desk, tmp_path):
    """Lim's Board itself publishes it, mai takes it by rule: what mai's readers get is text."""
    published(desk, {f"{LIM}/xau.vi.md": EVIL, f"{LIM}/khong.vi.md": article(7, "Không ai nhận", crosspost="[ha/mai]")})
    network = built(desk, tmp_path / "published")
    mai = network.output / "mai.ha.gov.vn"
    assert "alert(1)" in (mai / "tin-tuc/2026/xau/index.html").read_text("utf-8"), "the copy is there, as text"
    pages = [*mai.rglob("*.html"), *(network.output / "ha.gov.vn").rglob("*.html")]
    for file in pages:
        harmless(html.document_fromstring(file.read_text("utf-8")), file)
    for feed in mai.rglob("*.xml"):
        for content in etree.parse(str(feed)).iter("{http://www.w3.org/2005/Atom}content"):
            harmless(html.fromstring(f"<div>{content.text or ''}</div>"), feed)
    # What names a Site that has not accepted it stays at home.
    everything = "".join(file.read_text("utf-8", "replace") for file in [*pages, *mai.rglob("*.xml")])
    assert "Không ai nhận" not in everything
    assert "Không ai nhận" in network.text("lim.ha.gov.vn/tin-tuc/2026/khong/")


def harmless(tree, file: Path) -> None:
    """Find nothing in a page that would run."""
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json":
            # Data for programs tells titles too; no letter in it may end the element that holds it.
            assert json.loads(script.text) and "<" not in script.text, file
        else:
            assert "alert" not in (script.text or ""), file
    assert not list(tree.iter("iframe")), file
    for element in tree.iter(etree.Element):
        for name, value in element.items():
            assert not name.startswith("on"), (file, name)
            assert not value.strip().lower().startswith(("javascript:", "data:")), (file, value)
