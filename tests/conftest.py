"""What all tests share."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from homes import home, homes
from network import TinyNetwork
from whole import whole

__all__ = ["home", "homes", "tiny", "whole"]

MEMORY = Path("/dev/shm")  # noqa: S108 (pytest makes a folder of its own there, for its user alone)
ROOM = 6 << 30


def in_memory() -> bool:
    """Tell whether the networks of all tests have room in memory: a fifth of the time went into waiting for a disk."""
    if "PYTEST_DEBUG_TEMPROOT" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    available = re.search(r"^MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return bool(available) and min(int(available[1]) << 10, shutil.disk_usage(MEMORY).free) >= ROOM


if in_memory():
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have slow tests: where one process takes a file at a time, short ones fill the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., TinyNetwork]:
    """Return a maker of tiny networks from marked texts."""

    def make(*texts: str) -> TinyNetwork:
        return TinyNetwork.create(tmp_path / "network", *texts)

    return make
