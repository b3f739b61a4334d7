"""Build a benchmark's trees from nothing and say what each cost.

python bench/build.py DIR --hugo /path/to/hugo [ours hugo single-ours single-hugo pelican]
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """What one build took, all its processes together; ``memory`` is the largest process."""

    wall: float
    user: float
    system: float
    memory: int


def main() -> None:
    """Build what was asked for, one program after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("what", nargs="*", metavar="WHAT", help="default: all five")
    parser.add_argument("--hugo", default="hugo", help="the program itself, not a wrapper that starts Python first")
    parser.add_argument("--python", default=sys.executable, help="a Python with the packages of pyproject.toml")
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    builds: dict[str, Callable[[], None]] = {
        "ours": lambda: build_ours(folder / "congtin", given.python),
        "hugo": lambda: build_hugo(folder, given.hugo),
        "single-ours": lambda: build_ours(folder / "single" / "congtin", given.python),
        "single-hugo": lambda: build_hugo(folder / "single", given.hugo),
        "pelican": lambda: build_pelican(folder / "pelican", given.python),
    }
    unknown = set(given.what) - builds.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(builds)}")
    print(f"{'':14}{'wall s':>9}{'CPU s':>9}{'user':>9}{'system':>9}{'MB':>7}")
    for name in given.what or builds:
        cost = measured(builds[name])
        cpu = cost.user + cost.system
        print(f"{name:14}{cost.wall:9.2f}{cpu:9.2f}{cost.user:9.2f}{cost.system:9.2f}{cost.memory:7}", flush=True)


def measured(build: Callable[[], None]) -> Cost:
    """Run ``build`` in a process of its own that collects every descendant, and return the cost of all.

    `time` would miss most of ours: the fork server's workers are no children of the command, and nobody
    waits for the fork server. A subreaper inherits and waits for such processes.
    """
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
            build()
            ended = time.monotonic()
            _wait_for_all()
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            line = f"{ended - started} {used.ru_utime} {used.ru_stime} {used.ru_maxrss // 1024}"
            os.write(writing, line.encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    if status or not text:
        sys.exit("The build failed.")
    wall, user, system, memory = text.split()
    return Cost(float(wall), float(user), float(system), int(memory))


def _wait_for_all() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def build_ours(root: Path, python: str) -> None:
    """Run `congtin build` without anything left of an earlier build."""
    for folder in ("output", ".congtin"):
        shutil.rmtree(root / folder, ignore_errors=True)
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    _run([python, "-m", "congtin", "--root", str(root), "build"], environment)


def build_hugo(folder: Path, hugo: str) -> None:
    """Run Hugo for every host, two at a time."""
    output = folder / "hugo-output"
    shutil.rmtree(output, ignore_errors=True)
    sites = sorted((folder / "hugo").iterdir())
    caches = folder / "hugo-cache"
    shutil.rmtree(caches, ignore_errors=True)

    def one(site: Path) -> None:
        _run([hugo, "--quiet", "-s", str(site), "-d", str(output / site.name), "--cacheDir", str(caches / site.name)])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, sites))
    shutil.rmtree(caches, ignore_errors=True)


def build_pelican(folder: Path, python: str) -> None:
    """Run plain Pelican."""
    for name in ("output", "__pycache__", "cache"):
        shutil.rmtree(folder / name, ignore_errors=True)
    _run([python, "-m", "pelican", "-q", "-s", str(folder / "pelicanconf.py")])


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout)
        msg = f"{command[0]} ended with {done.returncode}"
        raise RuntimeError(msg)


if __name__ == "__main__":
    main()
