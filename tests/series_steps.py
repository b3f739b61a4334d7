"""What people do to a network between two builds, one function for each; two numbers choose among what there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from drawn import png
from series import Series
from series_world import PORTAL, Entry, Text

Does = Callable[[Series, int, int], object]
STEPS: dict[str, Does] = {}
_T = TypeVar("_T")
_DAYS = ("2026-10-05", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-30", "2026-12-20", "2025-12-31", "2026-02-01")


@dataclass(frozen=True)
class Step:
    """One thing somebody does."""

    name: str
    which: int = 0
    how: int = 0

    def __repr__(self) -> str:
        return f"Step({self.name!r}, {self.which}, {self.how})"


def step(function: Does) -> Does:
    """Let series take this step."""
    STEPS[function.__name__] = function  # type: ignore[attr-defined]
    return function


def one(choices: Sequence[_T], number: int) -> _T:
    return choices[number % len(choices)]


def entry_of(series: Series, which: int, *kinds: str) -> Entry | None:
    """Return the Item a number chooses, of some kinds if they are named."""
    entries = [entry for entry in series.facts.entries.values() if not kinds or entry.kind in kinds]
    return one(entries, which) if entries else None


def nothing(series: Series, which: int, how: int) -> None:
    """Do nothing; what every step shrinks to."""


STEPS["nothing"] = nothing


# Items.


@step
def add(series: Series, which: int, how: int) -> Entry:
    """Write an Item on some Site; some are due only later."""
    facts = series.facts
    facts.last_number += 1
    number, kind = facts.last_number, one(("article", "article", "document", "page"), how)
    site = one([name for name in facts.site_names() if facts.sections_of_kind(name, kind)], which)
    section = one(facts.sections_of_kind(site, kind), which // 3)
    entry = Entry(number, kind, site, section, f"bai-{number}", one(facts.languages(site), which // 7))
    day = one(_DAYS, how // 4)
    entry.fields = {"title": f"Bài {number}", "date": f"{day}T08:00:00+07:00"}
    facts.entries[number] = entry
    return entry


@step
def edit(series: Series, which: int, how: int) -> None:
    """Change a text's body, sometimes a translation's."""
    entry = entry_of(series, which)
    if entry:
        texts: list[Entry | Text] = [entry, *entry.texts.values()]
        one(texts, how).body = f"Sửa lần {how}.\n\n## Mục {how}\n\nHết."


@step
def retitle(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which)
    if entry:
        entry.fields["title"] = f"Tên mới {how}"


@step
def resummarise(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which)
    if entry:
        entry.fields["abstract" if entry.kind == "document" else "summary"] = f"Tóm tắt {how}."


@step
def set_fact(series: Series, which: int, how: int) -> None:
    """Set or clear a fact that stands on the Item's page or decides its order."""
    entry = entry_of(series, which)
    choices: list[tuple[str, object]] = [
        ("author", "Ban Biên tập"),
        ("updated", "2026-12-25T09:00:00+07:00"),
        ("change_note", "Sửa lỗi"),
        ("source", {"name": "Báo Ví dụ", "url": "https://vi-du.vn/"}),
        ("dialect", "python-markdown"),
    ]
    if entry and entry.kind == "document":
        choices = [("signatory", "Chủ tịch"), ("issued", "2025-09-02"), ("issuer", "Sở Ví dụ"), ("recipients", ["A"])]
    elif entry and entry.kind == "page":
        choices += [("order", 5), ("review_by", "2026-11-24")]
    if entry:
        name, value = one(choices, how)
        if entry.fields.get(name) == value:
            del entry.fields[name]
        else:
            entry.fields[name] = value


@step
def same_number(series: Series, which: int, how: int) -> None:
    """Give a document the number of another: a warning that comes and goes."""
    entry, other = entry_of(series, which, "document"), entry_of(series, how, "document")
    if entry and other:
        entry.fields["number"] = f"{other.number:02}/2026/QĐ-UBND"


@step
def set_date(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which)
    if entry:
        entry.fields["date"] = f"{one(_DAYS, how)}T{8 + how % 3:02}:00:00+07:00"


@step
def draft(series: Series, which: int, how: int) -> None:
    """Make an Item a draft, or publish it."""
    entry = entry_of(series, which)
    if entry and not entry.fields.pop("draft", None):
        entry.fields["draft"] = True


