"""Prove the promises of docs/reliability.md in full counts, and write the numbers there (`make drill`).

    python tools/drill.py                              everything, with a new seed: about two hours on two cores
    python tools/drill.py --parts kills,disk           some parts
    python tools/drill.py --seed 7                     the same random moments again
    python tools/drill.py --kills 5 --switches 3 --rollbacks 1 --editions 6 --no-write
                                                       a short look that writes nothing

The parts: kills, switches, disk, hosts, console, restore, publish. Each part that held writes its numbers between its
own markers, and only when all parts that were asked for held; exit code 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import drill_parts
from drill_parts import Counts, Facts

from congtin.errors import CongtinError
from congtin.release.folders import remove_folder

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True)
class Done:
    """One part that was run."""

    part: str
    facts: Facts | None
    """None when something did not hold."""
    seconds: float
    load: str
    """How busy the machine was before and after: times of a busy one say little."""


def main() -> int:
    """Run the parts in turn, each to its end even when one before it failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(drill_parts.PARTS))
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--switches", type=int, default=50)
    parser.add_argument("--rollbacks", type=int, default=10)
    parser.add_argument("--editions", type=int, default=40, help="how many home pages Chromium opens")
    parser.add_argument("--runs", type=int, default=5, help="publications of one Item that are measured")
    parser.add_argument("--full", type=int, default=3, help="full publications that are measured")
    parser.add_argument("--no-write", action="store_true", help="leave the document as it is")
    given = parser.parse_args()
    parts = given.parts.split(",")
    unknown = sorted(set(parts) - set(drill_parts.PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(drill_parts.PARTS)}")
    counts = Counts(
        given.seed, given.kills, given.switches, given.rollbacks, given.editions, given.runs, given.full
    )  # fmt: skip
    print(f"seed {given.seed}: {', '.join(parts)}", flush=True)
    done = [run(part, counts) for part in drill_parts.PARTS if part in parts]
    failed = [each.part for each in done if each.facts is None]
    if failed:
        print(f"Did not hold: {', '.join(failed)}. Again: python tools/drill.py --parts {','.join(failed)} "
              f"--seed {given.seed}")  # fmt: skip
        return 1
    if not given.no_write:
        write(done, given.seed)
        print(f"Written to {DOCUMENT.relative_to(ROOT)}.")
    return 0


# What says that a part did not hold; anything else is a fault of the drill itself and ends it.
_NOT_HELD = (AssertionError, CongtinError, OSError, LookupError, ValueError, subprocess.SubprocessError)


def run(part: str, counts: Counts) -> Done:
    """Run one part in a folder of its own; say what it found, or what did not hold."""
    print(f"{part} …", flush=True)
    started, began = time.monotonic(), os.getloadavg()[0]
    folder = Path(tempfile.mkdtemp(prefix=f"congtin-{part}-")).resolve()
    try:
        facts: Facts | None = drill_parts.PARTS[part](counts, folder)
    except _NOT_HELD:
        traceback.print_exc()
        facts = None
    finally:
        remove_folder(folder)
    seconds = time.monotonic() - started
    for name, value in facts or [("did NOT hold", "")]:
        print(f"  {name}: {value}")
    print(f"{part}: {seconds / 60:.1f} minutes", flush=True)
    return Done(part, facts, seconds, f"{began:.1f}, {os.getloadavg()[0]:.1f}")


# --- the document ------------------------------------------------------------------------------


def write(done: list[Done], seed: int) -> None:
    """Put the numbers of each part into its place; parts that were not run keep theirs."""
    text = DOCUMENT.read_text("utf-8")
    for each in done:
        begin, end = f"<!-- last drill: {each.part} -->", f"<!-- end of last drill: {each.part} -->"
        if begin not in text or end not in text:
            raise SystemExit(f"{DOCUMENT.name} has no place for {each.part}: {begin} … {end}")
        section = f"{begin}\n\n{table(each, seed)}\n\n{end}"
        text = re.sub(f"{begin}.*{end}", lambda _, new=section: new, text, flags=re.DOTALL)
    DOCUMENT.write_text(text, "utf-8")


def table(done: Done, seed: int) -> str:
    """Return the numbers of one part as Markdown."""
    from_where = [
        ("Date", f"{datetime.now(UTC):%Y-%m-%d}"),
        ("Commit", commit()),
        ("Seed", str(seed)),
        ("Machine", machine()),
        ("Minutes", f"{done.seconds / 60:.1f}"),
        ("Load when it began, when it ended", done.load),
    ]
    rows = [*(done.facts or []), *from_where]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def machine() -> str:
    """Return what it ran on, without names of machines or folders."""
    facts = drill_parts.machine_facts()
    system = facts["system"].partition("-")[0]
    return f"{facts['machine']}, {system}, Python {facts['Python']}"


def commit() -> str:
    """Return what was tested; other bytes in what publishes are called so."""
    git = ["git", "--no-optional-locks", "-C", str(ROOT)]
    known = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True)
    decides = ("congtin", "plugins", "themes", "workflows", "requirements", "tests", "tools", "bench")
    changed = subprocess.run(
        [*git, "status", "--porcelain", "--", *decides], capture_output=True, text=True, check=True
    ).stdout
    return known.stdout.strip() + (", with changes not committed" if changed.strip() else "")


if __name__ == "__main__":
    sys.exit(main())
