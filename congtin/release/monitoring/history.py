"""How long every host was there: one small file a day with counts, so that a month can be told (N3).

A file is written only on its own day; those of earlier days stay as they are until they are too old.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from congtin.errors import CongtinError
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.release.home import Home
from congtin.release.monitoring.policy import FOLDER
from congtin.release.monitoring.probes import Probe

_SUFFIX = ".json"


class Count(BaseModel):
    """How often something was asked, and how often it was there."""

    model_config = ConfigDict(extra="forbid")

    asked: int = 0
    up: int = 0
    planned: int = 0
    """Asked within a planned stop: counted apart, whatever came."""


class Day(BaseModel):
    """One day of every host."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1] = 1
    rounds: int = 0
    hosts: dict[str, dict[str, Count]] = {}
    """Host → ``any``, ``ipv4``, ``ipv6`` → counts; ``any`` is up when one of the two is."""


class HistoryDamaged(CongtinError):
    """A day's file cannot be read."""


@dataclass(frozen=True)
class HostMonth:
    """One host in one month."""

    host: str
    any: Count
    ipv4: Count
    ipv6: Count


@dataclass(frozen=True)
class Month:
    """What was counted in a month."""

    days: int
    """Days with at least one round."""
    rounds: int
    hosts: tuple[HostMonth, ...]


def percent(count: Count) -> float | None:
    """Return how much of the time outside planned stops it was there; None when it was never asked then."""
    return 100 * count.up / count.asked if count.asked else None


def remember(home: Home, probes: Iterable[Probe], stopped: frozenset[str], now: datetime, keep_days: int) -> None:
    """Add one round to the day; ``stopped`` are the hosts within a planned stop. Files older than that go.

    Who was not asked is not counted. Raises HistoryDamaged rather than counting a day anew.
    """
    folder = home.folder / FOLDER / "availability"
    folder.mkdir(parents=True, exist_ok=True)
    today = now.astimezone(HANOI_TIME).date()
    file = folder / f"{today.isoformat()}{_SUFFIX}"
    day = _read(file) if file.exists() else Day()
    day.rounds += 1
    for host, found in _by_host(probes).items():
        counts = day.hosts.setdefault(host, {})
        for name, up in found.items():
            _add(counts.setdefault(name, Count()), up=up, planned=host in stopped)
    half = file.with_suffix(".new")
    half.write_text(day.model_dump_json(), "utf-8")
    half.replace(file)
    for old, path in _files(folder):
        if today - old > timedelta(days=keep_days):
            path.unlink()


def _by_host(probes: Iterable[Probe]) -> Mapping[str, Mapping[str, bool]]:
    found: dict[str, dict[str, bool]] = {}
    for probe in probes:
        if not (probe.failure and probe.failure.reason == "not-asked"):
            names = found.setdefault(probe.host, {"any": False})
            names[probe.family] = probe.up
            names["any"] = names["any"] or probe.up
    return found


def _add(count: Count, *, up: bool, planned: bool) -> None:
    if planned:
        count.planned += 1
    else:
        count.asked += 1
        count.up += up


def month_of(home: Home, year: int, month: int) -> Month:
    """Return what was counted in a month; raise HistoryDamaged when a day's file cannot be read."""
    rounds, days = 0, 0
    totals: dict[str, dict[str, Count]] = {}
    for day, file in _files(home.folder / FOLDER / "availability"):
        if (day.year, day.month) != (year, month):
            continue
        read = _read(file)
        days, rounds = days + 1, rounds + read.rounds
        for host, counts in read.hosts.items():
            sums = totals.setdefault(host, {})
            for name, count in counts.items():
                total = sums.setdefault(name, Count())
                total.asked, total.up, total.planned = (
                    total.asked + count.asked, total.up + count.up, total.planned + count.planned,
                )  # fmt: skip
    hosts = [HostMonth(h, *(c.get(n, Count()) for n in ("any", "ipv4", "ipv6"))) for h, c in sorted(totals.items())]
    return Month(days, rounds, tuple(hosts))


def _files(folder: Path) -> Iterator[tuple[date, Path]]:
    for file in sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else ():
        yield date.fromisoformat(file.stem), file


def _read(file: Path) -> Day:
    try:
        return Day.model_validate_json(file.read_bytes())
    except ValidationError as error:
        hint = msg("Move it aside; the availability of that day is then not known any more.")
        raise HistoryDamaged(msg("The counts of availability in {file} cannot be read.", file=file), hint) from error
