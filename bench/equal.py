"""Count and compare what the programs wrote; fail when they did not do the same work.

    python bench/equal.py DIR [network single]

Compared are the number of HTML pages, their bytes, and the words of every Item page in a sample.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOLERANCE = 0.05
SAMPLE = 10
# What each comparison sets side by side; the first of each is ours.
COMPARISONS = {
    "network": ("congtin/output", "hugo-output"),
    "single": ("single/congtin/output", "single/hugo-output", "pelican/output"),
}

_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ITEM_PAGE = re.compile(r"/bai-viet-mau-so-[0-9]+/index\.html$")


@dataclass(frozen=True)
class Tree:
    """One program's output: the files of all hosts, by name below the tree's root."""

    root: Path
    pages: dict[str, int]
    feeds: int
    other: int

    @property
    def size(self) -> int:
        return sum(self.pages.values())

    @classmethod
    def read(cls, root: Path, host: str) -> Tree:
        """Read a tree; ``host`` names the one host of a tree without host folders."""
        files = {name: size for name, size in _files(root) if not name.startswith(".")}
        pages = {name: size for name, size in files.items() if name.endswith(".html")}
        if host:
            pages = {f"{host}/{name}": size for name, size in pages.items()}
        feeds = sum(name.endswith(".xml") for name in files)
        return cls(root.parent if host else root, pages, feeds, len(files) - len(pages) - feeds)


def _files(root: Path) -> Iterator[tuple[str, int]]:
    for file in root.rglob("*"):
        if file.is_file():
            yield file.relative_to(root).as_posix(), file.stat().st_size


def main() -> None:
    """Compare every pair of trees there is below a benchmark's folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("what", nargs="*", metavar="WHAT", help="network, single; default: both")
    parser.add_argument("--without-words", action="store_true", help="compare pages, bytes and Items only")
    given = parser.parse_args()
    chosen = given.what or [*COMPARISONS]
    if not set(chosen) <= COMPARISONS.keys():
        parser.error(f"known are {', '.join(COMPARISONS)}")
    complaints, compared = [], 0
    for name in chosen:
        trees = [tree for tree in COMPARISONS[name] if (given.folder / tree).is_dir()]
        if len(trees) > 1:
            complaints += compare(given.folder, trees, words=not given.without_words)
            compared += 1
    for text in complaints:
        print(f"NOT EQUAL  {text}")
    if not compared:
        print("There is nothing to compare: build at least two of the trees.")
    sys.exit(1 if complaints or not compared else 0)


def compare(folder: Path, names: list[str], *, words: bool = True) -> list[str]:
    """Show trees below ``folder``; return in what the others differ from the first.

    Without ``words`` those of the Items are not compared: what else is on their pages is chosen in other ways.
    """
    first = _read(folder, names[0])
    _show(names[0], first)
    complaints: list[str] = []
    for name in names[1:]:
        other = _read(folder, name)
        _show(name, other)
        complaints += [f"{name}: {text}" for text in differences(first, other, words=words)]
    return complaints


def _read(folder: Path, name: str) -> Tree:
    flat = name == "pelican/output"
    return Tree.read(folder / name, json.loads((folder / "bench.json").read_text("utf-8"))["host"] if flat else "")


def _show(name: str, tree: Tree) -> None:
    average = tree.size / len(tree.pages) if tree.pages else 0
    print(
        f"{name:24}{len(tree.pages):9,} pages{tree.size:15,} bytes{average:9,.0f} a page"
        f"{tree.feeds:7,} feeds and sitemaps{tree.other:6,} others"
    )


def differences(ours: Tree, other: Tree, *, words: bool = True) -> Iterator[str]:
    """Yield in what two trees differ by more than the tolerance."""
    for what, mine, theirs in (("pages", len(ours.pages), len(other.pages)), ("bytes", ours.size, other.size)):
        share = theirs / mine - 1 if mine else 1.0
        print(f"{'':24}{share:+9.2%} {what}")
        if abs(share) > TOLERANCE:
            yield f"{theirs:,} {what}, ours has {mine:,} ({share:+.1%}, allowed are ±{TOLERANCE:.0%})"
    items = {name for name in ours.pages if _ITEM_PAGE.search(name)}
    theirs_items = {name for name in other.pages if _ITEM_PAGE.search(name)}
    if items != theirs_items:
        yield f"other Item pages, such as {min(items ^ theirs_items)}"
    if not words:
        return
    for name in sorted(items & theirs_items)[::SAMPLE]:
        if _words(ours, name) != _words(other, name):
            yield f"other words on {name}"
            return


def _words(tree: Tree, name: str) -> list[str]:
    """Return the words of a page's main part."""
    flat = tree.root / name
    file = flat if flat.is_file() else tree.root / "output" / name.partition("/")[2]
    found = _MAIN.search(file.read_text("utf-8"))
    return html.unescape(_TAG.sub(" ", found[0])).split() if found else []


if __name__ == "__main__":
    main()
