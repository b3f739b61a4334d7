"""Mistakes in a `kind.yaml`, and in Items of such a kind: each with its line and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest
from kind_network import KIND_FILE, PLACE, hearing, with_kinds
from network import TinyNetwork, article, item_id, translation

from congtin.catalogue.front_matter import Original, Translation
from congtin.catalogue.kind_models import KindItem
from congtin.errors import ProblemsFound
from congtin.kinds.load import SOURCE_FIELDS, load_kinds

GOOD = """\
label: {vi: Chợ, en: Market}
section: markets
fields:
  opens: {type: day, label: {vi: Mở}}
"""
CALENDAR = """\
label: {vi: Chợ, en: Market}
section: markets
feeds: true
fields:
  opens: {type: day, label: {vi: Mở}}
  talks:
    type: group
    list: true
    label: {vi: Buổi}
    fields:
      from: {type: moment, required: true, label: {vi: Từ}}
      to: {type: moment, label: {vi: Đến}}
      what: {type: line, label: {vi: Việc}}
calendar: {entries: talks, starts: from, ends: to, summary: what}
"""


def refused(root: Path, text: str, kind: str = "market") -> list[str]:
    file = root / f"themes/base/kinds/{kind}/kind.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    _, problems = load_kinds(root)
    return [f"{problem.path.removeprefix('themes/base/kinds/')}:{problem.line} {problem.code}" for problem in problems]


FILE = "market/kind.yaml"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD, []),
        ("section: markets\n", [f"{FILE}:1 missing-field"]),
        (GOOD + "colour: red\n", [f"{FILE}:5 unknown-field"]),
        (GOOD + "section: twice\n", [f"{FILE}:5 yaml-duplicate"]),
        (GOOD + "  size: {type: number, label: {vi: Cỡ}}\n", [f"{FILE}:5 wrong-value"]),
        (GOOD + "  title: {type: line, label: {vi: Tên}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  keys: {type: line, label: {vi: Tên}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  Opens: {type: line, label: {vi: Tên}}\n", [f"{FILE}:5 wrong-value"]),
        (GOOD + "  sort: {type: choice, label: {vi: Loại}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  sort: {type: line, label: {vi: Loại}, choices: {a: {vi: A}}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  many: {type: group, label: {vi: Nhóm}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  day: {type: day, translated: true, label: {vi: Ngày}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  day: {type: day, required: true, expected: true, label: {vi: Ngày}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "  other: {type: item, kinds: [artcle], label: {vi: Bài}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "order: {by: opened}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "states: {a: {until: opens, label: {vi: A}}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD + "states: {a: {until: open, label: {vi: A}}, b: {label: {vi: B}}}\n", [f"{FILE}:5 wrong-kind"]),
        (GOOD.replace("section: markets", "section: articles"), [f"{FILE}:2 wrong-kind"]),
        (GOOD.replace("section: markets", "section: articles\nlist: false"), []),
        (CALENDAR.replace("summary: what", "summary: wat"), [f"{FILE}:14 wrong-kind"]),
        (CALENDAR.replace("starts: from", "starts: what"), [f"{FILE}:14 wrong-kind"]),
        (CALENDAR.replace("entries: talks", "entries: opens"), [f"{FILE}:14 wrong-kind"]),
        (CALENDAR.replace("what}\n", "what, notes: [what, from]}\n"), [f"{FILE}:14 wrong-kind"]),
        (CALENDAR.replace("type: moment, required: true", "type: moment"), [f"{FILE}:14 wrong-kind"]),
        (CALENDAR.replace("feeds: true", "feeds: false"), [f"{FILE}:14 wrong-kind"]),
        (CALENDAR, []),
        ("a: [", [f"{FILE}:2 yaml-syntax"]),
    ],
)
def test_a_mistake_in_a_declaration_is_told_with_its_line(tmp_path, text, told):
    """Nothing of it is guessed."""
    assert refused(tmp_path, text) == told


def test_the_names_of_kinds_are_folders_and_the_engines_own_are_taken(tmp_path):
    """A file, a folder with capitals, a second kind “page”."""
    assert refused(tmp_path / "a", GOOD, "Market") == ["Market:0 path-form"]
    assert refused(tmp_path / "b", GOOD, "page") == ["page:0 kind-taken"]


def test_two_kinds_cannot_both_have_a_list_or_translate_a_field_by_two_types(tmp_path):
    """One template makes a list, and a translation is read without its original."""
    refused(tmp_path, GOOD + "  place: {type: line, translated: true, label: {vi: Nơi}}\n", "fair")
    told = refused(tmp_path, GOOD + "  place: {type: text, translated: true, label: {vi: Nơi}}\n")
    assert told == ["market/kind.yaml:2 wrong-kind", "market/kind.yaml:5 wrong-kind"]


def test_no_field_of_a_source_can_be_hidden_by_a_kind():
    """The names that are taken are those that originals and translations have."""
    own = {*Original.model_fields, *Translation.model_fields, *KindItem.model_fields, "declared", "references"}
    assert own | {"teaser"} == SOURCE_FIELDS


@pytest.fixture
def net(tmp_path: Path) -> TinyNetwork:
    return with_kinds(tmp_path / "net", f"-- {PLACE}/a.vi.md --\n{hearing(1)}")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"opens": "2026-12-01"}, "time-order:7"),
        ({"closes": "30/11/2026"}, "wrong-value:7"),
        ({"form": "phone"}, "wrong-value:8"),
        ({"seats": "'40'"}, "wrong-value:8"),
        ({"handouts": "[{name: Tờ trình}]"}, "missing-field:8"),
        ({"handouts": "[{name: Tờ trình, file: a.files/x.txt}]"}, "missing-file:8"),
        ({"draft_text": item_id(77)}, "broken-link:8"),
        ({"draft_text": item_id(1)}, "wrong-value:8"),
        ({"guests": "4"}, "unknown-field:8"),
        ({"order": "4"}, "unknown-field:8"),
    ],
)
def test_a_mistake_in_an_item_of_the_kind_is_told_with_its_line(net, fields, told):
    """As for every other Source."""
    net.put(f"{PLACE}/a.vi.md", hearing(1, **fields))
    assert [f"{problem.code}:{problem.line}" for problem in net.errors()] == [told]


def test_a_translation_is_held_against_the_kind_of_its_original(net):
    """A field of another kind, a word that is missing, lists of another length."""
    original = hearing(1, place="Hội trường", handouts="[{name: Một, file: a.files/x.txt}]")
    net.put(f"{PLACE}/a.vi.md", original)
    net.put(f"{PLACE}/a.files/x.txt", "x")
    net.put(f"{PLACE}/a.en.md", translation(original, summary=None, handouts="[{name: One}, {name: Two}]"))
    news = article(5)
    net.put("content/ha/portal/tin-tuc/2026/b.vi.md", news)
    net.put("content/ha/portal/tin-tuc/2026/b.en.md", translation(news, place="Hall"))
    said = [(problem.code, problem.path.rpartition("/")[2], problem.line) for problem in net.errors()]
    assert said == [("missing-field", "a.en.md", 2), ("wrong-value", "a.en.md", 4), ("unknown-field", "b.en.md", 5)]


def test_a_kind_without_its_templates_stops_the_build(net):
    """And one that asks for more than it is given, with the line."""
    (net.root / "themes/base/kinds/hearing/list.html").unlink()
    asks = "{% extends '_item.html' %}\n{% block after %}{{ latest }}{% endblock %}"
    net.put("themes/base/kinds/hearing/item.html", asks)
    with pytest.raises(ProblemsFound) as told:
        net.build()
    assert [(problem.code, problem.place) for problem in told.value.problems] == [
        ("theme-contract", "themes/base/kinds/hearing/item.html:2"),
        ("missing-file", "themes/base/kinds/hearing/list.html"),
    ]


def test_a_section_of_a_kind_that_nobody_declares_is_told(net):
    """The Site's file names a kind of section; its folder is gone."""
    (net.root / KIND_FILE).unlink()
    codes = {(problem.code, problem.path) for problem in net.errors()}
    assert ("missing-file", KIND_FILE) in codes
