"""What helps to read on: contents, citation, sharing, other languages, errors to report, Items on the same topic."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from lxml.html import HtmlElement
from network import NOON, REPOSITORY, TinyNetwork, article, document, item_id, translation
from playwright.sync_api import Browser, Page
from test_browser import browser

from congtin.build.look import read_repository
from congtin.build.manifest import Manifest
from congtin.build.neighbours import Neighbours
from congtin.build.pages import Outline
from congtin.build.pipeline import build
from congtin.build.plan import make_plans
from congtin.build.request import BuildRequest
from congtin.catalogue.source import Item
from congtin.model import EditionKey, Profile
from congtin.release.local_server import Hosts, LocalServer
from congtin.validation import parse_time

__all__ = ["browser"]

NEWS = "content/ha/portal/tin-tuc/2026"
PAPERS = "content/ha/portal/van-ban/2026"
ABOUT = "content/ha/portal/gioi-thieu/2026"
LONG = "Mở đầu.\n\n" + "".join(
    f"## Điều {n}. <Tên> & việc {n}\n\nNội dung.\n\n### Chi tiết {n}\n\nThêm.\n\n" for n in (1, 2)
)
AXE = REPOSITORY / "node_modules/axe-core/axe.min.js"


def news(number: int, name: str, **fields: object) -> str:
    """Return the file of an article, each an hour after the last."""
    date = f"2026-10-05T{number % 24:02}:30:00+07:00"
    return f"-- {NEWS}/{name}.vi.md --\n" + article(number, **{"title": f"Tin {name}", "date": date, **fields})


def page_of(net: TinyNetwork, name: str, section: str = "tin-tuc/2026") -> HtmlElement:
    return net.page(f"ha.gov.vn/{section}/{name}/")


def words(page: HtmlElement, path: str) -> list[str]:
    """Return the words of each element, spaces between them as people see them."""
    return [" ".join(found.text_content().split()) for found in page.xpath(path)]


def targets(page: HtmlElement, path: str) -> list[str]:
    return [found.get("href") for found in page.xpath(path)]


def is_as_built_anew(net: TinyNetwork) -> bool:
    """Tell whether what is there is what a build from nothing makes."""
    folder = net.root.parent / "anew"
    build(BuildRequest(net.root, folder / "output", folder / "state", net.now, workers=1, full=True))
    anew = TinyNetwork(folder).files()
    return bool(anew) and anew == net.files()


def test_a_long_text_begins_with_its_contents_and_a_short_one_does_not(tiny):
    """Four headings are listed, each leads to its place; with three headings there is no list."""
    short = "## Một\n\nA.\n\n## Hai\n\nB.\n\n## Ba\n\nC.\n\n#### Sâu\n\nD.\n"
    net = tiny(news(1, "dai", body=LONG), news(2, "ngan", body=short))
    net.build()
    page = page_of(net, "dai")
    assert words(page, "//nav[@class='contents']//li") == [
        "Điều 1. <Tên> & việc 1", "Chi tiết 1", "Điều 2. <Tên> & việc 2", "Chi tiết 2",
    ]  # fmt: skip
    assert words(page, "//nav[@class='contents']//li[@class='deeper']") == ["Chi tiết 1", "Chi tiết 2"]
    assert page.xpath("//nav[@class='contents']")[0].get("aria-label") == "Mục lục"
    ids = {found.get("id") for found in page.xpath("//div[@class='body']//*[@id]")}
    assert {link.removeprefix("#") for link in targets(page, "//nav[@class='contents']//a")} <= ids
    assert not page_of(net, "ngan").xpath("//nav[@class='contents']")


def test_a_citation_names_author_title_agency_time_and_address(tiny):
    """What the regulation asks others to name stands ready (P1); of a copy it names the origin."""
    net = tiny(
        news(1, "a", title="'Cầu “A & B” mở'", author="Tổ biên tập", crosspost="[ha/lim]"),
        f"-- {PAPERS}/qd.vi.md --\n" + document(2, "15/2026/QĐ-UBND"),
        f"-- {PAPERS}/qd2.vi.md --\n" + document(3, "16/2026/QĐ-UBND", title="Quyết định 16/2026/QĐ-UBND"),
    )
    net.build()
    cited = "Tổ biên tập, “Cầu “A & B” mở”, Cổng Ha, 5 tháng 10, 2026, 01:30, https://ha.gov.vn/tin-tuc/2026/a/"
    assert words(page_of(net, "a"), "//*[@id='ct-cite']") == [cited]
    assert words(net.page("lim.ha.gov.vn/tin-thanh-pho/2026/a/"), "//*[@id='ct-cite']") == [cited]
    paper = "UBND thành phố Ha ban hành ngày 1 tháng 9, 2026, Cổng Ha, 5 tháng 10, 2026, 00:00, https://ha.gov.vn/van-ban/2026"
    assert words(page_of(net, "qd", "van-ban/2026"), "//*[@id='ct-cite']") == [
        f"“Quyết định 2”, 15/2026/QĐ-UBND, {paper}/qd/"
    ]
    # The number stands once.
    assert words(page_of(net, "qd2", "van-ban/2026"), "//*[@id='ct-cite']") == [
        f"“Quyết định 16/2026/QĐ-UBND”, {paper}/qd2/"
    ]


def test_a_page_is_passed_on_without_asking_another_host(tiny):
    """Plain links carry title and address, whatever letters they hold; nothing is loaded from elsewhere."""
    net = tiny(news(1, "a", title="'Ngô & khoai? 100% “sạch”'", crosspost="[ha/lim]"))
    net.build()
    for page in (page_of(net, "a"), net.page("lim.ha.gov.vn/tin-thanh-pho/2026/a/")):
        mail, social = targets(page, "//*[@class='share']//li/a")
        sent = parse_qs(urlsplit(mail).query, strict_parsing=True)
        assert (sent["subject"], sent["body"]) == (["Ngô & khoai? 100% “sạch”"], ["https://ha.gov.vn/tin-tuc/2026/a/"])
        assert unquote(social).endswith("?u=https://ha.gov.vn/tin-tuc/2026/a/")
        loaded = [e.get("src") for e in page.xpath("//*[@src]")] + targets(page, "//link[@rel='stylesheet']")
        assert loaded and all(address.startswith("/") for address in loaded)


@pytest.mark.parametrize(
    ("option", "lead"),
    [
        (None, "/lien-he/"),
        ("https://ha.gov.vn/gop-y/", "https://ha.gov.vn/gop-y/"),
        ("bao-loi@ha.gov.vn", "mailto:bao-loi@ha.gov.vn"),
    ],
)
def test_errors_of_a_page_are_told_where_the_site_wants_them(tiny, option, lead):
    """By mail with the page's address, with a form, or on the contact page (H15)."""
    net = tiny(news(1, "a", title="Giá & phí"))
    if option:
        text = (net.root / "sites/ha/portal.yaml").read_text("utf-8")
        net.put("sites/ha/portal.yaml", text.replace("site:\n", f"site:\n  report_error: {option}\n"))
    net.build()
    address = targets(page_of(net, "a"), "//*[@class='share']/p/a")[0]
    assert address.partition("?")[0] == lead
    if option and "@" in option:
        sent = parse_qs(urlsplit(address).query, strict_parsing=True)
        assert sent == {"subject": ["Lỗi trên trang: Giá & phí"], "body": ["https://ha.gov.vn/tin-tuc/2026/a/"]}


