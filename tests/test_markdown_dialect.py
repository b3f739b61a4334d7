"""What each form of our Markdown becomes, and that docs/markdown.md says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from congtin.catalogue.markdown import (
    _REMOVED_WITH_CONTENT,
    ATTRIBUTES,
    CLASSES,
    TAGS,
    URL_SCHEMES,
    Dialect,
    Heading,
    render,
    renderer_version,
)

DOCUMENT = (Path(__file__).resolve().parent.parent / "docs" / "markdown.md").read_text("utf-8")
DIALECTS: tuple[Dialect, ...] = ("commonmark", "python-markdown")
SHOWN = re.findall(r"^~~~ ?markdown\n([\s\S]*?)^~~~$\s+^~~~ ?html\n([\s\S]*?)^~~~$", DOCUMENT, re.MULTILINE)


def part(title: str) -> str:
    return DOCUMENT.partition(f"\n### {title}\n")[2].partition("\n#")[0]


def words(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def rows(title: str) -> dict[str, set[str]]:
    found = re.findall(r"^\| `([^`]+)` \| (.*?) \|", part(title), re.MULTILINE)
    return {name: words(values) for name, values in found}


@pytest.mark.parametrize(("markdown", "expected"), SHOWN, ids=[text.strip()[:30] for text, _ in SHOWN])
def test_every_example_of_the_document_becomes_what_is_shown_beneath_it(markdown: str, expected: str) -> None:
    """An editor who types what the document shows gets what it shows."""
    assert render(markdown).html.strip() == expected.strip()


def test_the_document_shows_examples_of_every_form() -> None:
    """Headings, tables, notes, lists of terms, pictures, links and raw HTML are all there."""
    everything = "".join(text for text, _ in SHOWN)
    for form in ("{#", "|:-", "[^", "\n: ", "![", "item:", "<div", "<script", "~~", "onclick"):
        assert form in everything


def test_the_documents_lists_are_the_sanitisers_own() -> None:
    """Elements, attributes, classes and schemes in docs/markdown.md are those that stay."""
    assert words(part("Elements")) == TAGS
    assert rows("Attributes") == ATTRIBUTES
    assert rows("Classes") == CLASSES
    assert words(part("Schemes of addresses")) == URL_SCHEMES
    assert words(part("Removed with all they hold")) == _REMOVED_WITH_CONTENT


def test_of_two_headings_with_one_id_the_first_keeps_it() -> None:
    """An author's id, a made one and one in raw HTML never meet."""
    text = "## A {#x}\n\n## B {#x}\n\n## X\n\n<h3 id=x>C</h3>\n\n<p id=x>d</p>\n\n## X-2 {#x-2}\n"
    fragment = render(text)
    assert [heading.id for heading in fragment.headings] == ["x", "x-3", "x-4", "x-5", "x-2"]
    assert '<p id="x-6">d</p>' in fragment.html


