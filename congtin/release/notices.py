"""A notice of a planned stop: since when citizens read it on each Site, with the day of the stop in it (G18)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from congtin.catalogue.group import catalogue_of
from congtin.catalogue.overlay import changed_files
from congtin.catalogue.paths import MEDIA_SUFFIX
from congtin.catalogue.source import Catalogue, Item
from congtin.catalogue.store import CatalogueStore
from congtin.catalogue.sync import Synchroniser
from congtin.checks.text import inspect_text
from congtin.crosspost.placements import place
from congtin.editorial import log
from congtin.editorial.repository import GitRepository
from congtin.errors import UsageError
from congtin.layout import CONTENT
from congtin.messages import msg
from congtin.network.network import Network
from congtin.release.home import Home
from congtin.release.journal import PUBLISHED, ROLLED_BACK
from congtin.release.records import OUTPUTS, Release
from congtin.release.releases import all_releases

# A notice is some weeks old; the log goes back for years.
_MOST_BACK = timedelta(days=90)
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
            places = list(_places(network, item, live, wanted))
            run = _run(home, live)
            since = _since(run, {output for _, output, _ in places}, item.original.path, history, day)
            _look_further(git, run[-1], item, {output: site for site, output, _ in places}, since)
            found += [Notice(item_id, site, address, since.get(output)) for site, output, address in places]
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


def _since(run: Iterable[Release], outputs: set[str], path: str, texts: _Texts, day: date) -> dict[str, datetime]:
    """Return when the oldest Release of an unbroken run was made that has each page, with the day in the Item's text.

    A date in the front matter proves nothing, and a day that was written in later counts from then on.
    """
    since: dict[str, datetime] = {}
    unbroken = outputs
    for release in run:
        if not unbroken or not names_day(texts.at(release.record.commit, path), day):
            break
        # The list is long and there may be thousands of Releases: only these names are looked for in it.
        listed = (release.folder / OUTPUTS).read_bytes()
        unbroken = {output for output in unbroken if f"  {output}\n".encode() in listed}
        since |= dict.fromkeys(unbroken, release.record.created)
    return since


def _look_further(
    git: GitRepository, oldest: Release, item: Item, sites: Mapping[str, str], since: dict[str, datetime]
) -> None:
    """Follow the pages that the oldest Release at hand has through the audit log: Releases before it are removed.

    There a page counts as long as its Item's original and all that lets it stand on the Site had the very same bytes.
    """
    reached = {output for output, at in since.items() if at == oldest.record.created}
    told = {output: _told(git, oldest.record.commit, item, sites[output]) for output in reached}
    oid = oldest.record.log_head
    while oid and reached:
        entry = log.read(git, oid).entry
        if oldest.record.created - entry.time > _MOST_BACK:
            return
        commit = entry.detail.get("commit")
        if entry.event in (PUBLISHED, ROLLED_BACK) and isinstance(commit, str):
            if item.facts.date > entry.time:
                return
            reached = {output for output in reached if _told(git, commit, item, sites[output]) == told[output]}
            since |= dict.fromkeys(reached, entry.time)
        oid = next(iter(git.commit(oid).parents), None)


def _told(git: GitRepository, commit: str, item: Item, site: str) -> tuple[bytes | None, ...]:
    """Return the bytes that decide whether and how an Item stands on a Site."""
    portal = site.partition("/")[0]
    paths = [item.original.path]
    if site != item.site:
        paths += [f"sites/{portal}/portal.yaml", f"sites/{site}.yaml", f"sites/{site}/picks/{item.id}.yaml"]
    return tuple(git.tree(commit).read(path) for path in paths)


def by_site(found: Iterable[Notice]) -> Mapping[str, list[Notice]]:
    """Return the notices of each Site."""
    sites: dict[str, list[Notice]] = {}
    for notice in found:
        sites.setdefault(notice.site, []).append(notice)
    return sites
