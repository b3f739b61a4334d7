"""Alert banners: one approved file puts words over all Sites of a Portal, over some, or over one, for a while (C18)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import linked
import pytest
from attacks import blockers, fresh, make_desk, offered, repelled
from browsers import CHROMIUM, FLAGS
from network import NOON, REPOSITORY, TinyNetwork, article, item_id, translation
from playwright.sync_api import sync_playwright

from congtin.errors import Problem
from congtin.network.alerts import LEVELS
from congtin.release.local_server import Hosts, LocalServer

NEWS = "content/ha/portal/tin-tuc/2026"
WARD = "content/ha/lim/tin-tuc/2026"
OVER_ALL = "sites/ha/alerts/bao-so-12.yaml"
OVER_LIM = "sites/ha/lim/alerts/mat-nuoc.yaml"
# A desk judges by the real clock: what was over is not judged any more.
FAR = "2126-11-23T08:00:00+07:00"


def banner(text: str = "Bão số 12 đổ bộ đêm nay", **fields: object) -> str:
    """Return the text of an alert that is up at noon; a field that is None is left out."""
    lines = {
        "level": "danger",
        "text": f"{{vi: {text}}}",
        "from": "2026-11-22T08:00:00+07:00",
        "until": "2026-11-23T08:00:00+07:00",
        **fields,
    }
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)


def alerts_of(net: TinyNetwork, page: str) -> list[str]:
    """Return the words of each banner of a page, as they are read."""
    found = net.page(page).xpath("//section[@class='alerts']/*")
    return [" ".join(alert.text_content().split()) for alert in found]


def reported(net: TinyNetwork, code: str) -> Problem:
    return next(problem for problem in net.problems() if problem.code == code)


def test_a_portals_alert_stands_over_every_page_of_every_site_until_it_expires(tiny):
    """One file; home, article, list, contact and 404 of all Sites show it; at its end no page does."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n{article(1)}-- {OVER_ALL} --\n{banner(to='[ha/*]')}")
    net.build()
    pages = ["ha.gov.vn", "ha.gov.vn/tin-tuc", "ha.gov.vn/tin-tuc/2026/a", "lim.ha.gov.vn", "mai.ha.gov.vn/lien-he"]
    for page in (*pages, "ha.gov.vn/404.html", "ha.gov.vn/english"):
        assert "Bão số 12 đổ bộ đêm nay" in alerts_of(net, page)[0], page
    assert alerts_of(net, "lim.ha.gov.vn")[0].startswith("Nguy hiểm: Bão")
    assert "Cổng Ha" in alerts_of(net, "lim.ha.gov.vn")[0], "a ward's readers are told whose alert it is"
    assert "Cổng Ha" not in alerts_of(net, "ha.gov.vn")[0]
    net.now = NOON + timedelta(hours=20)
    net.build()
    assert not any("Bão số 12".encode() in data for data in net.files().values())


