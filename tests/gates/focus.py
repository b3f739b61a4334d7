"""Where the keyboard is: everything that can be operated can be reached, in order, and shows that it has the focus.

The keys are real. What changes with the focus is compared in computed styles; an outline needs three to one against
what it lies on (WCAG 2.4.7, 2.4.11, 1.4.11, 2.4.3).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from gates.found import Finding, short
from gates.keyboard import FROM_START
from gates.scripts import script

_ORDER = "The order of Tab is that of reading: no tabindex above 0, no reordering by CSS (WCAG 2.4.3)."
_CONTROLS = 12
_PREPARE = script("focusable")
_HERE = script("focused")


def focus_findings(page: Page, where: str) -> Iterator[Finding]:
    """Yield what is wrong with the way of the Tab key through the open page, from its beginning to its end."""
    total: int = page.evaluate(_PREPARE)
    visited: list[int] = []
    page.evaluate(FROM_START)
    for _ in range(total + 5 + _CONTROLS * page.locator(":is(video, audio)[controls]").count()):
        page.keyboard.press("Tab")
        here: dict[str, Any] = page.evaluate(_HERE)
        if visited[-1:] == [here["number"]] and here["html"].startswith(("<video", "<audio")):
            continue  # the player's own controls, one after the other
        if here["number"] < 0:
            break
        if here["number"] in visited:
            if here["number"] != visited[0]:
                yield Finding(where, "focus-trap", short(here["html"]), "Tab leads on from every element (WCAG 2.1.2).")
            break
        visited.append(here["number"])
        yield from _judged(here, where)
    if visited != sorted(visited):
        after = next(b for a, b in itertools.pairwise(visited) if b < a)
        yield Finding(where, "focus-order", f"after the {max(visited)}th comes the {after}th", _ORDER)
    for html in page.evaluate("() => window.ctGate.list.filter(e => e.tabIndex > 0).map(e => e.outerHTML)"):
        yield Finding(where, "focus-order", short(html), _ORDER)
    missed = sorted(set(range(total)) - set(visited))
    if missed:
        html = page.evaluate("number => window.ctGate.list[number].outerHTML", missed[0])
        mend = "Everything that can be used can be reached with Tab (WCAG 2.1.1)."
        yield Finding(where, "focus-missed", f"{len(missed)} of {total}, first {short(html)}", mend)


def _judged(here: dict[str, Any], where: str) -> Iterator[Finding]:
    if not here["changed"]:
        mend = "Give :focus-visible an outline of 2 pixels or more (WCAG 2.4.7)."
        yield Finding(where, "focus-invisible", short(here["html"]), mend)
    elif here["ratio"] < 3:
        what = f"{short(here['html'])} {here['ratio']:.1f} to 1"
        mend = "Its outline, shadow or background has 3 to 1 against what it lies on (WCAG 1.4.11)."
        yield Finding(where, "focus-contrast", what, mend)
    if not here["inside"] or not here["seen"]:
        mend = "What has the focus is in the window and under nothing else (WCAG 2.4.11); scroll-padding helps."
        yield Finding(where, "focus-covered", short(here["html"]), mend)
