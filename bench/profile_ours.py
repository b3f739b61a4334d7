"""Where the time of a cold build goes: in the process that leads it, and in one Edition.

PYTHONPATH=. python bench/profile_ours.py DIR/congtin [SITE@LANG] --top 10

What workers do for other Editions is not seen: to the first they are waiting.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from congtin.build.alone import job_for
from congtin.build.edition import build_edition
from congtin.build.pipeline import build
from congtin.build.request import BuildRequest
from congtin.layout import state_folder
from congtin.model import EditionKey, Profile

_Result = TypeVar("_Result")


def main() -> None:
    """Profile a whole build, then what comes before one Edition's pages, then those."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=Path, metavar="REPOSITORY")
    parser.add_argument("edition", nargs="?", default="mau/portal@vi")
    parser.add_argument("--top", type=int, default=10)
    given = parser.parse_args()
    site, _, lang = given.edition.partition("@")
    root: Path = given.root.resolve()
    now = datetime.now().astimezone()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder)
        state = state_folder(root, output)
        _profiled("everything", given.top, lambda: build(BuildRequest(root, output, state, now)))
        key = EditionKey(site, lang)
        before = f"{given.edition}: look, checks, plan"
        job = _profiled(before, given.top, lambda: job_for(root, key, Profile.WORK, now, output, state))
        _profiled(f"{given.edition}: its pages", given.top, lambda: build_edition(job))


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
