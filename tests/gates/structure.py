"""Headings and landmarks of a page as it was written: what a screen reader jumps by. No browser is needed."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from gates.found import Finding, short

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_ROLES = {"main": "main", "nav": "navigation", "search": "search", "aside": "complementary"}
_NAMED = frozenset({"navigation", "search", "complementary", "region", "form"})
"""Landmarks that need names of their own where a page has several of a kind."""
_SECTIONING = frozenset({"article", "aside", "main", "nav", "section"})


def structure_findings(root: HtmlElement, where: str) -> Iterator[Finding]:
    """Yield what is wrong with the outline of one page; pages that only send readers on have one too."""
    yield from _headings(root, where)
    yield from _landmarks(root, where)


def _headings(root: HtmlElement, where: str) -> Iterator[Finding]:
    before = 0
    ones = 0
    for heading in root.iter(*_HEADINGS):
        level = int(heading.tag[1])
        ones += level == 1
        if not _text(heading):
            yield Finding(where, "empty-heading", _html(heading), "Give the heading words, or leave it out.")
        if level > before + 1 and before:
            mend = f"After an h{before} comes at most an h{before + 1}: choose the level by meaning, the size by CSS."
            yield Finding(where, "skipped-heading", _html(heading), mend)
        framed = any(_landmark(each) in ("banner", "navigation") for each in heading.iterancestors())
        if level > 1 and not ones and not framed:
            yield Finding(where, "heading-before-h1", _html(heading), "The first heading is the h1 of the page.")
        before = level
    if ones != 1:
        yield Finding(where, "one-h1", f"{ones} h1", "A page has exactly one h1: what it is about.")


def _landmarks(root: HtmlElement, where: str) -> Iterator[Finding]:
    found: dict[str, list[HtmlElement]] = {}
    for element in root.iter(etree.Element):
        role = _landmark(element)
        if role:
            found.setdefault(role, []).append(element)
    mains = found.get("main", [])
    if len(mains) != 1:
        yield Finding(where, "one-main", f"{len(mains)} main", "A page has exactly one main landmark.")
    elif next(root.iter("h1"), None) is not None and next(mains[0].iter("h1"), None) is None:
        yield Finding(where, "h1-in-main", _html(next(root.iter("h1"))), "The h1 stands inside main.")
    for role in ("banner", "contentinfo"):
        if len(found.get(role, [])) > 1:
            mend = "Only one header and one footer belong to the page; others stand in an article or a section."
            yield Finding(where, f"one-{role}", _html(found[role][1]), mend)
    for role in _NAMED & found.keys():
        names = [_name(root, element) for element in found[role]]
        for element, name in zip(found[role], names, strict=True):
            if len(names) > 1 and (not name or names.count(name) > 1):
                mend = "Several landmarks of one kind need names that differ: aria-label or aria-labelledby."
                yield Finding(where, "landmark-name", _html(element), mend)


def _landmark(element: HtmlElement) -> str:
    """Return the landmark an element is; a section counts with a name only, header and footer only for the page."""
    role: str = element.get("role") or _ROLES.get(element.tag, "")
    named = element.get("aria-label") or element.get("aria-labelledby")
    if not role and element.tag in ("section", "form") and named:
        role = "region" if element.tag == "section" else "form"
    if not role and element.tag in ("header", "footer"):
        inside = any(each.tag in _SECTIONING for each in element.iterancestors())
        role = "" if inside else {"header": "banner", "footer": "contentinfo"}[element.tag]
    return role if role in {*_NAMED, "main", "banner", "contentinfo"} else ""


def _name(root: HtmlElement, element: HtmlElement) -> str:
    labels = [root.get_element_by_id(each, None) for each in (element.get("aria-labelledby") or "").split()]
    words = " ".join(_text(label) for label in labels if label is not None)
    return words or (element.get("aria-label") or "").strip()


def _text(element: HtmlElement) -> str:
    pictures = " ".join(image.get("alt") or "" for image in element.iter("img"))
    return f"{element.text_content()} {pictures}".strip()


def _html(element: HtmlElement) -> str:
    return short(etree.tostring(element, encoding="unicode", with_tail=False), 120)
