"""The parts of an audit: each judges pages with the gates of `tests/gates` and hands back findings and numbers.

`tools/audit.py` has put `tests` where Python looks.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gates.found import Finding, told
from gates.lighthouse import UNMEASURED, Measured, measure
from gates.links import dead_links, foreign_loads
from gates.nu import judge
from gates.pages import BuiltPage, built_pages, hosts_of, sample
from gates.serving import LOOKS, PHONE_DARK, chromium_at, serving, visitor
from gates.shapes import shape
from gates.structure import structure_findings
from gates.visit import visit
from network import NOON
from nginxes import Nginx
from playwright.sync_api import Page
from whole import WholeNetwork

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.release.making import editions_of

ROOT = Path(__file__).resolve().parent.parent
__all__ = ["PARTS", "Counts", "Result", "built", "told"]

Facts = list[tuple[str, str]]
_NU_SECONDS = 3600
_FOLDERS = 100
_REMEMBER = "opened.jsonl"
_BATCH = 10


@dataclass(frozen=True)
class Counts:
    """How much of everything; without a number of pages, all of them."""

    seed: int
    pages: int | None
    workers: int


@dataclass(frozen=True)
class Result:
    """What one part did."""

    part: str
    found: list[Finding]
    facts: Facts
    scores: list[Measured] = field(default_factory=list)
    templates: Mapping[str, str] = field(default_factory=dict)
    """Template by address, of the pages that have scores."""


def built(folder: Path, root: Path = ROOT) -> WholeNetwork:
    """Return the network of this repository, or of another that has the same pages, built at the tests' noon."""
    state = folder / ".congtin"
    build(BuildRequest(root=root, output=folder / "output", state=state, now=NOON, workers=2))
    return WholeNetwork(folder / "output", state)


def files(whole: WholeNetwork, counts: Counts, folder: Path) -> Result:
    """Look at all pages as files: headings, landmarks, links, what they load."""
    pages = built_pages(whole.repository)
    found = [each for page in pages for each in structure_findings(whole.tree(page.file), page.url)]
    found += [*dead_links(whole), *foreign_loads(whole)]
    links = sum(len(page.links) for page in whole.pages.values())
    templates, languages = {page.template for page in pages}, {page.lang for page in pages}
    return Result("files", found, [
        ("Pages, all looked at as files", f"{len(pages):,}"),
        ("Templates, languages", f"{len(templates)}, {len(languages)}"),
        ("Links, pictures and other addresses followed", f"{links:,}"),
    ])  # fmt: skip


def nu(whole: WholeNetwork, counts: Counts, folder: Path) -> Result:
    """Let the Nu Html Checker judge all pages and all style sheets."""
    hosts = sorted({name.partition("/")[0] for name in whole.pages})
    said = []
    for start in range(0, len(hosts), _FOLDERS):
        some = [str(whole.output / host) for host in hosts[start : start + _FOLDERS]]
        said += judge("--skip-non-html", *some, seconds=_NU_SECONDS)
    sheets = {(whole.output / n).read_bytes(): n for n in whole.files if n.endswith(".css")}
    said += judge("--css", *(str(whole.output / name) for name in sheets.values()))
    found = [Finding(line.partition(": ")[0], "nu", line.partition(": ")[2], "Mend the template.") for line in said]
    facts = [("Pages judged by the Nu Html Checker", f"{len(whole.pages):,}"), ("Style sheets", str(len(sheets)))]
    return Result("nu", found, facts)


# --- in Chromium -------------------------------------------------------------------------------


def browser(whole: WholeNetwork, counts: Counts, folder: Path) -> Result:
    """Open pages in Chromium, in four looks with all rules of axe, and go through them with the keyboard."""
    every = [page for page in built_pages(whole.repository) if page.template != "redirect"]
    shapes = _shapes(whole, every)
    chosen = set(every) if counts.pages is None else _chosen(whole, every, shapes, counts.pages, counts.seed)
    memory = folder / _REMEMBER
    known = set(memory.read_text("utf-8").split()) if memory.exists() else set()
    keys = {page: _key(whole, page) for page in chosen}
    waiting = sorted(page for page in chosen if keys[page] not in known)
    found: list[Finding] = []
    with served(whole, waiting) as server, memory.open("a", encoding="utf-8") as notes:
        work = [(server.port, waiting[n : n + _BATCH]) for n in range(0, len(waiting), _BATCH)]
        with ProcessPoolExecutor(counts.workers) as pool:
            for number, (_, batch) in enumerate(pool.map(_open, work)):
                for page, findings in batch:
                    found += findings
                    if not findings:
                        notes.write(f"{keys[page]}\n")
                notes.flush()
                if number % 10 == 0:
                    print(f"  {min(len(waiting), (number + 1) * _BATCH)} of {len(waiting)} opened", flush=True)
    by_language = Counter(page.lang for page in chosen)
    return Result("browser", found, [
        ("Pages opened in Chromium", f"{len(chosen):,} of {len(every):,}"),
        ("… shapes of pages (elements, classes, states), one page of each opened", f"{len(shapes):,}"),
        ("… of them in " + ", ".join(sorted(by_language)), ", ".join(f"{n:,}" for _, n in sorted(by_language.items()))),
        ("Looks each was judged in by axe-core", ", ".join(look.name for look in (*LOOKS, PHONE_DARK))),
        ("Findings of axe (WCAG 2.0, 2.1, 2.2 A and AA, best practice)", str(len(found))),
    ])  # fmt: skip


