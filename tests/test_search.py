"""Searching as a reader does: the real page in Chromium over real indexes (H2, L42-7)."""

from __future__ import annotations

import errno
import gzip
import json
import os
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from browsers import CHROMIUM, FLAGS
from network import NOON, REPOSITORY, TinyNetwork, article
from playwright.sync_api import Browser, Page, sync_playwright
from search_world import world

from congtin.release.local_server import Hosts, LocalServer
from congtin.release.search import job
from congtin.release.search.job import Made
from congtin.release.search.place import Shelf
from congtin.release.search.trees import output_tree
from congtin.release.search.update import SearchFailed, Update, make_here, update

QUERIES = yaml.safe_load(Path(__file__).with_name("search_queries.yaml").read_text("utf-8"))
ASKED = [(at, query) for at, queries in QUERIES.items() for query in queries]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = REPOSITORY / "node_modules/axe-core/axe.min.js"
HOME = "ha.gov.vn/tim-kiem/"


class Kept(Shelf):
    """A shelf whose fragments can be read: what an index has found Items as."""

    def found(self, scope: str) -> set[str]:
        """Return the addresses of all Items in an index, as pages of results make them."""
        pointer = self.pointer(scope)
        assert pointer
        urls = []
        for part in pointer.parts:
            for file in (self.folder / part / "fragment").glob("*"):
                data = gzip.decompress(file.read_bytes()).removeprefix(b"pagefind_dcd")
                urls.append(json.loads(data)["url"].rpartition("/")[0] + "/")
        assert len(urls) == len(set(urls)) == pointer.items
        return set(urls)


class City:
    """The network of `search_world`, built, indexed and served."""

    def __init__(self, network: TinyNetwork) -> None:
        self.network = network
        self.place = network.root / ".congtin" / "search"

    def shelf(self, edition: str) -> Kept:
        return Kept(self.place, edition)

    def shelves(self) -> list[Kept]:
        editions = ["ha.gov.vn", *(f"ha.gov.vn/{p}" for p in ("english", "zh", "ja", "ko")), "lim.ha.gov.vn"]
        return [self.shelf(edition) for edition in [*editions, "mai.ha.gov.vn"]]

    def item_pages(self, edition: str) -> set[str]:
        """Return the addresses of all pages that hold an article, found in the pages themselves."""
        root = self.network.output / edition
        inner = {"english", "zh", "ja", "ko"} if "/" not in edition else set()
        pages = (file for file in root.rglob("index.html") if file.relative_to(root).parts[0] not in inner)
        shown = (
            file
            for file in pages
            if self.network.page(str(file.relative_to(self.network.output))).xpath("//main/article")
        )
        host = self.network.output / edition.partition("/")[0]
        return {f"/{file.parent.relative_to(host).as_posix()}/" for file in shown}

    def index(self) -> Update:
        done = update(output_tree(self.network.output), self.place, NOON, make_here)
        assert not done.errors
        return done


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> City:
    network = TinyNetwork.create(tmp_path_factory.mktemp("search") / "network", world())
    network.build()
    city = City(network)
    city.index()
    return city


@pytest.fixture(scope="module")
def server(city) -> Iterator[LocalServer]:
    with LocalServer(Hosts.read(city.network.output), 0, search=city.place) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def ask(page: Page, server: LocalServer, at: str, **values: str) -> list[str]:
    """Open the page with a question; return the titles of what was found, when the page says it is done."""
    host, _, path = at.partition("/")
    page.goto(f"{server.address(host)}/{path}?{urlencode(values)}")
    return answers(page)


def answers(page: Page) -> list[str]:
    page.wait_for_function(
        "() => { const told = document.getElementById('ct-find-told').textContent;"
        " return told && told !== document.getElementById('ct-find').dataset.searching; }"
    )
    return page.locator("#ct-found h2").all_inner_texts()


def told(page: Page) -> str:
    return page.locator("#ct-find-told").inner_text()


def test_the_table_is_large_enough():
    """At least sixty questions, in each of the five languages."""
    assert len(ASKED) >= 60
    assert len(QUERIES) == 6
    assert any(unicodedata.normalize("NFC", query["q"]) != query["q"] for _, query in ASKED)


