"""Two things at one address, and Sites that do not exist, in what an Item says about other places."""

from __future__ import annotations

import pytest
from findings import NEWS, told
from network import article, item_id

PAGE = "content/ha/portal/gioi-thieu/"
OWN = "content/ha/lim/tin-thanh-pho/2026/a.vi.md"
PICK = f"sites/ha/lim/picks/{item_id(1)}.yaml"


def page(number: int) -> str:
    return article(number, kind="page")


CLASHES = {
    "two-pages-of-two-years": ({f"{PAGE}2025/a.vi.md": page(1), f"{PAGE}2026/a.vi.md": page(2)}, "?"),
    "copy-and-own-article": ({OWN: article(1), f"{NEWS}a.vi.md": article(2, crosspost="[ha/lim]")}, "?"),
    "alias-of-a-live-page": (
        {f"{NEWS}a.vi.md": article(1), f"{NEWS}b.vi.md": article(2, aliases="[/tin-tuc/2026/a/]")}, "?"),
    "one-alias-of-two": (
        {f"{NEWS}{name}.vi.md": article(number, aliases="[/tin-tuc/2025/cu/]") for number, name in enumerate("ab", 1)},
        "?"),
    "alias-on-another-site": (
        {OWN: article(1), f"{NEWS}b.vi.md": article(2, aliases="['ha/lim:/tin-thanh-pho/2026/a/']")}, "?"),
}


@pytest.mark.parametrize(("files", "expected"), CLASHES.values(), ids=CLASHES.keys())
def test_two_items_at_one_address_are_told(tiny, files, expected):
    """The later one is told, with the path of the other."""
    net = tiny()
    for path, text in files.items():
        net.put(path, text)
    assert told(net)[:3] == expected


def without_line(found: list[str]) -> list[str]:
    """Return findings without the line of the first."""
    place, _, code = found[0].partition(" ")
    return [f"{place.partition(':')[0]} {code}", *found[1:]]


SITES = {
    "crosspost": ({"crosspost": "[ha/lin]"}, "?"),
    "crosspost-group": ({"crosspost": "['hue/*']"}, "?"),
    "crosspost-kind": ({"crosspost": "['ha/*:wards']"}, "?"),
    "crosspost-ended": ({"crosspost_ended": "[ha/lin]"}, "?"),
    "alias": ({"aliases": "['ha/lin:/tin-tuc/2025/a/']"}, "?"),
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
    "not-offered": (article(1), PICK, pick(), "?"),
    "outdated": (article(1, crosspost="[ha/lim]"), PICK, pick(), "?"),
    "of-no-item": (article(2), PICK, pick(), "?"),
    "named-wrongly": (article(1), "sites/ha/lim/picks/cau-moi.yaml", pick(), "?"),
    "into-an-unknown-section": (article(1, crosspost="[ha/lim]"), PICK, pick("tin-tuk"), "?"),
    "unknown-field": (article(1, crosspost="[ha/lim]"), PICK, pick() + "intro: x\n", "?"),
    "broken": (article(1, crosspost="[ha/lim]"), PICK, "item: [\n", "?"),
    "of-an-unknown-site": (article(1), f"sites/ha/lin/picks/{item_id(1)}.yaml", pick(), "?"),
}


@pytest.mark.parametrize(("text", "file", "consent", "expected"), PICKS.values(), ids=PICKS.keys())
def test_a_pick_that_cannot_hold_is_told(tiny, text, file, consent, expected):
    """Consent is to one Item, offered to this Site, as it is now, into a section it has."""
    net = tiny()
    net.put(f"{NEWS}a.vi.md", text)
    net.put(file, consent)
    assert told(net) == expected
