"""Where the time of a cold build goes: in the parent process, and in one Edition.

PYTHONPATH=. python bench/profile_ours.py DIR/congtin [SITE@LANG] --top 10
"""

from __future__ import annotations

import argparse
import cProfile
import pickle
import pstats
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from congtin.build.edition import EditionJob, build_edition
from congtin.build.pipeline import checked, make_jobs, read_repository
from congtin.build.plan import make_plans
from congtin.checks.registry import Repository
from congtin.model import EditionKey, Profile

_Result = TypeVar("_Result")


def main() -> None:
    """Profile the parent's stages together, then one Edition."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, metavar="REPOSITORY")
    parser.add_argument("edition", nargs="?", default="mau/portal@vi")
    parser.add_argument("--top", type=int, default=10)
    given = parser.parse_args()
    site, _, lang = given.edition.partition("@")
    root: Path = given.root.resolve()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        _parent(root, output / "plain")  # once without the profiler: stages by the clock, modules loaded
        jobs = _profiled("parent: scan, checks, plans, jobs", given.top, lambda: _parent(root, output / "parent"))
        job = next(job for job in jobs if job.plan.edition.key == EditionKey(site, lang))
        _profiled(f"Edition {given.edition}", given.top, lambda: build_edition(job))


def _parent(root: Path, output: Path) -> list[EditionJob]:
    """Do what the parent does before the workers begin, with an empty state; say what each stage takes."""
    now = datetime.now().astimezone()
    state = output / ".congtin"
    repository = _timed("read and place", lambda: read_repository(root, state, now, Profile.WORK))
    _timed("checks", lambda: checked(repository))
    jobs = _jobs(repository, output, state)
    total = _timed("pickle the jobs for the workers", lambda: sum(len(pickle.dumps(job)) for job in jobs))
    print(f"  {total:,} bytes of pickles for {len(jobs)} Editions")
    return jobs


def _jobs(repository: Repository, output: Path, state: Path) -> list[EditionJob]:
    plans = _timed(
        "plans",
        lambda: make_plans(
            repository.network, repository.catalogue, repository.placements, repository.now, repository.profile
        ),
    )
    return _timed("jobs, with fingerprints", lambda: make_jobs(plans.values(), output, state))


def _timed(what: str, function: Callable[[], _Result]) -> _Result:
    started = time.process_time()
    result = function()
    print(f"  {what:36}{time.process_time() - started:8.3f} CPU s")
    return result


def _profiled(what: str, top: int, function: Callable[[], _Result]) -> _Result:
    profile = cProfile.Profile()
    print(f"\n=== {what}")
    result = profile.runcall(function)
    statistics = pstats.Stats(profile)
    for order in ("tottime", "cumulative"):
        statistics.sort_stats(order).print_stats(top if order == "tottime" else top * 3)
    return result


if __name__ == "__main__":
    main()