def test_alerts_reach_a_kind_or_one_site_and_only_their_pages_are_rendered(tiny):
    """Over wards: lim, not mai, not the portal. Over mai by its own Board: mai. Nobody else's Edition is rendered."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n{article(1)}-- {WARD}/b.vi.md --\n{article(2)}")
    whole = net.build()
    net.put("sites/ha/alerts/phuong.yaml", banner("Phường nghỉ học", to="['ha/*:ward']"))
    report = net.build()
    assert report.built == ["ha/lim@vi"]
    assert [len(alerts_of(net, host)) for host in ("lim.ha.gov.vn", "mai.ha.gov.vn", "ha.gov.vn")] == [1, 0, 0]
    pages = [name for name in net.files() if name.startswith("lim.ha.gov.vn/") and name.endswith(".html")]
    assert report.rendered == len(pages) < whole.rendered / 2
    assert all(alerts_of(net, name) for name in pages)
    net.put("sites/ha/mai/alerts/mat-dien.yaml", banner("Mất điện", level="warning"))
    assert net.build().built == ["ha/mai@vi"]
    assert alerts_of(net, "mai.ha.gov.vn")[0].startswith("Cảnh báo: Mất điện")
    net.remove("sites/ha/alerts/phuong.yaml")
    assert net.build().built == ["ha/lim@vi"]
    assert net.build().built == []


def test_the_clock_alone_puts_an_alert_up_and_takes_it_down(tiny):
    """An alert for 18:00 to 6:00: the builds before say when to look again, and the pages follow."""
    times = {"from": "2026-11-22T18:00:00+07:00", "until": "2026-11-23T06:00:00+07:00"}
    net = tiny(f"-- {OVER_LIM} --\n{banner('Mất nước', **times)}")
    for hours, up in ((0, False), (5.99, False), (6, True), (17.99, True), (18, False)):
        net.now = NOON + timedelta(hours=hours)
        report = net.build()
        assert bool(alerts_of(net, "lim.ha.gov.vn")) is up, hours
        assert ("ha/lim@vi" in report.built) is (hours in (0, 6, 18)), hours


def test_incremental_equals_clean_with_alerts_that_come_and_go(tiny, tmp_path):
    """Whatever was up before, the files are those of a build from nothing."""
    linked = banner(link=f"item:{item_id(2)}", to="[ha/*]")
    net = tiny(f"-- {NEWS}/a.vi.md --\n{article(1)}-- {WARD}/b.vi.md --\n{article(2)}")
    net.build()
    for text in (banner(to="[ha/*]"), linked, linked.replace("danger", "warning"), banner(to="[ha/portal]"), linked):
        net.put(OVER_ALL, text)
        net.build()
    net.put(f"{WARD}/b.vi.md", article(2, "Cách tránh bão"))
    net.build()
    assert "Cách tránh bão" in alerts_of(net, "mai.ha.gov.vn")[0], "the title of another Site's Item has changed"
    clean = TinyNetwork(net.root)
    incremental = net.files()
    for file in (net.root / ".congtin").rglob("*.sqlite*"):
        file.unlink()
    for file in net.output.rglob("*"):
        if file.is_file():
            file.unlink()
    clean.build()
    assert clean.files() == incremental


def test_languages_known_show_their_own_words_and_others_vietnamese(tiny):
    """English words in the English Edition; a Chinese Edition shows the Vietnamese ones and says so."""
    net = tiny()
    site = (
        (net.root / "sites/ha/portal.yaml").read_text("utf-8").replace("languages: [vi, en]", "languages: [vi, en, zh]")
    )
    net.put("sites/ha/portal.yaml", site)
    net.put(OVER_ALL, banner(text="{vi: Bão, en: Typhoon}", to="[ha/*]").replace("{vi: {vi", "{vi").replace("}}", "}"))
    net.build()
    assert "Danger: Typhoon" in alerts_of(net, "ha.gov.vn/english")[0]
    assert "Bão" in alerts_of(net, "ha.gov.vn")[0]
    foreign = net.page("ha.gov.vn/zh").xpath("//section[@class='alerts']//span[@lang='vi']/text()")
    assert "Bão" in foreign


def test_the_link_leads_to_the_item_here_else_to_its_home(tiny):
    """A copy next door, the origin elsewhere; in English its English title; before it is published no link."""
    text = article(3, "Hướng dẫn", crosspost="[ha/*]", date="2026-11-22T15:00:00+07:00")
    net = tiny(
        f"-- {NEWS}/huong-dan.vi.md --\n{text}-- {NEWS}/huong-dan.en.md --\n{translation(text, 'Guidance')}",
        f"-- {OVER_ALL} --\n{banner(link=f'item:{item_id(3)}', to='[ha/*]')}",
        "-- sites/ha/so.yaml --\nkind: department\nname: {vi: Sở}\nlabel: so\naccepts: []\n",
    )
    net.build()
    assert not net.page("lim.ha.gov.vn").xpath("//section[@class='alerts']//a")
    assert reported(net, "link-to-scheduled").path == OVER_ALL
    net.now = NOON + timedelta(hours=4)
    net.build()
    links = {
        host: net.page(host).xpath("//section[@class='alerts']//a")[0]
        for host in ("ha.gov.vn", "ha.gov.vn/english", "lim.ha.gov.vn", "so.ha.gov.vn")
    }
    assert {host: link.get("href") for host, link in links.items()} == {
        "ha.gov.vn": "/tin-tuc/2026/huong-dan/",
        "ha.gov.vn/english": "/english/tin-tuc/2026/huong-dan/",
        "lim.ha.gov.vn": "/tin-thanh-pho/2026/huong-dan/",
        "so.ha.gov.vn": "https://ha.gov.vn/tin-tuc/2026/huong-dan/",
    }
    assert links["ha.gov.vn/english"].text_content() == "Guidance"


def test_the_most_urgent_alert_stands_first_in_a_labelled_region_with_its_level_in_words(tiny):
    """Several at once: danger before information; a screen reader finds them as one region before the header."""
    net = tiny(
        f"-- {OVER_ALL} --\n{banner('Lịch tiếp dân đổi', level='information', to='[ha/*]')}"
        f"-- {OVER_LIM} --\n{banner('Cháy lớn')}"
    )
    net.build()
    page = net.page("lim.ha.gov.vn")
    region = page.xpath("//section[@class='alerts']")[0]
    assert region.get("aria-label") == "Thông báo khẩn"
    assert [alert[:11] for alert in alerts_of(net, "lim.ha.gov.vn")] == ["Nguy hiểm: ", "Thông tin: "]
    assert region.getnext().tag == "header"


@pytest.mark.browser
def test_three_banners_at_once_have_no_accessibility_findings_and_are_printed(tiny):
    """axe on a phone in light and dark, in two languages; on paper the words of all three remain (C18)."""
    net = tiny(f"-- {NEWS}/a.vi.md --\n{article(1)}")
    for level in LEVELS:
        text = banner(f"Tin {level}", level=level, link=f"item:{item_id(1)}", to="[ha/*]")
        net.put(f"sites/ha/alerts/{level}.yaml", text)
    net.build()
    with LocalServer(Hosts.read(net.output), 0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for scheme, path in (("light", "/"), ("dark", "/english/tin-tuc/")):
            page = chromium.new_page(viewport={"width": 320, "height": 740}, color_scheme=scheme)
            page.goto(f"{server.address('ha.gov.vn')}{path}")
            page.add_script_tag(path=REPOSITORY / "node_modules/axe-core/axe.min.js")
            found = page.evaluate("axe.run({include: ['.alerts']}).then(result => result.violations)")
            assert not found, json.dumps(found, ensure_ascii=False, indent=1)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.emulate_media(media="print")
        assert [page.locator(f".alert-{level}").is_visible() for level in LEVELS] == [True] * 3
        chromium.close()
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "text", "code", "line"),
    [
        (OVER_ALL, banner(), "missing-field", 1),
        (OVER_LIM, banner(to="[ha/*]"), "unknown-field", 5),
        (OVER_LIM, banner(until=None), "missing-field", 1),
        (OVER_LIM, banner(until="2026-11-22T08:00:00+07:00"), "time-order", 4),
        (OVER_LIM, banner(level="red"), "wrong-value", 1),
        (OVER_LIM, banner(text="").replace("{vi: }", "{en: Storm}"), "missing-field", 2),
        (OVER_LIM, banner(link="https://vi-du.vn/"), "foreign-link", 5),
        (OVER_LIM, banner(link="/tin-tuc/"), "wrong-value", 5),
        (OVER_LIM, banner(link=f"item:{item_id(99)}"), "broken-link", 5),
        (OVER_ALL, banner(to="[ha/limm]"), "unknown-site", 5),
        ("sites/ha/alerts/Bão.yaml", banner(to="[ha/*]"), "path-form", 0),
        ("sites/ha/lim/alerts/mat.txt", banner(), "path-form", 0),
        ("sites/ha/alerts.yaml", banner(), "path-form", 0),
    ],
)
def test_what_is_wrong_with_an_alert_is_told_with_file_and_line(tiny, path, text, code, line):
    """Nothing is built of a banner that is not sound."""
    net = tiny(f"-- {path} --\n{text}")
    problem = reported(net, code)
    assert (problem.path, problem.line) == (path, line)


def test_a_portals_alert_does_not_reach_another_portals_sites(tiny):
    """A second Portal in the network: what it names of the first is an error."""
    net = tiny(
        "-- sites/hy/portal.yaml --\nportal: {name: {vi: Hy}, parent_host: hy.gov.vn}\n"
        "site: {kind: portal, name: {vi: Cổng Hy}}\n"
        f"-- sites/hy/alerts/tin.yaml --\n{banner(to='[hy/*, ha/lim]')}"
    )
    problem = reported(net, "foreign-site")
    assert problem.path == "sites/hy/alerts/tin.yaml"
    assert "ha/lim" in str(problem.message)


# --- whose it is -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("alerts"))
    yield made
    made.close()


def test_a_wards_board_puts_a_banner_over_its_own_site_and_no_other(desk):
    """Lim's Board alone publishes over lim; over mai, over the portal or over all it is refused by the gate."""
    editor = fresh(desk, "lim-editor")
    for path, owed, text in (
        ("sites/ha/mai/alerts/gia.yaml", "ha/mai", banner("Giả")),
        ("sites/ha/portal/alerts/gia.yaml", "ha/portal", banner("Giả")),
        ("sites/ha/alerts/gia.yaml", "ha/portal", banner("Giả", to="[ha/*]")),
        ("sites/ha/alerts/gia.yaml", "ha/portal", banner("Giả", to="[ha/lim]")),
    ):
        change = offered(desk, {path: text}, "lim-head", "lim-deputy")
        assert blockers(desk, change) == [f"missing:{owed}"], path
        with repelled(desk, owed, "1 still missing"):
            editor.merge(change)
    everywhere = offered(desk, {OVER_LIM: banner("Giả", to="[ha/*]")}, "lim-head")
    assert "unknown-field" in blockers(desk, everywhere)
    own = offered(desk, {OVER_LIM: banner("Mất nước")}, "lim-head")
    assert blockers(desk, own) == []
    editor.merge(own)
    assert "Mất nước" in desk.read(OVER_LIM)


