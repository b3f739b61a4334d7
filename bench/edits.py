"""Edits that are measured: each run gets a word that never was there, and its page must show it afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from networks import Network
from sample import COMPONENT_COPIES, PORTAL_FOLDER, Item, Site
from write_congtin import source_path
from write_hugo import write_item

_HEADER = '<p class="agency">'
_TITLE = re.compile(r"^title: .*$", re.MULTILINE)


class NothingMeasuredError(Exception):
    """A run did not do what it was to do."""


@dataclass
class Edit:
    """A change of one file that some pages show, made again and again with other words."""

    file: Path
    change: Callable[[str, str], str]
    """Returns a text with a word in it."""
    pages: Sequence[Path]
    word: str = ""
    _original: str = field(init=False)

    def __post_init__(self) -> None:
        self._original = self.file.read_text("utf-8")

    def make(self) -> None:
        """Write the file with a new word."""
        self.word = f"Sửa{time.time_ns()}"
        self.file.write_text(self.change(self._original, self.word), "utf-8")

    def check(self) -> None:
        """Raise when a page lacks the last word."""
        for page in self.pages:
            if self.word not in page.read_text("utf-8"):
                raise NothingMeasuredError(f"{page} does not show the edit of {self.file}")

    def undo(self) -> None:
        """Write the file as it was."""
        self.file.write_text(self._original, "utf-8")


def in_title_and_text(text: str, word: str) -> str:
    """Add a word to the title of a Source, so that lists change too, and to its text."""
    head, fence, body = text.partition("\n---\n")
    return _TITLE.sub(rf"\g<0> {word}", head, count=1) + f"{fence}{word} {body}"


def in_header(text: str, word: str) -> str:
    """Add a word to the header of every page."""
    return text.replace(_HEADER, f"<p>{word}</p>\n{_HEADER}", 1)


def an_article(network: Network, site: Site) -> Item:
    """Return an article of a Site, neither its newest nor its oldest, that nobody else shows."""
    articles = [item for item in network.model.items[site.name] if not item.is_page and not item.offers]
    return sorted(articles, key=lambda item: item.date)[len(articles) // 2]


def item_edit(network: Network, item: Item) -> Edit:
    """Return an edit of our Source."""
    page = network.written(item.site.host, item.path())
    return Edit(network.root / source_path(item), in_title_and_text, [page])


def hugo_item_edit(network: Network, item: Item) -> Edit:
    """Return the same edit of Hugo's content file."""
    file = network.folder / "hugo" / item.site.host / "content" / f"{item.path().rstrip('/')}.md"
    return Edit(file, in_title_and_text, [network.written_by_hugo(item.site.host, item.path())])


def header_edit(network: Network) -> Edit:
    """Return an edit of our header template; some pages of every Site must show it."""
    template = _with_header(network.root / "themes" / "base" / "templates")
    return Edit(template, in_header, list(_some_pages(network, network.written)))


def hugo_header_edit(network: Network) -> Edit:
    """Return the same edit of Hugo's template."""
    template = _with_header(network.folder / "hugo-theme" / "layouts")
    return Edit(template, in_header, list(_some_pages(network, network.written_by_hugo)))


def _with_header(templates: Path) -> Path:
    found = [file for file in templates.rglob("*.html") if _HEADER in file.read_text("utf-8")]
    if len(found) != 1:
        raise NothingMeasuredError(f"{len(found)} templates in {templates} have a header of the kind known")
    return found[0]


def _some_pages(network: Network, written: Callable[[str, str], Path]) -> Iterator[Path]:
    for site in network.model.sites:
        yield written(site.host, "")
        for item in network.model.items[site.name][::25]:
            yield written(site.host, item.path())


class Offers:
    """Portal Items that nobody else shows yet; each run offers the next one to every Site."""

    def __init__(self, network: Network) -> None:
        self._network = network
        items = network.model.items[network.model.portal.name]
        self._next = (item for item in items if not item.is_page and not item.offers)
        self._made: dict[Path, str | None] = {}
        self._pages: list[Path] = []

    def make(self) -> list[Path]:
        """Offer an Item in its front matter; return the file changed. All component Sites take it by a rule."""
        item = self._item(self._network.written)
        file = self._network.root / source_path(item)
        text = file.read_text("utf-8")
        self._made[file] = text
        file.write_text(text.replace("\nauthor: ", f"\ncrosspost: ['{PORTAL_FOLDER}/*']\nauthor: ", 1), "utf-8")
        return [file]

    def make_for_hugo(self) -> None:
        """Write the copies as an editor would: a content file in each site."""
        item = self._item(self._network.written_by_hugo)
        for site in self._network.model.components:
            self._made[write_item(item, COMPONENT_COPIES, site, self._network.folder / "hugo" / site.host)] = None

    def _item(self, written: Callable[[str, str], Path]) -> Item:
        item = next(self._next)
        path = item.path(COMPONENT_COPIES)
        self._pages = [written(site.host, path) for site in self._network.model.components]
        for page in self._pages:
            # What an earlier benchmark left must not be taken for the result of this one.
            page.unlink(missing_ok=True)
        return item

    def check(self) -> None:
        """Raise when a Site lacks its copy."""
        for page in self._pages:
            if not page.is_file():
                raise NothingMeasuredError(f"{page} was not written")

    def undo(self) -> None:
        """Take the offers back."""
        for file, text in self._made.items():
            if text is None:
                file.unlink()
            else:
                file.write_text(text, "utf-8")