@step
def demo(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which, "article", "page")
    if entry and not entry.fields.pop("demo", None):
        entry.fields["demo"] = True


@step
def withdraw(series: Series, which: int, how: int) -> None:
    """Withdraw an Item now or soon, or take that back."""
    entry = entry_of(series, which)
    if entry and not entry.fields.pop("withdrawn", None):
        entry.fields["withdrawn"] = {"at": f"{one(_DAYS, how)}T07:00:00+07:00", "reason": f"Sai {how}"}


@step
def remove(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which)
    if entry:
        del series.facts.entries[entry.number]


@step
def rename(series: Series, which: int, how: int) -> None:
    """Give an Item another address; mostly the former one leads there."""
    entry = entry_of(series, which)
    if entry:
        if how % 4:
            entry.aliases = list(dict.fromkeys([*entry.aliases, entry.address]))
        entry.slug = f"ten-{entry.number}-{how}"


@step
def move(series: Series, which: int, how: int) -> None:
    """Move an Item to another section or Site; the Site it left says where it is."""
    facts, entry = series.facts, entry_of(series, which)
    if not entry:
        return
    places = [(site, s) for site in facts.site_names() for s in facts.sections_of_kind(site, entry.kind)]
    places = [(site, section) for site, section in places if entry.lang in facts.languages(site)]
    site, section = one(places, how)
    if site == entry.site:
        entry.aliases = list(dict.fromkeys([*entry.aliases, entry.address]))
    else:
        facts.site(entry.site).setdefault("moved", {})[entry.address] = entry.number
        entry.aliases = []
    entry.site, entry.section = site, section


@step
def translate(series: Series, which: int, how: int) -> None:
    """Translate an Item, confirm its translation, or take it away."""
    entry = entry_of(series, which)
    languages = [lang for lang in series.facts.languages(entry.site) if lang != entry.lang] if entry else []
    if not entry or not languages:
        return
    lang = one(languages, how)
    if lang not in entry.texts:
        entry.texts[lang] = Text(f"News {entry.number}", f"Text {how}.")
    elif how % 3:
        entry.texts[lang].seen = ""
        entry.texts[lang].title = f"News {how}"
    else:
        del entry.texts[lang]


@step
def tag(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which)
    tags = list(series.facts.vocabulary["tags"])
    if entry:
        entry.fields["tags"] = one([tags[:1], tags[1:2], tags, []], how)


@step
def offer(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which)
    if entry:
        entry.offers = one([["ha/*"], ["ha/lim"], ["ha/*:commune"], [PORTAL], ["ha/mai", PORTAL], []], how)


@step
def end_offer(series: Series, which: int, how: int) -> None:
    """End copies: the target moves from one list to the other, or back."""
    entry = entry_of(series, which)
    if entry:
        entry.offers, entry.ended = (entry.ended, []) if entry.ended else ([], entry.offers)


@step
def attach(series: Series, which: int, how: int) -> None:
    """Add, change or remove a file beside an Item."""
    entry = entry_of(series, which)
    name = one(("anh.png", "so-lieu.txt", "anh-hai.png"), how)
    if entry and name in entry.media and how % 2:
        del entry.media[name]
    elif entry:
        entry.media[name] = png(how) if name.endswith("png") else f"Bảng {how}".encode()


@step
def link(series: Series, which: int, how: int) -> None:
    """Link to another Item, by its id or by its file; or unlink."""
    entry, target = entry_of(series, which), entry_of(series, how)
    if entry and target:
        known = (one(("item", "file"), which + how), target.number)
        others = [other for other in entry.links if other != known]
        entry.links = [known, *others] if len(others) == len(entry.links) else others


@step
def supersede(series: Series, which: int, how: int) -> None:
    """Let a document replace an older one; the older says so itself when it stands on another Site."""
    entry, other = entry_of(series, which, "document"), entry_of(series, how, "document")
    if entry and other and entry.number > other.number:
        if entry.site != other.site:
            other.replaced_by = 0 if other.replaced_by else entry.number
        else:
            entry.replaces = [] if other.number in entry.replaces else [other.number]


@step
def set_validity(series: Series, which: int, how: int) -> None:
    entry = entry_of(series, which, "document")
    if entry:
        entry.fields["effective"] = one(("2026-10-01", "2026-11-23", "2026-11-01"), how)
        entry.fields["expires"] = one(("2026-11-25", "2026-11-23", "2027-01-01"), how // 3)
