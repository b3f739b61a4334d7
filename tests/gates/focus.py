"""Where the keyboard is: everything that can be operated can be reached, in order, and shows that it has the focus.

The keys are real. What changes with the focus is compared in computed styles; an outline needs three to one against
what it lies on (WCAG 2.4.7, 2.4.11, 1.4.11, 2.4.3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

from gates.found import Finding, short
from gates.keyboard import FROM_START

_PREPARE = """() => {
    const list = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, audio[controls], video[controls]," +
        " [tabindex], [contenteditable=true]")].filter(element => {
            const box = element.getBoundingClientRect();
            const shown = element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
            return shown && element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]") && box.width + box.height > 0;
        });
    list.forEach((element, number) => element.dataset.ctFocus = number);
    const parts = ["outlineStyle", "outlineWidth", "outlineColor", "outlineOffset", "boxShadow", "backgroundColor", "color",
        "borderTopColor", "borderTopWidth", "borderBottomWidth", "textDecorationLine", "textDecorationThickness"];
    const styles = element => { const s = getComputedStyle(element); return Object.fromEntries(parts.map(p => [p, s[p]])); };
    window.ctGate = {list, parts, styles, before: list.map(styles)};
    return list.length;
}"""
_HERE = """() => {
    const rgba = text => {
        const c = new OffscreenCanvas(1, 1).getContext("2d"); c.fillStyle = text; c.fillRect(0, 0, 1, 1);
        return [...c.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
    const behind = element => {
        for (let up = element; up; up = up.parentElement) {
            const colour = rgba(getComputedStyle(up).backgroundColor);
            if (colour[3] > 250) return colour;
        }
        return matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark")
            ? [18, 18, 18, 255] : [255, 255, 255, 255];
    };
    const element = document.activeElement;
    const number = element?.dataset?.ctFocus;
    if (number === undefined) return {number: -1, html: element ? element.outerHTML.slice(0, 200) : ""};
    const gate = window.ctGate, after = gate.styles(element), before = gate.before[number];
    const changed = gate.parts.filter(part => after[part] !== before[part] && !(part === "outlineColor" && after.outlineStyle === "none")
        && !(part === "outlineOffset" && after.outlineStyle === "none"));
    const box = element.getBoundingClientRect();
    const point = [box.left + box.width / 2, box.top + box.height / 2];
    const lines = [...element.getClientRects()];
    const seen = (lines.length ? lines : [box]).some(r => {
        const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
        return hit && (hit === element || element.contains(hit) || hit.contains(element) || hit.closest("label")?.control === element);
    });
    const outlined = after.outlineStyle !== "none" && parseFloat(after.outlineWidth) > 0;
    // Enough of a difference in one of these: its outline, its shadow, or its background to what it was.
    const around = behind(element.parentElement), ratios = [];
    if (outlined) ratios.push(after.outlineStyle === "auto" ? 21
        : Math.max(contrast(rgba(after.outlineColor), around), contrast(rgba(after.outlineColor), behind(element))));
    if (changed.includes("boxShadow")) for (const colour of after.boxShadow.match(/rgba?\([^)]*\)/g) ?? [])
        ratios.push(contrast(rgba(colour), around));
    if (changed.includes("backgroundColor")) ratios.push(contrast(rgba(after.backgroundColor), around));
    for (const part of ["textDecorationLine", "borderTopWidth", "borderBottomWidth"]) if (changed.includes(part)) ratios.push(3);
    const ratio = Math.max(1, ...ratios);
    return {number: +number, html: element.outerHTML.slice(0, 200), changed, outlined, width: parseFloat(after.outlineWidth), ratio,
        inside: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight, seen};
}"""


def focus_findings(page: Page, where: str) -> Iterator[Finding]:
    """Yield what is wrong with the way of the Tab key through the open page, from its beginning to its end."""
    total: int = page.evaluate(_PREPARE)
    visited: list[int] = []
    page.evaluate(FROM_START)
    for _ in range(total + 5):
        page.keyboard.press("Tab")
        here: dict[str, Any] = page.evaluate(_HERE)
        if here["number"] < 0:
            break
        if here["number"] in visited:
            if here["number"] != visited[0]:
                yield Finding(where, "focus-trap", short(here["html"]), "Tab leads on from every element (WCAG 2.1.2).")
            break
        visited.append(here["number"])
        yield from _judged(here, where)
    if visited != sorted(visited):
        after = next(b for a, b in zip(visited, visited[1:], strict=False) if b < a)
        mend = "The order of Tab is that of reading: no tabindex above 0, no reordering by CSS (WCAG 2.4.3)."
        yield Finding(where, "focus-order", f"after the {max(visited)}th comes the {after}th", mend)
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
