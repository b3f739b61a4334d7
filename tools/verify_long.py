"""Run many random series of builds and many interrupted builds; say what held in `docs/verification.md`.

    python tools/verify_long.py                      300 series and 200 kills with a new seed
    python tools/verify_long.py --seed 7             the same ones again
    python tools/verify_long.py --series 30 --kills 20 --forever
                                                     round after round with new seeds until Ctrl-C

Exit code 1 when a law is broken; the document is written only when all hold, and never by --forever.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "verification.md"
BEGIN, END = "<!-- last long run -->", "<!-- end of last long run -->"
_LIBRARIES = ("pelican", "Jinja2", "hypothesis", "pytest")
_TESTS = (
    "tests/test_incremental.py::test_after_any_series_of_steps_the_tree_is_that_of_a_clean_build",
    "tests/test_interrupted_builds.py::test_an_interrupted_build_leaves_the_old_pages_and_the_next_one_is_right",
)


@dataclass(frozen=True)
class Round:
    """One run of both properties."""

    seed: int
    counts: Counter[str]
    seconds: float
    holds: bool


def main() -> int:
    """Run once, or until somebody stops it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=300)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--forever", action="store_true")
    wanted = parser.parse_args()
    seed: int = wanted.seed
    while True:
        print(f"seed {seed}: {wanted.series} series, {wanted.kills} kills", flush=True)
        done = run(wanted.series, wanted.kills, seed, wanted.workers)
        print(summary(done))
        if not done.holds:
            print(f"A law is broken. Again: python tools/verify_long.py --seed {seed}")
            return 1
        if not wanted.forever:
            write(done)
            return 0
        seed += 1


def run(series: int, kills: int, seed: int, workers: int) -> Round:
    """Let pytest run both properties and count what they did."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="congtin-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), f"--junitxml={report}", *_TESTS]
        environment = {"CONGTIN_SERIES": str(series), "CONGTIN_KILLS": str(kills), "CONGTIN_SEED": str(seed)}
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode
        counts = counted(report) if report.is_file() else Counter[str]()
    return Round(seed, counts, time.monotonic() - started, code == 0)


def counted(report: Path) -> Counter[str]:
    """Return the sums of what the tests recorded."""
    found: Counter[str] = Counter()
    for entry in etree.parse(report).iter("property"):
        found[entry.get("name")] += int(entry.get("value"))
    return found


def summary(done: Round) -> str:
    """Return the counts of one round as Markdown."""
    counts = done.counts
    lines = (
        ("Date", f"{datetime.now(UTC):%Y-%m-%d}"),
        ("Seed", str(done.seed)),
        ("Series", f"{counts['series']} with {counts['steps']} steps"),
        ("Comparisons with a clean build", f"{counts['comparisons']}, {counts['refused']} of them of refused builds"),
        ("Interrupted builds", str(counts["kills"])),
        ("… found all pages old", str(counts["old"])),
        ("… found some new, each whole", str(counts["mixed"])),
        ("… found all pages new", str(counts["new"])),
        ("All laws held", "yes" if done.holds else "no"),
        ("Minutes", f"{done.seconds / 60:.0f}"),
        ("Engine", engine()),
        ("Versions", versions()),
    )
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in lines)])


def engine() -> str:
    """Return the revision that was tested."""
    command = ["git", "describe", "--always", "--dirty=, with changes not committed"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def versions() -> str:
    """Return what ran beneath."""
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    libraries = [f"{name} {version(name)}" for name in _LIBRARIES]
    own = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}", f"Git {git}"]
    return ", ".join([*own, *libraries])


def write(done: Round) -> None:
    """Put the summary into its place in the document."""
    text = DOCUMENT.read_text("utf-8")
    section = f"{BEGIN}\n\n{summary(done)}\n\n{END}"
    DOCUMENT.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: section, text, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
