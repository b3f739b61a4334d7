"""Characters and markup that must not reach a citizen: old encodings, hidden signs, code."""

from __future__ import annotations

import unicodedata

import pytest
from findings import NEWS, told
from network import REPOSITORY, article, translation

from congtin.checks.text import inspect_text

DELETE = "Delete it: it breaks search and can hide text."
CONVERT = "Convert it to Unicode (TCVN 6909:2001) in the program it was written with."
PLAIN = "Write plain Markdown: pages of an agency carry no code of their own."

WATER = unicodedata.normalize("NFD", "nước")
TCVN3 = "Céng hoµ x· héi chñ nghÜa ViÖt Nam"
VNI = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam"

TEXTS = {
    "decomposed": (
        f"Nhà {WATER} Việt Nam",
        [
            "a.vi.md:3 not-nfc",
            "The letters are taken apart (decomposed Unicode), near “Nhà nước Việt Nam”.",
            "Run: congtin check --fix-unicode a.vi.md",
        ],
    ),
    "narrow-space": (
        "Nghị định số\u202f147/2024/NĐ-CP",
        [
            "a.vi.md:3 odd-space (warning)",
            "The unusual space U+202F stands here.",
            "Use an ordinary space.",
        ],
    ),
    "figure-space": (
        "1\u2007000",
        [
            "a.vi.md:3 odd-space (warning)",
            "The unusual space U+2007 stands here.",
            "Use an ordinary space.",
        ],
    ),
    "zero-width-space": (
        "cơ\u200bquan",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+200B stands here.",
            DELETE,
        ],
    ),
    "zero-width-non-joiner": (
        "cơ\u200cquan",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+200C stands here.",
            DELETE,
        ],
    ),
    "zero-width-joiner": (
        "cơ\u200dquan",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+200D stands here.",
            DELETE,
        ],
    ),
    "word-joiner": (
        "cơ\u2060quan",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+2060 stands here.",
            DELETE,
        ],
    ),
    "mark-within": (
        "cơ\ufeffquan",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+FEFF stands here.",
            DELETE,
        ],
    ),
    "soft-hyphen": (
        "cơ\u00adquan",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+00AD stands here.",
            DELETE,
        ],
    ),
    "bidi-override": (
        "tệp \u202egnp.exe",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+202E stands here.",
            DELETE,
        ],
    ),
    "bidi-isolate": (
        "a \u2066b\u2069",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+2066 stands here.",
            DELETE,
        ],
    ),
    "left-to-right-mark": (
        "a\u200e",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+200E stands here.",
            DELETE,
        ],
    ),
    "hidden-tag": (
        "a\U000e0041",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+E0041 stands here.",
            DELETE,
        ],
    ),
    "backspace": (
        "a\x08b",
        [
            "a.vi.md:3 invisible-character",
            "The invisible character U+0008 stands here.",
            DELETE,
        ],
    ),
    "private-use": (
        "Gạch đầu dòng \uf0b7 một",
        [
            "a.vi.md:3 private-use",
            "The character U+F0B7 belongs to no standard.",
            "The text was written with a symbol font; type it anew in Unicode.",
        ],
    ),
    "tcvn3": (
        TCVN3,
        [
            "a.vi.md:3 legacy-encoding",
            "This looks like text in the old encoding TCVN3.",
            CONVERT,
        ],
    ),
    "tcvn3-committee": (
        "Uû ban nh©n d©n thµnh phè Hµ Néi, c«ng b¸o",
        [
            "a.vi.md:3 legacy-encoding",
            "This looks like text in the old encoding TCVN3.",
            CONVERT,
        ],
    ),
    "vni": (
        VNI,
        [
            "a.vi.md:3 legacy-encoding",
            "This looks like text in the old encoding VNI.",
            CONVERT,
        ],
    ),
    "vni-capitals": (
        "COÄNG HOØA XAÕ HOÄI CHUÛ NGHÓA VIEÄT NAM",
        [
            "a.vi.md:3 legacy-encoding",
            "This looks like text in the old encoding VNI.",
            CONVERT,
        ],
    ),
    "script": (
        "<script>alert(1)</script>",
        [
            "a.vi.md:3 unsafe-markup (warning)",
            "“<script” is not allowed and will be removed.",
            PLAIN,
        ],
    ),
    "handler": (
        '<img src="x" onerror="alert(1)">',
        [
            "a.vi.md:3 unsafe-markup (warning)",
            "“onerror” is not allowed and will be removed.",
            PLAIN,
        ],
    ),
    "handler-without-quotes": (
        "<b onclick=alert(1)>x</b>",
        [
            "a.vi.md:3 unsafe-markup (warning)",
            "“onclick” is not allowed and will be removed.",
            PLAIN,
        ],
    ),
    "javascript-link": (
        "[x](javascript:alert(1))",
        [
            "a.vi.md:3 unsafe-markup (warning)",
            "“javascript:” is not allowed and will be removed.",
            PLAIN,
        ],
    ),
    "frame": (
        '<iframe src="https://example.vn/"></iframe>',
        [
            "a.vi.md:3 unsafe-markup (warning)",
            "“<iframe” is not allowed and will be removed.",
            PLAIN,
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_an_odd_character_or_piece_of_code_is_told(text, expected):
    """The line is that of the character; the sentence names it by its code point."""
    from findings import lines_of

    found = [line for problem in inspect_text("a.vi.md", "vi", f"Một.\n\n{text}\n") for line in lines_of(problem)]
    assert found == expected


def test_the_same_finding_comes_from_a_whole_network(tiny):
    """Line numbers count from the file's first line, front matter included."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", article(1, body=f"Một.\n\nNhà {WATER}."))
    net.put(f"{NEWS}b.vi.md", article(2, "Céng hoµ x· héi chñ nghÜa ViÖt Nam"))
    assert told(net) == [
        "a.vi.md:10 not-nfc",
        "The letters are taken apart (decomposed Unicode), near “Nhà nước.”.",
        "Run: congtin check --fix-unicode content/ha/portal/tin-tuc/2026/a.vi.md",
        "b.vi.md:4 legacy-encoding",
        "This looks like text in the old encoding TCVN3.",
        CONVERT,
    ]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_in_another_encoding_is_told(tiny, encoding):
    """The line is the first that is not UTF-8."""
    net = tiny()
    net.put(
        f"{NEWS}a.vi.md",
        article(1, "Tiêu đề").replace("đ", "d").replace("ề", "ê").replace("ắ", "a").encode(encoding, "replace"),
    )
    place = {"latin-1": "a.vi.md:4", "utf-16": "a.vi.md:1"}[encoding]
    assert told(net) == [f"{place} not-utf8", "The file is not UTF-8 text.", "Save the file as UTF-8 (Unicode)."]


GOOD = {
    "vietnamese": "Uỷ ban nhân dân, khuỷu tay, hoãn, loãng, ngoan ngoãn, quỹ, Đắk Lắk, Đường Lê Đại Hành, thuở, huýt",
    "all-vowels": "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐ",
    "french": "Noël, Citroën, Israël, Raphaël, naïf, août, goût, où, coïncidence, Besançon, œuvre, rougeâtre, « Le »",
    "tight-quotes": "«Le Monde», «Libération», «Le Figaro», “báo”",
    "german": "Köln, Düsseldorf, Straße, Gebäude, Bäume, Übergröße, Müller, Jürgen, Häuser, Räume, Träume, Käufer",
    "nordic": "Måløy, Bjørn, Tromsø, Ångström, Jyväskylä, Łódź, João, São Paulo, Guimarães, Muñoz, Peña",
    "signs": "Acme®, Beta®, Gamma®, © UBND, § 5, §7, 5 µm, 12 m², 3 m³, 1½ giờ, 1ª, Sở¹ ban¹ ngành¹, col·lecció",
    "muong": "Mường: đác, môch, ủn, tiểng",
    "emoji": "👨\u200d👩\u200d👧 và ❤\ufe0f\u200d🔥",
    "words-about-code": "Mua bán online = nhanh; onboard=1; script, form và style là chữ thường.",
    "no-break-space": "147/2024\u00a0NĐ",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_correct_text_is_left_in_peace(text):
    """Vietnamese in both styles of tone marks, foreign names and ordinary signs raise nothing."""
    assert [str(problem.message) for problem in inspect_text("a.vi.md", "vi", f"{text}\n{text}\n{text}\n")] == []


def test_all_real_items_are_left_in_peace():
    """None of the demonstration texts trips a check of characters."""
    files = sorted((REPOSITORY / "content").rglob("*.md"))
    assert len(files) > 100
    found = [
        (file.name, problem.code)
        for file in files
        for problem in inspect_text(file.name, file.name.split(".")[-2], file.read_text("utf-8"))
    ]
    assert found == []


def test_looking_at_hostile_text_takes_no_time():
    """Patterns stay linear: a megabyte made to trip them is looked at in a moment."""
    for piece in ("<a onx", "<b ", " on", "aä", "< ", "a\u0301"):
        found = list(inspect_text("a.vi.md", "vi", piece * (300_000 // len(piece))))
        assert len(found) < 5, piece


def test_code_in_a_text_is_warned_of_and_never_published(tiny):
    """The build passes with warnings; the page holds no script, handler or javascript: link."""
    net = tiny()
    net.put(
        f"{NEWS}a.vi.md",
        article(
            1,
            body=(
                '<script>alert(1)</script>\n\n<b onclick="alert(2)">Chữ</b>\n\n[Bấm](javascript:alert(3))\n\n'
                '[Bấm](JaVaScRiPt:alert(4)) <a href="jav&#x09;ascript:alert(5)">x</a>\n\n'
                '<iframe srcdoc="alert(6)"></iframe><style>p{}</style><svg onload=alert(7)></svg>'
            ),
        ),
    )
    report = net.build("ha/portal")
    assert [problem.code for problem in report.problems] == ["unsafe-markup"]
    page = net.page("ha.gov.vn/tin-tuc/2026/a/")
    main = page.find(".//main")
    assert "alert(" not in net.text("ha.gov.vn/tin-tuc/2026/a/")
    assert main.xpath(".//script[not(@src)]|.//iframe|.//style|.//svg[@onload]") == []
    assert [a for a in page.iter() if any(str(name).startswith("on") for name in a.attrib)] == []
    assert not [href for href in page.xpath("//@href") if "script:" in href.lower().replace("\t", "")]
    assert "Chữ" in main.text_content()


@pytest.mark.parametrize("body", [">" * 10_000, "[" * 200_000, "<div>" * 30_000], ids=["quotes", "brackets", "html"])
def test_text_that_would_stall_the_renderer_is_refused(tiny, body):
    """No text of one ward holds up the publishing of all others."""
    net = tiny("-- content/ha/portal/tin-tuc/2026/a.vi.md --\n" + article(1, body=body))
    assert [p.code for p in net.errors()] == ["too-complex"]


ESCAPED = {
    "control": (
        {"title": r'"a\x01b"'},
        ["a.vi.md:4 invisible-character", "The invisible character U+0001 stands here.", DELETE],
    ),
    "direction": (
        {"summary": r'"Tin \u202enóng"'},
        ["a.vi.md:5 invisible-character", "The invisible character U+202E stands here.", DELETE],
    ),
    "line-separator": (
        {"title": r'"a\Lb"'},
        ["a.vi.md:4 invisible-character", "The invisible character U+2028 stands here.", DELETE],
    ),
    "no-character": (
        {"title": r'"a\uffffb"'},
        ["a.vi.md:4 invisible-character", "The invisible character U+FFFF stands here.", DELETE],
    ),
    "decomposed": (
        {"title": r'"Nhe\u0301"'},
        [
            "a.vi.md:4 not-nfc",
            "The letters are taken apart (decomposed Unicode), near “Nhé”.",
            r"Write the letters themselves, not escapes such as \u0301.",
        ],
    ),
    "within": (
        {"source": '\n  name: Báo\n  consent: "a\\u200bb"'},
        ["a.vi.md:9 invisible-character", "The invisible character U+200B stands here.", DELETE],
    ),
    "on-the-next-line": (
        {"author": '\n  "a\\u200bb"'},
        ["a.vi.md:7 invisible-character", "The invisible character U+200B stands here.", DELETE],
    ),
    "in-the-text-too": (
        {"author": '"a\u200bb\\"c\\""'},
        ["a.vi.md:7 invisible-character", "The invisible character U+200B stands here.", DELETE],
    ),
    "harmless": ({"title": r'"Gọi là \"cầu\" \u0111\xF4i"'}, []),
    "plain-backslash": ({"title": r"a\u202eb"}, []),
}


@pytest.mark.parametrize(("fields", "expected"), ESCAPED.values(), ids=ESCAPED.keys())
def test_a_character_that_comes_as_an_escape_is_told_once(tiny, fields, expected):
    """YAML's escapes bring in nothing that the text itself may not hold; the line is that of the field."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", article(1, **fields))
    assert told(net) == expected


def test_an_escape_in_a_translation_is_told(tiny):
    """Translations are looked at like originals."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", article(1))
    net.put(f"{NEWS}a.en.md", translation(article(1), title=r'"a\x07b"'))
    assert [line for line in told(net) if "a.en" in line] == ["a.en.md:3 invisible-character"]