def test_an_item_names_its_other_languages(tiny):
    """Whoever reads one language finds the other, in its own name; a text in one language names none."""
    original = article(1, "Cầu mở")
    net = tiny(
        f"-- {NEWS}/cau.vi.md --\n{original}-- {NEWS}/cau.en.md --\n" + translation(original, "Bridge opens"),
        news(2, "rieng"),
    )
    net.build()
    link = page_of(net, "cau").xpath("//*[@class='translations']/a")[0]
    assert (link.text, link.get("lang"), link.get("href")) == (
        "English",
        "en",
        "https://ha.gov.vn/english/tin-tuc/2026/cau/",
    )
    assert words(net.page("ha.gov.vn/english/tin-tuc/2026/cau/"), "//*[@class='translations']/a") == ["Tiếng Việt"]
    assert not page_of(net, "rieng").xpath("//*[@class='translations']")


def test_a_document_comes_as_text_before_its_files(tiny):
    """Whoever cannot open a file has read the full text before they meet one (L3)."""
    files = "\n  - {file: qd.files/phu-luc.csv, title: Phụ lục}"
    net = tiny(f"-- {PAPERS}/qd.vi.md --\n" + document(1, body=LONG, attachments=files))
    net.put(f"{PAPERS}/qd.files/phu-luc.csv", b"a,b\n1,2\n")
    net.build()
    text = net.text("ha.gov.vn/van-ban/2026/qd/").partition("<main")[2]
    places = [
        text.index(mark) for mark in ('class="facts', 'class="contents"', 'class="body"', "phu-luc.csv", 'id="ct-cite"')
    ]
    assert places == sorted(places)


