"""Measure what judging one Change costs on a large repository, with a warm store.

python bench/check_change.py DIR [--size L] [--runs 5]

Writes the network into DIR when it is not there yet (Côngtin's form only), then prints CPU and wall seconds of
`congtin check --base HEAD` and of the function that the gate calls, for several kinds of Changes.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from generate import _commit
from networks import REPOSITORY, SIZES
from sample import PORTAL_FOLDER, make_network
from write_congtin import source_path, write_congtin

sys.path.insert(0, str(REPOSITORY))

from congtin.build.look import look
from congtin.build.since import site_rules
from congtin.catalogue.changes import Revision
from congtin.catalogue.store import CatalogueStore
from congtin.checks.change import Side, view_change
from congtin.rules.document_numbers import load_document_numbers
from congtin.validation import parse_time

NOW = "2026-11-22T12:00:00+07:00"
Edit = Callable[[Path, list[str]], list[str]]
"""Changes files below a folder; returns their paths."""


def edit_one(root: Path, items: list[str]) -> list[str]:
    """Write a sentence into one text."""
    path = items[len(items) // 2]
    with (root / path).open("a", encoding="utf-8") as file:
        file.write("\nThêm một câu nữa vào cuối bài để so sánh thời gian kiểm tra.\n")
    return [path]


def edit_portal(root: Path, items: list[str]) -> list[str]:
    """Write one into a text of the portal that other Sites show."""
    offered = (path for path in items if f"/{PORTAL_FOLDER}/portal/" in path)
    path = next(path for path in offered if "\ncrosspost:" in (root / path).read_text("utf-8"))
    return edit_one(root, [path])


def rename(root: Path, items: list[str]) -> list[str]:
    """Give a text another address, and lead the former one there."""
    path = items[len(items) // 3]
    section, year, name = path.split("/")[-3:]
    text = (root / path).read_text("utf-8")
    former = f"/{section}/{year}/{name.split('.')[0]}/"
    (root / path).unlink()
    moved = path.replace(name, f"ten-moi-{name}")
    (root / moved).write_text(text.replace("\n---\n", f"\naliases: [{former}]\n---\n", 1), "utf-8")
    return [path, moved]


def hundred(root: Path, items: list[str]) -> list[str]:
    """Write into a hundred texts of many Sites."""
    return [path for step in range(100) for path in edit_one(root, [items[step * (len(items) // 100)]])]


EDITS: dict[str, Edit] = {
    "one text": edit_one,
    "one text that others show": edit_portal,
    "another address": rename,
    "a hundred texts": hundred,
}


@contextmanager
def edited(root: Path, edit: Edit, items: list[str]) -> Iterator[list[str]]:
    """Change files, then put them back."""
    try:
        yield edit(root, items)
    finally:
        subprocess.run(["git", "checkout", "-q", "--", "."], cwd=root, check=True)
        subprocess.run(["git", "clean", "-fdq"], cwd=root, check=True)


def command_costs(root: Path) -> tuple[float, float]:
    """Return CPU and wall seconds of the command."""
    words = [sys.executable, "-m", "congtin", "--root", str(root), "--now", NOW, "check", "--base", "HEAD"]
    before, start = _children(), time.monotonic()
    run = subprocess.run(words, cwd=REPOSITORY, capture_output=True, check=False, text=True)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr)
    return _children() - before, time.monotonic() - start


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def view_costs(root: Path, store: CatalogueStore, paths: list[str]) -> float:
    """Return CPU seconds of the function alone; the store holds HEAD, the work tree is the other side."""
    now = parse_time(NOW)
    network = look(root, store, 1, tree=None, changed=[]).network
    rules = site_rules(root, network, now)
    numbers = load_document_numbers(root)
    with Revision(root, "HEAD") as base:
        before = Side(network, numbers, base.read, rules)
        after = Side(network, numbers, lambda path: _bytes(root / path), rules)
        start = time.process_time()
        view_change(store, before, after, paths, now)
        return time.process_time() - start


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", choices=SIZES, default="L")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    network = make_network(SIZES[given.size])
    root = given.folder.resolve() / f"check-{given.size}"
    if not root.exists():
        write_congtin(network, root)
        _commit(root)
    items = sorted(source_path(item) for own in network.items.values() for item in own)
    command_costs(root)  # the store is warm afterwards
    print(f"{len(items):,} Items; medians of {given.runs} runs, in seconds")
    print("| Change | command, CPU | command, wall | gate's function, CPU |\n|---|---|---|---|")
    for name, edit in EDITS.items():
        costs = []
        with edited(root, edit, items) as paths:
            with closing(CatalogueStore(root / ".congtin")) as store:
                alone = [view_costs(root, store, paths) for _ in range(given.runs)]
            command_costs(root)
            costs = [command_costs(root) for _ in range(given.runs)]
        command_costs(root)  # and holds HEAD again
        cpu, wall = (statistics.median(column) for column in zip(*costs, strict=True))
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {statistics.median(alone):.3f} |", flush=True)


if __name__ == "__main__":
    main()
