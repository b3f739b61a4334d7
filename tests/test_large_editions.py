"""A large Edition is written by several processes at once: the same files, the same skipping, the same errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from network import REPOSITORY, TinyNetwork, article, document
from test_build_skipping import own_theme

from congtin.build.manifest import STAGING, Manifest
from congtin.model import EditionKey

NEWS = "content/ha/portal/tin-tuc/2026"
PORTAL = EditionKey("ha/portal", "vi")

# The command, for which an Edition is large from three Items on; it notes every process that wrote a part of one.
LARGE = """\
import os, sys
from congtin.build import apart

apart.MANY_PAGES = 3
written = apart.Apart._written

def noted(self, part):
    with open(os.environ["NOTE"], "a") as note:
        note.write(f"{os.getpid()}\\n")
    return written(self, part)

apart.Apart._written = noted
"""
RUN = """
from congtin.cli.main import main
sys.argv[0] = "congtin"
main()
"""
COMPLAIN = """
import logging
from pelican import signals

def complain(content):
    logging.getLogger("pelican.contents").warning("an odd text")

signals.content_object_init.connect(complain)
"""
SLEEP = """
import time
from pelican import signals
from congtin.build.writer import EditionWriter

def sleep(content):
    time.sleep(100)

signals.content_object_init.connect(sleep)
write_page = EditionWriter.write_page

def write_when_the_other_has_begun(self, *given):
    while not os.path.getsize(os.environ["NOTE"]):
        time.sleep(0.01)
    write_page(self, *given)

EditionWriter.write_page = write_when_the_other_has_begun
"""


class Large:
    """A network whose Editions count as large, built by the command."""

    def __init__(self, net: TinyNetwork, note: Path) -> None:
        self.net = net
        self.note = note

    def build(self, before: str = "", workers: int = 2) -> subprocess.CompletedProcess[str]:
        """Build; the processes that wrote parts are in ``processes`` afterwards."""
        self.note.write_text("")
        net = self.net
        command = ["--root", str(net.root), "--now", net.now.isoformat(), "build", "--workers", str(workers)]
        return subprocess.run(
            [sys.executable, "-c", LARGE + before + RUN, *command],
            capture_output=True,
            text=True,
            check=False,
            cwd=net.root,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CONGTIN_LANG": "en", "PYTHONPATH": str(REPOSITORY), "NOTE": str(self.note)},
        )

    @property
    def processes(self) -> list[int]:
        return [int(line) for line in self.note.read_text().split()]

    def manifest(self) -> Manifest:
        return Manifest.load(self.net.root / ".congtin", PORTAL)


@pytest.fixture
def large(tiny, tmp_path) -> Large:
    texts = "".join(f"-- {NEWS}/tin-{n}.vi.md --\n" + article(n, f"Tin {n}", tags="[giao-thong]") for n in range(1, 10))
    page = article(20, "Giới thiệu", kind="page")
    more = "-- content/ha/portal/van-ban/2026/so-15.vi.md --\n" + document(30)
    return Large(tiny(f"{texts}-- content/ha/portal/gioi-thieu/2026/chung.vi.md --\n{page}{more}"), tmp_path / "note")


def runs(process: int) -> bool:
    """Tell whether a process runs: one that was killed may wait for init to notice."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def breaks(net: TinyNetwork, name: str) -> None:
    """Write into a template what goes wrong only when a page is rendered."""
    template = net.root / "themes/base/templates" / name
    text = template.read_text("utf-8")
    assert "{% block main %}" in text
    template.write_text(text.replace("{% block main %}", "{% block main %}{{ 1 // 0 }}", 1), "utf-8")


def test_the_files_are_those_that_one_process_writes(large):
    net = large.net
    done = large.build()
    assert done.returncode == 0, done.stderr
    several, keys, reasons = net.files(), large.manifest().keys, large.manifest().reasons
    assert len(set(large.processes)) == 3, "one for the Items’ pages, which shared them between two more"
    for folder in (net.output, net.root / ".congtin"):
        subprocess.run(["rm", "-r", str(folder)], check=True)
    net.build()
    assert net.files() == several
    assert large.manifest().keys == keys
    assert large.manifest().reasons == reasons


def test_an_edit_renders_what_it_renders_in_a_small_one(large):
    net = large.net
    assert large.build().returncode == 0
    net.put(f"{NEWS}/tin-4.vi.md", article(4, "Tin 4", "Đã sửa.", tags="[giao-thong]"))
    done = large.build()
    assert done.returncode == 0, done.stderr
    assert len(set(large.processes)) == 1, "so few pages are not shared"
    assert "Đã sửa." in net.text("ha.gov.vn/tin-tuc/2026/tin-4/")
    items = [name for name in large.manifest().reasons if "/tin-tuc/2026/" in name and name.endswith(".html")]
    assert items == ["ha.gov.vn/tin-tuc/2026/tin-4/index.html"]
    incremental = net.files()
    for folder in (net.output, net.root / ".congtin"):
        subprocess.run(["rm", "-r", str(folder)], check=True)
    net.build()
    assert net.files() == incremental


def test_an_error_in_the_other_process_stops_the_build_and_leaves_the_old_pages(large):
    net = large.net
    own_theme(net)
    assert large.build().returncode == 0
    old = net.files()
    breaks(net, "_item.html")
    done = large.build()
    assert done.returncode == 3
    assert "ha/portal@vi could not be built: ZeroDivisionError" in done.stderr
    assert large.processes
    assert net.files() == old
    assert not (net.output / STAGING).exists()


def test_a_complaint_of_pelican_in_the_other_process_stops_the_build(large):
    done = large.build(before=COMPLAIN)
    assert done.returncode == 3
    assert "Pelican complained: an odd text" in done.stderr
    assert not large.net.output.exists() or not large.net.files()


@pytest.mark.parametrize("workers", [1, 2], ids=["in-the-same-edition", "in-a-smaller-one"])
def test_an_error_elsewhere_ends_the_other_process_too(large, workers):
    """Nobody writes into the staging folder any more when the build has ended."""
    net = large.net
    own_theme(net)
    breaks(net, "home.html")
    done = large.build(before=SLEEP, workers=workers)
    assert done.returncode == 3
    assert "could not be built: ZeroDivisionError" in done.stderr
    assert large.processes
    assert not any(map(runs, large.processes))
    assert not (net.output / STAGING).exists()
