"""The Markdown Reader: ready Fragments from the store, addresses resolved for this Edition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican import signals
from pelican.readers import BaseReader
from pelican.urlwrappers import Category

from congtin.build.edition import EditionJob
from congtin.build.item_view import item_view, resolve_addresses
from congtin.build.plan import PlacedItem
from congtin.catalogue.store import FragmentStore


class FragmentReader(BaseReader):  # type: ignore[misc]  # Pelican has no type hints
    """Reads a Source as it was catalogued; the file itself is not parsed again."""

    enabled = True
    file_extensions = ("md",)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return (HTML, metadata) of the Item placed from this file."""
        job: EditionJob = self.settings["CONGTIN_JOB"]
        placed = _placed_by_source(self.settings)[Path(source_path).relative_to(job.plan.root).as_posix()]
        fragment = _store(self.settings).get(placed.source.blob)
        if fragment is None:
            raise LookupError(source_path)
        folder, path = job.plan.edition.folder, placed.placement.path
        metadata = {
            "title": placed.text("title"),
            "summary": placed.teaser,
            "date": placed.item.facts.date,
            "slug": placed.source.where.slug,
            "lang": placed.placement.lang,
            "category": Category(placed.placement.section, self.settings),
            "url": path,
            "save_as": f"{folder}/{placed.placement.output}",
            "placed": placed,
            "view": item_view(self.settings["CONGTIN_VIEWS"], placed, fragment.headings),
        }
        return resolve_addresses(job.plan, placed, fragment.html), metadata


def _placed_by_source(settings: dict[str, Any]) -> dict[str, PlacedItem]:
    if "CONGTIN_BY_SOURCE" not in settings:
        items = settings["CONGTIN_JOB"].plan.items
        settings["CONGTIN_BY_SOURCE"] = {placed.source.path: placed for placed in items}
    found: dict[str, PlacedItem] = settings["CONGTIN_BY_SOURCE"]
    return found


def _store(settings: dict[str, Any]) -> FragmentStore:
    if "CONGTIN_STORE" not in settings:
        settings["CONGTIN_STORE"] = FragmentStore(settings["CONGTIN_JOB"].state, read_only=True)
    store: FragmentStore = settings["CONGTIN_STORE"]
    return store


def add_reader(readers: Any) -> None:
    """Give `.md` files to our Reader, whatever other Readers are installed."""
    readers.reader_classes["md"] = FragmentReader


def register() -> None:
    """Pelican calls this once in each process."""
    signals.readers_init.connect(add_reader)