@pytest.mark.browser
@pytest.mark.parametrize("at", QUERIES)
def test_what_is_looked_for_stands_first(page, server, at):
    """Every question of the table is answered as the table says."""
    wrong = []
    for query in QUERIES[at]:
        found = ask(page, server, at, q=query["q"], **query.get("with", {}))
        first, among = query.get("first", []), {*query.get("among", [])}
        good = found[: len(first)] == first and among <= {*found} and not {*query.get("without", [])} & {*found}
        good = good and ("exactly" not in query or found == query["exactly"])
        good = good and bool(found) != query.get("none", False)
        if not good:
            wrong.append((query, found))
    assert not wrong


def test_every_published_item_can_be_found_on_its_site_and_over_its_portal(city):
    """All that is not withdrawn, each once (L42-7): pages of an Edition in its index, originals in the portal's."""
    done = city.index()
    shelves = {each.edition: each for each in city.shelves()}
    for edition, shelf in shelves.items():
        host, _, prefix = edition.partition("/")
        root = f"/{prefix}/" if prefix else "/"
        pages = {f"{host}{path}" for path in city.item_pages(edition)}
        assert shelf.found("site") == {page.removeprefix(host) for page in pages}, edition
        assert root in {"/", "/english/", "/zh/", "/ja/", "/ko/"}
    originals = {
        f"/{edition}/{path}".replace("//", "/")
        for edition in ("ha.gov.vn", "lim.ha.gov.vn", "mai.ha.gov.vn")
        for path in city.item_pages(edition)
        if "/tin-thanh-pho/" not in path
    }
    assert shelves["ha.gov.vn"].found("portal") == originals
    assert done.indexes == 12


def test_only_what_changed_is_indexed_again_and_a_withdrawn_item_is_gone(tiny):
    """One Item of one Site: its index and the portal's are new, the others are not looked into (J6)."""
    one, other = "content/ha/lim/tin-tuc/2026/a.vi.md", "content/ha/mai/tin-tuc/2026/b.vi.md"
    city = City(tiny(f"-- {one} --\n{article(1, 'Cầu mới')}", f"-- {other} --\n{article(2, 'Chợ mới')}"))
    city.network.build()
    assert len(city.index().renewed) == 6
    assert city.index().renewed == []
    city.network.put(one, article(1, "Cầu mới", "Dài 200 m."))
    city.network.build()
    # The summary is as it was: the portal's index stays.
    assert [(each.site, each.scope, each.made) for each in city.index().renewed] == [("ha/lim", "site", 1)]
    before = city.shelf("lim.ha.gov.vn").parts()
    city.network.put(one, article(1, "Cầu mới", withdrawn="{at: 2026-11-01, reason: Sai số liệu}"))
    city.network.build()
    assert {(each.site, each.scope) for each in city.index().renewed} == {("ha/lim", "site"), ("ha/portal", "portal")}
    assert city.shelf("lim.ha.gov.vn").found("site") == set()
    assert city.shelf("ha.gov.vn").found("portal") == {"/mai.ha.gov.vn/tin-tuc/2026/b/"}
    # Pages that had opened the old index find it for a while, and then no more.
    assert set(before[-1:]) <= set(city.shelf("lim.ha.gov.vn").parts())
    update(output_tree(city.network.output), city.place, NOON + timedelta(minutes=11), make_here)
    assert city.shelf("lim.ha.gov.vn").parts() == ()


def test_a_new_look_of_the_pages_indexes_nothing_again(tiny):
    """Other bytes around the same text: pages are read, Pagefind is not asked."""
    city = City(tiny(f"-- content/ha/lim/tin-tuc/2026/a.vi.md --\n{article(1, 'Cầu mới')}"))
    city.network.build()
    city.index()
    for file in city.network.output.rglob("index.html"):
        file.write_text(file.read_text("utf-8").replace("</header>", "<!-- new --></header>"), "utf-8")
    assert [each.made for each in city.index().renewed] == [0]


