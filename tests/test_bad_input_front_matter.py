"""An editor's mistakes in front matter: each is told by its place, in a plain sentence, with a way out."""

from __future__ import annotations

import pytest
from findings import NEWS, told
from network import article, document, item_id, translation

from congtin import strict_yaml

GOOD = article(1)


def without(text: str, key: str) -> str:
    """Return a Source's text without one of its fields."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"{key}:"))


ARTICLES = {
    "no-title": (without(GOOD, "title"), "?"),
    "no-summary": (without(GOOD, "summary"), "?"),
    "no-id": (without(GOOD, "id"), "?"),
    "no-kind": (without(GOOD, "kind"), "?"),
    "empty-title": (article(1, title=""), "?"),
    "blank-title": (article(1, title='""'), "?"),
    "empty-tags": (article(1, tags=""), "?"),
    "unknown-field": (article(1, sumary="x"), "?"),
    "far-unknown-field": (article(1, wordpress_id="7"), "?"),
    "unknown-field-within": (article(1, source="{name: Báo, link: x}"), "?"),
    "unknown-kind": (article(1, kind="articel"), "?"),
    "kind-is-a-number": (article(1, kind="7"), "?"),
    "number-for-text": (article(1, title="2026"), "?"),
    "text-for-list": (article(1, tags="giao-thong"), "?"),
    "number-in-list": (article(1, tags="[giao-thong, 7]"), "?"),
    "text-for-boolean": (article(1, draft='"true"'), "?"),
    "yes-for-boolean": (article(1, draft="yes"), "?"),
    "list-for-text": (article(1, title="[a, b]"), "?"),
    "text-for-map": (article(1, source="Báo Ha"), "?"),
    "impossible-date": (article(1, date="2026-02-30"), "?"),
    "impossible-hour": (article(1, date="2026-02-20T25:00:00+07:00"), "?"),
    "no-offset": (article(1, date="2026-10-05T08:30:00"), "?"),
    "vietnamese-date": (article(1, date="05/10/2026"), "?"),
    "number-for-date": (article(1, date="2026"), "?"),
    "title-too-long": (article(1, title="a" * 251), "?"),
    "bad-id": (article(1, id="ABC"), "?"),
    "bad-alias": (article(1, aliases="[tin-tuc/cu]"), "?"),
    "url-without-https": (article(1, source="{name: Báo, url: www.bao.vn}"), "?"),
    "unknown-dialect": (article(1, dialect="commonmrk"), "?"),
    "abstract-on-an-article": (article(1, abstract="Về"), "?"),
    "translated-from-on-an-original": (article(1, translated_from="a" * 40), "?"),
    "updated-before-date": (article(1, updated="2026-01-01"), "?"),
    "unknown-tag": (article(1, tags="[moi-truong, giao-thng]"), "?"),
    "far-unknown-tag": (article(1, tags="[x]"), "?"),
    "two-mistakes": (article(1, title="2026", sumary="x"), "?"),
    "page-in-an-article-section": (article(1, kind="page"), "?"),
    "broken-yaml": ("---\ntitle: [\n---\n", "?"),
    "colon-in-title": (article(1, title="Hội nghị: tổng kết: năm"), "?"),
    "at-sign": (article(1, title="@ban"), "?"),
    "open-quotation-mark": (article(1, title='"Tin'), "?"),
    "order-on-an-article": (article(1, order="1"), "?"),
    "tab": ("---\ntitle: a\n\tid: b\n---\n", "?"),
    "duplicate-key": (article(1) .replace("kind:", "title: Hai\nkind:"), "?"),
    "control-character": (article(1, title='a\x08b'), "?"),
    "key-is-a-number": (article(1).replace("kind:", "1: x\nkind:"), "?"),
    "anchor": (article(1, title="&a Tin"), "?"),
    "star": (article(1, title="*Tin*"), "?"),
    "python-tag": (article(1, title='!!python/object/apply:os.system ["id"]'), "?"),
    "standard-tag": (article(1, title="!!int x"), "?"),
    "exclamation": (article(1, title="!Chú ý"), "?"),
    "deep": (article(1, title="[" * 30 + "]" * 30), "?"),
    "deep-block": (article(1, title="\n  " + "- " * 100_000), "?"),
    "huge-yaml": (article(1, title="a" * 300_000), "?"),
    "huge-number": (article(1, kind="page", order="9" * 5000), "?"),
    "two-yaml-documents": ("---\na: 1\n--- \nb: 2\n---\n", "?"),
    "not-a-map": ("---\n- a\n- b\n---\nx\n", "?"),
    "empty-front-matter": ("---\n---\nx\n", "?"),
    "empty-file": ("", "?"),
    "no-front-matter": ("# Tiêu đề\n", "?"),
    "front-matter-never-ends": ("---\ntitle: a\n", "?"),
    "front-matter-only": (GOOD.removesuffix("Nội dung.\n"), "?"),
    "front-matter-without-last-line-end": (GOOD.removesuffix("\nNội dung.\n"), "?"),
}


@pytest.mark.parametrize(("text", "expected"), ARTICLES.values(), ids=ARTICLES.keys())
def test_a_mistake_in_an_article_is_told(tiny, text, expected):
    """Place, code, sentence and hint are what an editor needs, and nothing else is reported."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", text)
    assert told(net) == expected


