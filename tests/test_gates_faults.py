"""No gate sleeps: each is shown a fault on a page that was really built, and names page, rule, element and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from gates.axe import axe_findings
from gates.focus import focus_findings
from gates.found import Finding, told
from gates.keyboard import disclosures, filters, languages, menu, search, skip_link
from gates.lighthouse import LIMIT, measure
from gates.links import dead_links, foreign_loads
from gates.pages import BuiltPage, built_pages, page_templates, sample
from gates.reading import reading_findings
from gates.serving import DARK, DESKTOP, PHONE, chromium, look_like, plant, serving, visitor
from gates.structure import structure_findings
from gates.visit import sideways
from gates.watch import Watch
from gates.weight import Scales, Weight, weight_findings
from lxml import html as lxml_html
from network import REPOSITORY, TinyNetwork, article, document
from nginxes import Nginx
from playwright.sync_api import Page
from whole import WholeNetwork

from congtin.network.load import load_network
from congtin.release.making import editions_of

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CONTENT = (
    "-- content/ha/portal/tin-tuc/2026/a.vi.md --\n" + article(1, body="## Một\n\nĐoạn văn.\n\n### Hai\n\nĐoạn nữa."),
    "-- content/ha/portal/van-ban/2026/b.vi.md --\n" + document(2),
)
ARTICLE = "https://ha.gov.vn/tin-tuc/2026/a/"


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> TinyNetwork:
    made = TinyNetwork.create(tmp_path_factory.mktemp("faults") / "network", *CONTENT)
    made.build()
    return made


@pytest.fixture(scope="module")
def server(network, tmp_path_factory) -> Iterator[Nginx]:
    editions = editions_of(load_network(network.root))
    with serving(tmp_path_factory.mktemp("house"), network.output, editions) as running:
        yield running


@pytest.fixture(scope="module")
def page_maker(server) -> Iterator[Callable[[], Page]]:
    with chromium(server) as browser, visitor(browser) as context:
        yield context.new_page


@pytest.fixture
def page(page_maker) -> Iterator[Page]:
    page = page_maker()
    yield page
    page.close()


def rules(found: list[Finding]) -> set[str]:
    for each in found:
        assert each.page and each.element and each.mend, each
    return {each.rule for each in found}


# --- HTML as it was written -----------------------------------------------------------------------

OUTLINES = {
    "one-h1": lambda text: text.replace("</h1>", "</h1><h1>Hai</h1>"),
    "skipped-heading": lambda text: text.replace("</h1>", "</h1><h3>Ba</h3>", 1),
    "empty-heading": lambda text: text.replace("</h1>", "</h1><h2><span></span></h2>", 1),
    "heading-before-h1": lambda text: text.replace("<h1", "<h2>Trước</h2><h1", 1),
    "one-main": lambda text: text.replace("<main", "<div", 1).replace("</main>", "</div>"),
    "h1-in-main": lambda text: text.replace("<main", "<h1>Ngoài</h1><main", 1).replace("</h1>\n", "</b>\n"),
    "one-banner": lambda text: text.replace("</body>", "<header>Hai</header></body>"),
    "one-contentinfo": lambda text: text.replace("</body>", "<footer>Hai</footer></body>"),
    "landmark-name": lambda text: text.replace("</body>", "<nav><a href='/'>a</a></nav></body>"),
}


@pytest.mark.parametrize("rule", OUTLINES)
def test_a_fault_of_headings_or_landmarks_is_found(network, rule):
    text = network.text("ha.gov.vn/tin-tuc/2026/a")
    assert not list(structure_findings(lxml_html.document_fromstring(text), ARTICLE))
    wrong = OUTLINES[rule](text)
    if rule == "h1-in-main":
        start = text.index("<h1")
        wrong = text[:start] + text[text.index("</h1>") + 5 :]
        wrong = wrong.replace("<main", "<h1>Ngoài</h1><main", 1)
    assert rule in rules(list(structure_findings(lxml_html.document_fromstring(wrong), ARTICLE)))


LINKS = {
    "link-dead": '<a href="/khong-co/">a</a>',
    "link-anchor": '<a href="/tin-tuc/#khong-co">a</a>',
    "link-host": '<a href="https://khong-co.ha.gov.vn/">a</a>',
    "link-scheme": '<a href="javascript:alert(1)">a</a>',
    "foreign-load": '<img alt="" src="https://elsewhere.example.vn/a.png">',
}
SOURCES = {
    "link-dead": ('<img alt="" src="/a.png" srcset="/khong-co-2x.png 2x">', '<link rel="canonical" href="/khong/">'),
    "foreign-load": (
        '<form action="https://elsewhere.example.vn/"></form>',
        '<link rel="preload" href="https://elsewhere.example.vn/a.woff2">',
        '<script src="https://elsewhere.example.vn/a.js"></script>',
        '<img alt="" src="/theme/icon.png" srcset="https://elsewhere.example.vn/b.png 2x">',
    ),
}


@pytest.mark.parametrize(
    ("rule", "html"), [*LINKS.items(), *((rule, html) for rule, each in SOURCES.items() for html in each)]
)
def test_an_address_that_leads_nowhere_or_elsewhere_is_found(network, tmp_path, rule, html):
    whole = copy_of(network, tmp_path)
    assert not [*dead_links(whole), *foreign_loads(whole)]
    file = whole.output / "ha.gov.vn/tin-tuc/index.html"
    place = "</head>" if html.startswith("<link") else "</main>"
    file.write_text(file.read_text("utf-8").replace(place, html + place, 1), "utf-8")
    whole = WholeNetwork(whole.output, whole.state)
    whole.__dict__["repository"] = repository_of(network)
    found = [*dead_links(whole), *foreign_loads(whole)]
    assert rule in rules(found)
    assert {each.page for each in found} == {"ha.gov.vn/tin-tuc/index.html"}


def test_a_style_sheet_that_fetches_from_another_host_is_found(network, tmp_path):
    whole = copy_of(network, tmp_path)
    sheet = next(whole.output.glob("ha.gov.vn/theme/style.*.css"))
    for rule in ("a { background: url( 'https://elsewhere.example.vn/a.png') }", '@import "//elsewhere.example.vn/a";'):
        sheet.write_text(rule, "utf-8")
        assert rules(list(foreign_loads(whole))) == {"foreign-load"}


def copy_of(network: TinyNetwork, folder: Path) -> WholeNetwork:
    for name, data in network.files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    whole = WholeNetwork(folder, network.root / ".congtin")
    whole.__dict__["repository"] = repository_of(network)
    return whole


def repository_of(network: TinyNetwork):
    from congtin.build.look import read_repository
    from congtin.model import Profile

    return read_repository(network.root, network.root / ".congtin", network.now, Profile.WORK)


# --- pages in a browser ---------------------------------------------------------------------------


def open_page(page: Page, server: Nginx, html: str = "", style: str = "") -> None:
    plant(page, server, ARTICLE, lambda text: text.replace("</main>", f"{html}</main>"), style or "a{}")


AXE = {
    "image-alt": '<img src="/theme/icon.png">',
    "link-name": '<a href="/"></a>',
    "label": '<input type="text">',
    "button-name": "<button></button>",
    "target-size": '<button class="tiny">a</button><button class="tiny">b</button>',
    "aria-roles": '<p role="madeup">a</p>',
    "html-has-lang": "",
    "region": "",
}
TINY = ".tiny { width: 10px; height: 10px; padding: 0; border: 0; margin: 0; min-height: 0; min-width: 0 }"


@pytest.mark.parametrize("rule", AXE)
def test_axe_is_awake(page, server, rule):
    """Axe runs under the policy of production and finds what was planted; the page without it has nothing."""
    changes = {
        "html-has-lang": lambda text: text.replace('<html lang="vi">', "<html>"),
        "region": lambda text: text.replace("</body>", "<p>Ngoài</p></body>"),
    }
    plant(page, server, ARTICLE, changes.get(rule) or (lambda t: t.replace("</main>", f"{AXE[rule]}</main>")), TINY)
    found = axe_findings(page, ARTICLE)
    assert f"axe {rule}" in rules(found), told(found)


def test_a_page_without_faults_has_no_findings(page, server):
    open_page(page, server)
    assert not axe_findings(page, ARTICLE)


def test_low_contrast_is_found_in_the_scheme_it_is_in(page, server):
    """Colours are computed for light and for dark: a fault of one is not hidden by the other."""
    open_page(page, server, style="@media (prefers-color-scheme: dark) { main p { color: #444; background: #333 } }")
    look_like(page, DESKTOP)
    assert not axe_findings(page, ARTICLE)
    look_like(page, DARK)
    assert rules(axe_findings(page, ARTICLE)) == {"axe color-contrast"}


def test_contrast_that_cannot_be_told_counts_as_found(page, server):
    open_page(page, server, style="main p { background: linear-gradient(#fff, #000) }")
    assert rules(axe_findings(page, ARTICLE)) == {"axe color-contrast"}


def test_what_is_wider_than_the_window_is_found(page, server):
    open_page(page, server, style="main p { width: 900px }")
    look_like(page, PHONE)
    assert rules(list(sideways(page, PHONE, ARTICLE))) == {"sideways"}


def test_a_page_that_is_not_silent_is_found(page, server):
    """A script of its own, another host, a file that is not there."""
    watch = Watch(page, "ha.gov.vn", document=ARTICLE)
    html = '<script>1</script><img alt="" src="/khong-co.png"><img alt="" src="https://elsewhere.example.vn/a.png">'
    open_page(page, server, html)
    page.wait_for_load_state("networkidle")
    found = list(watch.findings(ARTICLE))
    assert rules(found) == {"console", "foreign-request"}
    told_of = told(found)
    for part in ("404: https://ha.gov.vn/khong-co.png", "elsewhere.example.vn", "Content Security Policy"):
        assert part in told_of, told_of


def test_a_heavy_page_is_found(page, server):
    """Bytes and requests are counted as they come over the wire."""
    scales = Scales(page)
    page.goto(ARTICLE, wait_until="networkidle")
    light = scales.read()
    assert 2 <= light.requests < 10 and 2000 < light.bytes < 100_000
    assert {Path(url).suffix for url in light.each} >= {".css"}
    assert not list(weight_findings(reading(), light, ARTICLE))
    heavy = Weight(100_001, 11, {"https://ha.gov.vn/a.jpg": 90_000})
    found = list(weight_findings(reading(), heavy, ARTICLE))
    assert rules(found) == {"weight", "requests"}
    assert "a.jpg 90 kB" in told(found)


def reading() -> BuiltPage:
    return BuiltPage("ha.gov.vn/tin-tuc/2026/a/index.html", "vi", "article", "", "ha", component=False)


# --- readers and keyboards ------------------------------------------------------------------------

FOCUS = {
    "focus-invisible": ("", "main a:focus-visible { outline: none }"),
    "focus-contrast": ("", "main a:focus-visible { outline: 3px solid #eee }"),
    "focus-covered": ("", "body::after { content: ''; position: fixed; inset: 0 } main a { z-index: -1 }"),
    "focus-order": ('<button tabindex="1">a</button>', ""),
}


@pytest.mark.parametrize("rule", FOCUS)
def test_a_fault_of_the_focus_is_found(page, server, rule):
    html, style = FOCUS[rule]
    open_page(page, server, f'<p><a href="/">Một liên kết</a></p>{html}', style)
    look_like(page, DESKTOP)
    assert rule in rules(list(focus_findings(page, ARTICLE)))


def test_a_trap_and_what_tab_does_not_reach_are_found(page, server):
    """A script of the page's own that holds the focus: what comes after it is never reached (WCAG 2.1.2)."""
    open_page(page, server, '<p><button id="hold">a</button><a href="/">b</a></p>')
    page.evaluate("""() => document.getElementById("hold").addEventListener("keydown", event => {
        if (event.key === "Tab") event.preventDefault(); })""")
    assert {"focus-trap", "focus-missed"} <= rules(list(focus_findings(page, ARTICLE)))


