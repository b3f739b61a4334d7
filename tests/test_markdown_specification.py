"""The parser against CommonMark's own examples, and what the rest of `render` changes in them."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from html.entities import html5
from pathlib import Path

import pytest

from congtin.catalogue.markdown import _REMOVED_WITH_CONTENT, ATTRIBUTES, CLASSES, TAGS, render, to_html

ROOT = Path(__file__).resolve().parent.parent
SPECIFICATION = ROOT / "node_modules" / "commonmark-spec" / "spec.txt"
DOCUMENT = ROOT / "docs" / "markdown.md"

# Every example whose HTML is not the specification's byte for byte, and why.
QUOTE = "HTML normalisation: a quotation mark in text is written as itself, not as &quot;"
LINE_END = "HTML normalisation: no line end between <li> and a block of raw HTML"
DIFFERENT = {
    12: QUOTE,  # Backslash escapes
    14: QUOTE,
    27: QUOTE,  # Entity and numeric character references
    41: QUOTE,
    91: QUOTE,  # Setext headings
    175: LINE_END,  # HTML blocks
    209: QUOTE,  # Link reference definitions
    210: QUOTE,
    211: QUOTE,
    343: QUOTE,  # Code spans
    352: QUOTE,  # Emphasis and strong emphasis
    359: QUOTE,
    363: QUOTE,
    380: QUOTE,
    385: QUOTE,
    395: QUOTE,
    508: QUOTE,  # Links
    590: QUOTE,  # Images
    619: QUOTE,  # Raw HTML
    620: QUOTE,
    624: QUOTE,
    632: QUOTE,
}


@dataclass(frozen=True)
class Example:
    number: int
    section: str
    markdown: str
    html: str


@cache
def examples() -> tuple[Example, ...]:
    """Return the specification's examples in its order, numbered as it numbers them."""
    if not SPECIFICATION.is_file():
        pytest.fail(f"{SPECIFICATION} is missing: `make setup-test` installs the npm package commonmark-spec.")
    text = SPECIFICATION.read_text("utf-8").replace("→", "\t")
    text = re.split(r"^<!-- END TESTS -->", text, flags=re.MULTILINE)[0]
    found: list[Example] = []
    section = ""
    pattern = r"^`{32} example\n([\s\S]*?)^\.\n([\s\S]*?)^`{32}$|^#{1,6} *(.*)$"
    for match in re.finditer(pattern, text, re.MULTILINE):
        if match[1] is None:
            section = match[3]
        else:
            found.append(Example(len(found) + 1, section, match[1], match[2]))
    return tuple(found)