@pytest.mark.slow
def test_killed_at_any_moment_the_next_update_is_whole(tiny):
    """kill -9 while indexes are made: whoever searches has the old ones or the new; the next run mends the rest."""
    city = City(tiny(world()))
    city.network.build()
    command = [sys.executable, "-m", "congtin", "--root", str(city.network.root), "search", "index"]
    for wait in (0.4, 0.8, 1.1, 1.4, 1.8, 2.4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(wait)
        process.kill()
        process.wait()
        for file in city.place.rglob("tim-kiem/chi-muc/*.json"):
            parts = json.loads(file.read_text())["parts"]
            assert all((file.parent / part / "pagefind.js").is_file() for part in parts), file
    city.index()
    assert city.shelf("ha.gov.vn").found("site")
    assert not (city.place / ".work").exists()


def test_a_full_disk_is_told_and_leaves_what_can_be_searched(tiny, monkeypatch):
    """Where there is no room the old index stays, and a sentence says what to do."""
    city = City(tiny(f"-- content/ha/lim/tin-tuc/2026/a.vi.md --\n{article(1, 'Cầu mới')}"))
    city.network.build()
    city.index()
    city.network.put("content/ha/lim/tin-tuc/2026/a.vi.md", article(1, "Cầu khác"))
    city.network.build()

    def full(jobs: object, program: object, work: object) -> list[Made]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(SearchFailed, match="disk is full"):
        update(output_tree(city.network.output), city.place, NOON, full)
    assert city.shelf("lim.ha.gov.vn").found("site") == {"/tin-tuc/2026/a/"}
    assert len(city.index().renewed) == 2


def test_many_items_go_into_parts_and_a_new_one_changes_one_of_them(tiny, monkeypatch):
    """Memory has a bound: an index of more Items than fit at a time is made in parts (here of four)."""
    monkeypatch.setattr(job, "FULL_PART", 4)
    texts = [f"-- content/ha/lim/tin-tuc/2026/a{n}.vi.md --\n{article(n, f'Cầu số {n}')}" for n in range(9)]
    city = City(tiny(*texts))
    city.network.build()
    city.index()
    pointer = city.shelf("lim.ha.gov.vn").pointer("site")
    assert len(pointer.parts) == 4 and pointer.items == 9
    assert len(city.shelf("lim.ha.gov.vn").found("site")) == 9
    city.network.put("content/ha/lim/tin-tuc/2026/a0.vi.md", article(0, "Cầu số 0", "Khác."))
    city.network.build()
    assert [(each.parts, each.made) for each in city.index().renewed] == [(4, 1)]


@pytest.mark.browser
def test_nothing_that_is_asked_or_found_is_run(page, server):
    """Markup in a question, in a filter and in what is found is text."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    attack = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    ask(page, server, HOME, q=attack, section=attack, scope=attack)
    assert attack in told(page) or page.locator("#ct-found h2").count()
    assert page.locator("main img, main script").count() == 0
    found = ask(page, server, HOME, q="script")
    assert "Thẻ <script> trong bài viết" in found
    assert "<img src=x onerror=alert(1)>" in page.locator("#ct-found").inner_text()
    assert page.locator("#ct-found img, #ct-found b").count() == 0
    assert page.evaluate("typeof window.alerted") == "undefined" and not dialogs


@pytest.mark.browser
def test_searching_needs_nothing_but_a_keyboard_and_is_told_to_who_does_not_see_it(page, server):
    """From the header of any page: type, Enter, results; counts stand in a live region; no axe finding in any state."""
    page.goto(f"{server.address('ha.gov.vn')}/lien-he/")
    page.locator("form.search input").focus()
    page.keyboard.type("duong ven bien")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem/?q=*")
    assert answers(page)[0] == "Đường ven biển thông xe"
    region = page.locator("#ct-find-told")
    assert region.get_attribute("role") == "status" and "duong ven bien" in region.inner_text()
    assert page.locator("#ct-find-words").input_value() == "duong ven bien"
    # Back to where one was, and forward again.
    page.locator("#ct-find-words").fill("xe lăn")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#ct-found h2')?.textContent.includes('xe lăn')")
    page.go_back()
    page.wait_for_function("document.querySelector('#ct-found h2')?.textContent.includes('ven biển')")
    section = page.locator("#ct-find-section")
    section.focus()
    section.select_option("Tin tức")
    page.wait_for_url("**section=*")
    answers(page)
    assert page.evaluate("document.activeElement.id") == "ct-find-section"
    for question in ("ha noi", "xyzzy", ""):
        for width, scheme in ((1280, "light"), (320, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{server.address('ha.gov.vn')}/tim-kiem/?{urlencode({'q': question})}")
            if question:
                answers(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate(
                "async tags => (await axe.run({runOnly: tags})).violations.map(v => [v.id, v.nodes[0].html])", WCAG
            )
            assert found == [], (question, width)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")


@pytest.mark.browser
def test_without_javascript_or_without_an_index_there_are_lists(browser, server, city):
    """The page is never empty: newest Items, sections, site map; and it says what is the matter."""
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{server.address('ha.gov.vn')}/tim-kiem/?q=cau")
    assert page.locator("noscript p, #ct-find-lists .notice").first.is_visible()
    assert page.locator("#ct-find-lists .cards a").count() >= 5
    for target in ("/tin-tuc/", "/van-ban/", "/so-do-trang/", "/co-quan/"):
        assert page.locator(f"#ct-find-lists a[href='{target}']").count(), target
    page.close()
    page = browser.new_page()
    page.route("**/chi-muc/**", lambda route: route.abort())
    assert ask(page, server, HOME, q="cau") == []
    assert told(page) == page.locator("#ct-find").get_attribute("data-failed")
    assert page.locator("#ct-find-lists").is_visible()
    page.close()


@pytest.mark.browser
def test_a_page_that_is_gone_since_makes_room_for_others(page, server, city):
    """The index still has it, the pages have not: it is not shown, on this website and over the portal."""
    target = city.network.output / "lim.ha.gov.vn/tin-tuc/2026/ngo-hoa-o-phuong-lim"
    target.rename(target.with_name("away"))
    try:
        assert "Ngõ hoa ở phường Lim" not in ask(page, server, "lim.ha.gov.vn/tim-kiem/", q="ngõ hoa")
        assert "Ngõ hoa ở phường Lim" not in ask(page, server, HOME, q="ngõ hoa", scope="portal")
    finally:
        target.with_name("away").rename(target)
    assert "Ngõ hoa ở phường Lim" in ask(page, server, "lim.ha.gov.vn/tim-kiem/", q="ngõ hoa")


@pytest.mark.browser
def test_a_component_site_sends_who_searches_everywhere_to_the_portal(page, server):
    """The index over all websites is the portal's; the question goes along."""
    ask(page, server, "lim.ha.gov.vn/tim-kiem/", q="xe lăn")
    page.locator("input[name=scope][value=portal]").check()
    page.locator("#ct-find button").click()
    page.wait_for_url("http://ha.gov.vn.localhost:*/tim-kiem/?q=*scope=portal")
    assert answers(page)[0] == "Hành lang cho người đi xe lăn"


def test_the_command_says_what_it_cost(city):
    """`congtin search index` makes what is due and tells it apart, in words and as JSON."""
    done = city.network.congtin("search", "index", "--format", "json", "--into", str(city.network.root / "second"))
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["indexes"] == len(data["renewed"]) == 12 and data["memory"] > 1_000_000 and data["seconds"] > 0
    again = city.network.congtin("search", "index", "--into", str(city.network.root / "second"))
    assert "12 indexes" in again.stdout and "0 made anew" in again.stdout
    nowhere = city.network.congtin("search", "index", "--output", str(city.network.root / "content"))
    assert nowhere.returncode == 2 and "congtin build" in nowhere.stderr


def test_what_searches_is_small():
    """At most 6 kB of our own script travel (L1)."""
    script = REPOSITORY / "themes/base/static/search.js"
    assert len(gzip.compress(script.read_bytes(), 9)) <= 6_000