def test_headings_say_level_id_and_words() -> None:
    """What a table of contents needs is read off as a reader sees it, without marks of notes."""
    text = '# Một\n\n## Điều *2*: H~~x~~<sub>2</sub>O &amp; <b>n</b>ăm[^1] {#"q&"}\n\n### !!!\n\n[^1]: note'
    assert render(text).headings == (
        Heading(2, "mot", "Một"),
        Heading(2, '"q&"', "Điều 2: Hx2O & năm"),
        Heading(3, "muc", "!!!"),
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("markup", ["<h1>x</h1>", "<H1>x</H1>", "<h1\nid=x>x</h1\n>", "# x {#x}", "x\n=", "<div><h1>x"])
def test_the_title_stays_the_pages_only_h1(markup: str, dialect: Dialect) -> None:
    """A first-level heading, however written, is one of the second level."""
    fragment = render(markup, dialect)
    assert "<h1" not in fragment.html
    assert [(heading.level, heading.id, heading.text) for heading in fragment.headings] in (
        [(2, "x", "x")],
        [(2, "x-x", "x {#x}")],  # Python-Markdown writes {: #x }
    )


def test_a_title_attribute_that_speaks_of_h1_keeps_its_words() -> None:
    """Only elements are changed, not what is said about them."""
    assert 'title="&lt;h1&gt;"' in render("<p title='<h1>'>x</p>").html


def test_a_heading_within_a_heading_has_an_id_too() -> None:
    """Raw HTML can nest headings in divisions; each has its own words and id."""
    fragment = render("<h2>a<div><h2>b</h2></div>c</h2>")
    assert fragment.headings == (Heading(2, "a", "a"), Heading(2, "b", "b"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_tables_alignment_survives_as_classes(dialect: Dialect) -> None:
    """Both parsers write styles, which no page allows; the cells keep left, center and right."""
    markup = render("| a | b | c | d |\n|:--|:-:|--:|---|\n| 1 | 2 | 3 | 4 |\n", dialect).html
    for cell in ("th", "td"):
        assert re.findall(rf"<{cell}( [^>]*)?>", markup) == [' class="left"', ' class="center"', ' class="right"', ""]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_corner_of_a_table_is_no_heading(dialect: Dialect) -> None:
    """A screen reader would read it out for nothing; headings with words stay headings (WCAG 1.3.1)."""
    markup = render("|   | Giá |\n|:--|----:|\n| Vé | 7.000 |\n", dialect).html
    assert re.findall(r"<(t[hd])(?: [^>]*)?>([^<]*)<", markup) == [
        ("td", ""),
        ("th", "Giá"),
        ("td", "Vé"),
        ("td", "7.000"),
    ]
    raw = render('<table><tr><th scope="col" class="left"> </th><th scope="col">a</th></tr></table>').html
    assert '<td class="left"></td><th scope="col">a</th>' in raw


def test_notes_are_numbered_in_the_order_of_their_first_mention() -> None:
    """They stand where they were written; a second mention leads to the same note and back to the first."""
    markup = render("x[^b] y[^a] z[^b]\n\n[^a]: A\n\n[^b]: B\n\n[^c]: C\n").html
    assert re.findall(r"<sup[^>]*>.*?</sup>", markup) == [
        '<sup class="footnote-ref" id="fnref-b"><a href="#fn-b">1</a></sup>',
        '<sup class="footnote-ref" id="fnref-a"><a href="#fn-a">2</a></sup>',
        '<sup class="footnote-ref"><a href="#fn-b">1</a></sup>',
    ]
    assert re.findall(r'<div class="footnote" id="([^"]*)"><span class="footnote-label">(.*?)</span>', markup) == [
        ("fn-a", '<a href="#fnref-a">2</a>'),
        ("fn-b", '<a href="#fnref-b">1</a>'),
        ("fn-c", "3"),
    ]


@pytest.mark.parametrize("labels", [("*", "日本", "note", "note-2"), ("a b", "a-b", "a.b"), ("1", "đ", "d", "Ð")])
def test_notes_whose_labels_look_alike_stay_apart(labels: tuple[str, ...]) -> None:
    """Every mention leads to its own note, whatever the labels become as ids."""
    text = " ".join(f"[^{label}]" for label in labels) + "".join(f"\n\n[^{label}]: {label}" for label in labels)
    markup = render(text).html
    mentions = re.findall(r'<sup class="footnote-ref" id="fnref-([^"]*)"><a href="#fn-([^"]*)">(\d)</a>', markup)
    notes = re.findall(
        r'<div class="footnote" id="fn-([^"]*)"><span class="[^"]*"><a href="#fnref-([^"]*)">(\d)</a>', markup
    )
    assert len(set(mentions)) == len(labels)
    assert mentions == notes


def test_a_label_in_other_case_is_the_same_note() -> None:
    """`[^Nguồn]` and `[^nguồn]` have one number, as they have one note."""
    markup = render("a[^Nguồn] b[^nguồn]\n\n[^NGUỒN]: c").html
    assert re.findall(r'href="#(fn-[^"]*)">(\d)', markup) == [("fn-nguon", "1")] * 2
    assert 'id="fn-nguon"><span class="footnote-label"><a href="#fnref-nguon">1</a>' in markup


def test_notes_nobody_mentions_are_set_as_notes() -> None:
    """A body with notes but without a mention gets the same classes."""
    assert render("[^1]: x").html.startswith('<div class="footnote" id="fn-1"><span class="footnote-label">1</span>')


@pytest.mark.parametrize("dialect", DIALECTS)
def test_all_links_within_a_body_lead_to_an_id_that_is_there(dialect: Dialect) -> None:
    """Notes, mentioned twice and with odd labels, can be reached and left in both dialects."""
    fragment = render("a[^1] b[^1] c[^x y] d[^1]\n\n[^1]: one\n\n[^x y]: two", dialect)
    ids = set(re.findall(r' id="([^"]*)"', fragment.html))
    assert len(fragment.links) >= 6
    assert {link.removeprefix("#") for link in fragment.links} <= ids
    assert all(name.startswith(("fn-", "fnref-")) for name in ids)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_picture_with_a_title_alone_in_its_paragraph_is_a_figure(dialect: Dialect) -> None:
    """In lists with blank lines and quotations too, but not amid text, without a title or in a tight list."""
    figure = '<figure><img src="y"><figcaption>Đây là "c" &amp; &lt;d&gt;</figcaption></figure>'
    picture = "![a](y 'Đây là \"c\" & <d>')"
    for text in (picture, f"> {picture}", f"- x\n\n- {picture}\n", f"[^1]\n\n[^1]: x\n\n    {picture}\n\n    y"):
        assert figure in render(text, dialect).html.replace(' alt="a"', "")
    for text in (f"x {picture}", f"{picture} {picture}", "![a](y)", '![a](y "")', f"- {picture}", f"[{picture}](z)"):
        assert "<figure>" not in render(text, dialect).html


@pytest.mark.parametrize("dialect", DIALECTS)
def test_links_and_pictures_are_listed_in_the_order_of_the_text(dialect: Dialect) -> None:
    """Addresses as written, not as HTML writes them; attributes that look like addresses are none."""
    fragment = render(
        '[a](b?x=1&y=2) <a title="href=" href="c">c</a> <a title=\'" href="no\'>d</a> <a name=x>e</a>\n\n'
        "![Ảnh \"1\" & 2](d.png) <img title='src=' alt='alt=\"no\"' src=e.png> <img alt=x src=javascript:x>\n\n"
        "[item](item:abc#x)\n",
        dialect,
    )
    assert fragment.links == ("b?x=1&y=2", "c", "item:abc#x")
    assert fragment.images == (("d.png", 'Ảnh "1" & 2'), ("e.png", 'alt="no"'), ("", "x"))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_words_alone_are_the_words_a_reader_sees(dialect: Dialect) -> None:
    """Words are not torn where a letter is bold, and do not run together across cells and lines."""
    text = (
        "**H**à *Nội* H<sub>2</sub>O[^1] 5 &lt; 6\n\n- một\n- hai\n\n"
        "| a | b |\n|---|---|\n| c | d |\n\nx  \ny<br>z\n\n[^1]: ghi chú"
    )
    assert render(text, dialect).text.removesuffix(" ↩") == "Hà Nội H2O 5 < 6 một hai a b c d x y z ghi chú"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_white_space_of_any_kind_is_one_space_between_words(dialect: Dialect) -> None:
    """No-break spaces, tabs, wide spaces and line ends part words, in headings too."""
    fragment = render("## a\u00a0b&nbsp; c\n\nd\u3000e\tf  g\nh\u2028i", dialect)
    assert [heading.text for heading in fragment.headings] == ["a b c"]
    assert fragment.text == "a b c d e f g h i"


def test_text_too_tangled_for_python_markdown_is_read_as_commonmark() -> None:
    """Old text a thousand levels deep is rendered, not a traceback; ordinary nesting stays Python-Markdown."""
    assert "<ul>" in render("- " * 2_000 + "x", "python-markdown").html
    assert render("((" * 20 + "*[HTML]: b\n\n" + "[(" * 20 + "\n\n*[HTML]: x\n\nHTML", "python-markdown").html.count(
        "<abbr"
    )


def test_what_was_rendered_with_other_rules_is_not_taken_from_the_store() -> None:
    """The renderer's version is the same for the same rules."""
    assert renderer_version() == renderer_version()
    assert re.fullmatch("[0-9a-f]{16}", renderer_version())
