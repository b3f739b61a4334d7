"""What search indexes cost: time, memory and room, for portals of several sizes.

python bench/search.py DIR [--items 1000,2500,5000,10000] [--json FILE]

For each size a network of one portal with so many Items is written and built; then its indexes are made from nothing,
one Item is edited and they are brought up to date, and the pages get another look without another word. Numbers of
runs on one machine belong together: what is asked is how they grow.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from machine import context
from networks import REPOSITORY
from sample import PARENT_HOST, Sizes, make_network
from write_congtin import source_path, write_congtin

sys.path.insert(0, str(REPOSITORY))

from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.model import Profile
from congtin.release.search.place import PORTAL, SITE, Shelf
from congtin.release.search.trees import output_tree
from congtin.release.search.update import Update, make_here, update
from congtin.validation import parse_time

NOW = parse_time("2026-11-22T12:00:00+07:00")
_HEAD = "| Items | build | first indexes | edit of one Item | another look | memory | full-text index | central index |"


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--items", default="1000,2500,5000,10000")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = [_measure(given.folder.resolve() / count, int(count)) for count in given.items.split(",")]
    print(f"{context(None)}\n\n{_HEAD}\n|{'---|' * 8}")
    for row in rows:
        seconds = (f"{row[name]:.1f} s" for name in ("build", "first", "edit", "look"))
        room = (f"{row[name] / 1e6:.1f} MB" for name in ("memory", "full", "central"))
        print(f"| {row['items']} | {' | '.join(seconds)} | {' | '.join(room)} |")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1))


def _measure(folder: Path, count: int) -> dict[str, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    network = make_network(Sizes(portal_items=count, sites=1, site_items=10, crosspost=0.0, seed=7))
    root = folder / "repository"
    write_congtin(network, root)
    place = folder / "search"
    built = _build(root, NOW)
    first = _update(root, place, NOW)
    edited = root / source_path(next(item for items in network.items.values() for item in items))
    edited.write_text(edited.read_text("utf-8") + "\nMột câu nữa.\n", "utf-8")
    _build(root, NOW)
    later = NOW + timedelta(hours=1)
    edit = _update(root, place, later)
    for file in (root / "output").rglob("index.html"):
        file.write_bytes(file.read_bytes().replace(b"</body>", b"<!-- look --></body>"))
    look = _update(root, place, later + timedelta(hours=1))
    if not (first.renewed and edit.renewed and look.renewed) or any(each.made for each in look.renewed):
        sys.exit("something was indexed that had not changed, or not indexed though it had")
    shelf = Shelf(place, PARENT_HOST)
    row = {
        "items": count, "build": built, "first": first.seconds, "edit": edit.seconds, "look": look.seconds,
        "memory": max(first.memory, edit.memory), "full": _size(shelf, SITE), "central": _size(shelf, PORTAL),
    }  # fmt: skip
    shutil.rmtree(folder)
    return row


def _build(root: Path, now: datetime) -> float:
    began = time.monotonic()
    build(BuildRequest(root, root / "output", root / ".congtin", now, Profile.WORK, workers=2))
    return time.monotonic() - began


def _update(root: Path, place: Path, now: datetime) -> Update:
    done = update(output_tree(root / "output"), place, now, make_here)
    if done.errors:
        sys.exit("\n".join(done.errors))
    return done


def _size(shelf: Shelf, scope: str) -> int:
    pointer = shelf.pointer(scope)
    parts = pointer.parts if pointer else ()
    return sum(file.stat().st_size for part in parts for file in (shelf.folder / part).rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
