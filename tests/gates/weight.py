"""How much of a page comes over the wire until it is first seen: bytes as they are sent, compressed, and requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from playwright.sync_api import Page

from gates.found import Finding
from gates.pages import BuiltPage

KILOBYTE = 1000


@dataclass(frozen=True)
class Weight:
    """The first view of a page by somebody who was never here."""

    bytes: int
    requests: int
    each: Mapping[str, int]
    """Bytes of each file, headers included."""

    @property
    def kilobytes(self) -> float:
        return self.bytes / KILOBYTE


@dataclass(frozen=True)
class Budget:
    """What a first view may weigh."""

    kilobytes: int
    requests: int


HOME = Budget(250, 20)
LIST = Budget(150, 20)
"""A section or a gallery with pictures, a search with its index: people look for one thing among twenty."""
READING = Budget(100, 10)
"""Everything else: somebody came to read one thing."""


def budget_of(template: str) -> Budget:
    many = {"home": HOME, "section": LIST, "tag": LIST, "archive": LIST, "kinds/gallery/item": LIST, "search": LIST}
    return many.get(template, READING)


class Scales:
    """Adds up what is sent for a page from now on, as the browser's network counts it, with an empty cache.

    It does so to the end of its block where it has one.
    """

    def __init__(self, page: Page) -> None:
        self._urls: dict[str, str] = {}
        self._sent: dict[str, int] = {}
        self._debugger = debugger = page.context.new_cdp_session(page)
        debugger.on("Network.requestWillBeSent", lambda e: self._urls.update({e["requestId"]: e["request"]["url"]}))
        debugger.on("Network.loadingFinished", self._finished)
        debugger.send("Network.enable")
        debugger.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._debugger.detach()

    def _finished(self, event: dict[str, Any]) -> None:
        self._sent[event["requestId"]] = int(event["encodedDataLength"])

    def read(self) -> Weight:
        """Return what was sent until now."""
        # What the page before had asked for may still come.
        sent = {key: size for key, size in self._sent.items() if key in self._urls}
        each = {self._urls[key]: size for key, size in sent.items()}
        asked = [url for url in self._urls.values() if not url.startswith("data:")]
        return Weight(sum(sent.values()), len(asked), each)


def weight_findings(page: BuiltPage, weight: Weight, where: str) -> Iterator[Finding]:
    """Yield how a page exceeds its budget, naming the heaviest files."""
    budget = budget_of(page.template)
    heaviest = sorted(weight.each.items(), key=lambda pair: -pair[1])[:3]
    told = ", ".join(f"{url} {size / KILOBYTE:.0f} kB" for url, size in heaviest)
    if weight.bytes > budget.kilobytes * KILOBYTE:
        what = f"{weight.kilobytes:.0f} kB of {budget.kilobytes}: {told}"
        yield Finding(where, "weight", what, "Smaller pictures, fewer letters in fonts, less HTML; or load it later.")
    if weight.requests > budget.requests:
        what = f"{weight.requests} of {budget.requests}: {told}"
        yield Finding(where, "requests", what, "Put files together, or load pictures below the fold later.")
