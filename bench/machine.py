"""The machine that measures: what it is, what runs on it, and when it is quiet."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
CORES = 2
# The share of all cores that others may use while we measure. The load average is of no use for this: it
# remembers our own last run for minutes.
_QUIET = 0.1
_LOOK = 2.0


def use_two_cores() -> None:
    """Keep this process and all it starts on two cores, so that machines can be compared."""
    mine = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, mine[:CORES])


def wait_for_quiet(patience: float) -> bool:
    """Wait until nothing else works on this machine, at most ``patience`` seconds; tell whether that is so."""
    until = time.monotonic() + patience
    while True:
        busy = _busy_share(min(_LOOK, patience))
        if busy <= _QUIET:
            return True
        if time.monotonic() >= until:
            return False


def _busy_share(seconds: float) -> float:
    total, idle = _ticks()
    time.sleep(seconds)
    total_after, idle_after = _ticks()
    passed = total_after - total
    return 1 - (idle_after - idle) / passed if passed else 0.0


def _ticks() -> tuple[int, int]:
    """Return the clock ticks of all cores since the start, and how many of them were idle."""
    numbers = [int(word) for word in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:]]
    # The last two columns, guests, are in the first two already; the fifth waits for disks.
    return sum(numbers[:8]), numbers[3] + numbers[4]


def context(hugo: Path | None, folder: Path | None = None) -> dict[str, str]:
    """Return where and with what something is measured now; ``folder`` is where the networks lie."""
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": _commit(),
        "machine": f"{_cpu_model()}, {_cores()}, {_memory()} GB of memory",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Pelican": version("pelican"),
        "Jinja2": version("Jinja2"),
    }
    if folder:
        found["file system"] = file_system(folder)
    return {**found, "Hugo": _hugo_version(hugo)} if hugo else found


def file_system(folder: Path) -> str:
    """Return the kind of file system a folder is on, and whether it discards the blocks of every file it frees."""
    best, found = "", "unknown"
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        _, point, kind, options, *_ = line.split()
        if folder.resolve().is_relative_to(point) and len(point) >= len(best):
            best, found = point, f"{kind} with discard" if "discard" in options.split(",") else kind
    return found


def _cores() -> str:
    return f"{len(os.sched_getaffinity(0))} cores of {os.cpu_count()}"


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)


def _hugo_version(hugo: Path) -> str:
    said = subprocess.run([str(hugo), "version"], capture_output=True, text=True, check=True).stdout
    return said.split()[1].partition("-")[0].removeprefix("v")


def _commit() -> str:
    """Return the commit measured; a work tree with other bytes is called so."""
    # Measuring writes nothing into the repository, not even Git's own memory of file times.
    git = ["git", "--no-optional-locks", "-C", str(REPOSITORY)]
    known = subprocess.run([*git, "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=False)
    if known.returncode:
        return "not a Git repository"
    decides = ("congtin", "plugins", "bench", ":!bench/notes.md", "workflows", "sites/_defaults.yaml")
    changes = [*git, "status", "--porcelain", "--", *decides]
    changed = subprocess.run(changes, capture_output=True, text=True, check=True).stdout
    return known.stdout.strip() + (" with changes" if changed.strip() else "")
