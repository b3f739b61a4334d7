"""Addresses in pages: each leads to a file of the output, with the anchor asked for; nothing is loaded elsewhere.

All pages of the network are looked at, for a link of one Site may lead to any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urldefrag, urlsplit

from whole import WholeNetwork

from gates.found import Finding

# Systems of the cities that are not of this network; where their addresses come from stands in sites/.
OUTSIDE = frozenset({"data.hanoi.gov.vn"})


def dead_links(whole: WholeNetwork, outside: Collection[str] = OUTSIDE) -> Iterator[Finding]:
    """Yield every link, picture, canonical address and redirect on a host of the network that leads nowhere."""
    parents = {portal.options.parent_host for portal in whole.repository.network.portals.values()}
    ids = {page.file: {*page.ids, "", "top"} for page in whole.pages.values()}
    files: dict[str, str | None] = {}
    for page in whole.pages.values():
        addresses = {(link.absolute, link.value) for link in page.links}
        addresses |= {(url, url) for url in (*page.canonical, page.refresh) if url}
        for absolute, value in sorted(addresses):
            url, anchor = urldefrag(absolute)
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https"):
                if parts.scheme not in ("mailto", "tel"):
                    yield Finding(page.file, "link-scheme", value, "Use https:, mailto: or tel:.")
                continue
            if parts.hostname not in whole.hosts:
                if parts.hostname not in outside and any((parts.hostname or "").endswith(f".{p}") for p in parents):
                    yield Finding(page.file, "link-host", value, "No Site has this host: correct it or add the Site.")
                continue
            if url not in files:
                files[url] = whole.file_of(url)
            target = files[url]
            if target is None:
                yield Finding(page.file, "link-dead", value, "Nothing is there: correct the address or remove it.")
            elif anchor and anchor not in ids.get(target, set()):
                yield Finding(page.file, "link-anchor", value, "The page has no element with this id.")


# What a browser fetches by itself, without anybody following a link.
_FETCHED = frozenset({"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "manifest"})
_CSS_ADDRESS = re.compile(rb"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


def foreign_loads(whole: WholeNetwork) -> Iterator[Finding]:
    """Yield what a page or a style sheet would load from, or send to, another host than its own."""
    mend = "Keep it on the page's own host: nobody else learns who reads."
    for page in whole.pages.values():
        own = urlsplit(page.url).hostname
        for link in page.links:
            fetched = link.element == "link" and _FETCHED.intersection(link.rel.split())
            sent = link.attribute in ("src", "srcset", "poster", "action")
            if (fetched or sent) and urlsplit(link.absolute).hostname != own:
                yield Finding(page.file, "foreign-load", link.value, mend)
    sheets = {data: name for name, data in whole.bytes_of(".css")}
    for style, name in sheets.items():
        for quoted, imported in _CSS_ADDRESS.findall(style):
            address = (quoted or imported).decode()
            if urlsplit(address).netloc:
                yield Finding(name, "foreign-load", address, mend)
