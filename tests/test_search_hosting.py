"""Search as citizens have it: a Release behind the real nginx, its headers, real Chromium (H2, K5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsers import CHROMIUM, FLAGS
from network import NOON, TinyNetwork, article
from nginxes import WebHouse, edition
from playwright.sync_api import Page, sync_playwright
from search_world import slug, world
from test_search import answers, told

from congtin.release.records import Release
from congtin.release.releases import live_release
from congtin.release.search.trees import release_tree
from congtin.release.search.update import Update, make_apart, update

PORTAL, WARD = "ha.gov.vn", "lim.ha.gov.vn"
INDEX = "/tim-kiem/chi-muc/"
WALK = f"content/ha/portal/tin-tuc/2026/{slug('Phố đi bộ quanh hồ')}"
HOA = f"content/ha/lim/tin-tuc/2026/{slug('Ngõ hoa ở phường Lim')}.vi.md"


class House:
    """A home whose Releases are what a tiny network is built into."""

    def __init__(self, folder) -> None:
        self.network = TinyNetwork.create(folder / "network", world())
        self.web = WebHouse.create(folder / "home")

    def publish(self) -> Release:
        self.network.build()
        langs = {"": "vi", "english": "en", "zh": "zh", "ja": "ja", "ko": "ko"}
        editions = [edition(PORTAL, lang, prefix) for prefix, lang in langs.items()]
        editions += [edition(WARD), edition("mai.ha.gov.vn")]
        release = self.web.release(self.network.files(), editions)
        self.web.switch(release)
        return release

    def index(self) -> Update:
        live = live_release(self.web.home)
        assert live
        done = update(release_tree(live), self.web.home.search, NOON, make_apart)
        assert not done.errors
        return done


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    house = House(tmp_path_factory.mktemp("hosted"))
    house.publish()
    return house


@pytest.fixture(scope="module")
def nginx(house):
    with house.web.serve() as server:
        yield server


@pytest.fixture
def page(house) -> Iterator[Page]:
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP *:443 127.0.0.1:{house.web.port}"
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, rules])
        page = chromium.new_page(ignore_https_errors=True)
        page.set_default_timeout(20_000)
        yield page
        chromium.close()


@pytest.mark.browser
@pytest.mark.slow
def test_search_works_under_the_headers_of_the_web_server_and_follows_the_pages(house, nginx, page):
    """Before indexes, after them, over the portal; what is withdrawn is not shown even by an index made before."""
    complaints: list[str] = []
    foreign: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("request", lambda r: None if r.url.startswith(f"https://{PORTAL}/") else foreign.append(r.url))
    page.goto(f"https://{PORTAL}/tim-kiem/?q=ho+guom")
    assert not answers(page)
    assert told(page) == page.locator("#ct-find").get_attribute("data-failed")
    assert page.locator("#ct-find-lists").is_visible()

    done = house.index()
    assert done.indexes == len(done.renewed) == 12
    page.goto(f"https://{PORTAL}/tim-kiem/?q=ho+guom")
    assert answers(page)[0] == "Phố đi bộ quanh hồ"
    assert page.locator("#ct-found mark").all_inner_texts() == ["Hồ", "Gươm"]
    page.goto(f"https://{PORTAL}/tim-kiem/?q=hoa+lim&scope=portal")
    assert "Ngõ hoa ở phường Lim" in answers(page)
    link = page.locator("#ct-found a", has_text="Ngõ hoa")
    assert link.get_attribute("href") == f"https://{WARD}/tin-tuc/2026/ngo-hoa-o-phuong-lim/"

    # Withdrawn on both hosts; the indexes still know the Items.
    gone = "{at: 2026-11-01, reason: Sai số liệu}"
    source = (house.network.root / f"{WALK}.vi.md").read_text("utf-8")
    house.network.put(f"{WALK}.vi.md", source.replace("date: 2026", f"withdrawn: {gone}\ndate: 2026", 1))
    house.network.put(HOA, article(201, "Ngõ hoa ở phường Lim", "Bà con trồng hoa hai bên ngõ.", withdrawn=gone))
    house.publish()
    page.goto(f"https://{PORTAL}/tim-kiem/?q=hoa+lim&scope=portal")
    assert "Ngõ hoa ở phường Lim" not in answers(page)
    page.goto(f"https://{PORTAL}/tim-kiem/?q=ho+guom")
    assert "Phố đi bộ quanh hồ" not in answers(page)
    done = house.index()
    # The whole city's, the portal's and the ward's in Vietnamese, the portal's in its other languages.
    assert {each.site for each in done.renewed} == {"ha/portal", "ha/lim"}
    assert not complaints
    assert not foreign


def test_only_pages_that_search_may_run_webassembly(house, nginx):
    """The policy is wider for the search page and the index's own worker, and nowhere else."""
    house.index()
    index = nginx.ask(PORTAL, f"{INDEX}site.json")
    (part,) = index.json()["parts"]
    for path in ("/tim-kiem/", "/english/tim-kiem/", f"{INDEX}{part}/pagefind-worker.js"):
        answer = nginx.ask(PORTAL, path)
        assert answer.status_code == 200, path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy and "worker-src 'self';" in policy
    for path in ("/", "/tin-tuc/", "/lien-he/", "/tim-kiem/khong-co/"):
        policy = nginx.ask(PORTAL, path).headers["content-security-policy"]
        assert "wasm" not in policy and "worker-src" not in policy and "script-src 'self';" in policy


def test_indexes_are_kept_for_ever_and_what_names_them_is_asked_for_again(house, nginx):
    """Parts never change under their names; the small file that names them does. Texts are sent compressed."""
    house.index()
    index = nginx.ask(PORTAL, f"{INDEX}site.json")
    assert index.headers["cache-control"] == "public, max-age=60, must-revalidate"
    (part,) = index.json()["parts"]
    script = nginx.ask(PORTAL, f"{INDEX}{part}/pagefind.js", Accept_Encoding="gzip")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (script.headers["content-type"], script.headers["content-encoding"]) == (
        "text/javascript; charset=utf-8",
        "gzip",
    )
    for path in (
        "",
        f"{part}/",
        f"{part}/../../../publisher.yaml",
        ".work/x",
        f"{part}/pagefind.js.gz",
    ):
        assert nginx.ask(PORTAL, f"{INDEX}{path}").status_code in (400, 404), path


def test_a_page_of_results_may_ask_whether_a_page_of_any_host_is_still_there(house, nginx):
    """204 for a page, 410 for what was withdrawn or never was; nothing outside the tree is told of."""
    ask = "/tim-kiem/con/"
    for path, status in {
        f"{PORTAL}/tin-tuc/": 204,
        f"{WARD}/": 204,
        f"{WARD}/tin-tuc/2026/khong-co/": 410,
        "khong-co.ha.gov.vn/": 410,
        f"..%2F..%2F{WARD}/": 404,
        ".server/ha.gov.vn/": 404,
    }.items():
        assert nginx.ask(PORTAL, ask + path, method="HEAD").status_code == status, path
