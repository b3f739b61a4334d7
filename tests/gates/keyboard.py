"""Walks through pages with nothing but the keyboard; what is walked to is found by what it is, not by a class.

Each walk returns findings; none when the page has nothing to walk to, which the tests that need it check.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page

from gates.found import Finding, short

MOST_KEYS = 400
# Where Tab goes on from after an anchor was followed is forgotten only by a focus elsewhere.
FROM_START = """() => { const body = document.body; body.tabIndex = -1; body.focus({preventScroll: true});
    body.removeAttribute("tabindex"); body.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); }"""
_HTML = "() => document.activeElement?.outerHTML.slice(0, 200) ?? ''"


def tab_to(page: Page, wanted: str) -> bool:
    """Press Tab from the beginning until what has the focus matches; ``wanted`` is a selector."""
    page.evaluate(FROM_START)
    first = ""
    for number in range(MOST_KEYS):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement?.matches(wanted) ?? false", wanted):
            return True
        here = page.evaluate("() => document.activeElement === document.body ? 'body' : ''")
        first = here or first
        if number and here:
            return False
    return False


def skip_link(page: Page, where: str) -> Iterator[Finding]:
    """Yield unless the first key reaches a link that is seen then and leads past the frame (WCAG 2.4.1)."""
    page.evaluate(FROM_START)
    page.keyboard.press("Tab")
    link = page.evaluate("""() => { const e = document.activeElement, box = e.getBoundingClientRect();
        return e.matches("a[href^='#']") && box.top >= 0 && box.left >= 0 && box.width > 10 && box.height > 10; }""")
    if not link:
        mend = "The first thing Tab reaches is a link to main, shown while it has the focus."
        yield Finding(where, "skip-link", short(page.evaluate(_HTML)), mend)
        return
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = """() => { const e = document.activeElement, main = document.querySelector("main, [role=main]");
        return main.contains(e) || Boolean(main.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING)
            || !main.querySelector("a[href], button, input, summary") }"""
    if not page.evaluate(inside):
        mend = "After the skip link the next Tab is in main: give main the id and tabindex=-1."
        yield Finding(where, "skip-link", short(page.evaluate(_HTML)), mend)


def languages(page: Page, where: str) -> Iterator[Finding]:
    """Reach another language with Tab and Enter; where a page has none to switch to, nothing is walked."""
    own = page.evaluate("document.documentElement.lang")
    links = page.locator("header a[hreflang], nav a[hreflang]")
    others = [lang for link in links.all() if (lang := link.get_attribute("hreflang")) and lang != own]
    if not others:
        return
    wanted = f"a[hreflang='{others[0]}'][lang], a[hreflang='{others[0]}']"
    yield from _disclosed(page, wanted, where)
    if not tab_to(page, wanted):
        yield Finding(where, "keyboard-languages", others[0], "Tab reaches each language (WCAG 2.1.1).")
        return
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if page.evaluate("document.documentElement.lang") != others[0]:
        yield Finding(where, "keyboard-languages", page.url, f"Enter leads to a page in {others[0]}.")


def menu(page: Page, where: str) -> Iterator[Finding]:
    """Open the menu, where it is closed, and follow its last entry, with the keys alone."""
    entries = page.locator("header nav a[href]:not([hreflang]), body > nav a[href]:not([hreflang])")
    addresses = [a for link in entries.all() if (a := link.get_attribute("href")) and a.startswith("/")]
    if not addresses:
        yield Finding(where, "keyboard-menu", "header", "The header has a nav with links to the sections.")
        return
    wanted = f"nav a[href='{addresses[-1]}']"
    yield from _disclosed(page, wanted, where)
    if not tab_to(page, wanted):
        yield Finding(where, "keyboard-menu", addresses[-1], "Tab reaches every entry of the menu (WCAG 2.1.1).")
        return
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if urlsplit(page.url).path != addresses[-1]:
        yield Finding(where, "keyboard-menu", page.url, f"Enter leads to {addresses[-1]}.")


def search(page: Page, where: str, words: str) -> Iterator[Finding]:
    """Type words into the search field and press Enter; nothing is walked where there is none."""
    kinds = ("input[type=search]", "input[type=text]", "input:not([type])")
    field = ", ".join(f"{form} {kind}" for form in ("[role=search]", "search") for kind in kinds)
    if not page.locator(field).count():
        return
    yield from _disclosed(page, field, where)
    if not tab_to(page, field):
        yield Finding(where, "keyboard-search", field, "Tab reaches the search field (WCAG 2.1.1).")
        return
    page.keyboard.type(words)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    given = [value for values in parse_qs(urlsplit(page.url).query).values() for value in values]
    if words not in given:
        yield Finding(where, "keyboard-search", page.url, "Enter sends the words to the page of results.")


def filters(page: Page, where: str, address: str) -> Iterator[Finding]:
    """Filter a list: Tab to the filter, Enter, and the filter is the current one there."""
    wanted = f"main a[href='{address}']"
    yield from _disclosed(page, wanted, where)
    if not tab_to(page, wanted):
        yield Finding(where, "keyboard-filter", address, "Tab reaches every filter of a list (WCAG 2.1.1).")
        return
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if not page.locator(f"main a[href='{address}'][aria-current]").count():
        yield Finding(where, "keyboard-filter", page.url, "The filter in use carries aria-current.")


def _disclosed(page: Page, wanted: str, where: str) -> Iterator[Finding]:
    """Open with the keys what hides ``wanted``: a summary, or a button that says what it controls."""
    opener = page.evaluate(
        """wanted => {
        const element = document.querySelector(wanted);
        if (!element || element.checkVisibility({visibilityProperty: true})) return "";
        const details = element.closest("details:not([open])");
        const mark = found => { found.dataset.ctOpener = ""; return "[data-ct-opener]"; };
        if (details) return mark(details.querySelector("summary"));
        for (let up = element; up; up = up.parentElement) {
            const button = up.id && document.querySelector(`[aria-controls~='${up.id}'], [popovertarget='${up.id}']`);
            if (button) return mark(button);
        }
        return "none";
    }""",
        wanted,
    )
    if not opener:
        return
    if opener == "none" or not tab_to(page, opener):
        mend = "What is hidden is opened by a summary, or by a button with aria-controls, that Tab reaches."
        yield Finding(where, "keyboard-closed", short(wanted), mend)
        return
    page.keyboard.press("Enter")


def disclosures(page: Page, where: str) -> Iterator[Finding]:
    """Open and close with the keys whatever opens; Escape closes a dialog, and the focus goes back."""
    count = page.evaluate("""() => { const all = [...document.querySelectorAll(
        "summary, button[aria-expanded], [popovertarget], [commandfor], [aria-haspopup=dialog]")]
        .filter(e => e.checkVisibility({visibilityProperty: true}));
        all.forEach((e, n) => e.dataset.ctOpens = n); return all.length; }""")
    for number in range(count):
        opener = f"[data-ct-opens='{number}']"
        html = short(page.locator(opener).first.evaluate("e => e.outerHTML"))
        if not page.locator(opener).is_visible():
            continue
        if not tab_to(page, opener):
            yield Finding(where, "keyboard-closed", html, "Tab reaches whatever opens something (WCAG 2.1.1).")
            continue
        before = page.evaluate(_STATE)
        page.keyboard.press("Enter")
        opened = page.evaluate(_STATE)
        if opened == before:
            yield Finding(where, "keyboard-opens", html, "Enter opens it, and its state says so (WCAG 4.1.2).")
            continue
        modal = page.evaluate("Boolean(document.querySelector('dialog:modal, :popover-open'))")
        if not modal:
            tab_to(page, opener)
        page.keyboard.press("Escape" if modal else "Enter")
        if page.evaluate(_STATE) != before:
            yield Finding(where, "keyboard-closes", html, "What the keys opened, the keys close.")
        elif not page.evaluate("opener => document.activeElement.matches(opener)", opener):
            yield Finding(where, "keyboard-returns", html, "When it closes, the focus is where it was.")


_STATE = """() => JSON.stringify([...document.querySelectorAll("details, dialog, [aria-expanded], [popover]")].map(e =>
    [e.open ?? null, e.getAttribute("aria-expanded"), e.matches(":popover-open")]))"""
