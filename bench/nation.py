"""Compute docs/nation.md from measured costs: what a nation's websites need, and what breaks first.

python bench/nation.py                          print the tables
python bench/nation.py --write                  put them into docs/nation.md
python bench/nation.py --check                  fail when docs/nation.md is not what the costs say
python bench/nation.py --cost page_cpu_seconds=0.002 --set items=20000000     what if

Costs come from docs/nation.json, which bench/nation_costs.py measures.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
_MARK = re.compile(r"(?<=<!-- bench/nation\.py: )(\w+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)
_GIB = 2**30


@dataclass(frozen=True)
class Assumptions:
    """What nobody can measure here; `--set` changes each."""

    provinces: int = 34
    sites: int = 4_000
    items: int = 10_000_000
    largest_province: float = 4.0
    """How many times the average the largest province is."""
    largest_site: float = 0.1
    """Share of a province's Items on its largest Site, the portal."""
    years: int = 10
    """In which these Items were written; new ones come at the same pace."""
    edits_per_new_item: float = 3.0
    peak_hour: float = 0.2
    """Share of a day's edits in its busiest hour."""
    media_per_item: float = 0.5
    media_bytes: int = 200_000
    busy: float = 0.8
    """How much of its cores a farm can use."""
    cores: int = 16
    memory_gib: int = 32
    disk_gib: int = 1_000
    """Of one machine; the disk has one inode for every 16 KiB, as ext4 has."""
    network_bytes_per_second: float = 12_500_000.0


Costs = dict[str, float]


@dataclass(frozen=True)
class Part:
    """A part of the nation: a province, or all of it in one repository."""

    name: str
    items: float
    sites: float
    given: Assumptions
    costs: Costs

    @property
    def pages(self) -> float:
        return self.items * self.costs["pages_per_item"]

    @property
    def cold(self) -> float:
        """CPU seconds of a build from nothing."""
        return self.costs["start_cpu_seconds"] + self.items * self.costs["cold_cpu_seconds_per_item"]

    @property
    def again(self) -> float:
        """CPU seconds for all pages with warm stores, as after a change of the theme."""
        unchanged = self.items * self.costs["unchanged_cpu_seconds_per_item"]
        return unchanged + self.pages * self.costs["page_cpu_seconds"]

    @property
    def largest_site(self) -> float:
        """Seconds of the largest Site in a build from nothing: one process, however many cores there are."""
        return self.items * self.given.largest_site * self.costs["cold_cpu_seconds_per_item"]

    @property
    def edits(self) -> float:
        """Edits in a day."""
        return self.items / self.given.years / 365 * self.given.edits_per_new_item

    @property
    def inodes(self) -> float:
        """Files and folders of sources and of one output tree."""
        per_item = self.costs["files_per_item"] + self.costs["folders_per_item"]
        return self.items * (1 + self.given.media_per_item * 2 + per_item)

    @property
    def memory(self) -> float:
        return self.costs["start_memory_bytes"] + self.items * self.costs["memory_bytes_per_item"]

    def cores(self, seconds: float, within: float = 3600.0) -> int:
        """Return how many cores do so much work in that time."""
        return math.ceil(seconds / within / self.given.busy)


