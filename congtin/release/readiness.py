"""What must hold of a Release before anybody sees it: each host has its home, no page is lost, links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

from congtin.build.manifest import SERVER_FOLDER
from congtin.errors import Problem
from congtin.messages import msg
from congtin.network.hosts import RESERVED_PARTS
from congtin.release.records import PublishedEdition

_PAGE = "index.html"
_ITEM = re.compile(r"[^/]+/(?:19|20)[0-9]{2}/(?!trang-[0-9]+/)[^/]*[a-z][^/]*/")
_SECTION = re.compile(r"(?:[^/]+/)?")
_MOST_TOLD = 20


@dataclass(frozen=True)
class Answers:
    """Which addresses of a tree's hosts have an answer that is meant for people."""

    hosts: frozenset[str]
    outputs: Mapping[str, str]
    moved: frozenset[str]
    """``host/path`` of every former address."""
    gone: frozenset[str]

    @classmethod
    def of(cls, tree: Path, outputs: Mapping[str, str], hosts: Iterable[str]) -> Answers:
        """Read the lists that a web server uses."""
        found: dict[str, set[str]] = {"redirects": set(), "gone": set()}
        for name in outputs:
            if name.startswith(f"{SERVER_FOLDER}/") and name.endswith(".txt"):
                host, file = name.split("/")[1:3]
                lines = (tree / name).read_text("utf-8").splitlines()
                # Percent-decoded, as an address is compared.
                found[file.split(".")[-2]] |= {f"{host}{unquote(line.split(' ')[0])}" for line in lines if line}
        return cls(frozenset(hosts), outputs, frozenset(found["redirects"]), frozenset(found["gone"]))

    def has(self, host: str, path: str) -> bool:
        """Tell whether ``https://host/path`` is a file, a page, a redirect or a withdrawal."""
        where = f"{host}{unquote(path) or '/'}"
        names = [f"{where}{_PAGE}"] if where.endswith("/") else [where, f"{where}/{_PAGE}"]
        return any(name in self.outputs for name in names) or where in self.moved or where in self.gone


def missing_homes(editions: Iterable[PublishedEdition], outputs: Mapping[str, str]) -> Iterator[Problem]:
    """Yield every Edition without a home page."""
    for edition in editions:
        folder = f"{edition.host}/{edition.prefix}".rstrip("/")
        if f"{folder}/{_PAGE}" not in outputs:
            yield Problem("no-home-page", msg("{address} has no home page.", address=f"https://{folder}/"), folder)


def lost_pages(before: Mapping[str, str], editions: Iterable[PublishedEdition], answers: Answers) -> Iterator[Problem]:
    """Yield pages that citizens could reach and that have no answer any more (A12): Items, sections, homes.

    Later pages of lists, tags and years come and go with what they list.
    """
    hint = msg("Add the address to “aliases”, or withdraw the Item instead.")
    answered = answers.moved | answers.gone
    prefixes = {(edition.host, edition.prefix) for edition in editions if edition.prefix}
    for name in sorted(before.keys() - answers.outputs.keys()):
        host, _, path = name.partition("/")
        if not path.endswith(_PAGE) or host == SERVER_FOLDER:
            continue
        page = path.removesuffix(_PAGE)
        first, _, rest = page.partition("/")
        inner = rest if (host, first) in prefixes else page
        lasting = _ITEM.fullmatch(inner) or (_SECTION.fullmatch(inner) and inner.strip("/") not in RESERVED_PARTS)
        if lasting and f"{host}/{page}" not in answered:
            text = msg("The page https://{address} would be lost.", address=f"{host}/{page}")
            yield Problem("lost-page", text, name, 0, hint)


def dead_links(tree: Path, pages: Iterable[str], answers: Answers) -> Iterator[Problem]:
    """Yield links of some pages, to any host of the network, that lead nowhere; at most a few of them a page."""
    for name in pages:
        if not name.endswith(".html"):
            continue
        host, _, path = name.partition("/")
        base = f"https://{host}/{path.removesuffix(_PAGE)}"
        found = 0
        for address in dict.fromkeys(_addresses((tree / name).read_bytes())):
            if found < _MOST_TOLD and not _leads_somewhere(base, address, answers):
                found += 1
                yield Problem("dead-link", msg("The link “{link}” leads nowhere.", link=address), name)


def _leads_somewhere(base: str, address: str, answers: Answers) -> bool:
    try:
        parts = urlsplit(urljoin(base, address))
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or host not in answers.hosts:
        return True
    return answers.has(host, parts.path)


def _addresses(page: bytes) -> Iterator[str]:
    for element in html.document_fromstring(page).iter():
        for name in ("href", "src", "poster"):
            address = element.get(name)
            if address is not None:
                yield address
        for source in (element.get("srcset") or "").split(","):
            if source.strip():
                yield source.split()[0]
