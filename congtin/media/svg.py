"""Drawings (SVG) with nothing in them but lines: what could run, load or lead elsewhere is refused, the rest kept.

Elements and attributes that are not on the lists are not published, whatever a browser may one day make of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from congtin.media.facts import BadMedia, MediaFacts
from congtin.messages import Msg, msg

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
MOST_BYTES = 2_000_000
MOST_SHAPES = 50_000
"""With every <use> drawn: a few lines can ask for billions."""

_FILTERS = (
    "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap "
    "feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode "
    "feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter"
)
_ELEMENT_NAMES = (
    "svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath "
    "linearGradient radialGradient stop clipPath mask pattern marker style switch " + _FILTERS
)
ELEMENTS = frozenset(_ELEMENT_NAMES.split())
# What says something about the drawing to the program that made it; nobody misses it.
_LEFT_OUT = frozenset({"metadata"})
_ATTRIBUTE_NAMES = (
    # where and how large
    "id class lang viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points dx dy rotate textLength "
    "lengthAdjust startOffset pathLength transform preserveAspectRatio version offset gradientUnits "
    "gradientTransform spreadMethod patternUnits patternContentUnits patternTransform clipPathUnits maskUnits "
    "maskContentUnits markerUnits markerWidth markerHeight orient refX refY method spacing side role "
    "aria-label aria-labelledby aria-describedby aria-hidden focusable "
    # how it looks
    "style alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation "
    "color-interpolation-filters cursor direction display dominant-baseline enable-background fill fill-opacity "
    "fill-rule filter flood-color flood-opacity font-family font-size font-size-adjust font-stretch font-style "
    "font-variant font-weight image-rendering isolation letter-spacing lighting-color marker marker-end "
    "marker-mid marker-start mask mix-blend-mode opacity overflow paint-order pointer-events shape-rendering "
    "stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering transform-origin "
    "unicode-bidi vector-effect visibility word-spacing writing-mode "
    # of filters
    "filterUnits primitiveUnits in in2 result type values mode operator k1 k2 k3 k4 order kernelMatrix divisor "
    "bias targetX targetY edgeMode preserveAlpha surfaceScale diffuseConstant scale xChannelSelector "
    "yChannelSelector azimuth elevation tableValues slope intercept amplitude exponent stdDeviation radius "
    "specularConstant specularExponent pointsAtX pointsAtY pointsAtZ z limitingConeAngle baseFrequency "
    "numOctaves seed stitchTiles"
)
ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_LINKS = frozenset({"href", f"{{{XLINK}}}href"})
_XML = frozenset({f"{{{XML}}}space", f"{{{XML}}}lang"})
# In attributes and styles: what leads out of the drawing, or hides from whoever looks for that.
_OWN_PART = re.compile(r"""url\(\s*(['"]?)#[\w.:-]+\1\s*\)""", re.IGNORECASE)
_LEADS_OUT = re.compile(
    r"url\s*\(|image-set\s*\(|cross-fade\s*\(|@import|@font-face|@namespace|expression\s*\(|javascript:|\\",
    re.IGNORECASE,
)
_PIXELS = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)(?:px)?\s*")

Tree = etree._Element  # noqa: SLF001 (lxml has no public name for it)


def facts_of(data: bytes) -> MediaFacts:
    """Return how large a drawing is; raise BadMedia when it is broken, has no size, or holds what could do harm."""
    width, height = _size(_sound(data))
    return MediaFacts("svg", width, height)


def cleaned(data: bytes) -> bytes:
    """Return a drawing without what is not on the lists; raise BadMedia as ``facts_of`` does."""
    root = _sound(data)
    width, height = _size(root)
    for element in [*root.iter()]:
        for name in [*element.attrib]:
            if not _is_kept(str(name)):
                del element.attrib[name]
    # So it has a size wherever it is shown, also where only its viewBox told.
    root.set("width", str(width))
    root.set("height", str(height))
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _sound(data: bytes) -> Tree:
    """Return the drawing without what other programs put into it; raise BadMedia for anything that could do harm."""
    if len(data) > MOST_BYTES:
        raise _bad("picture-too-large", msg("The drawing has more than {most} bytes.", most=f"{MOST_BYTES:,}"))
    if b"<!ENTITY" in data or b"<!ATTLIST" in data:
        raise _unsafe(msg("It declares entities."), 1)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        text = msg("The drawing cannot be read: {detail}.", detail=str(error).rstrip("."))
        raise _bad("picture-unreadable", text) from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(declared.iterentities()):  # type: ignore[union-attr]  # the stubs lack it
        raise _unsafe(msg("It declares entities."), 1)
    if root.tag != f"{{{SVG}}}svg":
        raise _bad("picture-unreadable", msg("The file is no SVG drawing."))
    for element in [*root.iter()]:
        _look_at(element)
    if _shapes(root) > MOST_SHAPES:
        text = msg("The drawing has more than {most} shapes.", most=f"{MOST_SHAPES:,}")
        raise _bad("picture-too-large", text)
    return root


def _look_at(element: Tree) -> None:
    line = int(element.sourceline or 0)  # type: ignore[truthy-bool, call-overload]  # the stubs do not know
    if not isinstance(element.tag, str):
        raise _unsafe(msg("It declares entities."), line)
    name = etree.QName(element)
    if name.namespace != SVG or name.localname in _LEFT_OUT:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
        return
    if name.localname not in ELEMENTS:
        raise _unsafe(msg("The element <{name}> is not allowed.", name=name.localname), line)
    if name.localname == "style" and _leads_out("".join(map(str, element.itertext()))):
        raise _unsafe(msg("Its style leads elsewhere."), line)
    for key, value in element.attrib.items():
        _look_at_attribute(str(key), str(value), line)


def _look_at_attribute(key: str, value: str, line: int) -> None:
    if key in _LINKS:
        if not value.strip().startswith("#"):
            raise _unsafe(msg("It leads elsewhere: {address}", address=value.strip()[:80]), line)
    elif key.lower().startswith("on"):
        raise _unsafe(msg("It holds a script ({name}).", name=key), line)
    elif key in ATTRIBUTES and _leads_out(value):
        raise _unsafe(msg("“{name}” leads elsewhere.", name=key), line)


def _is_kept(key: str) -> bool:
    return key in ATTRIBUTES or key in _LINKS or key in _XML


def _leads_out(text: str) -> bool:
    return bool(_LEADS_OUT.search(_OWN_PART.sub("", text)))


def _shapes(root: Tree) -> int:
    """Return how many elements are drawn when every <use> is followed; too many where it goes round in a circle."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    counts: dict[Tree, int] = {}
    open_: set[Tree] = set()

    def count(element: Tree) -> int:
        if element in counts:
            return counts[element]
        if element in open_ or len(open_) > 200:
            return MOST_SHAPES + 1
        open_.add(element)
        found = 1 + sum(count(child) for child in element)
        target = by_id.get(_link(element).lstrip("#")) if etree.QName(element).localname == "use" else None
        if target is not None:
            found += count(target)
        open_.discard(element)
        counts[element] = min(found, MOST_SHAPES + 1)
        return counts[element]

    return count(root)


def _link(element: Tree) -> str:
    return next((str(value).strip() for key, value in element.attrib.items() if key in _LINKS), "")


def _size(root: Tree) -> tuple[int, int]:
    sides = [_PIXELS.fullmatch(root.get(name) or "") for name in ("width", "height")]
    box = [float(number) for number in _numbers(root.get("viewBox") or "")]
    if sides[0] and sides[1]:
        width, height = float(sides[0][1]), float(sides[1][1])
    elif len(box) == 4:
        width, height = box[2], box[3]
    else:
        width = height = 0.0
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        text = msg("The drawing does not say how wide and high it is.")
        hint = msg('Give its first element a viewBox, such as viewBox="0 0 800 450".')
        raise BadMedia("picture-without-size", text, hint)
    return round(width), round(height)


def _numbers(text: str) -> Iterator[str]:
    yield from re.findall(r"-?[0-9]+(?:\.[0-9]+)?", text)


def _bad(code: str, text: Msg) -> BadMedia:
    return BadMedia(code, text, msg("Export it anew from the drawing program, as plain SVG."))


def _unsafe(what: Msg, line: int) -> BadMedia:
    text = msg("The drawing could do harm: {what}", what=what)
    hint = msg("Export it as plain SVG, or as PNG; scripts, links, films and pictures in it are not published.")
    return BadMedia("drawing-unsafe", text, hint, line)