def test_related_items_are_earlier_ones_that_share_most_topics(tiny):
    """Two shared topics come before one, newer before older; later and withdrawn Items are not named."""
    net = tiny(
        news(1, "mot", tags="[giao-thong]"),
        news(2, "hai", tags="[giao-thong, moi-truong]"),
        news(3, "ba", tags="[giao-thong]"),
        news(4, "bon", tags="[moi-truong]", withdrawn='{at: "2026-10-06T08:00:00+07:00", reason: Sai}'),
        news(5, "nam", tags="[giao-thong, moi-truong]"),
        news(6, "sau", tags="[giao-thong]"),
        news(7, "bay"),
    )
    net.build()
    assert words(page_of(net, "nam"), "//*[@class='related']//li/a") == ["Tin hai", "Tin ba", "Tin mot"]
    for name in ("mot", "bay", "bon"):
        assert not page_of(net, name).xpath("//*[@class='related']")


def test_reading_on_follows_time_and_fixed_pages_their_menu(tiny):
    """Previous and next stay in the section and pass over what was withdrawn."""
    pages = "".join(
        f"-- {ABOUT}/{name}.vi.md --\n" + article(number, f"Trang {name}", kind="page", order=order)
        for number, name, order in ((21, "a", 2), (22, "b", 1), (23, "c", 3))
    )
    net = tiny(
        news(1, "mot"),
        news(2, "hai", withdrawn='{at: "2026-10-06T08:00:00+07:00", reason: Sai}'),
        news(3, "ba"),
        news(4, "bon"),
        pages,
    )
    net.build()
    shown = {name: words(page_of(net, name), "//*[@class='neighbours']/p") for name in ("mot", "ba", "bon")}
    assert shown == {
        "mot": ["Tiếp theo Tin ba"],
        "ba": ["Trước Tin mot", "Tiếp theo Tin bon"],
        "bon": ["Trước Tin ba"],
    }
    assert words(page_of(net, "b", "gioi-thieu"), "//*[@class='neighbours']/p") == ["Tiếp theo Trang a"]
    assert words(page_of(net, "a", "gioi-thieu"), "//*[@class='neighbours']/p") == [
        "Trước Trang b",
        "Tiếp theo Trang c",
    ]


def test_a_new_item_changes_one_older_item_page(tiny):
    """Of 40 on the same topic only the neighbour is rendered again: it now names the next one."""
    net = tiny(
        *(
            news(n, f"tin-{n:02}", tags="[giao-thong]", date=f"2026-09-{n % 28 + 1:02}T{n // 28:02}:00:00+07:00")
            for n in range(1, 41)
        )
    )
    net.build()
    before = net.files()
    net.write(news(41, "moi", tags="[giao-thong]"))
    net.build()
    after = net.files()
    changed = {path for path in before if before[path] != after[path]}
    assert [path for path in changed if path.startswith("ha.gov.vn/tin-tuc/2026/")] == [
        "ha.gov.vn/tin-tuc/2026/tin-27/index.html"
    ]
    assert item_pages(net) == ["moi", "tin-27"]
    assert is_as_built_anew(net)


def test_whatever_happens_to_an_item_pages_that_name_it_follow(tiny):
    """After each edit of one Item in the middle the tree is that of a clean build, and few pages were rendered."""
    edits = {
        "retitle": {"title": "Tên mới"},
        "retag": {"tags": "[moi-truong]"},
        "withdraw": {"withdrawn": '{at: "2026-10-06T08:00:00+07:00", reason: Sai}'},
        "back": {},
        "redate": {"date": "2026-09-01T08:00:00+07:00"},
    }
    net = tiny(*(news(number, f"tin-{number:02}", tags="[giao-thong]") for number in range(1, 21)))
    net.build()
    for edit, fields in edits.items():
        net.write(news(10, "tin-10", **{"tags": "[giao-thong]", **fields}))
        net.build()
        # The Item; its neighbours then and now; those that named it as related, and those that name another now.
        assert 1 <= len(item_pages(net)) <= 11, edit
        assert is_as_built_anew(net), edit
    net.remove(f"{NEWS}/tin-10.vi.md")
    net.build()
    assert 1 <= len(item_pages(net)) <= 5
    assert is_as_built_anew(net)


