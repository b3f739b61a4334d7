"""Two programs in turn: what each run costs, on a quiet machine, and the median of all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from build import Cost, measured
from machine import wait_for_quiet


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Contestant:
    """One of the programs; only ``run`` is measured."""

    name: str
    run: Callable[[], Cost]
    prepare: Callable[[], None] = _nothing
    check: Callable[[], None] = _nothing
    """Raise when the run did not do what it was to do: what measures nothing is no benchmark."""


@dataclass(frozen=True)
class Run:
    """One run of one program."""

    who: str
    wall: float
    cpu: float
    memory: int
    """Megabytes of the largest process."""
    load: float
    """The load average before the run; a minute's run of our own stays in it for some minutes."""
    quiet: bool
    """Whether nothing else worked on the machine when the run began."""


@dataclass(frozen=True)
class Rounds:
    """How often programs run, and how long each waits for a quiet machine."""

    count: int
    patience: float


def process(name: str, build: Callable[[], None], **around: Callable[[], None]) -> Contestant:
    """Return a contestant whose run is a process that begins and ends."""
    return Contestant(name, lambda: measured(build), **around)


def alternate(rounds: Rounds, *contestants: Contestant) -> list[Run]:
    """Let all run in turn, as often as ``rounds`` says."""
    return [_one(contestant, rounds) for _ in range(rounds.count) for contestant in contestants]


def _one(contestant: Contestant, rounds: Rounds) -> Run:
    contestant.prepare()
    # Nobody's run pays for what others have not yet written to the disk.
    os.sync()
    quiet = wait_for_quiet(rounds.patience)
    load = os.getloadavg()[0]
    print(f"  load {load:5.2f}  {contestant.name:24}", end="", flush=True)
    cost = contestant.run()
    print(f"{cost.wall:9.2f} s wall{cost.cpu:9.2f} s CPU{cost.memory:7} MB", flush=True)
    contestant.check()
    return Run(contestant.name, round(cost.wall, 4), round(cost.cpu, 4), cost.memory, round(load, 2), quiet)


def middle(runs: list[Run], who: str, measure: Callable[[Run], float]) -> float:
    """Return the median of one program's runs."""
    return median(measure(run) for run in runs if run.who == who)
