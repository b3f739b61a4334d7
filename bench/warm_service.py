"""A process that keeps a BuildService: for each line on its input it builds once and says what that took.

python bench/warm_service.py REPOSITORY

A line is a JSON list of changed paths, or null: look for the changes. An answer is a JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from build import collect_orphans

from congtin.build.request import BuildRequest
from congtin.build.service import BuildService
from congtin.layout import state_folder

_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Answer until the input ends."""
    # Whatever is printed below belongs to the log; only answers go to the one who asks.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    collect_orphans()
    root = Path(sys.argv[1]).resolve()
    output = root / "output"
    service = BuildService(BuildRequest(root, output, state_folder(root, output), datetime.now().astimezone()))
    for line in sys.stdin:
        named = json.loads(line)
        changed = None if named is None else [Path(path) for path in named]
        before, started = cpu_seconds(), time.perf_counter()
        report = service.rebuild(datetime.now().astimezone(), changed)
        wall = time.perf_counter() - started
        user, system = (now - then for now, then in zip(cpu_seconds(), before, strict=True))
        answer = {"wall": wall, "user": user, "system": system, "memory": most_memory(), "changed": report.changed}
        print(json.dumps(answer), file=answers, flush=True)


def cpu_seconds() -> tuple[float, float]:
    """Return the user and system seconds of this process, of all below it, and of those among them that ended."""
    user = system = 0
    for status in _family():
        user += int(status[11]) + int(status[13])
        system += int(status[12]) + int(status[14])
    return user / _TICKS, system / _TICKS


def most_memory() -> int:
    """Return the megabytes that the largest of these processes ever had."""
    most = 0
    for status in _family():
        try:
            lines = Path(f"/proc/{status[-1]}/status").read_text("utf-8").splitlines()
        except OSError:
            continue  # it has ended since
        most = max([most, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
    return most // 1024


def _family() -> list[list[str]]:
    """Return for this process and all below it the fields of /proc/…/stat after the name, and the process's id."""
    found: dict[int, list[str]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                text = Path(entry.path, "stat").read_text("utf-8", "replace")
            except OSError:
                continue  # it has ended since the folder was listed
            found[int(entry.name)] = [*text.rpartition(")")[2].split(), entry.name]
    mine = {os.getpid()}
    grown = True
    while grown:
        below = {pid for pid, status in found.items() if int(status[1]) in mine}
        grown = not below <= mine
        mine |= below
    return [found[pid] for pid in mine if pid in found]


if __name__ == "__main__":
    main()
