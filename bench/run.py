"""Measure the cases of docs/performance.md and write their rows.

python bench/run.py                       everything: networks M and L, some hours of an idle machine
python bench/run.py --cases 2,5           these again; the other rows stay
python bench/run.py --cases 1 --size S    on another network; the results lie beside it, not in docs/
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import results
from cases import CASES, LARGE_CASES, Bench, Line, growth_and_memory
from contest import Rounds
from machine import context, use_two_cores
from networks import REPOSITORY, SIZES

FEWEST_RUNS = 3
USUAL, USUAL_LARGE = "M", "L"


def main() -> None:
    """Measure what was asked for."""
    given = _arguments()
    names: list[str] = given.cases
    folder: Path = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    target = (folder / given.size) if given.size else results.DOCS
    use_two_cores()
    rounds = Rounds(given.runs, given.patience)
    bench = Bench(folder, given.size or USUAL, rounds, given_hugo=given.hugo)
    for name in [name for name in CASES if name in names]:
        print(f"case {name}: {CASES[name].__doc__}", flush=True)
        _keep(target, bench, {name: CASES[name](bench)})
    large = [name for name in LARGE_CASES if name in names]
    if large:
        print(f"cases {', '.join(large)}: {growth_and_memory.__doc__}", flush=True)
        bench = replace(bench, size=given.size or USUAL_LARGE)
        _keep(target, bench, growth_and_memory(bench, large))
    print((target / "performance.md").read_text("utf-8"))


def _keep(target: Path, bench: Bench, found: dict[str, list[Line]]) -> None:
    """Replace the rows of these cases; what was measured is kept even when a later case fails."""
    hugo = Path(bench.hugo) if any(run.who == "Hugo" for case in found.values() for run in case[0].runs) else None
    told = context(hugo, bench.folder)
    cases = results.load(target / "performance.json")
    cases.update({name: results.measured_now(lines, bench.size, told) for name, lines in found.items()})
    results.save(target, cases)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = [*CASES, *LARGE_CASES]
    parser.add_argument("--cases", type=lambda text: text.split(","), default=known, help="such as 1,2,5; default: all")
    sizes = f"build all cases from this network; default: {USUAL}, and {USUAL_LARGE} for {' and '.join(LARGE_CASES)}"
    parser.add_argument("--size", choices=SIZES, help=sizes)
    parser.add_argument("--runs", type=int, default=FEWEST_RUNS, help=f"of each program, at least {FEWEST_RUNS}")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "build" / "bench", help="where networks lie")
    parser.add_argument("--hugo", type=Path, help="Hugo's own program; default: that of requirements/bench.txt")
    parser.add_argument("--patience", type=float, default=180, help="seconds to wait for an idle machine, each run")
    given = parser.parse_args()
    if not set(given.cases) <= set(known):
        parser.error(f"known cases are {', '.join(known)}")
    if given.runs < (1 if given.size else FEWEST_RUNS):
        parser.error(f"a median needs at least {FEWEST_RUNS} runs")
    return given


if __name__ == "__main__":
    main()