def test_the_portals_board_alone_puts_one_banner_over_all_sites(desk):
    """One Change, approved by the portal's Board; no ward is asked."""
    change = offered(desk, {OVER_ALL: banner(to="[ha/*]")}, "portal-head", by="portal-editor")
    assert blockers(desk, change) == []
    fresh(desk, "portal-editor").merge(change)
    assert "Bão số 12" in desk.read(OVER_ALL)


def test_an_item_that_a_banner_links_to_cannot_be_taken_away(desk):
    """The Change that deletes it is told; so is one whose banner names what is not there."""
    wrong = offered(desk, {OVER_LIM: banner("Cháy", until=FAR, link=f"item:{item_id(77)}")}, "lim-head")
    assert "broken-link" in blockers(desk, wrong)
    right = offered(desk, {OVER_LIM: banner("Cháy", until=FAR, link=f"item:{item_id(800)}")}, "lim-head")
    assert blockers(desk, right) == []


# --- the command -----------------------------------------------------------------------------------


def test_a_person_puts_up_lists_and_ends_an_alert_without_knowing_yaml(tiny):
    """Add over wards, list, end: the file says it, the pages follow."""
    net = tiny()
    add = ["alert", "add", "ha", "--level", "danger", "--text", "Nghỉ học ngày mai", "--until", "2026-11-23T18:00"]
    said = net.congtin(*add, "--text-in", "en", "No school tomorrow", "--to", "ha/*:ward", "--to", "ha/portal")
    assert said.returncode == 0, said.stderr
    assert "Written: sites/ha/alerts/nghi-hoc-ngay-mai.yaml" in said.stdout
    assert "over 2 Sites" in said.stdout
    assert "Editorial Board of ha/portal" in said.stdout
    net.build()
    assert "No school tomorrow" in alerts_of(net, "ha.gov.vn/english")[0]
    assert not alerts_of(net, "mai.ha.gov.vn")
    rows = json.loads(net.congtin("alert", "list", "--format", "json").stdout)
    assert [(row["name"], row["state"], row["sites"]) for row in rows] == [
        ("nghi-hoc-ngay-mai", "up", ["ha/lim", "ha/portal"])
    ]
    net.now = NOON + timedelta(hours=1)
    assert net.congtin("alert", "end", "ha", "nghi-hoc-ngay-mai").returncode == 0
    net.build()
    assert not alerts_of(net, "lim.ha.gov.vn")
    assert "over" in net.congtin("alert", "list", "--all").stdout
    again = net.congtin("alert", "end", "ha", "nghi-hoc-ngay-mai")
    assert again.returncode
    assert "ended on 2026-11-22T13:00:00+07:00" in again.stderr


