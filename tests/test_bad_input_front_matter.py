"""An editor's mistakes in front matter: each is told by its place, in a plain sentence, with a way out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from findings import NEWS, lines_of, told
from network import REPOSITORY, article, document, item_id, translation

from congtin import strict_yaml
from congtin.kinds.load import load_kinds
from congtin.model import Profile

TIME = "Write 2026-10-05T08:30:00+07:00, or 2026-10-05 for the start of that day."
QUOTE = "Text with “: ” or “#”, or that begins with a sign, needs quotation marks."
TAG = "Write plain text, numbers, lists and keys only; text that begins with ! needs quotation marks."
BEGIN = "Begin the file with “---”, the fields, and “---” on lines of their own."
NOT_A_NUMBER = "“title” must be text; put numbers in quotation marks."
PARTS = "An original needs “kind” and “id”; a translation needs “translated_from”."
TEXT_ONLY = "A translation holds text only; this fact stands in the original."
FULL_TEXT = "Write the text; of a document the full text, not only its attachment (D1)."
ALIAS = "Write the old address from its first slash to its last: /tin-tuc/2026/ten-cu/."
KINDS = f"“kind” must be one of: {', '.join(load_kinds(REPOSITORY)[0])}."
FIELD = "Write each field on a line of its own: “title: …”."
BOOLEAN = "Write true or false, without quotation marks."

GOOD = article(1)


def without(text: str, key: str) -> str:
    """Return a Source's text without one of its fields."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"{key}:"))


