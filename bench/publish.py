"""What a publication costs on the 391 Sites of this repository: one Item from merge to live, against a full one.

python bench/publish.py DIR [--runs 5] [--full 3] [--json FILE]

A desk is made from HEAD. Full publications start from nothing, with a new home each; between them Items of one ward
are edited, approved, merged and published by a home that goes on. The ratio of the medians shall be 0.05 at most.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from congtin.editorial import founding  # noqa: E402
from congtin.editorial.changes import Changes  # noqa: E402
from congtin.editorial.statements import Type  # noqa: E402
from congtin.editorial.worktree import WorkTree  # noqa: E402

WARD, PORTAL = "hanoi/hoankiem", "hanoi/portal"
_LIMIT = 0.05


def main() -> int:
    """Measure in turn; exit with 1 when the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--full", type=int, default=3)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    desk = folder / "desk"
    founding.found(desk, REPOSITORY, "HEAD", [WARD, PORTAL], datetime.now().astimezone())
    going = _home(folder / "going", desk)
    fulls, ones, portals = [_publish(going)], [], []
    for run in range(max(given.runs, given.full - 1)):
        if run < given.full - 1:
            fulls.append(_publish(_home(folder / "anew", desk)))
        if run < given.runs:
            _merge(desk, WARD, "hoankiem", run)
            ones.append(_publish(going))
            _merge(desk, PORTAL, "hanoi", run)
            portals.append(_publish(going))
    report = {"full": _median(fulls), "one Item of a ward": _median(ones), "one Item of the portal": _median(portals)}
    ward, portal, full = (report[name]["wall"] for name in ("one Item of a ward", "one Item of the portal", "full"))
    ratio = ward / full
    report["ratio"] = {"ward": round(ratio, 4), "portal": round(portal / full, 4), "limit": _LIMIT}
    print(json.dumps(report, indent=1))
    if given.json:
        given.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return 0 if ratio <= _LIMIT else 1


def _home(folder: Path, desk: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "publisher.yaml").write_text(f"content: {desk / founding.CONTENT}\nprofile: work\n", "utf-8")
    return folder


def _publish(home: Path) -> dict[str, Any]:
    """Publish as a person types it: a new process, from nothing to live."""
    command = [sys.executable, "-m", "congtin", "publish", "--home", str(home), "--format", "json"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=True, timeout=1800)
    wall = time.monotonic() - started
    data = json.loads(done.stdout)
    spent = data["seconds"]
    return {
        "wall": wall, "rendered": data["rendered"], "changed": data["changed"], "files": data["files"],
        **spent, "start and end": wall - sum(spent.values()),
    }  # fmt: skip


def _merge(desk: Path, site: str, people: str, run: int) -> None:
    """Have a new Item of a Site proposed, approved and merged by demonstration people."""
    work = WorkTree(desk / founding.WORK, desk / founding.KEYS / f"{people}-editor")
    editor = Changes(work, lambda: datetime.now().astimezone())
    change = editor.start(f"Measured {site} {run}")
    words = ["new", "article", site, "--section", "tin-tuc", "--title", f"Đo lần {run}", "--summary", "Tin để đo."]
    subprocess.run([sys.executable, "-m", "congtin", *words], cwd=work.root, check=True, capture_output=True)
    editor.record("measured")
    editor.submit("measured")
    board = Changes(WorkTree(work.root, desk / founding.KEYS / f"{people}-deputy"), lambda: datetime.now().astimezone())
    board.decide(change, Type.APPROVAL, None)
    editor.merge(change)


def _median(runs: list[dict[str, Any]]) -> dict[str, float]:
    names = dict.fromkeys(name for run in runs for name in run)
    return {name: round(statistics.median(run.get(name, 0) for run in runs), 3) for name in names}


if __name__ == "__main__":
    sys.exit(main())
