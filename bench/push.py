"""What the gate costs a person who waits for a push: the same push with the hook and without it, in turn.

python bench/push.py DIR [--items 100000] [--runs 7]

A repository of that many Items; pushes of a Change, of a statement about it, and of its merge. The limit is 1.5
times the push without the hook plus half a second.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from sample import Sizes, make_network
from write_congtin import write_congtin

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from congtin.editorial import approvals, founding, log  # noqa: E402
from congtin.editorial.changes import Changes  # noqa: E402
from congtin.editorial.merging import merge_commit  # noqa: E402
from congtin.editorial.statements import Statement, Type, second, sign_statement  # noqa: E402
from congtin.editorial.worktree import WorkTree  # noqa: E402

_KINDS = ("change", "statement", "merge")


def main() -> None:
    """Make the repository once, then measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    desk = folder / "desk"
    if not desk.exists():
        _make(folder, given.items)
    shutil.rmtree(folder / "plain.git", ignore_errors=True)
    _git("clone", "--quiet", "--bare", str(desk / founding.CONTENT), str(folder / "plain.git"))
    times = _measure(desk, folder / "plain.git", given.runs)
    for kind in _KINDS:
        with_hook, without = (statistics.median(wall for wall, _ in times[kind, hooked]) for hooked in (True, False))
        busy, idle = (statistics.median(cpu for _, cpu in times[kind, hooked]) for hooked in (True, False))
        limit = 1.5 * without + 0.5
        state = "met" if with_hook <= limit else "MISSED"
        clock = f"with {with_hook:.2f} s   without {without:.2f} s   limit {limit:.2f} s   {state}"
        print(f"{kind:10} {clock}   processor {busy:.2f} s and {idle:.2f} s")
    data = {f"{kind} {'with' if hooked else 'without'}": values for (kind, hooked), values in times.items()}
    (folder / "push.json").write_text(json.dumps(data, indent=1), "utf-8")


def _make(folder: Path, items: int) -> None:
    sites = 390
    each = items * 9 // 10 // sites
    network = make_network(Sizes(items - sites * each, sites, each, 0.05, 1))
    write_congtin(network, folder / "source")
    source = folder / "source"
    if not (source / "workflows" / "editorial.yaml").exists():
        shutil.copytree(REPOSITORY / "workflows", source / "workflows", dirs_exist_ok=True)
    for words in (["init", "--quiet", "-b", "main"], ["add", "--all"], ["commit", "--quiet", "-m", "all"]):
        _git("-C", str(source), *words)
    portal = next(path.parent.name for path in (source / "sites").glob("*/portal.yaml"))
    wards = sorted(path.stem for path in (source / "sites" / portal).glob("*.yaml") if path.stem != "portal")
    chosen = [f"{portal}/portal", *(f"{portal}/{ward}" for ward in wards)]
    founding.found(folder / "desk", source, "HEAD", chosen, datetime.now().astimezone())
    shutil.rmtree(source)


def _measure(desk: Path, plain: Path, runs: int) -> dict[tuple[str, bool], list[tuple[float, float]]]:
    """Push the same objects to both repositories, one after the other, in changing order."""
    work = desk / founding.WORK
    sites = sorted(path.relative_to(work / "content").as_posix() for path in (work / "content").glob("*/*"))
    site = next(
        s for s in sites if not s.endswith("/portal") and (desk / founding.KEYS / f"{s.split('/')[1]}-head").exists()
    )
    name = site.split("/")[1]
    editor, head = (desk / founding.KEYS / f"{name}-{role}" for role in ("editor", "head"))
    times: dict[tuple[str, bool], list[tuple[float, float]]] = {
        (kind, hooked): [] for kind in _KINDS for hooked in (True, False)
    }
    text = min((work / "content" / site).rglob("*.vi.md"))
    for run in range(runs):
        changes = Changes(WorkTree(work, editor), lambda: datetime.now().astimezone())
        change = changes.start(f"Run {run}")
        text.write_text(text.read_text("utf-8") + f"\nRun {run} {time.time()}.\n", "utf-8")
        changes.record("Edit")
        about = changes.bytes_at(changes.git.resolve("HEAD"))
        submission = _signed(changes, change, about, Type.SUBMISSION, editor, title="Run", declaration=True)
        branch = f"{about.head}:refs/heads/change/{change}"
        _timed(work, times, "change", run, desk, plain, [branch, f"{submission}:{approvals.REF}"])
        changes.tree.fetch()
        approval = _signed(changes, change, about, Type.APPROVAL, head)
        _timed(work, times, "statement", run, desk, plain, [f"{approval}:{approvals.REF}"])
        changes.tree.fetch()
        log_head = changes.git.ref(log.REF)
        merged = merge_commit(changes.git, changes.main(), about.head, change, log_head, changes.now())
        _timed(work, times, "merge", run, desk, plain, [f"{merged}:refs/heads/main"])
        changes.tree.fetch()
        changes.git.close()
    return times


def _signed(changes: Changes, change: str, about: object, kind: Type, key: Path, **said: object) -> str:
    fields = {name: getattr(about, name) for name in ("base", "head", "digest")}
    statement = Statement(
        type=kind, change=change, files=dict(about.files), at=second(changes.now()), **fields, **said,  # type: ignore[attr-defined,arg-type]
    )  # fmt: skip
    return approvals.append(
        changes.git, changes.git.ref(approvals.REF), [sign_statement(statement, key)], changes.now()
    )


def _timed(
    work: Path,
    times: dict[tuple[str, bool], list[tuple[float, float]]],
    kind: str,
    run: int,
    desk: Path,
    plain: Path,
    moves: list[str],
) -> None:
    targets = [(desk / founding.CONTENT, True), (plain, False)]
    for target, hooked in targets if run % 2 else targets[::-1]:
        begun, busy = time.perf_counter(), _busy()
        _git("-C", str(work), "push", "--quiet", "--atomic", str(target), *moves)
        times[kind, hooked].append((time.perf_counter() - begun, _busy() - busy))


def _busy() -> float:
    """Return the processor time of all programs started so far; Git's other side and the hook are among them."""
    used = os.times()
    return used.children_user + used.children_system


def _git(*arguments: str) -> None:
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *identity, *arguments], check=True, env=environment, timeout=3600)


if __name__ == "__main__":
    main()