READING = {
    "sideways (WCAG 1.4.10)": "main p { min-width: 340px }",
    "sideways (WCAG 1.4.12)": "main p { width: 18em; white-space: nowrap }",
    "text-cut (WCAG 1.4.12)": "main p { height: 1.2em; overflow: hidden }",
    "text-cut (WCAG 1.4.4)": "main p { height: 20px; overflow: hidden }",
    "moves": "main p { animation: away 3s infinite } @keyframes away { to { opacity: .9 } }",
}


@pytest.mark.parametrize("rule", READING)
def test_a_page_that_does_not_bear_how_people_read_is_found(page, server, rule):
    open_page(page, server, "<p>Một đoạn văn dài hơn, để thấy điều gì xảy ra.</p>", READING[rule])
    assert rule in rules(list(reading_findings(page, ARTICLE)))


def test_walks_find_what_the_keyboard_cannot_do(page, server):
    """A skip link that leads nowhere, a menu, a language and a search that Tab leaves out, what opens only by mouse."""
    home = "https://ha.gov.vn/"

    def wrong(text: str) -> str:
        text = text.replace("<a ", '<a tabindex="-1" ').replace('type="search"', 'type="search" tabindex="-1"')
        return text.replace("</main>", '<button aria-expanded="false">a</button></main>')

    plant(page, server, home, wrong)
    walks = (skip_link, menu, languages, partial(search, words="a"), disclosures)
    found = [each for walk in walks for each in walk(page, home)]
    wanted = {"skip-link", "keyboard-menu", "keyboard-languages", "keyboard-search", "keyboard-opens"}
    assert rules(found) == wanted, told(found)


