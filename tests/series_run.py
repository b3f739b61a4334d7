"""How a random series is drawn and run: a rich network first, then rounds of steps, each followed by a comparison."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import series_build_steps  # noqa: F401 (brings steps)
import series_site_steps  # noqa: F401 (the same)
from hypothesis import strategies as st
from series import Series
from series_steps import STEPS, Step

# Short rounds find what one step leaves stale before another step heals it; the long one mixes.
ROUND_SIZES = (1, 1, 1, 9)
_NUMBERS = st.integers(0, 199)
# Time alone changes more than any edit: texts fall due, documents expire, copies end.
_OFTEN = {"clock_forward": 5, "clock_back": 2}
_NAMES = ["nothing", *(name for name in sorted(STEPS) for _ in range(_OFTEN.get(name, 1)) if name != "nothing")]
_STEP = st.builds(Step, st.sampled_from(_NAMES), _NUMBERS, _NUMBERS)
ROUNDS = st.tuples(*(st.lists(_STEP, min_size=size, max_size=size).map(tuple) for size in ROUND_SIZES))

# Two of each kind, due and not yet due, with copies, picks, links, pictures and replacements to grow stale.
START = (
    *(Step("add", which, how) for which, how in ((0, 0), (0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (0, 3), (1, 3))),
    Step("add", 0, 12),
    Step("add", 0, 2),
    Step("offer", 0, 0),
    Step("offer", 1, 1),
    Step("offer", 2, 3),
    Step("offer", 3, 3),
    Step("offer", 5, 0),
    Step("answer", 2, 2),
    Step("answer", 3, 17),
    Step("translate", 0, 1),
    Step("translate", 1, 1),
    Step("tag", 0, 0),
    Step("tag", 2, 2),
    Step("attach", 0, 0),
    Step("attach", 1, 1),
    Step("link", 0, 2),
    Step("link", 2, 0),
    Step("link", 1, 0),
    *(Step("link", which, how) for which, how in ((2, 4), (2, 6), (3, 5), (3, 7))),
    Step("set_validity", 2, 1),
    Step("withdraw", 3, 3),
    Step("rename", 1, 1),
    Step("supersede", 1, 0),
    Step("supersede", 2, 0),
    Step("commit"),
)

# What random series seldom meet alone: time that passes, targets of links on other Sites that move,
# a page that only one of two languages has, a term's label.
ALONE = (
    Step("clock_forward", 1),
    Step("clock_forward", 2),
    Step("clock_forward", 3),
    Step("clock_forward", 5),
    Step("clock_reset"),
    Step("rename", 5, 1),
    Step("rename", 4, 1),
    Step("add", 0, 24),
    Step("add", 9, 24),
    Step("set_vocabulary", 2),
    Step("describe_site", 0),
)


def run_series(folder: Path, rounds: tuple[tuple[Step, ...], ...], *, versioned: bool) -> Counter[str]:
    """Return what was done; raise AssertionError with the steps so far where incremental differs from clean."""
    series = Series.create(folder, versioned=versioned)
    for step in START:
        take(series, step)
    assert series.incremental().built
    done: list[Step] = []
    for steps in rounds:
        found: list[str] = []
        for step in steps:
            if step.name != "nothing":
                done.append(step)
                found += take(series, step)
        found += series.compare()
        assert not found, _story(series, done, found)
    return Counter(series=1, steps=len(done), comparisons=series.built + series.refused, refused=series.refused)


def take(series: Series, step: Step) -> list[str]:
    """Do one step and write its files; return what was found wrong on the way."""
    found = STEPS[step.name](series, step.which, step.how)
    series.save()
    return found if isinstance(found, list) else []


def _story(series: Series, done: list[Step], found: list[str]) -> str:
    where = f"with Git: {series.versioned}, clock: {series.net.now.isoformat()}, steps:"
    return "\n".join([*found[:20], where, *map(repr, done)])
