"""What people change so that they can read: spacing of text, twice its size, a narrow window, no movement.

The changes come through the browser's own style objects, which no policy of a page forbids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from gates.found import Finding, short
from gates.scripts import script

NARROW = 320
# WCAG 1.4.12: the distances a page must bear.
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
TWICE = "html { font-size: 200% !important }"
_ADD = """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }"""
_REMOVE = "() => { document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1); }"
# Elements whose text is cut off, and whatever makes the page wider than the window.
_LOST = script("lost")
_MOVING = script("moving")


def reading_findings(page: Page, where: str) -> Iterator[Finding]:
    """Yield what is lost or moves on the open page; its window is as it was afterwards."""
    before = page.viewport_size
    for name, width, style, rule in (
        ("320 pixels wide", NARROW, "", "1.4.10"),
        ("320 pixels wide, text spaced", NARROW, SPACING, "1.4.12"),
        ("text twice as large", 1280, TWICE, "1.4.4"),
    ):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(_ADD, style)
        for kind, element, more in page.evaluate(_LOST):
            mend = "Let it wrap and grow: no fixed heights or widths around text, tables scroll in themselves."
            yield Finding(f"{where} ({name})", f"{kind} (WCAG {rule})", f"{short(element)} {more}", mend)
        page.evaluate(_REMOVE)
    if before:
        page.set_viewport_size(before)
    yield from moving(page, where)


def moving(page: Page, where: str) -> Iterator[Finding]:
    """Yield what moves although the reader asked for stillness (WCAG 2.3.3)."""
    page.emulate_media(reduced_motion="reduce")
    found: list[Any] = page.evaluate(_MOVING)
    page.emulate_media(reduced_motion="no-preference")
    for element in found:
        mend = "Under @media (prefers-reduced-motion: reduce) nothing is animated and nothing scrolls smoothly."
        yield Finding(where, "moves", short(element), mend)
