"""What is measured: cases, each with what it is compared with and how long it may take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import build
import edits
import equal
from contest import Contestant, Rounds, Run, alternate, process
from install_hugo import hugo_program
from networks import Network, item_count, network_in, page_count, tenth_in
from sample import Site
from warm import WarmService

COLD, WARM, PROCESS = "Côngtin", "warm service", "cold process"
HUGO, PELICAN = "Hugo", "Pelican"


@dataclass(frozen=True)
class Bench:
    """What every case is given."""

    folder: Path
    size: str
    rounds: Rounds
    python: str = sys.executable
    given_hugo: Path | None = None
    shipped: bool = False
    """Whether ours has the theme that citizens see, and not the plain one that all three programs have."""

    @cached_property
    def hugo(self) -> str:
        return str(self.given_hugo or hugo_program(self.folder))

    @cached_property
    def network(self) -> Network:
        return network_in(self.folder, self.size, shipped=self.shipped)


@dataclass(frozen=True)
class Line:
    """One comparison: the median of ``ours`` against that of ``other``, each divided by its number of parts."""

    what: str
    runs: list[Run]
    ours: str
    other: str
    limit: float | None = None
    """The most that ours/other may be; of memory, the most megabytes. Nothing: shown for comparison."""
    per: str = ""
    """What the time is divided by, such as “a page”; empty: nothing."""
    parts: tuple[int, int] = (1, 1)
    memory: bool = False


def cold_build(bench: Bench) -> list[Line]:
    """Build everything from nothing."""
    network = bench.network
    ours, hugo = build.ours(network.root, bench.python), build.hugo(network.folder, bench.hugo)
    runs = alternate(
        bench.rounds, process(COLD, ours.run, prepare=ours.clear), process(HUGO, hugo.run, prepare=hugo.clear)
    )
    _require_equal(network.folder, "network", words=not bench.shipped)
    return [Line("everything from nothing", runs, COLD, HUGO, 1.0)]


def _require_equal(folder: Path, what: str, *, words: bool = True) -> None:
    trees = [tree for tree in equal.COMPARISONS[what] if (folder / tree).is_dir()]
    complaints = equal.compare(folder, trees, words=words)
    if complaints:
        raise edits.NothingMeasuredError("\n".join(complaints))


def edit_on_a_site(bench: Bench) -> list[Line]:
    """Change a word on a component Site."""
    site = bench.network.model.components[len(bench.network.model.components) // 2]
    what = f"one edit on a Site of {bench.network.sizes.site_items:,} Items"
    return _edit(bench, site, what, {WARM: 1.0, PROCESS: 2.0})


def edit_on_the_portal(bench: Bench) -> list[Line]:
    """Change a word on the portal."""
    what = f"one edit on the portal of {bench.network.sizes.portal_items:,} Items"
    return _edit(bench, bench.network.model.portal, what, {WARM: 0.15})


def _edit(bench: Bench, site: Site, what: str, limits: dict[str, float]) -> list[Line]:
    network = bench.network
    item = edits.an_article(network, site)
    mine, theirs = edits.item_edit(network, item), edits.hugo_item_edit(network, item)

    def rebuild_hugo() -> None:
        build.build_hugo_site(network.folder, site.host, bench.hugo)

    _bring_up_to_date(bench)
    rebuild_hugo()
    hugo = process(HUGO, rebuild_hugo, prepare=theirs.make, check=theirs.check)
    with ExitStack() as undo:
        undo.callback(mine.undo)
        undo.callback(theirs.undo)
        with WarmService(network.root, bench.python) as service:
            warm = Contestant(WARM, lambda: service.rebuild([mine.file]), mine.make, mine.check)
            warm_runs = alternate(bench.rounds, warm, hugo)
        cold = process(PROCESS, _building(bench), prepare=mine.make, check=mine.check)
        cold_runs = alternate(bench.rounds, cold, hugo)
    return [
        Line(f"{what}, {WARM}", warm_runs, WARM, HUGO, limits[WARM]),
        Line(f"{what}, {PROCESS}", cold_runs, PROCESS, HUGO, limits.get(PROCESS)),
    ]


def _building(bench: Bench) -> Callable[[], None]:
    return lambda: build.build_ours(bench.network.root, bench.python)


def _bring_up_to_date(bench: Bench) -> None:
    """Build without measuring, so that what follows starts from a finished build."""
    _building(bench)()


def item_for_all_sites(bench: Bench) -> list[Line]:
    """Offer a portal Item to every Site; Hugo gets a content file for each, and builds all sites."""
    network = bench.network
    offers, copies = edits.Offers(network), edits.Offers(network)
    changed: list[Path] = []

    def offer() -> None:
        changed[:] = offers.make()

    _bring_up_to_date(bench)
    _build_hugo_once(bench)
    hugo_build = build.hugo(network.folder, bench.hugo)
    hugo = process(HUGO, hugo_build.run, prepare=copies.make_for_hugo, check=copies.check)
    with ExitStack() as undo:
        undo.callback(offers.undo)
        undo.callback(copies.undo)
        with WarmService(network.root, bench.python) as service:
            warm = Contestant(WARM, lambda: service.rebuild(changed), offer, offers.check)
            warm_runs = alternate(bench.rounds, warm, hugo)
        cold = process(PROCESS, _building(bench), prepare=offer, check=offers.check)
        # Hugo's runs above serve for both: it does the same again.
        cold_runs = [*alternate(bench.rounds, cold), *(run for run in warm_runs if run.who == HUGO)]
    what = f"one Item newly on all {network.sizes.sites} Sites"
    return [
        Line(f"{what}, {WARM}", warm_runs, WARM, HUGO, 0.15),
        Line(f"{what}, {PROCESS}", cold_runs, PROCESS, HUGO),
    ]


def _build_hugo_once(bench: Bench) -> None:
    """Let Hugo build all sites, unless it has: what is measured next is building again."""
    if not (bench.network.folder / build.HUGO_OUTPUT).is_dir():
        build.build_hugo(bench.network.folder, bench.hugo)


def nothing_changed(bench: Bench) -> list[Line]:
    """Build once more without any edit; compared with the mere start of Pelican."""
    _bring_up_to_date(bench)
    manifests = sorted((bench.network.root / ".congtin" / "manifests").iterdir())
    before = [file.stat().st_mtime_ns for file in manifests]

    def check() -> None:
        if not manifests or before != [file.stat().st_mtime_ns for file in manifests]:
            raise edits.NothingMeasuredError("Editions were built although nothing changed")

    starting = "import pelican"
    runs = alternate(
        bench.rounds,
        process(PROCESS, _building(bench), check=check),
        process(starting, lambda: build.run_program([bench.python, "-c", starting])),
    )
    return [Line("nothing changed", runs, PROCESS, starting, 2.0)]


def header_template(bench: Bench) -> list[Line]:
    """Change the template of every page's header: all pages again, with warm Fragments."""
    network = bench.network
    _bring_up_to_date(bench)
    _build_hugo_once(bench)
    mine, theirs = edits.header_edit(network), edits.hugo_header_edit(network)
    hugo = build.hugo(network.folder, bench.hugo)
    with ExitStack() as undo:
        undo.callback(mine.undo)
        undo.callback(theirs.undo)
        runs = alternate(
            bench.rounds,
            process(PROCESS, _building(bench), prepare=mine.make, check=mine.check),
            process(HUGO, hugo.run, prepare=theirs.make, check=theirs.check),
        )
    return [Line("header template changed, all pages again", runs, PROCESS, HUGO, 0.7)]


