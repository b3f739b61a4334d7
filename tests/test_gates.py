"""Pages of every template, in every language and every look, pass every gate; `make audit` opens all others."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from gates.found import Finding, told
from gates.keyboard import disclosures, filters, languages, menu, search
from gates.lighthouse import UNMEASURED, measure
from gates.pages import APART, BuiltPage, built_pages, hosts_of, page_templates, sample
from gates.serving import DARK, DESKTOP, LOOKS, PHONE, chromium, serving, visitor
from gates.structure import structure_findings
from gates.visit import visit
from network import REPOSITORY
from nginxes import Nginx
from playwright.sync_api import Browser, Page
from whole import WholeNetwork

from congtin.release.making import editions_of

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LANGUAGES = ("vi", "en", "zh", "ja", "ko")
# Speaks Vietnamese for want of words of its own: only what other languages have not is opened here.
MUONG = "mtq"


@pytest.fixture(scope="module")
def pages(whole: WholeNetwork) -> list[BuiltPage]:
    return built_pages(whole.repository)


@pytest.fixture(scope="module")
def chosen(whole, pages) -> list[BuiltPage]:
    return sample(pages, whole.output)


@pytest.fixture(scope="module")
def server(whole: WholeNetwork, chosen, tmp_path_factory) -> Iterator[Nginx]:
    hosts = hosts_of(chosen)
    editions = [each for each in editions_of(whole.repository.network) if each.host in hosts]
    with serving(tmp_path_factory.mktemp("gates"), whole.output, editions) as running:
        yield running


@pytest.fixture(scope="module")
def browser(server) -> Iterator[Browser]:
    with chromium(server) as running:
        yield running


def test_no_page_and_no_template_escapes(whole, pages, chosen):
    """The engine's list of pages is the output, and the sample has every template in every language it can have."""
    assert [page.file for page in pages] == [name for name in whole.files if name.endswith(".html")]
    assert {page.template for page in chosen} == page_templates(REPOSITORY / "themes/base")
    for template in {page.template for page in pages}:
        languages = {page.lang for page in chosen if page.template == template}
        assert template in APART or languages >= set(LANGUAGES), (template, languages)
    assert {page.lang for page in chosen} == {*LANGUAGES, MUONG}


def test_headings_and_landmarks_are_right(whole, pages):
    """One h1, no level left out, one main, landmarks that can be told apart (WCAG 1.3.1, 2.4.1, 2.4.6)."""
    looked_at = sample(pages, whole.output, of_each=5)
    assert len(looked_at) > 300
    found = [each for page in looked_at for each in structure_findings(whole.tree(page.file), page.url)]
    assert not found, told(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_every_template_are_accessible_quick_and_silent(browser, server, chosen, lang):
    """In each look: no finding of axe, silent, no other host, within its weight, readable as the reader likes it.

    The keyboard goes through the Vietnamese pages; the others have the same elements, and are seen small and light,
    wide and dark.
    """
    mine = [page for page in chosen if page.lang == lang or (lang == "vi" and page.lang == MUONG and page.variety)]
    assert len({page.template for page in mine}) > 10
    with visitor(browser) as context:
        looks = LOOKS if lang == "vi" else (PHONE, DARK)
        tab = context.new_page()
        found = [each for page in mine for each in visit(tab, server, page, looks=looks, hands=lang == "vi")]
    assert not found, told(found)


def test_pages_are_walked_through_with_the_keyboard_alone(browser, server, chosen, pages):
    """Menu, language, search, filters of a library, whatever opens: on a phone and on a desk (WCAG 2.1.1)."""
    homes = [page for page in chosen if page.template == "home" and page.lang in ("vi", "ja")]
    filtered = next(page for page in chosen if page.variety == "facet" and page.lang == "vi")
    plain = next(page for page in pages if page.host == filtered.host and filtered.path.startswith(page.path)
                 and page.template == filtered.template and not page.variety)  # fmt: skip
    found: list[Finding] = []
    for look in (PHONE, DESKTOP):
        with visitor(browser, look) as context:
            page = context.new_page()
            for home in homes:
                for walk in (menu, languages, partial(search, words="thung rac"), disclosures):
                    page.goto(home.url, wait_until="load")
                    found += walk(page, f"{home.url} ({look.name})")
            page.goto(plain.url, wait_until="load")
            found += filters(page, f"{plain.url} ({look.name})", filtered.path)
            for opening in one_with_openers(page, chosen):
                found += disclosures(page, f"{opening} ({look.name})")
    assert not found, told(found)


def one_with_openers(page: Page, chosen: list[BuiltPage]) -> Iterator[str]:
    """Open, one after the other, a Vietnamese page of each template that has something to open."""
    seen = set()
    for built in chosen:
        if built.lang == "vi" and built.template not in seen and built.template != "redirect":
            seen.add(built.template)
            page.goto(built.url, wait_until="load")
            if page.locator("main summary, main [aria-expanded], main dialog").count():
                yield built.url


def test_lighthouse_is_content(server, chosen):
    """Eight pages reach 95 of 100 in performance, accessibility, good practice and search engines."""
    urls = lighthouse_pages(chosen, 8)
    measured = measure(server.port, urls)
    found = [each for page in measured for each in page.findings()]
    assert not found, told(found)


def lighthouse_pages(chosen: list[BuiltPage], count: int) -> list[str]:
    """Return homes in several languages, then pages of Items and lists, each of another template."""
    measurable = [page for page in chosen if page.template not in UNMEASURED]
    homes = [page for page in measurable if page.template == "home" and page.lang in ("vi", "ja")]
    firsts: dict[str, BuiltPage] = {}
    for page in sorted(measurable, key=lambda each: (each.variety == "", each.lang != "vi", each)):
        firsts.setdefault(page.template, page)
    # Those with most on them, for they are the slowest.
    rest = [page for name, page in sorted(firsts.items()) if name != "home"]
    return [page.url for page in [*homes[:2], *rest]][:count]
