"""What must hold of a Release before anybody sees it: each host has its home, no page is lost, links lead somewhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import html

from congtin.build.manifest import SERVER_FOLDER
from congtin.errors import Problem, Severity
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
    moved: Mapping[str, str]
    """``host/path`` of every former address, and where it leads."""
    gone: frozenset[str]

    @classmethod
    def of(cls, tree: Path, outputs: Mapping[str, str], hosts: Iterable[str]) -> Answers:
        """Read the lists that a web server uses."""
        moved: dict[str, str] = {}
        gone: set[str] = set()
        for name in outputs:
            if not name.startswith(f"{SERVER_FOLDER}/") or not name.endswith((".redirects.txt", ".gone.txt")):
                continue
            host = name.split("/")[1]
            for line in (tree / name).read_text("utf-8").splitlines():
                address, _, target = line.partition(" ")
                if target:
                    moved[f"{host}{address}"] = _where(f"https://{host}{address}", target)
                elif address:
                    gone.add(f"{host}{address}")
        return cls(frozenset(hosts), outputs, moved, frozenset(gone))

    def withdrawn(self) -> set[str]:
        """Return every ``host/path`` at which a withdrawn page is told of, former addresses of it too."""
        found = set(self.gone)
        for address in self.moved:
            steps = [address]
            while (target := self.moved.get(steps[-1])) and target not in steps:
                steps.append(target)
            if found & {*steps, target}:
                found.update(steps)
        return found

    def has(self, host: str, path: str) -> bool:
        """Tell whether ``https://host/path`` is a file, a page, a redirect or a withdrawal."""
        where = f"{host}{_normal(path)}"
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
    answered = answers.moved.keys() | answers.gone
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
    """Yield what some pages name, on any host of the network, and nobody answers; at most a few of them a page.

    A page that lacks what it is made of, such as its style sheet, is an error. A link that a reader may follow is a
    warning: whatever else stands on main, a withdrawal must not wait for it.
    """
    for name in pages:
        if not name.endswith(".html"):
            continue
        host, _, path = name.partition("/")
        base = f"https://{host}/{path.removesuffix(_PAGE)}"
        found = 0
        for address, needed in dict.fromkeys(_addresses((tree / name).read_bytes())):
            if found < _MOST_TOLD and not _leads_somewhere(base, address, answers):
                found += 1
                severity = Severity.ERROR if needed else Severity.WARNING
                text = msg("The link “{link}” leads nowhere.", link=address)
                yield Problem("dead-link", text, name, severity=severity)


def _leads_somewhere(base: str, address: str, answers: Answers) -> bool:
    try:
        parts = urlsplit(urljoin(base, address))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    # Another port is another server.
    if parts.scheme not in ("http", "https") or host not in answers.hosts or port not in (None, 80, 443):
        return True
    return answers.has(host, parts.path)


def _where(base: str, target: str) -> str:
    parts = urlsplit(urljoin(base, target))
    return f"{parts.hostname}{parts.path}"


def _normal(path: str) -> str:
    """Return a path as browsers and web servers read it: percent-decoded, without dots and doubled slashes."""
    plain = unquote(path) or "/"
    normal = posixpath.normpath(f"/{plain.lstrip('/')}")
    return f"{normal.rstrip('/')}/" if plain.endswith(("/", "/.", "/..")) else normal


def _addresses(page: bytes) -> Iterator[tuple[str, bool]]:
    """Yield (address, whether the page needs it) of everything a page names."""
    for element in html.document_fromstring(page).iter():
        if (address := element.get("href")) is not None:
            yield address, element.tag == "link" and "stylesheet" in (element.get("rel") or "")
        for name in ("src", "poster"):
            if (address := element.get(name)) is not None:
                yield address, True
        for source in (element.get("srcset") or "").split(","):
            if source.strip():
                yield source.split()[0], True
