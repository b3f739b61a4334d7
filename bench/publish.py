"""What a publication costs on the 391 Sites of this repository: one Item from merge to live, against a full one.

python bench/publish.py DIR [--runs 5] [--full 3] [--json FILE]

A desk is made from HEAD. Full publications are those of services (`congtin publisher run`) that start with nothing,
from their start to live; between them Items of one ward and of a Portal are edited, approved and merged while a service
that has published everything runs on: from the moment that main moves to the moment that its Release is live. The ratio
of the medians shall be 0.05 at most. What `congtin publish` takes as a command, its start and end included, is told
beside.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from congtin.editorial import founding  # noqa: E402
from congtin.editorial.changes import Changes  # noqa: E402
from congtin.editorial.desk import MAIN  # noqa: E402
from congtin.editorial.statements import Type  # noqa: E402
from congtin.editorial.worktree import WorkTree  # noqa: E402
from congtin.release.home import Home  # noqa: E402
from congtin.release.releases import live_release  # noqa: E402
from congtin.release.status import read_status  # noqa: E402

WARD, PORTAL = "hanoi/hoankiem", "hanoi/portal"
_LIMIT = 0.05
_MOST_SECONDS = 1800


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
    fulls, wards, portals, typed = [_full(going)], [], [], []
    for run in range(max(given.runs, given.full - 1)):
        if run < given.full - 1:
            fulls.append(_full(_home(folder / "anew", desk)))
        if run < given.runs:
            with _service(going):
                wards.append(_one(going, desk, WARD, "hoankiem", run))
                portals.append(_one(going, desk, PORTAL, "hanoi", run))
            _merge(desk, WARD, "hoankiem", given.runs + run)
            typed.append(_command(going))
    report: dict[str, Any] = {
        "full": _median(fulls), "one Item of a ward": _median(wards), "one Item of the portal": _median(portals),
        "one Item, as a command": _median(typed),
    }  # fmt: skip
    full = report["full"]["wall"]
    ratio = report["one Item of a ward"]["wall"] / full
    shares = {name: round(report[name]["wall"] / full, 4) for name in report if name != "full"}
    report["ratio"] = {**shares, "limit": _LIMIT}
    print(json.dumps(report, indent=1))
    if given.json:
        given.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return 0 if ratio <= _LIMIT else 1


@contextmanager
def _service(home: Path) -> Iterator[None]:
    """Run the service until the block ends; it is idle when the block begins, unless there is nothing live."""
    began = time.time()
    command = [sys.executable, "-m", "congtin", "publisher", "run", "--home", str(home)]
    service = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(lambda: _told(home) > began)
        yield
    finally:
        service.terminate()
        service.wait(_MOST_SECONDS)


def _full(home: Path) -> dict[str, Any]:
    began = time.time()
    with _service(home):
        _wait(lambda: _is_idle(home))
    return _spent(home, _live_since(home) - began)


def _one(home: Path, desk: Path, site: str, people: str, run: int) -> dict[str, Any]:
    before = _live_since(home)
    _merge(desk, site, people, run)
    merged = (desk / founding.CONTENT / MAIN).stat().st_mtime
    _wait(lambda: _live_since(home) > before and _is_idle(home))
    return _spent(home, _live_since(home) - merged)


def _wait(done: Any) -> None:
    until = time.monotonic() + _MOST_SECONDS
    while not done():
        if time.monotonic() > until:
            sys.exit("The service did not publish.")
        time.sleep(0.2)


def _told(home: Path) -> float:
    status = read_status(Home.at(home))
    return status.at.timestamp() if status else 0.0


def _is_idle(home: Path) -> bool:
    status = read_status(Home.at(home))
    return bool(status and status.state == "idle" and status.live)


def _live_since(home: Path) -> float:
    """Return when citizens' link was made; it is renamed into its place at once."""
    return Home.at(home).live.lstat().st_mtime


def _spent(home: Path, wall: float) -> dict[str, Any]:
    status = read_status(Home.at(home))
    release = live_release(Home.at(home))
    if not status or not release:
        sys.exit("Nothing is live.")
    record = release.record
    return {"wall": wall, "changed": record.changed, "files": record.files, **status.published[0].seconds}


def _home(folder: Path, desk: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "publisher.yaml").write_text(f"content: {desk / founding.CONTENT}\nprofile: work\n", "utf-8")
    return folder


def _command(home: Path) -> dict[str, Any]:
    """Publish as a person types it: a new process, from nothing to its end."""
    command = [sys.executable, "-m", "congtin", "publish", "--home", str(home), "--format", "json"]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=True, timeout=_MOST_SECONDS)
    wall = time.monotonic() - started
    spent = json.loads(done.stdout)["seconds"]
    return {"wall": wall, **spent, "start and end": wall - sum(spent.values())}


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
