"""The Markdown Reader: ready Fragments from the store, addresses resolved for this Edition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup
from pelican import signals
from pelican.readers import BaseReader
from pelican.urlwrappers import Category

from congtin.build.addresses import Addresses
from congtin.build.edition import EditionJob
from congtin.build.item_view import item_view
from congtin.build.neighbours import Beside
from congtin.build.plan import PlacedItem
from congtin.catalogue.store import CatalogueStore

# Width and height are those of the picture itself.
_KEPT = frozenset({"title", "id", "lang", "dir"})


class FragmentReader(BaseReader):  # type: ignore[misc]  # Pelican has no type hints
    """Reads a Source as it was catalogued; the file itself is not parsed again."""

    enabled = True
    file_extensions = ("md",)

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """Return (HTML, metadata) of the Item placed from this file."""
        job: EditionJob = self.settings["CONGTIN_JOB"]
        path = Path(source_path).relative_to(job.plan.root).as_posix()
        return self.read_placed(next(placed for placed in job.plan.items if placed.source.path == path))

    def read_placed(self, placed: PlacedItem, beside: Beside | None = None) -> tuple[str, dict[str, Any]]:
        """Return (HTML, metadata) of an Item in this Edition; ``beside`` are the Items its page names, if it is one."""
        job: EditionJob = self.settings["CONGTIN_JOB"]
        fragment = self.store.fragment(placed.source.blob)
        if fragment is None:
            raise LookupError(placed.source.path)
        folder, path = job.plan.edition.folder, placed.placement.path
        if beside is None:
            beside = self.settings["CONGTIN_CONTEXTS"].outline.neighbours.of(placed)
        metadata = {
            "title": placed.text("title"),
            "summary": placed.teaser,
            "date": placed.item.facts.date,
            "slug": placed.source.where.slug,
            "lang": placed.placement.lang,
            "category": self.category(placed.placement.section),
            "url": path,
            "save_as": f"{folder}/{placed.placement.output}",
            "placed": placed,
            "view": item_view(self.settings["CONGTIN_VIEWS"], placed, fragment.headings, beside),
        }
        return self.addresses.resolve(placed, fragment.html), metadata

    @cached_property
    def addresses(self) -> Addresses:
        return Addresses(self.settings["CONGTIN_JOB"].plan, self.shown)

    @cached_property
    def picture(self) -> Callable[..., Markup]:
        """The theme's macro for pictures."""
        macro: Callable[..., Markup] = self.settings["CONGTIN_ENV"].get_template("_picture.html").module.picture
        return macro

    def shown(self, placed: PlacedItem, name: str, keys: Mapping[str, str]) -> str:
        """Return the HTML of a picture in a text; ``keys`` are the attributes its tag has beside the address."""
        view = self.settings["CONGTIN_VIEWS"].picture(placed, name)
        if view is None:
            return ""
        alt = Markup(keys.get("alt", ""))  # noqa: S704 (sanitised, as all that follow)
        more = Markup("".join(f' {key}="{value}"' for key, value in keys.items() if key in _KEPT))  # noqa: S704
        if keys.get("width", "").isdigit() and 0 < int(keys["width"]) < view.width:
            narrow = view.narrowed(int(keys["width"]))
            return self.picture(narrow, alt, f"{narrow.width}px", more=more)
        return self.picture(view, alt, more=more)

    @cached_property
    def store(self) -> CatalogueStore:
        return CatalogueStore.reading(self.settings["CONGTIN_JOB"].state)

    @cache  # noqa: B019 (one Reader in the life of a process)
    def category(self, section: str) -> Category:
        return Category(section, self.settings)


def add_reader(readers: Any) -> None:
    """Give `.md` files to our Reader, whatever other Readers are installed."""
    readers.reader_classes["md"] = FragmentReader


def register() -> None:
    """Pelican calls this once in each process."""
    signals.readers_init.connect(add_reader)