def item_pages(net: TinyNetwork) -> list[str]:
    """Return the pages of Items that the last build of the Vietnamese portal rendered."""
    reasons = Manifest.load(net.root / ".congtin", EditionKey("ha/portal", "vi")).reasons
    return sorted(name.split("/")[-2] for name in reasons if "/tin-tuc/2026/" in name)


def test_neighbours_cost_as_much_for_each_item_however_many_there_are(tiny):
    """20,000 Items on one topic take ten times the calls of 2,000; counted, so that a busy machine changes nothing."""
    net = tiny(news(1, "a", tags="[giao-thong, moi-truong]"))
    repository = read_repository(net.root, net.root / ".congtin", NOON, Profile.WORK)
    plan = make_plans(
        repository.network, repository.catalogue, repository.placements, NOON, Profile.WORK, ["ha/portal"]
    )[0]
    counts = []
    for size in (2_000, 20_000):
        outline = Outline(replace(plan, items=tuple(many(plan.items[0], size))))
        live, sections = outline.live, outline.sections
        calls = 0

        def count(*_: object) -> None:
            nonlocal calls
            calls += 1

        sys.setprofile(count)
        try:
            neighbours = Neighbours(live, sections)
        finally:
            sys.setprofile(None)
        last = neighbours.of(live[-1])
        assert [other.item.id for other in last.related] == [item_id(size - n) for n in range(1, 5)]
        counts.append(calls)
    assert counts[1] / counts[0] == pytest.approx(10, rel=0.02)


def many(placed: object, size: int) -> Iterator[object]:
    """Yield Items like this one, each published a second after the last."""
    first = parse_time("2026-01-01T00:00:00+07:00")
    for number in range(1, size + 1):
        facts = placed.item.facts.model_copy(
            update={"id": item_id(number), "date": first.replace(second=0) + (NOON - first) * number / (2 * size)}
        )
        item = Item(replace(placed.item.original, front=facts))
        yield replace(placed, item=item, placement=replace(placed.placement, item=facts.id))


# In a browser.


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[tuple[Browser, str]]:
    """Serve a network that holds a document with contents."""
    net = TinyNetwork.create(tmp_path_factory.mktemp("reading") / "network")
    original = document(1, body=LONG, tags="[giao-thong]", author="Tổ biên tập")
    net.write(f"-- {PAPERS}/cu.vi.md --\n" + document(2, "14/2026/QĐ-UBND", tags="[giao-thong]", date="2026-10-01"))
    net.write(f"-- {PAPERS}/qd.vi.md --\n{original}-- {PAPERS}/qd.en.md --\n")
    net.put(f"{PAPERS}/qd.en.md", translation(original, "Decision", LONG, abstract="On traffic.", summary=""))
    net.build()
    with LocalServer(Hosts.read(net.output), 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield browser, running.address("ha.gov.vn")
        running.shutdown()
        thread.join(10)


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/van-ban/2026/qd/", "/english/van-ban/2026/qd/"])
@pytest.mark.parametrize(("width", "is_open"), [(360, False), (1280, True)])
def test_a_long_document_is_for_everybody(long_page, path, width, is_open):
    """axe finds nothing; the contents are folded on a phone, beside the text on a desk; headings are links."""
    browser, address = long_page
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address + path)
    assert page.locator(".contents details").evaluate("d => d.open") is is_open
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if not is_open:
        page.locator(".contents summary").press("Enter")
    link = page.locator(".contents a").nth(2)
    link.click()
    assert page.url.endswith(link.get_attribute("href"))
    heading = page.locator(".body h2").nth(1)
    assert heading.locator("a.anchor").get_attribute("href") == link.get_attribute("href")
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate("axe.run('main').then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))") == []
    page.close()


@pytest.mark.browser
def test_a_citation_is_copied_with_one_key_and_selected_without_a_script(long_page):
    """The button puts the words on the clipboard and says so; without scripts there is no button, only text."""
    browser, address = long_page
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page = context.new_page()
    page.goto(f"{address}/van-ban/2026/qd/")
    page.locator(".cite button").press("Enter")
    page.locator(".cite [role=status]", has_text="Đã sao chép").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == shown(page)
    context.close()
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{address}/van-ban/2026/qd/")
    assert page.locator(".cite button").is_hidden()
    assert page.locator("#ct-cite").is_visible()
    assert page.locator(".contents summary").is_visible()
    plain.close()


def shown(page: Page) -> str:
    return " ".join((page.locator("#ct-cite").text_content() or "").split())
