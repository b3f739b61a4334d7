"""Two things at one address, and Sites that do not exist, in what an Item says about other places."""

from __future__ import annotations

import pytest
from findings import NEWS, told
from network import article, item_id

ANOTHER = "Give one of the two another slug."
NO_ALIAS = "Take the former address out of “aliases”."

PAGE = "content/ha/portal/gioi-thieu/"
OWN = "content/ha/lim/tin-thanh-pho/2026/a.vi.md"
PICK = f"sites/ha/lim/picks/{item_id(1)}.yaml"


def page(number: int) -> str:
    return article(number, kind="page")


CLASHES = {
    "two-pages-of-two-years": (
        {f"{PAGE}2025/a.vi.md": page(1), f"{PAGE}2026/a.vi.md": page(2)},
        [
            "content/ha/portal/gioi-thieu/2026/a.vi.md address-clash",
            "The address /gioi-thieu/a/ on ha/portal is also that of content/ha/portal/gioi-thieu/2025/a.vi.md.",
            ANOTHER,
        ],
    ),
    "copy-and-own-article": (
        {OWN: article(1), f"{NEWS}a.vi.md": article(2, crosspost="[ha/lim]")},
        [
            "a.vi.md address-clash",
            "The address /tin-thanh-pho/2026/a/ on ha/lim is also that of content/ha/lim/tin-thanh-pho/2026/a.vi.md.",
            ANOTHER,
        ],
    ),
    "alias-of-a-live-page": (
        {f"{NEWS}a.vi.md": article(1), f"{NEWS}b.vi.md": article(2, aliases="[/tin-tuc/2026/a/]")},
        [
            "b.vi.md address-clash",
            "The address /tin-tuc/2026/a/ on ha/portal is also that of content/ha/portal/tin-tuc/2026/a.vi.md.",
            NO_ALIAS,
        ],
    ),
    "one-alias-of-two": (
        {f"{NEWS}{name}.vi.md": article(number, aliases="[/tin-tuc/2025/cu/]") for number, name in enumerate("ab", 1)},
        [
            "b.vi.md address-clash",
            "The address /tin-tuc/2025/cu/ on ha/portal is also that of content/ha/portal/tin-tuc/2026/a.vi.md.",
            NO_ALIAS,
        ],
    ),
}


@pytest.mark.parametrize(("files", "expected"), CLASHES.values(), ids=CLASHES.keys())
def test_two_items_at_one_address_are_told(tiny, files, expected):
    """The later one is told, with the path of the other."""
    net = tiny()
    for path, text in files.items():
        net.put(path, text)
    assert told(net) == expected


def without_line(found: list[str]) -> list[str]:
    """Return findings without the line of the first."""
    place, _, code = found[0].partition(" ")
    return [f"{place.partition(':')[0]} {code}", *found[1:]]


SITES = {
    "crosspost": (
        {"crosspost": "[ha/lin]"},
        [
            "a.vi.md unknown-site",
            "“crosspost” names no Site: “ha/lin”.",
            "Did you mean “ha/lim”, “ha/mai”?",
        ],
    ),
    "crosspost-group": ({"crosspost": "['hue/*']"}, ["a.vi.md unknown-site", "“crosspost” names no Site: “hue/*”."]),
    "crosspost-kind": (
        {"crosspost": "['ha/*:wards']"},
        ["a.vi.md unknown-site", "“crosspost” names no Site: “ha/*:wards”."],
    ),
    "crosspost-ended": (
        {"crosspost_ended": "[ha/lin]"},
        [
            "a.vi.md unknown-site",
            "“crosspost_ended” names no Site: “ha/lin”.",
            "Did you mean “ha/lim”, “ha/mai”?",
        ],
    ),
}


@pytest.mark.parametrize(("fields", "expected"), SITES.values(), ids=SITES.keys())
def test_an_unknown_site_is_told(tiny, fields, expected):
    """A mistyped Site is named, with the nearest that exists."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", article(1, **fields))
    assert without_line(told(net)) == expected


def pick(into: str = "tin-tuc", **sources: str) -> str:
    lines = "".join(f"  {path}: {blob}\n" for path, blob in sources.items())
    return f"item: {item_id(1)}\ninto: {into}\nsources:{' {}' if not sources else ''}\n{lines}"


PICKS = {
    "not-offered": (
        article(1),
        PICK,
        pick(),
        [
            "sites/ha/lim/picks/aaaaaaaa2223.yaml:1 pick-not-offered",
            "content/ha/portal/tin-tuc/2026/a.vi.md is not offered to ha/lim.",
            "Its “crosspost” must name this Site.",
        ],
    ),
    "outdated": (
        article(1, crosspost="[ha/lim]"),
        PICK,
        pick(),
        [
            "sites/ha/lim/picks/aaaaaaaa2223.yaml:1 pick-outdated",
            "content/ha/portal/tin-tuc/2026/a.vi.md has changed since it was picked.",
            "Read it again, then run: congtin site pick ha/lim aaaaaaaa2223",
        ],
    ),
    "of-no-item": (
        article(2),
        PICK,
        pick(),
        [
            "sites/ha/lim/picks/aaaaaaaa2223.yaml:1 unknown-item",
            "There is no Item with the id “aaaaaaaa2223”.",
        ],
    ),
    "named-wrongly": (
        article(1),
        "sites/ha/lim/picks/cau-moi.yaml",
        pick(),
        [
            "sites/ha/lim/picks/cau-moi.yaml:1 pick-name",
            "The pick of Item aaaaaaaa2223 must be named aaaaaaaa2223.yaml.",
        ],
    ),
    "into-an-unknown-section": (
        article(1, crosspost="[ha/lim]"),
        PICK,
        pick("tin-tuk"),
        [
            "sites/ha/lim/picks/aaaaaaaa2223.yaml:2 unknown-section",
            "ha/lim has no section “tin-tuk”.",
            "Did you mean “tin-tuc”?",
        ],
    ),
    "unknown-field": (
        article(1, crosspost="[ha/lim]"),
        PICK,
        pick() + "intro: x\n",
        [
            "sites/ha/lim/picks/aaaaaaaa2223.yaml:4 unknown-field",
            "The field “intro” is not known here.",
            "Did you mean “into”?",
        ],
    ),
    "broken": (
        article(1, crosspost="[ha/lim]"),
        PICK,
        "item: [\n",
        [
            "sites/ha/lim/picks/aaaaaaaa2223.yaml:2 yaml-syntax",
            "The YAML cannot be read: did not find expected node content.",
            "A bracket is not closed; text that begins with one needs quotation marks.",
        ],
    ),
    "of-an-unknown-site": (
        article(1),
        f"sites/ha/lin/picks/{item_id(1)}.yaml",
        pick(),
        [
            "sites/ha/lin path-form",
            "The file has no place here.",
            "A Site is one file <name>.yaml: lower-case letters without diacritics, digits, single hyphens.",
        ],
    ),
}


@pytest.mark.parametrize(("text", "file", "consent", "expected"), PICKS.values(), ids=PICKS.keys())
def test_a_pick_that_cannot_hold_is_told(tiny, text, file, consent, expected):
    """Consent is to one Item, offered to this Site, as it is now, into a section it has."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", text)
    net.put(file, consent)
    assert told(net) == expected
