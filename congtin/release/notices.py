"""A notice of a planned stop: since when citizens read it on each Site, with the day of the stop in it (G18)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from congtin.catalogue.group import catalogue_of
from congtin.catalogue.overlay import changed_files
from congtin.catalogue.paths import MEDIA_SUFFIX
from congtin.catalogue.source import Item
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.sync import Synchroniser
from congtin.checks.text import inspect_text
from congtin.crosspost.placements import place
from congtin.editorial.repository import GitRepository
from congtin.errors import UsageError
from congtin.layout import CONTENT
from congtin.messages import msg
from congtin.network.network import Network
from congtin.release.home import Home
from congtin.release.records import Release
from congtin.release.releases import all_releases

_YEAR_AFTER = r"(?:\s*(?:năm|,)?\s*{year}\b|(?!\s*(?:(?:năm|,)\s*)?\d{{4}}))"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Notice:
    """One Item as it stands on one Site."""

    item: str
    site: str
    address: str
    since: datetime | None
    """When the first Release was made in which it named the day; None: it does not name it."""


def names_day(text: str, day: date) -> bool:
    """Tell whether a text says a day: 5/12/2026, 05-12-2026, 2026-12-05, ngày 5 tháng 12 [năm 2026], 5 December 2026.

    With the month in words the year may be left out, but it may not be another.
    """
    numbers = rf"(?<!\d)0?{day.day}\s*[/.-]\s*0?{day.month}\s*[/.-]\s*{day.year}(?!\d)"
    year = _YEAR_AFTER.format(year=day.year)
    words = rf"(?<!\d)0?{day.day}\s+tháng\s+0?{day.month}(?!\d){year}"
    english = rf"(?<!\d)0?{day.day}\s+{_MONTHS[day.month - 1]}\b{year}"
    american = rf"\b{_MONTHS[day.month - 1]}\s+0?{day.day}(?!\d){year}"
    forms = (re.escape(day.isoformat()), numbers, words, english, american)
    return any(re.search(form, text, re.IGNORECASE) for form in forms)


def notices(
    home: Home, live: Release, network: Network, items: Iterable[str], sites: Iterable[str], day: date
) -> list[Notice]:
    """Return where these Items stand in the live Release, among these Sites, and since when they named the day.

    Raise UsageError for an Item that is unknown there, withdrawn, or not yet due.
    """
    wanted = frozenset(sites)
    found: list[Notice] = []
    with GitRepository(home.content) as git:
        history = _Texts(git)
        for item_id in dict.fromkeys(items):
            item = _item(git, live.record.commit, network, item_id)
            _require_live(item, live)
            for site, output, address in _places(network, item, live, wanted):
                since = _since(_run(home, live), output, item.original.path, history, day)
                found.append(Notice(item_id, site, address, since))
    return found


def _item(git: GitRepository, commit: str, network: Network, item_id: str) -> Item:
    """Return an Item of a commit by its id."""
    for item in _items(git, commit, network, item_id):
        if item.id == item_id:
            return item
    hint = msg("Its id stands in the front matter; it must be published before a stop can rest on it.")
    raise UsageError(msg("The live Release has no Item “{item}”.", item=item_id), hint)


def _items(git: GitRepository, commit: str, network: Network, item_id: str) -> Iterable[Item]:
    listed = git.answer("grep", "-l", "-z", "-F", "-e", item_id, commit, "--", CONTENT).stdout.decode()
    paths = [name.partition(":")[2] for name in listed.split("\0") if name.endswith(".md")]
    tree = git.tree(commit)
    beside = {
        path
        for found in paths
        for path in tree.paths(found.rpartition("/")[0])
        if path.startswith((f"{_item_path(found)}.", f"{_item_path(found)}{MEDIA_SUFFIX}/"))
    }
    if not beside:
        return ()
    with changed_files(tree.read, beside) as folder, tempfile.TemporaryDirectory(prefix="congtin-") as name:
        store = CatalogueStore(Path(name))
        try:
            with store.db:
                Synchroniser(folder, store, network, inspect_text, 1).paths(sorted(beside))
            return tuple(catalogue_of(store.all_rows(), network).items.values())
        finally:
            store.close()


def _item_path(path: str) -> str:
    return path.removesuffix(".md").rpartition(".")[0]


def _require_live(item: Item, live: Release) -> None:
    clock, withdrawn = live.record.clock, item.facts.withdrawn
    if item.facts.draft or item.facts.date > clock:
        raise UsageError(msg("The Item “{item}” is not published yet.", item=item.id))
    if withdrawn and withdrawn.at <= clock:
        raise UsageError(msg("The Item “{item}” has been withdrawn.", item=item.id))


def _places(network: Network, item: Item, live: Release, sites: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (Site, file, address) where an Item stands in the first language of each Site."""
    from congtin.catalogue.source import Catalogue

    placed = place(network, Catalogue({item.id: item}, (), 1), live.record.clock, sites & network.sites.keys())
    for key, placements in placed.by_edition.items():
        if key.lang != network.sites[key.site].main_language:
            continue
        edition = network.edition(key)
        for placement in placements:
            output = f"{edition.folder}/{placement.output}"
            if placement.item == item.id and output in live.outputs:
                yield key.site, output, f"{edition.base_url}{placement.path}"


def _run(home: Home, live: Release) -> list[Release]:
    """Return the Releases at hand up to the live one, the newest first."""
    return [release for release in reversed(all_releases(home)) if release.number <= live.number]


class _Texts:
    """The texts of Sources at commits."""

    def __init__(self, git: GitRepository) -> None:
        self.git = git
        self.known: dict[tuple[str, str], str] = {}

    def at(self, commit: str, path: str) -> str:
        if (commit, path) not in self.known:
            self.known[commit, path] = (self.git.tree(commit).read(path) or b"").decode("utf-8", "replace")
        return self.known[commit, path]


def _since(run: list[Release], output: str, path: str, texts: _Texts, day: date) -> datetime | None:
    """Return when the oldest Release of an unbroken run was made that has the page, with the day in its text.

    A date in the front matter proves nothing, and a day that was written in later counts from then on.
    """
    since = None
    for release in run:
        if output not in release.outputs or not names_day(texts.at(release.record.commit, path), day):
            break
        since = release.record.created
    return since


def by_site(found: Iterable[Notice]) -> Mapping[str, list[Notice]]:
    """Return the notices of each Site."""
    sites: dict[str, list[Notice]] = {}
    for notice in found:
        sites.setdefault(notice.site, []).append(notice)
    return sites
