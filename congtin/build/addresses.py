"""Where the links, pictures and files in an Item's text are found in this Edition."""

from __future__ import annotations

import functools
import html
import posixpath
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote, urlsplit

from congtin.build.plan import EditionPlan, PlacedItem
from congtin.catalogue.paths import MEDIA_SUFFIX
from congtin.catalogue.source import relative_item_path

# As `START_TAG` of the Markdown dialect, but for tags without attributes: most have none.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?: [^ =<>"]+="[^"]*")+>')
_ADDRESS = re.compile(r' (href|src|cite)="([^"]*)"')
_KEY = re.compile(r' ([^ =<>"]+)="([^"]*)"')

Shown = Callable[[PlacedItem, str, Mapping[str, str]], str]
"""What makes the HTML of one of an Item's own pictures, by its name and the other attributes of its tag, escaped."""


class Addresses:
    """Resolves the addresses in the Fragments of one Edition."""

    def __init__(self, plan: EditionPlan, shown: Shown) -> None:
        self.plan = plan
        self.shown = shown
        self.root_path = plan.edition.root_path

    @functools.cached_property
    def _paths(self) -> dict[str, str]:
        """The address of each Item by its path in `content/`."""
        return {placed.item.item_path: self.root_path + placed.placement.path for placed in self.plan.items}

    def resolve(self, placed: PlacedItem, markup: str) -> str:
        """Return a Fragment's HTML with the addresses of this Edition in place of paths and `item:` links."""

        def address(match: re.Match[str]) -> str:
            return f' {match[1]}="{html.escape(self._resolved(placed, html.unescape(match[2])))}"'

        def tag(match: re.Match[str]) -> str:
            own = self._own_picture(placed, match[0]) if match[0].startswith("<img ") else ""
            return own or _ADDRESS.sub(address, match[0])

        return _TAG.sub(tag, markup)

    def _own_picture(self, placed: PlacedItem, tag: str) -> str:
        """Return the HTML of a picture that lies beside the Item; nothing for any other."""
        keys = dict(_KEY.findall(tag))
        source = html.unescape(keys.pop("src", ""))
        folder = f"{placed.item.item_path}{MEDIA_SUFFIX}/"
        target = posixpath.normpath(posixpath.join(placed.source.where.folder, unquote(source)))
        return self.shown(placed, target.removeprefix(folder), keys) if target.startswith(folder) else ""

    def _resolved(self, placed: PlacedItem, found: str) -> str:
        parts = urlsplit(found)
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        if parts.scheme == "item":
            return self.plan.links.get(parts.path, "") + anchor
        if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
            return found
        if parts.path.endswith(".md"):
            return self._paths.get(relative_item_path(placed.source, parts.path), placed.canonical) + anchor
        folder = f"{placed.item.item_path}{MEDIA_SUFFIX}/"
        target = posixpath.normpath(posixpath.join(placed.source.where.folder, unquote(parts.path)))
        return self.root_path + placed.placement.path + target.removeprefix(folder)
