"""Measure what one Item, one page and one edit cost, and keep it for the plan of a nation.

python bench/nation_costs.py DIR     DIR is what bench/generate.py wrote, with --pelican-items 10

Writes docs/nation.json; then `python bench/nation.py --write` computes docs/nation.md anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from build import Cost, build_ours, measured, ours
from machine import REPOSITORY, context
from warm import WarmService

from congtin.build.trust import digest_of

COSTS = REPOSITORY / "docs" / "nation.json"
_EDITS = 5
# Less than this cannot be told from nothing.
_CLOCK = 0.01


def main() -> None:
    """Measure everything and write it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    folder: Path = parser.parse_args().folder.resolve()
    root = folder / "congtin"
    counts = json.loads((folder / "bench.json").read_text("utf-8"))["network"]
    items, sites = int(counts["items"]), int(counts["sites"])
    costs = {**builds(root, folder / "single" / "congtin", items), **sizes(root, items), **edits(root)}
    costs |= {"search_bytes_per_item": search_bytes(root) / items, **git(root, items)}
    rounded = {name: float(f"{value:.3g}") for name, value in costs.items()}
    data = {"measured": {**context(None), "items": items, "sites": sites}, "costs": rounded}
    COSTS.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(COSTS.read_text("utf-8"))


def builds(root: Path, small: Path, items: int) -> dict[str, float]:
    """Build from nothing, without a change, and all pages after a change of the theme; and a few Items only."""

    def timed(folder: Path, *options: str, clear: bool = False) -> Cost:
        build = ours(folder, sys.executable)
        if clear:
            build.clear()
        return measured(lambda: build_ours(folder, sys.executable, *options))

    least, cold, idle = timed(small, clear=True), timed(root, clear=True), timed(root)
    template = root / "themes" / "base" / "templates" / "base.html"
    before = template.read_text("utf-8")
    template.write_text(f"{before}\n<!-- another -->\n", "utf-8")
    again = timed(root)
    template.write_text(before, "utf-8")
    timed(root)
    pages = sum(1 for _ in (root / "output").rglob("*.html"))
    return {
        "start_cpu_seconds": least.cpu,
        "cold_cpu_seconds_per_item": (cold.cpu - least.cpu) / items,
        "page_cpu_seconds": (again.cpu - idle.cpu) / pages,
        "unchanged_cpu_seconds_per_item": max(_CLOCK, idle.cpu - least.cpu) / items,
        "start_memory_bytes": least.memory * 2**20,
        "memory_bytes_per_item": max(1, cold.memory - least.memory) * 2**20 / items,
    }


def sizes(root: Path, items: int) -> dict[str, float]:
    """Count what lies on the disk."""
    output = [entry for entry in (root / "output").rglob("*") if ".congtin" not in entry.parts]
    files = [entry for entry in output if entry.is_file()]
    sources = [entry for entry in (root / "content").rglob("*") if entry.is_file()]
    started = time.process_time()
    for file in files:
        digest_of(file)
    return {
        "rehash_cpu_seconds_per_file": (time.process_time() - started) / len(files),
        "pages_per_item": sum(file.suffix == ".html" for file in files) / items,
        "files_per_item": len(files) / items,
        "folders_per_item": (len(output) - len(files)) / items,
        "output_bytes_per_item": sum(_blocks(file) for file in files) / items,
        "source_bytes_per_item": sum(_blocks(file) for file in sources) / items,
        "store_bytes_per_item": sum(_blocks(f) for f in (root / ".congtin").rglob("*") if f.is_file()) / items,
    }


def _blocks(file: Path) -> int:
    """Return what a file takes on the disk: whole blocks."""
    return -(-file.stat().st_size // 4096) * 4096


def edits(root: Path) -> dict[str, float]:
    """Change one text after the other below a service that stays."""
    texts = sorted((root / "content").rglob("*.vi.md"))
    chosen = texts[:: len(texts) // _EDITS][:_EDITS]
    with WarmService(root, sys.executable) as service:
        spent = []
        for file in chosen:
            before = file.read_bytes()
            file.write_bytes(before + "\nMột câu nữa.\n".encode())
            spent.append(service.rebuild([file]).cpu)
            file.write_bytes(before)
        service.rebuild(chosen)
    return {"edit_cpu_seconds": sum(spent) / len(spent)}


def search_bytes(root: Path) -> int:
    """Return the size of SQLite's full-text index over all texts, without the texts themselves."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "search.sqlite"
        database = sqlite3.connect(file)
        database.execute("CREATE VIRTUAL TABLE page USING fts5(text, content='', tokenize='unicode61')")
        texts = ((path.read_text("utf-8").partition("\n---\n")[2],) for path in (root / "content").rglob("*.md"))
        with database:
            database.executemany("INSERT INTO page (text) VALUES (?)", texts)
            database.execute("INSERT INTO page (page) VALUES ('optimize')")
        database.execute("VACUUM")
        database.close()
        return file.stat().st_size


def git(root: Path, items: int) -> dict[str, float]:
    """Put the network into Git; clone it whole, without texts, and for one Site; push one edit."""
    with tempfile.TemporaryDirectory() as folder:
        work, bare = Path(folder) / "work", Path(folder) / "bare.git"
        for name in ("sites", "content"):
            shutil.copytree(root / name, work / name)
        _git(work, "init", "--quiet", "--initial-branch=main")
        _git(work, "add", ".")
        _git(work, "commit", "--quiet", "--message=All")
        _git(work, "repack", "-adq")
        _git(work, "clone", "--quiet", "--bare", ".", str(bare))
        _git(bare, "config", "uploadpack.allowFilter", "true")
        status = _seconds(lambda: _git(work, "status", "--porcelain"))
        source, sparse = f"file://{bare}", Path(folder) / "sparse"
        clone = _seconds(lambda: _git(work, "clone", "--quiet", "--bare", source, f"{folder}/whole"))
        _git(work, "clone", "--quiet", "--filter=blob:none", "--sparse", source, str(sparse))
        without_texts = _packs(sparse / ".git")
        site = min((work / "content").glob("*/*")).relative_to(work)
        _git(sparse, "sparse-checkout", "set", "sites", str(site))
        after = _packs(sparse / ".git")
        texts = sorted((sparse / site).rglob("*.md"))
        text = texts[0]
        text.write_text(text.read_text("utf-8") + "\nMột câu nữa.\n", "utf-8")
        _git(sparse, "commit", "--quiet", "--all", "--message=Edit")
        pushed = _git(sparse, "pack-objects", "--revs", "--thin", "--stdout", "-q", given=b"HEAD\n^origin/main\n")
        push = _seconds(lambda: _git(sparse, "push", "--quiet"))
        return {
            "git_bytes_per_item": _packs(bare) / items,
            "git_clone_seconds_per_item": clone / items,
            "git_status_seconds_per_item": status / items,
            "git_partial_bytes_per_item": without_texts / items,
            "git_site_bytes_per_item": (after - without_texts) / len(texts),
            "git_push_bytes": len(pushed),
            "git_push_seconds": push,
        }


def _git(folder: Path, *arguments: str, given: bytes = b"") -> bytes:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "bench@example.vn" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    command = ["git", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, input=given, check=True, capture_output=True).stdout


def _seconds(work: Callable[[], bytes]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _packs(repository: Path) -> int:
    return sum(file.stat().st_size for file in (repository / "objects").rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
