"""The board of all Sites, `status/monitor.html`, as a browser and the W3C's checker see it."""

from __future__ import annotations

import pytest
from browsers import CHROMIUM, FLAGS
from monitors import at
from network import REPOSITORY
from playwright.sync_api import sync_playwright
from test_html_validity import judge

from congtin.messages import msg
from congtin.release.monitoring.findings import Finding, Light, Overview
from congtin.release.monitoring.page import write_board

AXE = REPOSITORY / "node_modules/axe-core/axe.min.js"
NOW = at("2026-11-16 08:00")


def overview():
    """Return a round with every light, a long name, and names that look like markup."""
    names = {f"ha/xa-{number}": f"Xã {number}" for number in range(30)}
    names |= {"ha/lim": "Phường Lim", "ha/mai": "Xã <b>Mai</b> & " + "rất dài " * 12}
    host = "mot-ten-mien-rat-dai-khong-co-cho-ngat.phuong-nao-do.thanh-pho-nao-do.gov.vn"
    text = msg("{host} does not answer over {family} ({detail}).", host=host, family="IPv6", detail="x" * 90)
    window = msg("Nothing new yet; the window “{window}” ends at {ends}.", window="Đầu giờ", ends="10:00")
    answers = {site: msg("{host} answers over {family}.", host=site, family="IPv4") for site in names}
    found = [Finding("reach", Light.GREEN, said, site) for site, said in answers.items()]
    found += [
        Finding("reach", Light.RED, text, "ha/mai", host, "ipv6"),
        Finding("windows", Light.AMBER, window, "ha/lim"),
        Finding("stop", Light.PLANNED, msg("A planned stop lasts until {time}.", time="16/11/2026 10:00"), "ha/xa-1"),
        Finding("backup", Light.RED, msg("No backup is set up.")),
        Finding("disk", Light.GREEN, msg("{percent} % of the disk is free.", percent=71)),
    ]
    return Overview(NOW, 42, names, found)


@pytest.fixture(scope="module", params=["vi", "en"])
def board(request, tmp_path_factory):
    return write_board(overview(), tmp_path_factory.mktemp(request.param), request.param)


@pytest.mark.slow
def test_the_board_is_valid_html(board):
    """The W3C's checker has nothing to say."""
    assert judge(str(board)) == []


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_board_is_readable_by_everybody(browser, board, scheme, width):
    """On a phone and on a desk, in the light and in the dark, without scripts; axe finds nothing to mend."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(board.as_uri())
    assert requests == [board.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    first = page.locator(".sites > li").first.inner_text()
    assert "✗" in first and "Xã <b>Mai</b> &" in first
    assert [page.locator(f".counts .{light}").inner_text().split()[1] for light in Light] == ["29", "1", "1", "1"]
    assert page.locator(".sites > li:visible").count() == 3
    page.locator("summary").click()
    assert page.locator(".sites > li:visible").count() == 32
    page.add_script_tag(path=str(AXE))
    assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html))") == []
    page.close()
