"""The real network, built once per test session, and what a reader or a robot finds in its output."""

from __future__ import annotations

import functools
import re
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from lxml import etree
from lxml import html as lxml_html
from network import NOON, REPOSITORY

from congtin.build.look import read_repository
from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.checks.registry import Repository
from congtin.languages import html_lang
from congtin.model import Edition, Placement, Profile, SectionKind

# A build takes about a minute; a worker that waits longer than this waits for one that died.
_PATIENCE = 900
_FACETS = {"loai", "co-quan", "nam", "linh-vuc"}
_ADDRESSES = {"href", "src", "srcset", "action", "poster", "cite"}


@dataclass(frozen=True, slots=True)
class Link:
    """An address as it stands in a page."""

    element: str
    rel: str
    attribute: str
    value: str
    absolute: str


@dataclass(frozen=True, slots=True)
class OutputPage:
    """One HTML file, reduced to what the tests ask of all pages."""

    file: str
    url: str
    lang: str
    titles: tuple[str, ...]
    headings: tuple[str, ...]
    ids: tuple[str, ...]
    links: tuple[Link, ...]
    canonical: tuple[str, ...]
    alternates: tuple[tuple[str, str], ...]
    robots: tuple[str, ...]
    refresh: str


class WholeNetwork:
    """The repository, its output, and every page of it."""

    def __init__(self, output: Path, state: Path) -> None:
        self.output = output
        self.state = state

    @functools.cached_property
    def repository(self) -> Repository:
        """Return Sites, content and what should stand where."""
        return read_repository(REPOSITORY, self.state, NOON, Profile.WORK)

    @functools.cached_property
    def editions(self) -> list[Edition]:
        return list(self.repository.network.editions())

    @functools.cached_property
    def hosts(self) -> frozenset[str]:
        return frozenset(edition.host for edition in self.editions)

    @functools.cached_property
    def files(self) -> tuple[str, ...]:
        """Return every file of the output but the build's own workshop."""
        found = (file.relative_to(self.output).as_posix() for file in self.output.rglob("*") if file.is_file())
        return tuple(sorted(name for name in found if not name.startswith(".staging/")))

    @functools.cached_property
    def file_set(self) -> frozenset[str]:
        return frozenset(self.files)

    @functools.cached_property
    def page_names(self) -> tuple[str, ...]:
        """Return the file of every page."""
        return tuple(name for name in self.files if name.endswith(".html"))

    @functools.cached_property
    def pages(self) -> dict[str, OutputPage]:
        """Return every page by its file; reading them all takes a while."""
        return {name: read_page(self.output, name) for name in self.page_names}

    @functools.cached_property
    def by_url(self) -> dict[str, OutputPage]:
        return {page.url: page for page in self.pages.values()}

    def tree(self, file: str) -> lxml_html.HtmlElement:
        """Return one page with all its elements."""
        return parse(self.output / file)

    def text(self, file: str) -> str:
        return (self.output / file).read_text("utf-8")

    def bytes_of(self, suffix: str) -> Iterator[tuple[str, bytes]]:
        """Yield (name, content) of every file with this ending."""
        for name in self.files:
            if name.endswith(suffix):
                yield name, (self.output / name).read_bytes()

    def file_of(self, url: str) -> str | None:
        """Return the output file a web server would send for an address of the network."""
        parts = urlsplit(url)
        name = f"{parts.hostname}{unquote(parts.path) or '/'}"
        name = f"{name}index.html" if name.endswith("/") else name
        return name if name in self.file_set else None

    def server_list(self, edition: Edition, kind: str) -> list[str]:
        """Return the lines of an Edition's `redirects` or `gone` list for web servers."""
        name = f".server/{edition.host}/{edition.lang.lower()}.{kind}.txt"
        return self.text(name).splitlines() if name in self.file_set else []

    def placements(self) -> Iterator[tuple[Edition, Placement]]:
        """Yield everything that is placed, with its Edition."""
        placements = self.repository.placements.by_edition
        for edition in self.editions:
            for placement in placements.get(edition.key, ()):
                yield edition, placement

    def placed_file(self, edition: Edition, placement: Placement) -> str:
        return f"{edition.folder}/{placement.output}"

    @functools.cached_property
    def edition_of_file(self) -> dict[str, tuple[Edition, str]]:
        """Return, for every page, its Edition and its path below that Edition's root."""
        roots = sorted(((e.folder + "/", e) for e in self.editions), key=lambda pair: -len(pair[0]))
        found = {}
        for name in self.page_names:
            root, edition = next((root, e) for root, e in roots if name.startswith(root))
            found[name] = (edition, name.removeprefix(root).removesuffix("index.html"))
        return found

    @functools.cached_property
    def templates(self) -> dict[str, str]:
        """Return the template every page was made with, derived from its path."""
        special = {}
        for edition, placement in self.placements():
            item = self.repository.catalogue.items[placement.item]
            withdrawn = item.facts.withdrawn and item.facts.withdrawn.at <= NOON
            own = self.repository.network.kinds[item.kind].item_template
            special[self.placed_file(edition, placement)] = "withdrawn" if withdrawn else own
        for edition in self.editions:
            for redirect in self.repository.placements.redirects.get(edition.key, ()):
                special[f"{edition.folder}/{redirect.path}index.html"] = "redirect"
        return {name: special.get(name) or self._template(*self.edition_of_file[name]) for name in self.page_names}

    def _template(self, edition: Edition, path: str) -> str:
        fixed = {
            "": "home",
            "lien-he/": "contact",
            "tro-nang/": "accessibility",
            "so-do-trang/": "sitemap",
            "co-quan/": "directory",
            "404.html": "404",
            "chu-de/": "tags",
            "luu-tru/": "archives",
            "tim-kiem/": "search",
        }
        parts = path.rstrip("/").split("/")
        if path in fixed:
            return fixed[path]
        if parts[0] == "chu-de":
            return "tag"
        if parts[0] == "luu-tru":
            return "archive"
        section = self.repository.network.sites[edition.key.site].options.sections[parts[0]]
        numbered = len(parts) == 2 and parts[1].startswith("trang-")
        if section.kind == SectionKind.DOCUMENTS and len(parts) > 1 and parts[1] in _FACETS:
            return "library"
        if len(parts) == 1 or numbered:
            return self.repository.network.kinds.list_template(section.kind)
        raise AssertionError(f"no template makes {edition.folder}/{path}")

    def is_item(self, file: str) -> bool:
        return self.templates[file] in {kind.item_template for kind in self.repository.network.kinds.values()}