def test_an_alert_that_has_not_begun_is_taken_away_and_a_wrong_one_is_not_written(tiny):
    """`end` before it begins removes the file; a wrong time, an unknown Site, a twin name are told in words."""
    net = tiny()
    later = ["alert", "add", "ha/lim", "--level", "warning", "--text", "Mất nước", "--from", "2026-11-24T08:00"]
    assert net.congtin(*later, "--until", "2026-11-24T12:00").returncode == 0
    assert "is there already" in net.congtin(*later, "--until", "2026-11-24T12:00").stderr
    assert "Removed" in net.congtin("alert", "end", "ha/lim", "mat-nuoc").stdout
    assert not (net.root / "sites/ha/lim/alerts/mat-nuoc.yaml").exists()
    for words, said in (
        ([*later, "--until", "2026-11-24T07:00"], "“until” is not later than “from”"),
        ([*later, "--until", "tomorrow"], "Write 2026-10-05T08:30"),
        ([*later, "--until", "2026-11-24T12:00", "--to", "ha/*"], "that Site alone"),
        (["alert", "add", "ha/limm", *later[3:], "--until", "2026-11-24T12:00"], "Did you mean “ha/lim”"),
    ):
        refused = net.congtin(*words)
        assert refused.returncode, words
        assert said in refused.stderr, refused.stderr
    assert not [*(net.root / "sites/ha/lim").rglob("*.yaml")]


def test_programs_that_pass_warnings_on_find_it_on_home_pages(tiny):
    """As a SpecialAnnouncement with its times and whose it is; nothing of it once it is over."""
    net = tiny(f"-- {OVER_ALL} --\n{banner(to='[ha/*]', link='https://ha.gov.vn/tin-tuc/')}")
    net.build()
    for page in ("ha.gov.vn", "lim.ha.gov.vn"):
        graph = linked.rdf(net.text(page))
        assert not linked.unknown_words(graph) and not list(linked.complaints(graph))
        told = linked.nodes(net.text(page))["SpecialAnnouncement"]
        assert told["text"] == "Bão số 12 đổ bộ đêm nay" and told["url"] == "https://ha.gov.vn/tin-tuc/"
        assert (told["datePosted"], told["expires"]) == ("2026-11-22T08:00:00+07:00", "2026-11-23T08:00:00+07:00")
        assert told["publisher"]["@id"] == "https://ha.gov.vn/#agency"
    assert "SpecialAnnouncement" not in linked.nodes(net.text("lim.ha.gov.vn/lien-he"))
    net.now = NOON + timedelta(hours=20)
    net.build()
    assert "SpecialAnnouncement" not in linked.nodes(net.text("ha.gov.vn"))
