"""The steps of a publication, timed, and told to whoever listens."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Step(enum.StrEnum):
    """What a publication does, in this order."""

    VERIFY = "verify"
    EXPORT = "export"
    BUILD = "build"
    ASSEMBLE = "assemble"
    CHECK = "check"
    SIGN = "sign"
    SWITCH = "switch"
    LOOK = "look"
    LOG = "log"
    TIDY = "tidy"


@dataclass
class Steps:
    """Measures each step in seconds; ``begin`` is called when one begins."""

    begin: Callable[[Step], None] = lambda _step: None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, step: Step) -> Iterator[None]:
        """Measure what is done within; a step that is done twice counts twice."""
        self.begin(step)
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[step.value] = self.seconds.get(step.value, 0.0) + time.monotonic() - started
