"""The emblem of a brand: a small drawing that the header and the browser's tab show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from congtin.errors import Problem
from congtin.messages import msg

EMBLEM = "emblem.svg"
_DRAWN = frozenset({"svg", "g", "title", "desc", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"})


def drawing_problems(data: bytes, path: str) -> Iterator[Problem]:
    """Yield what an emblem must not hold: it is shapes only, without scripts, styles, texts or addresses."""
    try:
        tree = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as error:
        text = msg("The drawing cannot be read: {detail}", detail=error.msg)
        yield Problem("bad-drawing", text, path, error.lineno or 1)
        return
    hint = msg("Draw with shapes: {words}.", words=", ".join(sorted(_DRAWN)))
    if b"<!DOCTYPE" in data:
        yield Problem("bad-drawing", msg("“{name}” does not belong into an emblem.", name="DOCTYPE"), path, 1, hint)
    if tree.tag != "{http://www.w3.org/2000/svg}svg" or not re.fullmatch(r"[-0-9. ]+", tree.get("viewBox", "")):
        yield Problem("bad-drawing", msg("The drawing is no SVG with a viewBox."), path, 1, hint)
    for element in tree.iter():
        name = etree.QName(element).localname if isinstance(element.tag, str) else "<!-- -->"
        line = element.sourceline if isinstance(element.sourceline, int) else 1
        if name not in _DRAWN and name != "<!-- -->":
            yield Problem("bad-drawing", msg("“{name}” does not belong into an emblem.", name=name), path, line, hint)
        for attribute, value in element.attrib.items():
            word = str(attribute)
            if word.startswith("on") or "href" in word or word == "style" or "url(" in str(value):
                text = msg("“{name}” does not belong into an emblem.", name=etree.QName(word).localname)
                yield Problem("bad-drawing", text, path, line, hint)