BLOCK_NAMES = (
    "article header aside hgroup blockquote hr iframe body li map button object canvas ol caption output col p "
    "colgroup pre dd progress div section dl table td dt tbody embed textarea fieldset tfoot figcaption th figure "
    "thead footer tr form ul h1 h2 h3 h4 h5 h6 video script style"
)
BLOCKS = frozenset(BLOCK_NAMES.split())
VOID = {"br", "col", "hr", "img", "wbr"}
PART = re.compile(
    r"(?P<other><!--(?:-?>|[\s\S]*?-->)|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<![A-Za-z][^>]*>)"
    r"""|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<keys>(?:"[^"]*"|'[^']*'|[^>"'])*)>"""
)
KEY = re.compile(r"""([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")


def keys_of(match: re.Match[str]) -> dict[str, str]:
    return {key[1].lower(): html.unescape(key[2] or key[3] or key[4] or "") for key in KEY.finditer(match["keys"])}


def normalised(markup: str) -> str:
    """Return HTML as the specification's test runner compares it.

    White space is folded and goes from around block elements (not in pre), ``<br />`` is ``<br>``,
    attributes are sorted, character references other than those of <, >, & and " are characters.
    """
    result = ""
    position, in_pre, after_block, after_break = 0, False, False, False

    def text(raw: str) -> str:
        raw = re.sub(
            r"&(#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z0-9]+);",
            lambda m: m[0] if m[1] in {"lt", "gt", "amp", "quot"} else html5.get(f"{m[1]};", html.unescape(m[0])),
            raw,
        )
        if after_break:
            raw = raw.lstrip("\n")
        if not in_pre:
            raw = re.sub(r"\s+", " ", raw)
            raw = raw.lstrip() if after_block else raw
        return raw

    for match in PART.finditer(markup):
        result += text(markup[position : match.start()])
        position = match.end()
        name = (match["name"] or "").lower()
        after_block, after_break = name in BLOCKS, name == "br"
        if name == "pre":
            in_pre = not match["end"]
        if after_block and not in_pre:
            result = result.rstrip() if name != "pre" else result
        if match["other"]:
            result += match[0]
        else:
            keys = "".join(f' {key}="{html.escape(value)}"' for key, value in sorted(keys_of(match).items()))
            result += f"<{match['end']}{name}{keys}>"
    return (result + text(markup[position:])).rstrip()


def test_the_specification_is_the_one_the_tables_were_made_for() -> None:
    """Version 0.31.2 has 652 examples, from tabs to textual content."""
    assert len(examples()) == 652
    assert "\nversion: '0.31.2'\n" in SPECIFICATION.read_text("utf-8")
    assert (examples()[0].section, examples()[-1].section) == ("Tabs", "Textual content")


def test_exactly_the_listed_examples_are_written_differently() -> None:
    """With all extensions on, every other example is the specification's HTML byte for byte."""
    different = {example.number for example in examples() if to_html(example.markdown) != example.html}
    assert different == DIFFERENT.keys()


def test_line_ends_that_the_specifications_runner_ignores_are_all_that_is_ignored() -> None:
    """Compared as the specification's own test runner does, only quotation marks are left on the list."""
    different = {e.number for e in examples() if normalised(to_html(e.markdown)) != normalised(e.html)}
    assert different == {number for number, reason in DIFFERENT.items() if reason == QUOTE}


def test_a_quotation_mark_written_as_itself_is_the_whole_difference() -> None:
    """With &quot; in text read as the character it stands for, no example differs."""

    def plain(markup: str) -> str:
        return re.sub(r"(<[^>]*>)|&quot;", lambda m: m[1] or '"', normalised(markup))

    assert [e.number for e in examples() if plain(to_html(e.markdown)) != plain(e.html)] == []


def kinds_of(match: re.Match[str], after: str) -> set[str]:
    """Return the kinds of changes that one tag or comment of the parser undergoes."""
    name = (match["name"] or "").lower()
    if match["other"]:
        return {"comment"}
    if name in _REMOVED_WITH_CONTENT:
        return {"element with content"}
    if name not in TAGS | {"h1"}:
        return {"element"}
    keys = {} if match["end"] else keys_of(match)
    found = {"level"} if name == "h1" else set()
    if re.fullmatch("h[1-6]", name) and not match["end"] and "id" not in keys and re.search("<h[2-6] ", after):
        found.add("heading id")
    for key, value in keys.items():
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(name, set())
        of_class = key == "class" and set(value.split()) <= CLASSES.get(name, set())
        if key not in allowed and not of_class:
            found.add("attribute")
        if key in {"href", "src"} & allowed and f'{key}="' not in after:
            found.add("address")
    return found


def changes(text: str) -> set[str]:
    """Return the kinds of changes between the parser's HTML and the page's, as docs/markdown.md names them."""
    before, after = to_html(text), render(text).html
    parts = list(PART.finditer(before))
    found = {kind for match in parts for kind in kinds_of(match, after)}
    if "<" in PART.sub("", before):
        found.add("broken tag")
    names = [(match["name"].lower(), match["end"]) for match in parts if match["name"]]
    starts = Counter(name for name, end in names if not end and name in TAGS | {"h1"})
    ends = Counter(name for name, end in names if end and name in TAGS | {"h1"})
    if any(starts[name] != ends[name] for name in (starts | ends).keys() - VOID):
        found.add("balance")
    if "<figure>" in after:
        found.add("figure")
    starts["h2"] += starts.pop("h1", 0)
    written = Counter(match["name"] for match in PART.finditer(after) if not match["end"])
    if not found & {"balance", "broken tag", "element with content", "figure"} and +starts != written:
        found.add("place")
    return found or {"none"}


def test_the_document_counts_what_is_changed_in_the_specifications_examples() -> None:
    """The table in docs/markdown.md has every kind of change and its true number."""
    counted = Counter(kind for example in examples() for kind in changes(example.markdown))
    table = DOCUMENT.read_text("utf-8").partition("## What changes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z ]+) \|.*\| ([0-9]+) \|$", table, re.MULTILINE)
    assert {kind: int(count) for kind, count in rows} == counted


def test_an_example_without_a_listed_change_reaches_the_reader_as_it_was() -> None:
    """What the table calls unchanged differs in nothing but how HTML writes the same thing."""

    def same(markup: str) -> str:
        return re.sub(r"(<[^>]*>)|(&[#a-zA-Z0-9]+;)", lambda m: m[1] or html.unescape(m[2]), normalised(markup))

    unchanged = [e for e in examples() if changes(e.markdown) == {"none"}]
    assert [e.number for e in unchanged if same(to_html(e.markdown)) != same(render(e.markdown).html)] == []


def test_the_sanitiser_loses_no_words_but_those_it_must() -> None:
    """No word is lost but in scripts, styles and tags that never end; a caption becomes words."""
    lossy = {"broken tag", "element with content", "figure"}

    def words(markup: str) -> str:
        return re.sub(r"\s+", "", html.unescape(PART.sub("", markup)))

    kept = [e for e in examples() if not changes(e.markdown) & lossy]
    # <?php echo '>'; ?>: to HTML the instruction ends at the first ">", and the rest is text.
    assert [e.number for e in kept if words(to_html(e.markdown)) != words(render(e.markdown).html)] == [180, 629]
