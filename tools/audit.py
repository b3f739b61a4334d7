"""Judge all pages of the network as docs/audit.md tells, and write the numbers there (`make audit`).

    python tools/audit.py                        everything: all pages as files, those of every shape in Chromium
    python tools/audit.py --all                  every page in Chromium: about ten hours on two cores
    python tools/audit.py --parts files,nu       some parts; nothing is written then
    python tools/audit.py --seed 7 --pages 50    the pages of seed 7 again, fewer of them

Two pages have one shape when their elements, classes and states are the same (tests/gates/shapes.py): all pages
are like one that was opened.

The parts: files (headings, landmarks, links, other hosts), nu, browser, lighthouse. Pages that were opened in Chromium
and had nothing wrong are remembered in build/audit/ by their content: an audit that was stopped goes on where it was.
Exit code 1 when anything was found; the document and the data of the accessibility statement are written only when
everything held.
"""

from __future__ import annotations

import argparse
import multiprocessing
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> int:
    """Build, run the parts in turn, tell what was found."""
    import audit_parts
    from audit_report import write

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(audit_parts.PARTS))
    parser.add_argument("--pages", type=int, default=1200, help="how many pages Chromium opens at least")
    parser.add_argument("--all", action="store_true", help="Chromium opens every page")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-write", action="store_true", help="leave the documents as they are")
    given = parser.parse_args()
    parts = given.parts.split(",")
    unknown = sorted(set(parts) - set(audit_parts.PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(audit_parts.PARTS)}")
    counts = audit_parts.Counts(given.seed, None if given.all else given.pages, given.workers)
    folder = ROOT / "build" / "audit"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"seed {given.seed}: {', '.join(parts)}", flush=True)
    whole = audit_parts.built(folder)
    done: list[audit_parts.Result] = []
    for part in parts:
        started = time.monotonic()
        print(f"{part} …", flush=True)
        result = audit_parts.PARTS[part](whole, counts, folder)
        done.append(result)
        for name, value in result.facts:
            print(f"  {name}: {value}")
        print(f"{part}: {len(result.found)} findings, {(time.monotonic() - started) / 60:.1f} minutes", flush=True)
        if result.found:
            print(audit_parts.told(result.found, 60))
    if any(result.found for result in done):
        return 1
    if not given.no_write and parts == list(audit_parts.PARTS):
        for file in write(done, given.seed, datetime.now(UTC).date()):
            print(f"Written: {file.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    sys.exit(main())
