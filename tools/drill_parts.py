"""The parts of a drill: what each does, and the numbers it hands back; an exception means that something did not hold.

They use the helpers and the tests of `tests/`, so that `make test` tries in small counts what the drill tries in full.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "bench")]

Facts = list[tuple[str, str]]
"""Rows of the document: a name and what was counted or measured."""


@dataclass(frozen=True)
class Counts:
    """How much of everything."""

    seed: int
    kills: int
    switches: int
    rollbacks: int
    editions: int
    runs: int
    full: int


def machine_facts() -> Mapping[str, str]:
    """Return where and with what this runs."""
    from machine import context

    return context(None)


# --- one part each -----------------------------------------------------------------------------


def kills(counts: Counts, folder: Path) -> Facts:
    """Kill publications at random moments (tests/publish_kills.py)."""
    from homes import TinyHome
    from network import article
    from publish_kills import EDITED, kill_publications

    home = TinyHome.create(folder, f"-- {EDITED} --\n{article(1)}")
    with closing(home.desk):
        seen = kill_publications(home, counts.kills, counts.seed)
    left = [(f"… left behind {what}", str(number)) for what, number in sorted(seen.left.items())]
    return [
        ("Publications killed", str(seen.kills)),
        ("… that were done before the kill came", str(seen.finished)),
        ("… after which the new Release was live", str(seen.switched)),
        *left,
        ("Served trees that were not one whole Release", "0"),
        ("Next publications that were wrong", "0"),
    ]


def switches(counts: Counts, folder: Path) -> Facts:
    """Switch Releases under load (tests/loads.py)."""
    from loads import LoadedHome, switch_under_load

    home = LoadedHome.create(folder)
    with closing(home.tiny.desk):
        seen = switch_under_load(home, counts.switches, counts.rollbacks, counts.seed)
    return [
        ("Switches, each a publication of edited pages and style sheets", str(seen.switches)),
        ("Rollbacks", str(seen.rollbacks)),
        ("Requests by wrk", str(seen.load.requests)),
        ("… failed connections, reads, writes, timeouts", str(seen.load.socket_errors)),
        ("… answers other than 200", str(seen.load.other)),
        ("Pages compared with their Release, byte for byte", str(seen.pages)),
        ("Assets of these pages compared", str(seen.assets)),
        ("Pages opened before a switch, their assets asked for after it", str(seen.straddled)),
        ("Pages that were mixed or failed", "0"),
    ]


def disk(counts: Counts, folder: Path) -> Facts:
    """Fill the disk while something is built, published or copied (tests/test_full_disk.py)."""
    backups = [f"tests/test_backup_damage.py::{name}" for name in (
        "test_a_full_place_is_an_error_and_the_next_copy_is_whole",
        "test_no_room_to_bring_things_together_is_an_error",
    )]  # fmt: skip
    found = _pytest(folder, ["tests/test_full_disk.py", *backups], {"CONGTIN_FULL": "all"})
    return [
        ("Publications that found the disk full", str(found["full"])),
        ("… live trees that were touched", "0"),
        ("… refused with one clear error", str(found["full"])),
        ("Publications that were just enough room for", str(found["fitted"])),
        ("Copies that found the disk full", str(len(backups))),
    ]


def hosts(counts: Counts, folder: Path) -> Facts:
    """Ask every host and every Edition over both protocols (tests/test_hosting_network.py)."""
    found = _pytest(folder, ["tests/test_hosting_network.py"], {})
    editions, every = _editions()
    return [
        ("Hosts", str(every)),
        ("Editions, each asked over IPv4 and IPv6", str(editions)),
        ("… home page 200 with its bytes and its headers", str(2 * editions)),
        ("… missing page 404 with the page of the Edition", str(2 * editions)),
        ("Tests passed", str(found["passed"])),
    ]


def console(counts: Counts, folder: Path) -> Facts:
    """Open home pages in Chromium (tests/test_console.py)."""
    chosen = {"CONGTIN_EDITIONS": str(counts.editions), "CONGTIN_SEED": str(counts.seed)}
    found = _pytest(folder, ["tests/test_console.py"], chosen)
    return [
        ("Home pages opened in Chromium", str(found["opened"])),
        ("… Portals, languages", f"{found['portals']}, {found['languages']}"),
        ("Requests they made, all answered, all to their own host", str(found["requests"])),
        ("Console messages, errors of scripts, failed requests", "0"),
    ]


def restore(counts: Counts, folder: Path) -> Facts:
    """Measure the way back of the whole demonstration network (tools/drill_restore.py)."""
    desk, home = _published_network(folder)
    out = folder / "restore.json"
    command = [sys.executable, "tools/drill_restore.py", "--home", home, "--key", desk / "keys/service", "--out", out]
    _run([*map(str, command), "--work", str(folder / "places")])
    found = json.loads(out.read_text("utf-8"))
    drill = found["drill"]
    steps = ", ".join(f"{step['step']} {step['seconds']}" for step in drill["steps"])
    damaged = sorted(name.removeprefix("damaged ") for name in found if name.startswith("damaged "))
    return [
        ("Hosts answering after the restore", f"{drill['hosts']} ({drill['editions']} Editions)"),
        ("Minutes from an empty folder to all of them", str(drill["minutes"])),
        ("… limit", f"{drill['limit_hours']:.0f} hours ({drill['limit_source']})"),
        ("Seconds of each step", steps),
        ("Seconds of a first copy, a next one, a check (two places)", ", ".join(
            str(found["steps"][f"{what}, two places"]) for what in ("first copy", "next copy", "check"))),
        ("Damage found and named", ", ".join(damaged)),
    ]  # fmt: skip


def publish(counts: Counts, folder: Path) -> Facts:
    """Measure one Item against everything (bench/publish.py)."""
    out = folder / "publish.json"
    command = [sys.executable, "bench/publish.py", folder / "bench", "--json", out]
    _run([*map(str, command), "--runs", str(counts.runs), "--full", str(counts.full)])
    found: dict[str, dict[str, float]] = json.loads(out.read_text("utf-8"))
    ratio = found.pop("ratio")
    limit = ratio.pop("limit")
    rows = [(f"Ratio to a full publication, {name}", str(share)) for name, share in ratio.items()]
    rows[0] = (rows[0][0], f"**{rows[0][1]}** (limit {limit})")
    for name, seconds in found.items():
        counted = ("wall", "rendered", "changed", "files")
        steps = ", ".join(f"{step} {value:.2f}" for step, value in seconds.items() if step not in counted)
        rows += [(f"Seconds, {name}", f"**{seconds['wall']:.1f}**: {steps}")]
    return rows


PARTS: Mapping[str, Callable[[Counts, Path], Facts]] = {
    "kills": kills, "switches": switches, "disk": disk, "hosts": hosts, "console": console, "restore": restore,
    "publish": publish,
}  # fmt: skip


# --- what they share ---------------------------------------------------------------------------


def _pytest(folder: Path, tests: list[str], environment: Mapping[str, str]) -> Counter[str]:
    """Let pytest run tests; return the sums of what they recorded, and how many passed. Nothing may be skipped."""
    report = folder / "report.xml"
    # What single tests record stands only in the older form of the report.
    options = ["-o", "junit_family=xunit1", f"--junitxml={report}", f"--basetemp={folder / 'pytest'}"]
    _run([sys.executable, "-m", "pytest", "-q", "-n0", *options, *tests], environment)
    root = etree.parse(report).getroot()
    found: Counter[str] = Counter()
    for entry in root.iter("property"):
        found[entry.get("name")] += int(entry.get("value"))
    suite = next(root.iter("testsuite"))
    if int(suite.get("skipped")):
        raise AssertionError(f"{suite.get('skipped')} tests were skipped: nothing was proved")
    found["passed"] = int(suite.get("tests"))
    return found


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    subprocess.run(command, cwd=ROOT, env={**os.environ, **(environment or {})}, check=True, timeout=6 * 3600)


def _editions() -> tuple[int, int]:
    """Return how many Editions and hosts the network of this repository has."""
    from congtin.network.load import load_network

    every = [edition for site in load_network(ROOT).sites.values() for edition in site.editions]
    return len(every), len({edition.host for edition in every})


def _published_network(folder: Path) -> tuple[Path, Path]:
    """Return a desk made from HEAD and a home with the first Release of all its Sites."""
    from publish import PORTAL, WARD

    from congtin.editorial import founding

    desk, home = folder / "desk", folder / "home"
    founding.found(desk, ROOT, "HEAD", [WARD, PORTAL], datetime.now().astimezone())
    home.mkdir()
    settings: dict[str, Any] = {"content": str(desk / founding.CONTENT), "profile": "work"}
    (home / "publisher.yaml").write_text(json.dumps(settings), "utf-8")
    _run([sys.executable, "-m", "congtin", "publish", "--home", str(home)])
    return desk, home
