"""One page opened once in a browser, and everything the gates say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nginxes import Nginx
from playwright.sync_api import BrowserContext, Page

from gates.axe import LAYOUT, axe_findings
from gates.found import Finding
from gates.pages import BuiltPage
from gates.serving import LOOKS, Look, look_like, plant
from gates.watch import Watch
from gates.weight import Scales, weight_findings

_REFRESH = re.compile(r"<meta http-equiv=\"refresh\"[^>]*>")


def visit(
    context: BrowserContext, server: Nginx, built: BuiltPage, *, looks: Sequence[Look] = LOOKS, thorough: bool = False
) -> list[Finding]:
    """Return what is wrong with one page in these looks.

    All rules of axe are asked in the first look; in the others those whose answer depends on layout and colours, or all
    with ``thorough``.
    """
    page = context.new_page()
    try:
        look_like(page, looks[0])
        watch = Watch(page, built.host, document=built.url)
        scales = Scales(page)
        if built.template == "redirect":
            plant(page, server, built.url, lambda text: _REFRESH.sub("", text))
        else:
            page.goto(built.url, wait_until="load")
        found: list[Finding] = []
        for number, look in enumerate(looks):
            look_like(page, look)
            where = f"{built.url} ({look.name})"
            found += axe_findings(page, where, () if thorough or not number else LAYOUT)
            found += sideways(page, look, where)
            if not number:
                found += weight_findings(built, scales.read(), where)
        found += watch.findings(built.url)
        return found
    finally:
        page.close()


def sideways(page: Page, look: Look, where: str) -> Iterator[Finding]:
    """Yield that a page has to be scrolled sideways."""
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > look.width:
        yield Finding(where, "sideways", f"{width} pixels", "Nothing is wider than the window: let it wrap.")