TRANSLATIONS = {
    "facts-in-a-translation": (translation(GOOD, date="2026-10-05", tags="[giao-thong]", id=item_id(1)), "?"),
    "no-revision": (without(translation(GOOD), "translated_from"), "?"),
    "bad-revision": (translation(GOOD, translated_from="HEAD"), "?"),
    "no-title": (translation(GOOD, title=""), "?"),
    "no-summary": (translation(GOOD, summary=""), "?"),
    "older-than-the-original": (translation(GOOD + "\n"), "?"),
    "second-original": (article(2, "Title"), "?"),
}


@pytest.mark.parametrize(("text", "expected"), TRANSLATIONS.values(), ids=TRANSLATIONS.keys())
def test_a_mistake_in_a_translation_is_told(tiny, text, expected):
    """A translation holds text only, names the revision it was made from, and stands beside one original."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    net.put(f"{NEWS}a.en.md", text)
    assert told(net) == expected


def test_a_translation_without_original_is_told(tiny):
    """The hint says which file should be beside it."""
    net = tiny()
    net.put(f"{NEWS}a.en.md", translation(GOOD))
    assert told(net) == "?"


def test_a_translation_of_a_broken_original_is_not_blamed(tiny):
    """Only the original's mistake is reported."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", without(GOOD, "title"))
    net.put(f"{NEWS}a.en.md", translation(GOOD))
    assert told(net) == "?"


def test_the_same_id_twice_is_told(tiny):
    """A text copied with its id keeps the first and names it."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", GOOD)
    net.put(f"{NEWS}b.vi.md", "---\ntitle: Hai\n" + GOOD.removeprefix("---\n").replace("title: Tiêu đề\n", ""))
    assert told(net) == "?"


def test_a_document_without_its_facts_is_told(tiny):
    """All that is missing is told at once, and `summary` is explained."""
    net = tiny()
    text = without(without(document(1, summary="Tóm tắt"), "type"), "issued")
    net.put("content/ha/portal/van-ban/2026/qd.vi.md", text)
    assert told(net) == "?"


def test_every_way_of_writing_true_and_no_is_understood_or_refused():
    """`no` is Norway and text; only true and false are booleans."""
    data = strict_yaml.load("a: true\nb: no\nc: on\nd: 007\ne: 2026-10-05\nf: ~\ng: 1_000\nh: 0x1f\n")
    assert data == {
        "a": True, "b": "no", "c": "on", "d": "007", "e": "2026-10-05", "f": None, "g": "1_000", "h": "0x1f",
    }


LAUGHS = "a: &a [lol]\n" + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefg", "bcdefgh"))
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
    "stairs": ("".join(" " * n + "a:\n" for n in range(600)), "yaml-depth", 1),
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
