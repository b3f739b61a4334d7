"""Drawings (SVG): published without anything that runs, loads or leads elsewhere; refused when somebody tried."""

from __future__ import annotations

import pytest
from lxml import etree
from network import article

NEWS = "content/ha/portal/tin-tuc/2026"
PAGE = "ha.gov.vn/tin-tuc/2026/so-do"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 800 450">'

# As a drawing program saves it.
PLAIN = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<?xml-stylesheet href="https://example.vn/a.css"?>
<!-- made by somebody at home -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
     xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" viewBox="0 0 800 450" inkscape:version="1.3">
  <title>Sơ đồ đường đi</title>
  <metadata><rdf:RDF><rdf:li>Somebody</rdf:li></rdf:RDF></metadata>
  <defs><linearGradient id="troi"><stop offset="0" stop-color="#fff"/></linearGradient>
    <style>.duong { stroke: #00f; fill: url(#troi) } /* nét */</style><path id="net" d="M0 0L9 9"/></defs>
  <rect width="800" height="450" style="fill:url('#troi')" inkscape:label="Somebody" data-owner="Somebody"/>
  <use href="#net" class="duong"/><text x="9" y="9" xml:lang="vi">Chợ</text>
</svg>
"""


def with_drawing(tiny, text):
    net = tiny(
        f"-- {NEWS}/so-do.vi.md --\n"
        + article(1, body="![Sơ đồ](so-do.files/so-do.svg)", image="so-do.files/so-do.svg", image_alt="Sơ đồ")
    )
    net.put(f"{NEWS}/so-do.files/so-do.svg", text)
    return net


def test_a_drawing_keeps_its_lines_and_loses_what_its_program_wrote(tiny):
    """It looks as before, says how large it is, and names nobody; pages show the one file."""
    net = with_drawing(tiny, PLAIN)
    assert not net.problems()
    net.build()
    data = (net.output / PAGE / "so-do.svg").read_bytes()
    root = etree.fromstring(data)
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("800", "450", "0 0 800 450")
    names = [etree.QName(element).localname for element in root.iter()]
    assert names == ["svg", "title", "defs", "linearGradient", "stop", "style", "path", "rect", "use", "text"]
    for told in (b"Somebody", b"somebody", b"inkscape", b"rdf", b"DOCTYPE", b"example.vn", b"data-owner"):
        assert told not in data
    for image in net.page(PAGE).xpath("//article//img"):
        assert (image.get("src"), image.get("width")) == ("/tin-tuc/2026/so-do/so-do.svg", "800")
    assert not net.page(PAGE).xpath("//article//source")


USES = "".join(
    f'<g id="g{level}">' + f'<use href="#g{level - 1}"/>' * 10 + "</g>" if level else '<g id="g0"><path d="M0 0"/></g>'
    for level in range(9)
)
ATTACKS = {
    "script": "<script>alert(1)</script>",
    "script-elsewhere": '<script href="https://example.vn/a.js"/>',
    "handler": '<rect onload="alert(1)"/>',
    "handler-in-capitals": '<rect ONCLICK="alert(1)"/>',
    "handler-on-the-drawing": '</svg><svg onload="alert(1)">',
    "link": '<a href="javascript:alert(1)"><rect/></a>',
    "old-link": '<use xlink:href="https://example.vn/a.svg#x"/>',
    "data": '<use href="data:image/svg+xml;base64,PHN2Zz4="/>',
    "page-inside": "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
    "picture-elsewhere": '<image href="https://example.vn/a.png"/>',
    "picture-of-a-filter": '<filter><feImage href="https://example.vn/a.png"/></filter>',
    "animation": '<rect><set attributeName="href" to="javascript:alert(1)"/></rect>',
    "style-elsewhere": "<style>@import 'https://example.vn/a.css';</style>",
    "style-picture": "<style>rect { fill: url(https://example.vn/a.svg#x) }</style>",
    "style-hidden": r"<style>rect { fill: u\72l(https://example.vn/a) }</style>",
    "style-in-an-attribute": '<rect style="fill:url(//example.vn/a)"/>',
    "look-elsewhere": '<rect fill="url(https://example.vn/a#b)"/>',
    "bomb-of-uses": USES,
    "circle": '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    "half": "<g>",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_drawing_that_could_do_harm_is_refused(tiny, name):
    """Whatever runs, loads or leads elsewhere stops the build, with the file's name."""
    net = with_drawing(tiny, f"{HEAD}{ATTACKS[name]}</svg>")
    (problem,) = net.errors()
    assert problem.path.endswith("so-do.svg") and problem.hint
    assert problem.code in {"drawing-unsafe", "picture-unreadable", "picture-too-large"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD + "<text>&a;</text></svg>",
            "drawing-unsafe",
        ),
        ('<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>', "picture-without-size"),
        ("<svg viewBox='0 0 9 9'/>", "picture-unreadable"),
        ("<!DOCTYPE html><title>x</title>", "picture-unreadable"),
        ("", "picture-unreadable"),
    ],
    ids=["entities", "no-size", "no-namespace", "a-page", "nothing"],
)
def test_what_is_no_drawing_is_told_of(tiny, text, code):
    """Each with its own words."""
    assert [problem.code for problem in with_drawing(tiny, text).errors()] == [code]


def test_what_is_on_no_list_is_not_published(tiny):
    """What a browser may one day make of an attribute nobody knows does not matter."""
    net = with_drawing(tiny, f'{HEAD}<rect formaction="https://example.vn" ping="x" width="5" height="5"/></svg>')
    net.build()
    assert b"example.vn" not in (net.output / PAGE / "so-do.svg").read_bytes()
