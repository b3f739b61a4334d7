"""What a real browser makes of the real network: no console error, no foreign request, no sideways scrolling."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from browsers import CHROMIUM, FLAGS
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from congtin.release.local_server import Hosts, LocalServer

# One page of each kind; homes in every language.
PAGES = [
    ("hanoi.gov.vn", "/"),
    ("hanoi.gov.vn", "/english/"),
    ("haiphong.gov.vn", "/"),
    ("haiphong.gov.vn", "/en/"),
    ("haiphong.gov.vn", "/zh/"),
    ("haiphong.gov.vn", "/ko/"),
    ("haiphong.gov.vn", "/ja/"),
    ("hungyen.gov.vn", "/"),
    ("en.hungyen.gov.vn", "/"),
    ("hoankiem.hanoi.gov.vn", "/"),
    ("bachlongvi.haiphong.gov.vn", "/"),
    ("camgiang-10888.haiphong.gov.vn", "/"),
    ("dantoc.hanoi.gov.vn", "/mtq/"),
    ("caicachhanhchinh.hanoi.gov.vn", "/"),
    ("hanoi.gov.vn", "/tin-tuc/2026/ba-nhom-rac-trong-mot-can-bep-nho/"),
    ("badinh.hanoi.gov.vn", "/tin-thanh-pho/2026/ba-nhom-rac-trong-mot-can-bep-nho/"),
    ("hanoi.gov.vn", "/van-ban/"),
    ("hanoi.gov.vn", "/van-ban/loai/quyet-dinh/"),
    ("hanoi.gov.vn", "/co-quan/"),
    ("hanoi.gov.vn", "/so-do-trang/"),
    ("hanoi.gov.vn", "/chu-de/"),
    ("hanoi.gov.vn", "/luu-tru/"),
    ("bavi.hanoi.gov.vn", "/lien-he/"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing: make setup-test installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def visitor(browser) -> Iterator[BrowserContext]:
    with browser.new_context() as context:
        yield context


@pytest.fixture(scope="module")
def server(whole) -> Iterator[LocalServer]:
    with LocalServer(Hosts.read(whole.output), 0) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join(10)


@pytest.mark.browser
@pytest.mark.parametrize(("host", "path"), PAGES)
def test_a_page_is_whole_on_a_phone_and_on_a_desk(visitor, server, host, path):
    """At 320 and 1280 pixels: nothing sticks out, nothing fails, no foreign host is asked, the skip link works."""
    complaints: list[str] = []
    foreign: list[str] = []
    page = visitor.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: _note_foreign(foreign, host, request.url))
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        answer = page.goto(f"{server.address(host)}{path}")
        assert answer is not None
        assert answer.status == 200
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator("h1").count() == 1
    page.close()
    assert not complaints
    assert not foreign


def _note_foreign(foreign: list[str], host: str, url: str) -> None:
    if (urlsplit(url).hostname or "") != f"{host}.localhost":
        foreign.append(url)


@pytest.mark.browser
def test_a_printed_article_holds_its_text_and_its_address(browser, server):
    """Printing leaves out menus and adds the page's address (J8, P1)."""
    page = browser.new_page()
    page.goto(f"{server.address('hanoi.gov.vn')}/tin-tuc/2026/ba-nhom-rac-trong-mot-can-bep-nho/")
    page.emulate_media(media="print")
    assert page.locator("nav.menu").is_hidden()
    assert page.locator("article h1").is_visible()
    assert page.locator(".print-only").is_visible()
    page.close()
