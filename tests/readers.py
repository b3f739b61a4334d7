"""Readers that look at what they get: a page, then all that it is made of, and whether these belong together.

looks = [Reader(server).look("ha.gov.vn", "/")]
objections(looks, {"1": release_one.outputs, "2": release_two.outputs})

Pages say “Bản 7”, style sheets `.ban-7`, so whoever reads sees which Release they are of (tests/loads.py makes them).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html
from nginxes import Nginx

_PAGE_MARK, _STYLE_MARK = re.compile(r"Bản (\d+)"), re.compile(r"\.ban-(\d+)")
# What a page is not whole without; links to follow are another matter.
_ASSETS = "//link[@rel='stylesheet' or contains(@rel, 'icon') or @rel='manifest']/@href | //script/@src | //img/@src"
_A_CONNECTION = 500


@dataclass(frozen=True)
class Got:
    """One answer, reduced to what is judged."""

    name: str
    """The file below `tree/` that this address means."""
    status: int
    digest: str
    mark: str | None
    """Which Release it says it belongs to."""


@dataclass(frozen=True)
class Look:
    """A page, and all that it is made of."""

    page: Got
    assets: tuple[Got, ...]


@dataclass
class Reader:
    """Reads pages as a browser does: the page, then each of its files, over one kind of connection."""

    server: Nginx
    address: str = "127.0.0.1"
    http2: bool = True
    asked: int = 0

    def look(self, host: str, path: str, between: Callable[[], object] = lambda: None) -> Look:
        """Fetch a page and then its assets; ``between`` happens after the page came."""
        page, body = self._get(host, path, _PAGE_MARK)
        found = lxml_html.document_fromstring(body).xpath(_ASSETS) if page.status == 200 else []
        between()
        urls = dict.fromkeys(urljoin(f"https://{host}{path}", url) for url in found)
        return Look(page, tuple(self._get(urlsplit(u).hostname, urlsplit(u).path, _STYLE_MARK)[0] for u in urls))

    def _get(self, host: str, path: str, mark: re.Pattern[str]) -> tuple[Got, bytes]:
        self.asked += 1
        if self.asked % _A_CONNECTION == 0:
            # nginx ends a connection after a thousand requests; over HTTP/2 this client stumbles when it does.
            self.server._clients.pop((self.address, self.http2)).close()
        answer = self.server.ask(host, path, address=self.address, http2=self.http2)
        name = f"{host}{path}index.html" if path.endswith("/") else f"{host}{path}"
        readable = answer.headers.get("content-type", "").startswith("text/")
        found = mark.search(answer.text) if readable else None
        digest = hashlib.sha256(answer.content).hexdigest()
        return Got(name, answer.status_code, digest, found[1] if found else None), answer.content


def objections(looks: list[Look], releases: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return what is wrong with what was read; ``releases`` are the files of each Release by its mark."""
    found = []
    for look in looks:
        page = look.page
        files = releases.get(page.mark or "", {})
        if page.status != 200 or files.get(page.name) != page.digest:
            found.append(f"{page.name}: {page.status}, not as Release {page.mark} has it")
            continue
        if not any(asset.mark for asset in look.assets):
            found.append(f"{page.name}: no style sheet")
        for asset in look.assets:
            if "/theme/" in asset.name:
                whole = files.get(asset.name) == asset.digest and asset.mark in (None, page.mark)
            else:
                # A picture keeps its address when it is replaced: who opened the page before may get the new one.
                whole = asset.digest in {other.get(asset.name) for other in releases.values()}
            if asset.status != 200 or not whole:
                found.append(f"{page.name} of Release {page.mark}: {asset.name} {asset.status}, of {asset.mark}")
    return found
