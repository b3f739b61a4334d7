"""What a check found, kept where an inspector finds it: JSON for programs, signed by the service (J4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from congtin.editorial import signatures
from congtin.errors import Problem
from congtin.release.backup.folders import write_lasting
from congtin.stored_problems import problem_data

BACKUP = "congtin-backup"
"""The namespace of the signature: what is signed here is no Approval, no entry and no Release."""


@dataclass(frozen=True)
class Step:
    """One step and how long it took."""

    name: str
    seconds: float


@dataclass
class Timed:
    """Steps as they pass; each begins where the one before ended."""

    clock: Callable[[], datetime]
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begun = self.clock()
        try:
            yield
        finally:
            self.steps.append(Step(name, round((self.clock() - begun).total_seconds(), 2)))

    @property
    def seconds(self) -> float:
        return round(sum(step.seconds for step in self.steps), 2)

    def data(self) -> list[dict[str, object]]:
        return [{"step": step.name, "seconds": step.seconds, "minutes": minutes(step.seconds)} for step in self.steps]


def minutes(seconds: float) -> float:
    """Return minutes as reports give them."""
    return round(seconds / 60, 2)


def problems_data(problems: list[Problem]) -> list[dict[str, Any]]:
    """Return findings as JSON can say them."""
    return [problem_data(problem) for problem in problems]


def store(folder: Path, name: str, report: dict[str, object], key_file: Path) -> tuple[Path, str]:
    """Write a report and its signature; return its file and its SHA-256. Raise UsageError when the key cannot sign."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = json.dumps(report, ensure_ascii=False, indent=1).encode() + b"\n"
    signature = signatures.sign(data, key_file, BACKUP)
    file = folder / f"{name}.json"
    write_lasting(file.with_suffix(".sig"), signature)
    write_lasting(file, data)
    return file, hashlib.sha256(data).hexdigest()
