"""Pages of every template, in every language and every look, pass every gate; `make audit` opens all others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gates.found import told
from gates.pages import APART, BuiltPage, built_pages, hosts_of, page_templates, sample
from gates.serving import chromium, serving, visitor
from gates.structure import structure_findings
from gates.visit import visit
from network import REPOSITORY
from nginxes import Nginx
from playwright.sync_api import Browser
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
    """No finding of axe on a phone, on a desk and in the dark; within its weight; silent; no other host is asked."""
    mine = [page for page in chosen if page.lang == lang or (lang == "vi" and page.lang == MUONG and page.variety)]
    assert len({page.template for page in mine}) > 10
    with visitor(browser) as context:
        found = [each for page in mine for each in visit(context, server, page)]
    assert not found, told(found)
