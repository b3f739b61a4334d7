"""How pages look in a real browser: contrast of every brand, narrow and wide screens, dark, printed, no scripts."""

from __future__ import annotations

import gzip
import io
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import CHROMIUM, FLAGS
from network import REPOSITORY
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pypdf import PdfReader
from whole import WholeNetwork

from congtin.build.brands import SHAPE_PAIRS, TEXT_PAIRS, load_brands
from congtin.release.local_server import Hosts, LocalServer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = REPOSITORY / "node_modules/axe-core/axe.min.js"
ARTICLE = ("hanoi.gov.vn", "/tin-tuc/2026/ba-nhom-rac-trong-mot-can-bep-nho/")
# Text, for those who ask for more contrast, and what is not text (WCAG 1.4.3, 1.4.6, 1.4.11).
TEXT, MORE, SHAPE = 4.5, 7.0, 3.0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing: make setup-test installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(whole) -> Iterator[LocalServer]:
    with LocalServer(Hosts.read(whole.output), 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(10)


def opened(context: Browser | BrowserContext, served: LocalServer, host: str, path: str) -> Page:
    page = context.new_page()
    page.goto(f"{served.address(host)}{path}")
    return page


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb`; written here once more, so that no slip agrees with itself."""
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (r, g, b)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("brand", sorted(load_brands(REPOSITORY)))
def test_colours_of_every_brand_can_be_told_apart_in_every_scheme(chromium, brand):
    """What the browser itself makes of the tokens, for light and dark screens, and for those who ask for more."""
    sheet = load_brands(REPOSITORY)[brand].css
    page = chromium.new_page()
    page.set_content(f"<!DOCTYPE html><title>x</title><style>{sheet}</style>")
    seen = set()
    for scheme in ("light", "dark"):
        for wish in ("no-preference", "more"):
            page.emulate_media(color_scheme=scheme, contrast=wish)
            colours = page.evaluate(
                "names => { const s = getComputedStyle(document.documentElement);"
                " return Object.fromEntries(names.map(n => [n, s.getPropertyValue('--' + n).trim()])) }",
                sorted({name for pair in (*TEXT_PAIRS, *SHAPE_PAIRS) for name in pair}),
            )
            text, shape = (MORE, TEXT) if wish == "more" else (TEXT, SHAPE)
            found = {
                pair: contrast(*(colours[name] for name in pair))
                for pairs, least in ((TEXT_PAIRS, text), (SHAPE_PAIRS, shape))
                for pair in pairs
                if contrast(*(colours[name] for name in pair)) < least
            }
            assert not found, (scheme, wish)
            seen.add(tuple(colours.items()))
    page.close()
    assert len(seen) == 4


def size_of(whole: WholeNetwork, name: str) -> int:
    return (whole.output / name).stat().st_size


def largest_of_each_template(whole: WholeNetwork) -> list[tuple[str, str]]:
    """Return host and path of the longest page of every template, and of every home page of Hải Phòng."""
    found: dict[str, str] = {}
    for name in whole.page_names:
        template = whole.templates[name]
        if template == "redirect":
            continue
        if template == "home" and name.startswith("haiphong.gov.vn/"):
            template = name
        if template not in found or size_of(whole, name) > size_of(whole, found[template]):
            found[template] = name
    return [
        (host, f"/{path.removesuffix('index.html')}") for host, _, path in (n.partition("/") for n in found.values())
    ]


def widest_of_each_element(whole: WholeNetwork) -> list[tuple[str, str]]:
    """Return host and path of the page with most of each element that can be wider than a phone."""
    found: dict[bytes, tuple[int, str]] = {}
    for name in whole.page_names:
        text = (whole.output / name).read_bytes()
        for element in (b"<pre", b"<table", b"<dl", b"<blockquote", b"<figure", b"<code", b"<details"):
            found[element] = max(found.get(element, (0, "")), (text.count(element), name))
    assert all(count for count, _ in found.values())
    names = {name for _, name in found.values()}
    return [(host, f"/{path.removesuffix('index.html')}") for host, _, path in (n.partition("/") for n in names)]


def test_colours_that_the_style_sheet_itself_names_can_be_told_apart():
    """What no brand chooses, because it means the same everywhere: alerts, and words that were searched for."""
    style = (REPOSITORY / "themes/base/static/style.css").read_text("utf-8")
    pairs = re.findall(r"^(\.[^{]+)\{ background: (#[0-9a-f]{6}); color: (#[0-9a-f]{6});", style, re.MULTILINE)
    assert {rule.strip() for rule, *_ in pairs} >= {".alert-danger", ".alert-warning", ".alert-information"}
    assert {rule: contrast(*colours) for rule, *colours in pairs if contrast(*colours) < MORE} == {}


def test_no_page_sticks_out_on_the_smallest_and_the_widest_screen(chromium, served, whole):
    """Every template at 320 px, there with very large text too, and at 1920 px (WCAG 1.4.4, 1.4.10)."""
    pages = sorted({*largest_of_each_template(whole), *widest_of_each_element(whole)})
    assert len(pages) >= 20
    wrong = []
    page = chromium.new_page()
    for host, path in pages:
        page.goto(f"{served.address(host)}{path.replace('/404.html', '/khong-co-trang-nay/')}")
        for width, size in ((320, "1"), (320, "3"), (1920, "1")):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("size => document.documentElement.dataset.size = size", size)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                wrong.append((host, path, width, size, wide))
    page.close()
    assert not wrong


MORE_CONTRAST = [("hanoi.gov.vn", "/"), ("haiphong.gov.vn", "/van-ban/"), ("hungyen.gov.vn", "/tin-tuc/"), ARTICLE]


@pytest.mark.parametrize(("host", "path"), MORE_CONTRAST)
def test_pages_for_readers_who_ask_for_more_contrast_have_nothing_to_complain_of(chromium, served, host, path):
    """axe-core finds nothing, on a light and on a dark screen, text at 7 to 1 included (WCAG 1.4.6)."""
    page = opened(chromium, served, host, path)
    page.emulate_media(contrast="more")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE.read_text("utf-8"))
        options = "{resultTypes: ['violations'], rules: {'color-contrast-enhanced': {enabled: true}}}"
        found = page.evaluate(f"axe.run(document, {options})")["violations"]
        assert not [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found], scheme
    page.close()


def test_a_printed_article_tells_who_wrote_it_when_where_and_how_to_quote_it(chromium, served, whole):
    """The PDF has title, author, agency, time, address and the sentence about quoting, and no menu (J8, P1, P2)."""
    page = opened(chromium, served, *ARTICLE)
    page.emulate_media(color_scheme="dark")
    printed = PdfReader(io.BytesIO(page.pdf(format="A4")))
    page.close()
    # Where lines break is the paper's matter.
    words = "".join("".join(sheet.extract_text() for sheet in printed.pages).split())
    tree = whole.tree("hanoi.gov.vn/tin-tuc/2026/ba-nhom-rac-trong-mot-can-bep-nho/index.html")
    author = tree.xpath("//p[@class='meta']/span[1]")[0].text_content()
    for told in (
        "Ba nhóm rác trong một căn bếp nhỏ", author, "Cổng Thông tin điện tử thành phố Hà Nội", "2026, 08:30",
        f"{served.address(ARTICLE[0])}{ARTICLE[1]}", "đề nghị ghi rõ tên tác giả",
    ):  # fmt: skip
        assert "".join(told.split()) in words, told
    for left_out in ("Danh mục", "Thông tin báo chí", "English", "RSS"):
        assert "".join(left_out.split()) not in words


def test_the_menu_opens_on_a_phone_without_scripts_and_lies_open_on_a_desk(chromium, served):
    """A fold that needs no script; where there is room, all entries are there to see and to reach."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = opened(context, served, "hanoi.gov.vn", "/")
    entry = page.locator("nav.menu a", has_text=re.compile("^Thông báo$"))
    assert not entry.is_visible()
    assert not page.locator(".size").is_visible()
    page.locator("nav.menu summary").click()
    assert entry.is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.reload()
    assert not page.locator("nav.menu summary").is_visible()
    assert entry.is_visible()
    entry.click()
    assert page.url.endswith("/thong-bao/")
    context.close()


def test_a_reader_keeps_the_size_of_text_they_chose(chromium, served):
    """Larger text holds on the next page and after the browser was closed; pressed buttons say so."""
    context = chromium.new_context()
    page = opened(context, served, "hanoi.gov.vn", "/")
    before = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    button = page.get_by_role("button", name="Chữ rất lớn")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "true"
    page.goto(f"{served.address('hanoi.gov.vn')}/tin-tuc/")
    after = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    kept = context.storage_state()
    context.close()
    assert float(after.removesuffix("px")) > 1.3 * float(before.removesuffix("px"))
    later = chromium.new_context(storage_state=kept)
    page = opened(later, served, "hanoi.gov.vn", "/van-ban/")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == after
    later.close()


def test_nothing_moves_while_a_page_loads(chromium, served):
    """Fonts come without a shift of lines, and the text is in our own face (CLS 0)."""
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.add_init_script(
        "window.moved = 0;"
        "new PerformanceObserver(list => { for (const e of list.getEntries()) window.moved += e.value }).observe("
        "{type: 'layout-shift', buffered: true})"
    )
    page.goto(f"{served.address('hanoi.gov.vn')}/", wait_until="networkidle")
    assert page.evaluate("window.moved") < 0.01
    loaded = page.evaluate("[...document.fonts].filter(f => f.family == 'Noto Sans' && f.status == 'loaded').length")
    assert loaded == 2
    page.close()


def test_what_has_the_focus_is_seen_and_what_is_pressed_is_large_enough(chromium, served):
    """Every stop of the Tab key on a home page has a frame; no target is smaller than 24 px (WCAG 2.4.7, 2.5.8)."""
    page = opened(chromium, served, "hanoi.gov.vn", "/")
    stops = page.locator("a[href], button, summary").count()
    small, unseen = [], []
    for _ in range(min(stops, 40)):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth), b.width, b.height] }"
        )
        if told[1] == "none" or told[2] < 2:
            unseen.append(told)
        if min(told[3:]) < 24:
            small.append(told)
    page.close()
    assert not unseen
    assert not small


def test_the_style_sheet_stays_small(whole):
    """Base and brand together, as readers get them: less than 12 kB compressed (L1)."""
    sheets = {data for _, data in whole.bytes_of(".css")}
    assert len(sheets) == 3
    assert all(len(gzip.compress(data, 9)) < 12_000 for data in sheets)
    assert len({Path(name).name for name, _ in whole.bytes_of(".woff2")}) == 2


def test_style_sheets_ask_for_fonts_that_lie_beside_them(whole):
    """Every address in every style sheet is a file of the same Edition, under its name with the digest."""
    for name, style in whole.bytes_of(".css"):
        addresses = re.findall(rb"url\((.*?)\)", style)
        assert len(addresses) == 2, name
        for address in addresses:
            asked = re.fullmatch(r'"([a-z0-9-]+\.[0-9a-f]{10}\.woff2)"', address.decode())
            assert asked, (name, address)
            assert f"{name.rpartition('/')[0]}/{asked[1]}" in whole.file_set, (name, address)
