"""A process that ends at once has said everything, and says how it went."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import atexit, sys
from congtin.ending import end_now
atexit.register(print, "later")
print("xong", end="")
print("lỗi", end="", file=sys.stderr)
end_now({})
"""


@pytest.mark.parametrize(("given", "code"), [("", 0), ("28", 28)])
def test_what_was_printed_comes_out_and_nothing_follows(given, code):
    ended = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", PROGRAM.format(given)],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "xong", "lỗi")


def test_what_cannot_be_written_is_no_success():
    """A full disk, a reader who is gone: the last words are lost, and that shows."""
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", PROGRAM.format("")],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    assert ended.returncode != 0