def test_a_filter_that_does_not_say_it_is_in_use_is_found(page, server):
    url = "https://ha.gov.vn/van-ban/"
    address = "/van-ban/loai/quyet-dinh/"
    page.goto(url, wait_until="load")
    assert not list(filters(page, url, address))
    page.goto(url, wait_until="load")
    page.route(lambda asked: asked.endswith(address), lambda route: route.fulfill(body="<main><h1>a</h1></main>"))
    assert rules(list(filters(page, url, address))) == {"keyboard-filter"}


def test_lighthouse_names_what_holds_a_page_back(server):
    """A page that asks search engines to stay away has few points there, when it is asked; and the audit is named."""
    measured = measure(server.port, ["https://ha.gov.vn/"], skip=(), limit=0)[0]
    assert measured.runs == 1 and set(measured.scores) == {"performance", "accessibility", "best-practices", "seo"}
    assert measured.scores["seo"] < LIMIT
    found = list(measured.findings())
    assert "lighthouse seo" in rules(found)
    assert "is-crawlable" in next(each.mend for each in found if each.rule == "lighthouse seo")


# --- templates ------------------------------------------------------------------------------------


def test_a_template_without_a_page_is_noticed(network, tmp_path):
    """A new template, or a new kind's, is missed as long as no page is made with it."""
    theme = REPOSITORY / "themes/base"
    made = {page.template for page in built_pages(repository_of(network))}
    known = page_templates(theme)
    assert made <= known
    for file in theme.rglob("*.html"):
        copy = tmp_path / file.relative_to(theme)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (tmp_path / "templates/recipe.html").write_text('{% extends "base.html" %}', "utf-8")
    assert page_templates(tmp_path) - known == {"recipe"}


def test_the_sample_has_every_template_language_variety_and_portal(network):
    pages = built_pages(repository_of(network))
    chosen = sample(pages, network.output)
    assert len(chosen) < len(pages)
    for facts in (lambda p: (p.template, p.lang), lambda p: (p.template, p.variety), lambda p: (p.portal, p.lang)):
        assert set(map(facts, chosen)) == set(map(facts, pages))
    assert sample(pages, network.output) == chosen
    assert set(sample(pages, network.output, seed=1)) != set(sample(pages, network.output, seed=2))