ARTICLES = {
    "no-title": (without(GOOD, "title"), ["a.vi.md:2 missing-field", "The field “title” is missing."]),
    "no-summary": (without(GOOD, "summary"), ["a.vi.md:2 missing-field", "The field “summary” is missing."]),
    "no-id": (without(GOOD, "id"), ["a.vi.md:2 missing-field", "The field “id” is missing."]),
    "no-kind": (
        without(GOOD, "kind"),
        [
            "a.vi.md:2 missing-field",
            "The field “kind” is missing.",
            PARTS,
        ],
    ),
    "empty-title": (article(1, title=""), ["a.vi.md:4 missing-field", "The field “title” is empty."]),
    "blank-title": (article(1, title='""'), ["a.vi.md:4 wrong-value", "“title” must not be empty."]),
    "empty-tags": (article(1, tags=""), ["a.vi.md:7 missing-field", "The field “tags” is empty."]),
    "unknown-field": (
        article(1, sumary="x"),
        [
            "a.vi.md:7 unknown-field",
            "The field “sumary” is not known here.",
            "Did you mean “summary”?",
        ],
    ),
    "far-unknown-field": (
        article(1, wordpress_id="7"),
        ["a.vi.md:7 unknown-field", "The field “wordpress_id” is not known here."],
    ),
    "unknown-field-within": (
        article(1, source="{name: Báo, link: x}"),
        ["a.vi.md:7 unknown-field", "The field “source.link” is not known here."],
    ),
    "unknown-kind": (
        article(1, kind="articel"),
        [
            "a.vi.md:3 wrong-value",
            KINDS,
            "Did you mean “article”, “notice”?",
        ],
    ),
    "kind-is-a-number": (
        article(1, kind="7"),
        ["a.vi.md:3 wrong-value", KINDS],
    ),
    "number-for-text": (article(1, title="2026"), ["a.vi.md:4 wrong-value", NOT_A_NUMBER]),
    "text-for-list": (
        article(1, tags="giao-thong"),
        [
            "a.vi.md:7 wrong-value",
            "“tags” must be a list.",
            "Write [first, second], or each entry on a line of its own after “- ”.",
        ],
    ),
    "number-in-list": (
        article(1, tags="[giao-thong, 7]"),
        ["a.vi.md:7 wrong-value", "“tags[2]” must be text; put numbers in quotation marks."],
    ),
    "text-for-boolean": (
        article(1, draft='"true"'),
        [
            "a.vi.md:7 wrong-value",
            "“draft” must be true or false.",
            BOOLEAN,
        ],
    ),
    "yes-for-boolean": (
        article(1, draft="yes"),
        [
            "a.vi.md:7 wrong-value",
            "“draft” must be true or false.",
            BOOLEAN,
        ],
    ),
    "list-for-text": (
        article(1, title="[a, b]"),
        [
            "a.vi.md:4 wrong-value",
            "“title” must be text, not a list.",
            "Text that begins with a bracket needs quotation marks.",
        ],
    ),
    "text-for-map": (article(1, source="Báo Ha"), ["a.vi.md:7 wrong-value", "“source” must hold keys and values."]),
    "impossible-date": (
        article(1, date="2026-02-30"),
        [
            "a.vi.md:6 wrong-value",
            "“date” is not a possible date or time.",
            TIME,
        ],
    ),
    "impossible-hour": (
        article(1, date="2026-02-20T25:00:00+07:00"),
        [
            "a.vi.md:6 wrong-value",
            "“date” is not a possible date or time.",
            TIME,
        ],
    ),
    "no-offset": (
        article(1, date="2026-10-05T08:30:00"),
        [
            "a.vi.md:6 wrong-value",
            "“date” needs the offset from UTC, as in +07:00.",
            TIME,
        ],
    ),
    "vietnamese-date": (
        article(1, date="05/10/2026"),
        [
            "a.vi.md:6 wrong-value",
            "“date” is not a possible date or time.",
            TIME,
        ],
    ),
    "number-for-date": (
        article(1, date="2026"),
        [
            "a.vi.md:6 wrong-value",
            "“date” must be a date or time.",
            TIME,
        ],
    ),
    "title-too-long": (
        article(1, title="a" * 251),
        ["a.vi.md:4 wrong-value", "“title” is too long: at most 250 characters."],
    ),
    "bad-id": (
        article(1, id="ABC"),
        [
            "a.vi.md:2 wrong-value",
            "“id” does not have the right form.",
            "`congtin new` writes it: 12 of the characters 23456789abcdefghjkmnpqrstvwxyz.",
        ],
    ),
    "bad-alias": (
        article(1, aliases="[tin-tuc/cu]"),
        [
            "a.vi.md:7 wrong-value",
            "“aliases[1]” does not have the right form.",
            "Write the old address from its first slash to its last: /tin-tuc/2026/ten-cu/.",
        ],
    ),
    "alias-on-another-site": (
        article(1, aliases="['ha/lim:/tin-tuc/2026/cu/']"),
        ["a.vi.md:7 wrong-value", "“aliases[1]” does not have the right form.", ALIAS],
    ),
    "alias-is-a-list-page": (
        article(1, aliases="[/tin-tuc/trang-2/]"),
        ["a.vi.md:7 wrong-value", "“aliases[1]” does not have the right form.", ALIAS],
    ),
    "alias-is-a-year": (
        article(1, aliases="[/tin-tuc/cu/, /tin-tuc/2026/]"),
        ["a.vi.md:7 wrong-value", "“aliases[2]” does not have the right form.", ALIAS],
    ),
    "alias-without-year": (
        article(1, aliases="[/tin-tuc/muc/cu/]"),
        ["a.vi.md:7 wrong-value", "“aliases[1]” does not have the right form.", ALIAS],
    ),
    "alias-below-a-language": (
        article(1, aliases="[/tin-tuc/cu/, /english/cu/]"),
        [
            "a.vi.md:7 reserved-address",
            "“/english/cu/” cannot be a former address: “english” is taken.",
            "The first part is the section the text stood in.",
        ],
    ),
    "alias-below-the-theme": (
        article(1, aliases="[/theme/2026/cu/]"),
        [
            "a.vi.md:7 reserved-address",
            "“/theme/2026/cu/” cannot be a former address: “theme” is taken.",
            "The first part is the section the text stood in.",
        ],
    ),
    "too-many-aliases": (
        article(1, aliases=f"[{', '.join(f'/tin-tuc/cu-{n}/' for n in range(101))}]"),
        ["a.vi.md:7 wrong-value", "“aliases” is too long: at most 100 entries."],
    ),
    "too-many-offers": (
        article(1, crosspost=f"[{', '.join(f'ha/x{n}' for n in range(101))}]"),
        ["a.vi.md:7 wrong-value", "“crosspost” is too long: at most 100 entries."],
    ),
    "too-many-ended-offers": (
        article(1, crosspost_ended=f"[{', '.join(f'ha/x{n}' for n in range(101))}]"),
        ["a.vi.md:7 wrong-value", "“crosspost_ended” is too long: at most 100 entries."],
    ),
    "too-many-tags": (
        article(1, tags=f"[{', '.join(f't{n}' for n in range(31))}]"),
        ["a.vi.md:7 wrong-value", "“tags” is too long: at most 30 entries."],
    ),
    "tag-twice": (
        article(1, tags="\n  - giao-thong\n  - moi-truong\n  - giao-thong"),
        ["a.vi.md:10 duplicate-tag", "The tag “giao-thong” stands twice.", "Take one of the two out."],
    ),
    "offered-and-ended": (
        article(1, crosspost="[ha/lim]", crosspost_ended="\n  - ha/lim"),
        [
            "a.vi.md:9 offer-and-end",
            "“ha/lim” stands in “crosspost” and in “crosspost_ended”.",
            "Take it out of one of the two.",
        ],
    ),
    "pattern-offered-and-ended": (
        article(1, crosspost='["ha/*"]', crosspost_ended='["ha/*"]'),
        [
            "a.vi.md:8 offer-and-end",
            "“ha/*” stands in “crosspost” and in “crosspost_ended”.",
            "Take it out of one of the two.",
        ],
    ),
    "offered-by-pattern-and-ended": (
        article(1, crosspost='["ha/*"]', crosspost_ended="[ha/lim]"),
        [
            "a.vi.md:8 offer-and-end",
            "“ha/lim” stands in “crosspost” and in “crosspost_ended”.",
            "Take it out of one of the two.",
        ],
    ),
    "kind-is-a-list": (
        article(1, kind="[article]"),
        ["a.vi.md:3 wrong-value", KINDS, "Did you mean “article”?"],
    ),
    "kind-holds-keys": (article(1, kind="{a: b}"), ["a.vi.md:3 wrong-value", KINDS]),
    "first-moment": (
        article(1, date="0001-01-01T00:00:00+14:00"),
        ["a.vi.md:6 wrong-value", "“date” is not a possible date or time.", TIME],
    ),
    "last-moment": (
        article(1, updated="9999-12-31T23:59:59-12:00"),
        ["a.vi.md:7 wrong-value", "“updated” is not a possible date or time.", TIME],
    ),
    "too-early-day": (
        article(1, date="1899-12-31"),
        ["a.vi.md:6 wrong-value", "“date” is not a possible date or time.", TIME],
    ),
    "too-late-day": (
        article(1, updated="2200-01-01"),
        ["a.vi.md:7 wrong-value", "“updated” is not a possible date or time.", TIME],
    ),
    "title-of-spaces": (article(1, title='"  \\t "'), ["a.vi.md:4 wrong-value", "“title” must not be empty."]),
    "summary-of-no-break-spaces": (
        article(1, summary='"\\_\\_"'),
        ["a.vi.md:5 wrong-value", "“summary” must not be empty."],
    ),
    "author-of-spaces": (article(1, author='" "'), ["a.vi.md:7 wrong-value", "“author” must not be empty."]),
    "alternative-text-of-spaces": (
        article(1, image_alt='" "'),
        ["a.vi.md:7 wrong-value", "“image_alt” must not be empty."],
    ),
    "url-without-https": (
        article(1, source="{name: Báo, url: www.bao.vn}"),
        ["a.vi.md:7 wrong-value", "“source.url” must be an address that begins with https://."],
    ),
    "impossible-url": (
        article(1, source='{name: Báo, url: "https://[bad/"}'),
        ["a.vi.md:7 wrong-value", "“source.url” must be an address that begins with https://."],
    ),
    "unknown-dialect": (
        article(1, dialect="commonmrk"),
        [
            "a.vi.md:7 wrong-value",
            "“dialect” must be one of: commonmark, python-markdown.",
            "Did you mean “commonmark”?",
        ],
    ),
    "abstract-on-an-article": (
        article(1, abstract="Về"),
        [
            "a.vi.md:7 unknown-field",
            "The field “abstract” is not known here.",
            "Only the kind “document” has this field.",
        ],
    ),
    "translated-from-on-an-original": (
        article(1, translated_from="a" * 40),
        [
            "a.vi.md:7 unknown-field",
            "The field “translated_from” is not known here.",
            "Only a translation has “translated_from”; it has no “id” and no “kind”.",
        ],
    ),
    "updated-before-date": (
        article(1, updated="2026-01-01"),
        ["a.vi.md:7 time-order", "“updated” is earlier than “date”."],
    ),
    "unknown-tag": (
        article(1, tags="[moi-truong, giao-thng]"),
        [
            "a.vi.md:7 unknown-tag",
            "The tag “giao-thng” is not in the vocabulary.",
            "Did you mean “giao-thong”?",
        ],
    ),
    "far-unknown-tag": (
        article(1, tags="[x]"),
        [
            "a.vi.md:7 unknown-tag",
            "The tag “x” is not in the vocabulary.",
            "Known are: giao-thong, moi-truong.",
        ],
    ),
    "two-mistakes": (
        article(1, title="2026", sumary="x"),
        [
            "a.vi.md:4 wrong-value",
            NOT_A_NUMBER,
            "a.vi.md:7 unknown-field",
            "The field “sumary” is not known here.",
            "Did you mean “summary”?",
        ],
    ),
    "page-in-an-article-section": (
        article(1, kind="page"),
        [
            "a.vi.md:3 wrong-section",
            "The kind “page” cannot stand in “tin-tuc”, which holds articles.",
            "Sections of ha/portal for this kind: gioi-thieu.",
        ],
    ),
    "broken-yaml": (
        "---\ntitle: [\n---\n",
        [
            "a.vi.md:3 yaml-syntax",
            "The YAML cannot be read: did not find expected node content.",
            "A bracket is not closed; text that begins with one needs quotation marks.",
        ],
    ),
    "colon-in-title": (
        article(1, title="Hội nghị: tổng kết: năm"),
        [
            "a.vi.md:4 yaml-syntax",
            "The YAML cannot be read: mapping values are not allowed in this context.",
            "The line holds “: ” twice: put the text in quotation marks.",
        ],
    ),
    "at-sign": (
        article(1, title="@ban"),
        [
            "a.vi.md:4 yaml-syntax",
            "The YAML cannot be read: found character that cannot start any token.",
            "Indent with spaces, not with tabs; text that begins with @ or ` needs quotes.",
        ],
    ),
    "open-quotation-mark": (
        article(1, title='"Tin'),
        [
            "a.vi.md:7 yaml-syntax",
            "The YAML cannot be read: found unexpected end of stream.",
            "A quotation mark is not closed.",
        ],
    ),
    "order-on-an-article": (
        article(1, order="1"),
        [
            "a.vi.md:7 unknown-field",
            "The field “order” is not known here.",
            "Only the kind “page” has this field.",
        ],
    ),
    "tab": (
        "---\ntitle: a\n\tid: b\n---\n",
        [
            "a.vi.md:3 yaml-syntax",
            "The YAML cannot be read: found a tab character that violates indentation.",
            "Indent with spaces, not with tabs.",
        ],
    ),
    "duplicate-key": (
        article(1).replace("kind:", "title: Hai\nkind:"),
        ["a.vi.md:5 yaml-duplicate", "The key “title” stands twice."],
    ),
    "control-character": (
        article(1, title="a\x08b"),
        [
            "a.vi.md:4 invisible-character",
            "The invisible character U+0008 stands here.",
            "Delete it: it breaks search and can hide text.",
            "a.vi.md:4 yaml-character",
            "The YAML holds a control character.",
        ],
    ),
    "key-is-a-number": (
        article(1).replace("kind:", "1: x\nkind:"),
        ["a.vi.md:3 yaml-key", "The key “1” must be text."],
    ),
    "anchor": (
        article(1, title="&a Tin"),
        [
            "a.vi.md:4 yaml-alias",
            "YAML anchors and aliases (& and *) are not allowed.",
            "Text that begins with & or * needs quotation marks.",
        ],
    ),
    "star": (
        article(1, title="*Tin*"),
        [
            "a.vi.md:4 yaml-syntax",
            "The YAML cannot be read: did not find expected alphabetic or numeric character.",
            QUOTE,
        ],
    ),
    "python-tag": (
        article(1, title='!!python/object/apply:os.system ["id"]'),
        [
            "a.vi.md:4 yaml-tag",
            "The YAML tag “!!python/object/apply:os.system” is not allowed.",
            TAG,
        ],
    ),
    "standard-tag": (
        article(1, title="!!int x"),
        [
            "a.vi.md:4 yaml-tag",
            "The YAML tag “!!int” is not allowed.",
            TAG,
        ],
    ),
    "exclamation": (
        article(1, title="!Chú ý"),
        [
            "a.vi.md:4 yaml-syntax",
            "The YAML cannot be read: did not find expected whitespace or line break.",
            QUOTE,
        ],
    ),
    "deep": (article(1, title="[" * 30 + "]" * 30), ["a.vi.md:4 yaml-depth", "The YAML is nested too deeply."]),
    "deep-block": (
        article(1, title="\n  " + "- " * 100_000),
        ["a.vi.md:5 yaml-depth", "The YAML is nested too deeply."],
    ),
    "huge-yaml": (article(1, title="a" * 300_000), ["a.vi.md:2 yaml-size", "The YAML is larger than 262144 bytes."]),
    "huge-number": (
        article(1, kind="page", order="9" * 5000),
        ["a.vi.md:7 wrong-value", "“order” must be a whole number."],
    ),
    "two-yaml-documents": (
        "---\na: 1\n--- \nb: 2\n---\n",
        [
            "a.vi.md:3 yaml-syntax",
            "The YAML cannot be read: but found another document.",
            "There may be no line “---” within.",
        ],
    ),
    "not-a-map": (
        "---\n- a\n- b\n---\nx\n",
        [
            "a.vi.md:2 wrong-value",
            "The front matter must hold keys and values.",
            FIELD,
        ],
    ),
    "empty-front-matter": (
        "---\n---\nx\n",
        [
            "a.vi.md:2 wrong-value",
            "The front matter must hold keys and values.",
            FIELD,
        ],
    ),
    "empty-file": (
        "",
        [
            "a.vi.md:1 no-front-matter",
            "The file has no front matter.",
            BEGIN,
        ],
    ),
    "no-front-matter": (
        "# Tiêu đề\n",
        [
            "a.vi.md:1 no-front-matter",
            "The file has no front matter.",
            BEGIN,
        ],
    ),
    "front-matter-never-ends": (
        "---\ntitle: a\n",
        [
            "a.vi.md:1 no-front-matter",
            "The file has no front matter.",
            BEGIN,
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), ARTICLES.values(), ids=ARTICLES.keys())
def test_a_mistake_in_an_article_is_told(tiny, text, expected):
    """Place, code, sentence and hint are what an editor needs, and nothing else is reported."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", text)
    assert told(net) == expected


TRANSLATIONS = {
    "facts-in-a-translation": (
        translation(GOOD, date="2026-10-05", tags="[giao-thong]", id=item_id(1)),
        [
            "a.en.md:5 unknown-field",
            "The field “date” is not known here.",
            TEXT_ONLY,
            "a.en.md:6 unknown-field",
            "The field “tags” is not known here.",
            TEXT_ONLY,
            "a.en.md:7 unknown-field",
            "The field “id” is not known here.",
            TEXT_ONLY,
        ],
    ),
    "no-revision": (
        without(translation(GOOD), "translated_from"),
        [
            "a.en.md:2 missing-field",
            "The field “kind” is missing.",
            PARTS,
        ],
    ),
    "bad-revision": (
        translation(GOOD, translated_from="HEAD"),
        [
            "a.en.md:2 wrong-value",
            "“translated_from” does not have the right form.",
            "`congtin translation confirm` writes it: the 40 characters of the original’s revision.",
        ],
    ),
    "no-title": (translation(GOOD, title=""), ["a.en.md:2 missing-field", "The field “title” is missing."]),
    "no-summary": (
        translation(GOOD, summary=""),
        [
            "a.en.md:2 missing-field",
            "The field “summary” is missing.",
            "The original has it; translate it too.",
        ],
    ),
    "older-than-the-original": (
        translation(GOOD + "\n"),
        [
            "a.en.md:2 stale-translation (warning)",
            "The original has changed since this translation was made.",
            "Bring the text up to date, then run: congtin translation confirm content/ha/portal/tin-tuc/2026/a.en.md",
        ],
    ),
    "second-original": (
        article(2, "Title"),
        [
            "a.vi.md:2 two-originals",
            f"Two files claim to be the original: {NEWS}a.en.md, {NEWS}a.vi.md.",
            "Only the original has “id” and “kind”; the others have “translated_from”.",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), TRANSLATIONS.values(), ids=TRANSLATIONS.keys())
def test_a_mistake_in_a_translation_is_told(tiny, text, expected):
    """A translation holds text only, names the revision it was made from, and stands beside one original."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    net.put(f"{NEWS}a.en.md", text)
    assert told(net) == expected


@pytest.mark.parametrize("ending", ["Nội dung.\n", "\nNội dung.\n"], ids=["no-text", "no-last-line-end"])
def test_front_matter_alone_is_warned_of_before_a_release(tiny, ending):
    """A text just begun is no mistake in the work tree; a release says that its page is empty."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD.removesuffix(ending))
    assert told(net) == []
    found = [problem for problem in net.problems(Profile.RELEASE) if problem.code == "empty-text"]
    assert [line for problem in found for line in lines_of(problem)] == [
        "a.vi.md:8 empty-text (warning)",
        "There is no text below the front matter.",
        FULL_TEXT,
    ]


def test_a_translation_without_original_is_told(tiny):
    """The hint says which file should be beside it."""
    net = tiny()
    net.put(f"{NEWS}a.en.md", translation(GOOD))
    assert told(net) == [
        "a.en.md:2 no-original",
        "The translation has no original beside it.",
        "It needs the same folder and the same name up to the language: a.<lang>.md.",
    ]


def test_a_translation_of_a_broken_original_is_not_blamed(tiny):
    """Only the original's mistake is reported."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", without(GOOD, "title"))
    net.put(f"{NEWS}a.en.md", translation(GOOD))
    assert told(net) == ["a.vi.md:2 missing-field", "The field “title” is missing."]


def test_the_same_id_twice_is_told(tiny):
    """A text copied with its id keeps the first and names it."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    net.put(f"{NEWS}b.vi.md", "---\ntitle: Hai\n" + GOOD.removeprefix("---\n").replace("title: Tiêu đề\n", ""))
    assert told(net) == [
        "b.vi.md:3 duplicate-id",
        "The id “aaaaaaaa2223” is also that of content/ha/portal/tin-tuc/2026/a.vi.md.",
        "Give the copy an id of its own: congtin new writes one.",
    ]


def test_a_document_without_its_facts_is_told(tiny):
    """All that is missing is told at once, and `summary` is explained."""
    net = tiny()
    text = without(without(document(1, summary="Tóm tắt"), "type"), "issued")
    net.put("content/ha/portal/van-ban/2026/qd.vi.md", text)
    assert told(net) == [
        "qd.vi.md:2 missing-field",
        "The field “issued” is missing.",
        "qd.vi.md:2 missing-field",
        "The field “type” is missing.",
        "qd.vi.md:10 wrong-value",
        "“summary” does not belong here.",
        "A document has “abstract” in its place.",
    ]


def test_every_way_of_writing_true_and_no_is_understood_or_refused():
    """`no` is Norway and text; only true and false are booleans."""
    data = strict_yaml.load("a: true\nb: no\nc: on\nd: 007\ne: 2026-10-05\nf: ~\ng: 1_000\nh: 0x1f\n")
    assert data == {
        "a": True,
        "b": "no",
        "c": "on",
        "d": "007",
        "e": "2026-10-05",
        "f": None,
        "g": "1_000",
        "h": "0x1f",
    }


LAUGHS = "a: &a [lol]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefgh"))
BOMBS = {
    "billion-laughs": (LAUGHS, "yaml-alias", 1),
    "merge-key": ("a: {x: 1}\nb:\n  <<: *a\n", "yaml-alias", 3),
    "python-object": ("x: 1\na: !!python/object/new:os.system [id]\n", "yaml-tag", 2),
    "python-name": ("a: !!python/name:os.system\n", "yaml-tag", 1),
    "private-tag": ("a: !x y\n", "yaml-tag", 1),
    "map-tag": ("a: !!map x\n", "yaml-tag", 1),
    "set-tag": ("a: !!set {x}\n", "yaml-tag", 1),
    "binary-tag": ("a: !!binary aGk=\n", "yaml-tag", 1),
    "flow": ("{a: " * 50 + "1" + "}" * 50, "yaml-depth", 1),
    "dashes": ("- " * 100_000 + "x", "yaml-depth", 1),
    "question-marks": ("? " * 100_000 + "x", "yaml-depth", 1),
    "stairs": ("".join(" " * n + "a:\n" for n in range(600)), "yaml-depth", 21),
    "large": ("a: " + "x" * 300_000, "yaml-size", 1),
    "list-as-key": ("? [a]\n: b\n", "yaml-key", 1),
    "null-as-key": ("a: 1\n~: b\n", "yaml-key", 2),
    "duplicate-within": ("a:\n  b: 1\n  b: 2\n", "yaml-duplicate", 3),
    "two-documents": ("a: 1\n---\nb: 1\n", "yaml-syntax", 2),
    "null-character": ("a: 1\nb: \x00\n", "yaml-character", 2),
}


@pytest.mark.parametrize(("text", "code", "line"), BOMBS.values(), ids=BOMBS.keys())
def test_hostile_yaml_is_refused_by_name(text, code, line):
    """No bomb, tag or depth reaches the constructor; the line is that of the first offence."""
    with pytest.raises(strict_yaml.YamlProblem) as found:
        strict_yaml.load(text)
    assert (found.value.code, found.value.line) == (code, line)
