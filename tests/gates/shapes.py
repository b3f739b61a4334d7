"""What a page is built of, apart from its words: pages of one shape give axe the same to judge.

Two pages have one shape when their elements, classes, roles, states and attributes are the same in the same order.
Neighbours of one shape count once: a list of three and a list of twenty are judged alike.
"""

from __future__ import annotations

import hashlib

from lxml import etree, html

# What changes how an element looks, or what a reader is told of it; of other attributes it counts that they are there.
_TELLING = frozenset({"class", "role", "type", "lang", "dir", "scope", "rel", "open", "hidden", "disabled", "tabindex"})
_QUIET = frozenset({"head", "script", "style"})
_ID = frozenset({"id", "for", "aria-labelledby", "aria-describedby", "aria-controls", "headers"})


def shape(text: bytes) -> str:
    """Return what tells pages of another shape from this one; raise ValueError for what is no HTML."""
    root = html.document_fromstring(text)
    digest = hashlib.sha256(_of(root).encode())
    return digest.hexdigest()[:16]


def _of(element: etree._Element) -> str:
    if not isinstance(element.tag, str) or element.tag in _QUIET:
        return ""
    inner: list[str] = []
    for child in element:
        one = _of(child)
        if one and (not inner or inner[-1] != one):
            inner.append(one)
    words = "t" if any(part and part.strip() for part in _texts(element)) else ""
    return f"<{element.tag}{_attributes(element)}>{words}{''.join(inner)}</>"


def _texts(element: etree._Element) -> list[str | None]:
    return [element.text, *(child.tail for child in element)]


def _attributes(element: etree._Element) -> str:
    told = []
    for name, value in sorted((str(name), str(value)) for name, value in element.attrib.items()):
        if name in _TELLING or (name.startswith("aria-") and name not in _ID and name != "aria-label"):
            told.append(f" {name}={' '.join(sorted(value.split()))}")
        else:
            # An empty alt, or an empty label, is judged unlike one with words.
            told.append(f" {name}{'' if value else '=empty'}")
    return "".join(told)
