"""The plan for a nation is what the measured costs say."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from network import REPOSITORY

PAGE = (REPOSITORY / "docs" / "nation.md").read_text("utf-8")
COSTS = json.loads((REPOSITORY / "docs" / "nation.json").read_text("utf-8"))["costs"]


def nation(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "bench/nation.py", *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def cells(text: str, row: str) -> list[str]:
    return re.search(rf"^\| {re.escape(row)} \|(.*)\|$", text, re.MULTILINE)[1].strip().split(" | ")


def test_the_page_is_what_the_costs_say():
    """Nobody edits a computed number by hand, and no new measurement is left out."""
    assert nation("--check").stderr == ""


def test_every_block_of_the_page_is_computed():
    """A mark without its table would be an empty chapter."""
    marks = re.findall(r"<!-- bench/nation\.py: (\w+) -->\n(.*?)<!-- end -->", PAGE, re.DOTALL)
    assert {name for name, _ in marks} == {"what", "costs", "parts", "farm", "first"}
    assert all(text.count("\n") > 2 for _, text in marks)


def test_what_would_be_can_be_asked():
    """Twice the Items need twice the disk; pages ten times as dear cost more cores, and nothing else changes."""
    now, twice = nation().stdout, nation("--set", "items=20000000").stdout
    assert cells(now, "Items")[2] == "10,000,000"
    assert cells(twice, "Items")[2] == "20,000,000"
    dear = nation("--cost", f"cold_cpu_seconds_per_item={10 * COSTS['cold_cpu_seconds_per_item']}").stdout
    assert cells(dear, "build from nothing, CPU") != cells(now, "build from nothing, CPU")
    assert cells(dear, "output") == cells(now, "output")


@pytest.mark.parametrize("arguments", [("--set", "planets=2"), ("--cost", "luck=1")])
def test_unknown_names_are_refused(arguments):
    """A mistyped assumption must not look like an answer."""
    run = nation(*arguments)
    assert run.returncode == 2
    assert "cold_cpu_seconds_per_item" in run.stderr
