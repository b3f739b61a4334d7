"""One page opened once in a browser, and everything the gates say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nginxes import Nginx
from playwright.sync_api import Page

from gates.axe import LAYOUT, axe_findings
from gates.focus import focus_findings
from gates.found import Finding
from gates.keyboard import skip_link
from gates.pages import BuiltPage
from gates.reading import reading_findings
from gates.serving import LOOKS, Look, look_like, plant
from gates.watch import Watch
from gates.weight import Scales, weight_findings

_REFRESH = re.compile(r"<meta http-equiv=\"refresh\"[^>]*>")


def visit(
    page: Page,
    server: Nginx | None,
    built: BuiltPage,
    *,
    looks: Sequence[Look] = LOOKS,
    thorough: bool = False,
    hands: bool = True,
) -> list[Finding]:
    """Return what is wrong with one page in these looks; it is opened in ``page``, where others were before it.

    All rules of axe are asked in the first look; in the others those whose answer depends on layout and colours, or all
    with ``thorough``. With ``hands`` the keyboard goes through the page in the last look.
    Pages that the server only sends on are shown with the help of ``server``.
    """
    # In a new tab for each it takes half as long again: the browser starts a process for it, and compiles axe anew.
    page.unroute_all()
    look_like(page, looks[0])
    with Watch(page, built.host, document=built.url) as watch, Scales(page) as scales:
        if built.template == "redirect" and server:
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
        if hands:
            found += focus_findings(page, f"{built.url} ({looks[-1].name})")
            found += skip_link(page, built.url) if built.template != "redirect" else ()
        found += reading_findings(page, built.url)
        found += watch.findings(built.url)
    return found


def sideways(page: Page, look: Look, where: str) -> Iterator[Finding]:
    """Yield that a page has to be scrolled sideways."""
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > look.width:
        yield Finding(where, "sideways", f"{width} pixels", "Nothing is wider than the window: let it wrap.")