def main() -> None:
    """Print, write or check the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--costs", type=Path, default=DOCS / "nation.json", help="measured costs")
    parser.add_argument("--cost", action="append", default=[], metavar="NAME=VALUE", help="another cost")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another assumption")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    measured = json.loads(asked.costs.read_text("utf-8"))
    costs = {**measured["costs"], **_values(asked.cost)}
    known, values = {field.name for field in fields(Assumptions)}, _values(asked.set)
    if values.keys() - known or costs.keys() - measured["costs"].keys():
        parser.error(f"known are {', '.join(sorted(known))}; {', '.join(sorted(measured['costs']))}")
    blocks = tables(Assumptions(**values), costs, measured["measured"])  # type: ignore[arg-type]
    old = (DOCS / "nation.md").read_text("utf-8")
    new = filled(old, blocks)
    if asked.write:
        (DOCS / "nation.md").write_text(new, "utf-8")
    elif not asked.check:
        print("\n".join(blocks.values()))
    elif old != new:
        sys.exit("docs/nation.md is not what docs/nation.json says: run python bench/nation.py --write")


def _values(given: list[str]) -> dict[str, float]:
    pairs = (text.partition("=") for text in given)
    return {name: float(value) if "." in value or "e" in value else int(value) for name, _, value in pairs}


def filled(text: str, blocks: dict[str, str]) -> str:
    """Return a page with every marked block computed anew."""
    return _MARK.sub(lambda found: f"{found[1]}{found[2]}{blocks[found[1]]}", text)


def tables(given: Assumptions, costs: Costs, measured: dict[str, object]) -> dict[str, str]:
    """Return every block of docs/nation.md by its name."""
    average = given.items / given.provinces
    parts = [
        Part("an average province", average, given.sites / given.provinces, given, costs),
        Part("the largest", average * given.largest_province, given.sites / given.provinces * 2, given, costs),
        Part("all in one repository", given.items, given.sites, given, costs),
    ]
    return {
        "what": "".join(f"* {line}\n" for line in _what(given, measured)),
        "costs": _table(["measured", "value"], ([f"`{name}`", f"{value:g}"] for name, value in costs.items())),
        "parts": _table(["", *(part.name for part in parts)], _rows(parts)),
        "farm": _table(["a farm for the whole nation", "CPU hours", "cores", "machines"], _farm(parts[2])),
        "first": _table(["what ends", "at how many Items in one repository", "of an average province"], _first(parts)),
    }


def _what(given: Assumptions, measured: dict[str, object]) -> Iterator[str]:
    where = f"{measured['items']:,} Items on {measured['sites']:,} Sites, {measured['machine']}, {measured['date']}"
    yield f"Measured on {where}. Everything larger is that, multiplied."
    yield (
        f"Assumed: {given.provinces} provinces, {given.sites:,} Sites, {given.items:,} Items written in {given.years} "
        f"years; the largest province has {given.largest_province:g} times the average, its portal "
        f"{given.largest_site:.0%} of its Items; {given.edits_per_new_item:g} edits for each new Item, "
        f"{given.peak_hour:.0%} of a day's in its busiest hour; {given.media_per_item:g} media of "
        f"{given.media_bytes / 1000:g} kB an Item."
    )
    yield f"A machine: {given.cores} cores, {given.memory_gib} GiB of memory, {given.disk_gib} GiB of disk."


def _rows(parts: list[Part]) -> Iterator[list[str]]:
    def row(name: str, value: Callable[[Part], str]) -> list[str]:
        return [name, *map(value, parts)]

    def size(cost: str) -> Callable[[Part], str]:
        return lambda part: _bytes(part.items * part.costs[cost])

    yield row("Items", lambda part: _count(part.items))
    yield row("Sites", lambda part: _count(part.sites))
    yield row("pages", lambda part: _count(part.pages))
    yield row("texts on the disk", size("source_bytes_per_item"))
    yield row("media", lambda p: _bytes(p.items * p.given.media_per_item * p.given.media_bytes))
    yield row("output", size("output_bytes_per_item"))
    yield row("store and Manifests", size("store_bytes_per_item"))
    yield row("full-text index", size("search_bytes_per_item"))
    yield row("inodes: sources and output", lambda part: _count(part.inodes))
    folders = "inodes of each further release (files are hard links)"
    yield row(folders, lambda part: _count(part.items * part.costs["folders_per_item"]))
    yield row("memory of the largest process, at most", lambda part: _bytes(part.memory))
    yield row("build from nothing, CPU", lambda part: _time(part.cold))
    yield row("… cores to do it in an hour", lambda part: _count(part.cores(part.cold)))
    yield row("… its largest Site alone, one core", lambda part: _time(part.largest_site))
    yield row("all pages again after a change of the theme, CPU", lambda part: _time(part.again))
    yield row(
        "a build that finds nothing changed, CPU", lambda p: _time(p.items * p.costs["unchanged_cpu_seconds_per_item"])
    )
    yield row("edits a day", lambda part: _count(part.edits))
    yield row("… CPU", lambda part: _time(part.edits * part.costs["edit_cpu_seconds"]))
    busiest = "… cores in the busiest hour"
    yield row(busiest, lambda p: _count(p.cores(p.edits * p.given.peak_hour * p.costs["edit_cpu_seconds"])))
    yield row("Git: texts, packed once", size("git_bytes_per_item"))
    yield row("… a whole clone at 100 Mbit/s", lambda p: _time(_clone_seconds(p)))
    yield row("… a clone without texts", size("git_partial_bytes_per_item"))
    yield row("… with the texts of one average Site", lambda p: _bytes(_editor_bytes(p)))
    yield row("… a push of one edit", lambda part: _bytes(part.costs["git_push_bytes"]))
    yield row("… a day's fetch of a clone that has all", lambda p: _bytes(p.edits * p.costs["git_push_bytes"]))
    yield row("… `git status` in a full work tree", lambda p: _time(p.items * p.costs["git_status_seconds_per_item"]))
    yield row(
        "hashing again all that a cluster built, CPU",
        lambda p: _time(p.items * p.costs["files_per_item"] * p.costs["rehash_cpu_seconds_per_file"]),
    )


def _clone_seconds(part: Part) -> float:
    wire = part.items * part.costs["git_bytes_per_item"] / part.given.network_bytes_per_second
    return max(wire, part.items * part.costs["git_clone_seconds_per_item"])


def _editor_bytes(part: Part) -> float:
    texts = part.items / part.sites * part.costs["git_site_bytes_per_item"]
    return part.items * part.costs["git_partial_bytes_per_item"] + texts


def _farm(nation: Part) -> Iterator[list[str]]:
    day = nation.edits * nation.costs["edit_cpu_seconds"]
    wanted = {
        "everything from nothing in an hour": (nation.cold, 3600.0),
        "all pages again in an hour": (nation.again, 3600.0),
        "a day's edits, in their busiest hour": (day * nation.given.peak_hour, 3600.0),
        "a day's edits, spread over the day": (day, 86400.0),
    }
    for name, (seconds, within) in wanted.items():
        cores = nation.cores(seconds, within)
        yield [name, f"{seconds / 3600:,.1f}", _count(cores), _count(math.ceil(cores / nation.given.cores))]


def _first(parts: list[Part]) -> Iterator[list[str]]:
    """Yield what ends at how many Items, the nearest first."""
    part, given, costs = parts[0], parts[0].given, parts[0].costs
    each, disk = 1 / part.items, given.disk_gib * _GIB
    limits = {
        "a whole clone takes ten minutes": 600 / (_clone_seconds(part) * each),
        "`git status` in a full work tree takes 2 s": 2 / costs["git_status_seconds_per_item"],
        "a clone without texts takes ten minutes": 600
        * given.network_bytes_per_second
        / costs["git_partial_bytes_per_item"],
        "media in Git make it larger than 50 GiB": 50 * _GIB / (given.media_per_item * given.media_bytes),
        "sources, output and media fill one disk": given.disk_gib
        * _GIB
        / (
            costs["source_bytes_per_item"]
            + costs["output_bytes_per_item"]
            + given.media_per_item * given.media_bytes * 2
        ),
        "inodes of one disk, with three releases kept": disk
        / 2**14
        / (part.inodes * each + 2 * costs["folders_per_item"]),
        "the largest process needs half a machine's memory": (given.memory_gib * _GIB / 2 - costs["start_memory_bytes"])
        / costs["memory_bytes_per_item"],
        "a build that finds nothing changed takes a minute": 60 / costs["unchanged_cpu_seconds_per_item"],
        "the largest Site alone takes an hour from nothing": 3600 / (part.largest_site * each),
        "one machine needs more than an hour from nothing": 3600 * given.cores * given.busy / (part.cold * each),
        "one core cannot follow the busiest hour's edits": 3600
        * given.busy
        / (part.edits * each * given.peak_hour * costs["edit_cpu_seconds"]),
    }
    for name, items in sorted(limits.items(), key=lambda limit: limit[1]):
        yield [name, _count(items), f"{items / part.items:,.1f} ×"]


def _count(value: float) -> str:
    """Return a number with three digits that say something."""
    if value < 1000:
        return f"{math.ceil(value):,}"
    return f"{float(f'{value:.3g}'):,.0f}"


def _bytes(value: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.3g} TB" if value < 1000 else f"{value:,.0f} TB"


def _time(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size * 2:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def _table(head: list[str], rows: Iterator[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
