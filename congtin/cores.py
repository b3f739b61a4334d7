"""How much this machine can do at once."""

from __future__ import annotations

import os


def worker_count() -> int:
    """Return how many processes may work at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