def _shapes(whole: WholeNetwork, pages: list[BuiltPage]) -> dict[str, BuiltPage]:
    """Return for each shape of pages the one with most on it."""
    found: dict[str, tuple[int, BuiltPage]] = {}
    for page in pages:
        text = (whole.output / page.file).read_bytes()
        name = shape(text)
        if name not in found or (len(text), page) > found[name]:
            found[name] = len(text), page
    return {name: page for name, (_, page) in found.items()}


def _chosen(
    whole: WholeNetwork, every: list[BuiltPage], shapes: Mapping[str, BuiltPage], count: int, seed: int
) -> set[BuiltPage]:
    """Return a page of every shape, of every template, language and Portal, and by chance so many that it is enough."""
    chosen = {*sample(every, whole.output), *shapes.values()}
    return chosen | set(_any([page for page in every if page not in chosen], count - len(chosen), seed))


def _any(pages: list[BuiltPage], count: int, seed: int) -> list[BuiltPage]:
    return random.Random(seed).sample(pages, max(0, min(count, len(pages))))  # noqa: S311 (a choice, not a secret)


def _key(whole: WholeNetwork, page: BuiltPage) -> str:
    """Return what a page is by its bytes and those of the gates; they name its style sheet by its digest."""
    gates = b"".join(file.read_bytes() for file in sorted((ROOT / "tests/gates").glob("*.*")))
    return hashlib.sha256(page.file.encode() + (whole.output / page.file).read_bytes() + gates).hexdigest()


@contextmanager
def served(whole: WholeNetwork, pages: list[BuiltPage]) -> Iterator[Nginx]:
    hosts = set(hosts_of(pages))
    editions = [each for each in editions_of(whole.repository.network) if each.host in hosts]
    with (
        tempfile.TemporaryDirectory(prefix="congtin-audit-") as folder,
        serving(Path(folder) / "house", whole.output, editions) as server,
    ):
        yield server


_tabs: dict[int, Page] = {}
_closing = ExitStack()


def _open(work: tuple[int, list[BuiltPage]]) -> tuple[int, list[tuple[BuiltPage, list[Finding]]]]:
    """Open some pages in this process's own browser, whose tab stays for the next ones."""
    port, pages = work
    if port not in _tabs:
        browser = _closing.enter_context(chromium_at(port))
        _tabs[port] = _closing.enter_context(visitor(browser)).new_page()
    looks = (*LOOKS, PHONE_DARK)
    return port, [(page, visit(_tabs[port], None, page, looks=looks, thorough=True)) for page in pages]


def lighthouse(whole: WholeNetwork, counts: Counts, folder: Path) -> Result:
    """Measure a page of every template, and the home page in every language."""
    pages = [page for page in sample(built_pages(whole.repository), whole.output) if page.template not in UNMEASURED]
    firsts: dict[tuple[str, str], BuiltPage] = {}
    for page in sorted(pages, key=lambda each: (each.lang != "vi", each.component, each)):
        firsts.setdefault((page.template, page.lang if page.template == "home" else ""), page)
    chosen = {page.url: page.template for page in firsts.values()}
    with served(whole, list(firsts.values())) as server:
        measured = [each for url in chosen for each in measure(server.port, [url], limit=100)]
    found = [each for page in measured for each in page.findings()]
    facts = [
        ("Pages measured by Lighthouse, one of every template and a home page in every language", str(len(measured))),
        *((f"Lowest score, {name}", str(min(m.scores[name] for m in measured))) for name in measured[0].scores),
        ("Pages with 100 in all four", str(sum(m.least == 100 for m in measured))),
    ]
    return Result("lighthouse", found, facts, measured, chosen)


PARTS: Mapping[str, Callable[[WholeNetwork, Counts, Path], Result]] = {
    "files": files, "nu": nu, "browser": browser, "lighthouse": lighthouse,
}  # fmt: skip