@functools.cache
def _parser() -> etree.HTMLParser:
    return etree.HTMLParser(encoding="utf-8")


def parse(file: Path) -> lxml_html.HtmlElement:
    """Return an HTML file as elements."""
    return lxml_html.document_fromstring(file.read_bytes(), parser=lxml_html.HTMLParser(encoding="utf-8"))


@functools.cache
def _link(element: str, rel: str, attribute: str, value: str, base: str) -> Link:
    """Return one link for all pages that have it: a process that holds a million of them forks slowly ever after."""
    return Link(element, rel, attribute, value, urljoin(base, value))


def _base(url: str, value: str) -> str:
    """Return what an address is relative to: the whole network repeats those that do not depend on their page."""
    return url[: url.index("/", 8) + 1] if value.startswith(("/", "https:")) else url


def read_page(output: Path, name: str) -> OutputPage:
    """Return what all tests want to know of a page."""
    url = "https://" + (name.removesuffix("index.html") if name.endswith("/index.html") else name)
    root = etree.fromstring((output / name).read_bytes(), _parser())
    head = root.find("head")
    links = []
    for element in root.iter(etree.Element):
        for attribute in _ADDRESSES.intersection(element.keys()):
            value = element.get(attribute, "")
            values = [part.split()[0] for part in value.split(",")] if attribute == "srcset" else [value]
            links += [_link(element.tag, element.get("rel", ""), attribute, one, _base(url, one)) for one in values]
    head_links = list(head.iter("link"))
    refresh = [m.get("content", "") for m in head.iter("meta") if m.get("http-equiv", "").lower() == "refresh"]
    return OutputPage(
        file=name,
        url=url,
        lang=root.get("lang", ""),
        titles=tuple(title.text or "" for title in root.iter("title") if title.getparent() is head),
        headings=tuple("".join(h1.itertext()).strip() for h1 in root.iter("h1")),
        ids=tuple(sys.intern(str(each)) for each in root.xpath("//@id")),
        links=tuple(links),
        canonical=tuple(link.get("href", "") for link in head_links if link.get("rel") == "canonical"),
        alternates=tuple((link.get("hreflang"), link.get("href")) for link in head_links if link.get("hreflang")),
        robots=tuple(m.get("content", "") for m in head.iter("meta") if m.get("name") == "robots"),
        refresh=refresh[0].partition("url=")[2] if refresh else "",
    )


def effective_lang(element: etree._Element) -> str:
    """Return the language an element's text is marked with, by itself or by what it stands in."""
    for candidate in (element, *element.iterancestors()):
        if candidate.get("lang") is not None:
            return candidate.get("lang", "")
    return ""


def texts(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield (text, language it is marked with) of every piece of text a reader sees."""
    for element in root.iter(etree.Element):
        if element.tag in ("script", "style"):
            continue
        lang = effective_lang(element)
        if element.text and element.text.strip():
            yield re.sub(r"\s+", " ", element.text.strip()), lang
        for child in element:
            if child.tail and child.tail.strip():
                yield re.sub(r"\s+", " ", child.tail.strip()), lang


@functools.cache
def messages(lang: str) -> Catalog:
    """Return the theme's catalogue of a language, as it stands in the repository."""
    name = lang.partition("-")[0]
    with (REPOSITORY / f"themes/base/translations/{name}/LC_MESSAGES/theme.po").open("rb") as stream:
        return read_po(stream)


def message(lang: str, msgid: str) -> str:
    """Return a text of the interface in a language."""
    return msgid if lang == "en" else str(messages(lang)[msgid].string)


def shown(lang: str) -> str:
    """Return a language tag as pages write it."""
    return html_lang(lang)


def build_whole(folder: Path) -> WholeNetwork:
    """Build into ``folder``, or wait for the worker that does: making a folder is atomic."""
    output, state, done, failed = folder / "output", folder / ".congtin", folder / "done", folder / "failed"
    try:
        folder.mkdir()
    except FileExistsError:
        started = time.monotonic()
        while not done.exists():
            assert not failed.exists(), failed.read_text("utf-8")
            assert time.monotonic() - started < _PATIENCE, f"nothing was built in {folder}"
            time.sleep(0.5)
        return WholeNetwork(output, state)
    try:
        build(BuildRequest(root=REPOSITORY, output=output, state=state, now=NOON, workers=2))
    except BaseException:
        failed.write_text(traceback.format_exc(), "utf-8")
        raise
    done.touch()
    return WholeNetwork(output, state)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> WholeNetwork:
    """Return the whole network, built once even where pytest-xdist runs several workers."""
    base = tmp_path_factory.getbasetemp()
    return build_whole((base.parent if hasattr(request.config, "workerinput") else base) / "whole")