def page_against_pelican(bench: Bench) -> list[Line]:
    """Build one Site from nothing with and without Côngtin."""
    folder = bench.network.folder
    single = folder / "single" / "congtin"
    ours, pelican = build.ours(single, bench.python), build.pelican(folder / "pelican", bench.python)
    runs = alternate(
        bench.rounds,
        process(COLD, ours.run, prepare=ours.clear),
        process(PELICAN, pelican.run, prepare=pelican.clear),
    )
    _require_equal(folder, "single")
    pages = page_count(single / "output"), page_count(folder / "pelican" / "output")
    what = f"a page of one Site with {item_count(folder):,} Items, from nothing"
    return [Line(what, runs, COLD, PELICAN, 0.3, "a page", pages)]


def growth_and_memory(bench: Bench, wanted: Iterable[str]) -> dict[str, list[Line]]:
    """Build a large network and one a tenth of it from nothing; the same runs tell what the largest process needs."""
    large, small = bench.network, tenth_in(bench.folder, bench.size)
    builds = {f"{large.items:,} Items": build.ours(large.root, bench.python)}
    names = [*builds]
    if "8" in wanted:
        builds[f"{small.items:,} Items"] = build.ours(small.root, bench.python)
        names = [*builds]
    if "9" in wanted:
        builds[HUGO] = build.hugo(large.folder, bench.hugo)
    runs = alternate(bench.rounds, *(process(name, each.run, prepare=each.clear) for name, each in builds.items()))
    found = {}
    if "8" in wanted:
        parts = large.items, small.items
        what = f"an Item of a network of {large.items:,} against one of {small.items:,}, from nothing"
        found["8"] = [Line(what, runs, names[0], names[1], 1.15, "an Item", parts)]
    if "9" in wanted:
        what = f"the largest process, {large.items:,} Items on {large.sizes.sites + 1} Sites from nothing"
        found["9"] = [Line(what, runs, names[0], HUGO, 400, memory=True)]
    return found


def with_the_shipped_theme(case: Callable[[Bench], list[Line]]) -> Callable[[Bench], list[Line]]:
    """Return a case with the theme that citizens see, against Hugo with a theme that says the same."""

    def measure(bench: Bench) -> list[Line]:
        lines = case(replace(bench, shipped=True))
        return [replace(line, what=f"{line.what}, the shipped theme") for line in lines]

    measure.__doc__ = f"{case.__doc__} With the shipped theme."
    return measure


CASES: dict[str, Callable[[Bench], list[Line]]] = {
    "1": cold_build,
    "2": edit_on_a_site,
    "3": edit_on_the_portal,
    "4": item_for_all_sites,
    "5": nothing_changed,
    "6": header_template,
    "7": page_against_pelican,
    "10": with_the_shipped_theme(cold_build),
    "11": with_the_shipped_theme(edit_on_a_site),
    "12": with_the_shipped_theme(edit_on_the_portal),
    "13": with_the_shipped_theme(item_for_all_sites),
    "14": with_the_shipped_theme(header_template),
}
LARGE_CASES = ("8", "9")
