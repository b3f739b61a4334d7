"""What all tests share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from network import TinyNetwork
from whole import whole

__all__ = ["tiny", "whole"]


@pytest.fixture
def tiny(tmp_path: Path) -> Callable[..., TinyNetwork]:
    """Return a maker of tiny networks from marked texts."""

    def make(*texts: str) -> TinyNetwork:
        return TinyNetwork.create(tmp_path / "network", *texts)

    return make
