"""The benchmark measures whole, honest builds; times themselves are not tested here."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from network import REPOSITORY

from congtin.build.manifest import Manifest, manifests_of

BENCH = REPOSITORY / "bench"
INSTALLED = REPOSITORY / "build" / "bench"

# Python runs this at the start of every process: the command, the fork server, and so all workers.
WITNESS = """
import gc, os, sys

# Debian bookworm's Python 3.11.2 may crash when it looks for garbage among the frames of a process that is watched.
gc.disable()

NAMES = {
    "Pelican.run", "ItemArticles.generate_context", "ItemArticles.generate_output", "ItemFixedPages.generate_output",
    "EditionWriter.write_file", "Content.__init__", "Cleaner.clean", "run_checks",
}
SEEN = os.open(os.environ["WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)

def watch(frame, event, called):
    if event == "call":
        name = frame.f_code.co_qualname
    elif event == "c_call":
        name = called.__qualname__
    else:
        return
    if name in NAMES:
        output = frame.f_locals["name"] if name == "EditionWriter.write_file" else ""
        os.write(SEEN, f"{name} {output}\\n".encode())

sys.setprofile(watch)
"""

# The same, but it only counts; a forked worker has its own place in the shared file.
COUNTER = """
import gc, mmap, os, sys

gc.disable()  # as above

SLOTS = 1 << 16
FILE = os.open(os.environ["WITNESS"], os.O_RDWR | os.O_CREAT)
os.ftruncate(FILE, SLOTS * 8)
COUNTS = memoryview(mmap.mmap(FILE, SLOTS * 8)).cast("Q")

OURS = {}

def count(frame, event, called):
    if event in ("call", "c_call"):
        code = frame.f_code
        ours = OURS.get(code)
        if ours is None:
            ours = OURS[code] = any(part in code.co_filename for part in ("/congtin/", "/plugins/", "/pelican/"))
        if ours:
            COUNTS[os.getpid() % SLOTS] += 1

sys.setprofile(count)
"""


def run(*command, watched_by="", folder=None):
    """Run one of the benchmark's programs; return what happened, and what ``watched_by`` wrote."""
    environment = dict(os.environ)
    seen = b""
    if watched_by:
        (folder / "hook").mkdir(exist_ok=True)
        (folder / "hook" / "sitecustomize.py").write_text(watched_by, "utf-8")
        (folder / "seen").unlink(missing_ok=True)
        environment |= {"PYTHONPATH": str(folder / "hook"), "WITNESS": str(folder / "seen")}
    script, *arguments = command
    done = subprocess.run(
        [sys.executable, str(BENCH / script), *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if watched_by:
        seen = (folder / "seen").read_bytes()
    return done, seen


def generate(folder, portal_items, sites, site_items, *more):
    sizes = ("--portal-items", portal_items, "--sites", sites, "--site-items", site_items)
    done, _ = run("generate.py", folder, *sizes, "--pelican-items", portal_items, *more)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Return a network of 4 Sites and 66 Items as the benchmark writes it, built by the command that is measured."""
    folder = generate(tmp_path_factory.mktemp("bench") / "net", 36, 3, 10)
    done, seen = run("build.py", folder, "ours", watched_by=WITNESS, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "first-build").write_bytes(seen)
    return folder


def calls_in(seen):
    """Return how often each watched function was called, and the names of the pages written."""
    lines = [line.split(" ", 1) for line in seen.decode().splitlines()]
    return Counter(name for name, _ in lines), Counter(page for name, page in lines if page)


def files_in(output):
    return {file.relative_to(output).as_posix(): file for file in output.rglob("*") if file.is_file()}


def manifests(root):
    return [Manifest.read(file).outputs for file in manifests_of(root / ".congtin").values()]


def a_source(root):
    return min((root / "content/mau/donvi001/huong-dan").rglob("*.md"))


def page_of(root, source):
    year, name = source.parts[-2:]
    return root / "output/donvi001.thanhphomau.vn/huong-dan" / year / name.removesuffix(".vi.md") / "index.html"


def test_a_measured_build_goes_through_pelican(bench):
    """Editions are Pelican runs; each Item is its content, each page passes the writer, each text the sanitiser."""
    calls, pages = calls_in((bench / "first-build").read_bytes())
    root = bench / "congtin"
    written = {name for name in files_in(root / "output") if name.endswith(".html")}
    sources = len(list((root / "content").rglob("*.md")))
    copies = json.loads((bench / "bench.json").read_text("utf-8"))["network"]["copies"]
    assert calls["Pelican.run"] == 4
    for name in ("ItemArticles.generate_context", "ItemArticles.generate_output", "ItemFixedPages.generate_output"):
        assert calls[name] == 4, name
    assert written <= pages.keys() and set(pages.values()) == {1}
    assert calls["Content.__init__"] == sources + copies
    assert calls["Cleaner.clean"] >= sources == 66
    assert calls["run_checks"] >= 1


def test_a_measured_build_keeps_manifests(bench):
    """Every file of the output stands in a Manifest with the digest of its bytes."""
    root = bench / "congtin"
    kept = {name: digest for outputs in manifests(root) for name, digest in outputs.items()}
    digests = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files_in(root / "output").items()}
    assert kept == digests


def test_a_measured_build_checks_its_content(bench):
    """A link to an Item that does not exist stops it, and nothing is written."""
    root = bench / "congtin"
    before = {name: file.stat().st_mtime_ns for name, file in files_in(root / "output").items()}
    source = a_source(root)
    text = source.read_text("utf-8")
    try:
        source.write_text(f"{text}\nXem [bài này](item:bench9999999).\n", "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "congtin", "--root", str(root), "build"],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "CONGTIN_LANG": "en"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        source.write_text(text, "utf-8")
    assert done.returncode != 0 and "bench9999999" in done.stdout + done.stderr
    assert {name: file.stat().st_mtime_ns for name, file in files_in(root / "output").items()} == before


class Service:
    """The process that the warm cases measure, watched."""

    def __init__(self, root, folder):
        self.seen = folder / "seen-warm"
        self.seen.touch()
        environment = {
            "PYTHONPATH": os.pathsep.join([str(folder / "hook"), str(REPOSITORY)]),
            "WITNESS": str(self.seen),
            "CONGTIN_LANG": "en",
        }
        self.process = subprocess.Popen(
            [sys.executable, str(BENCH / "warm_service.py"), str(root)],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ask(None)

    def ask(self, changed):
        """Build once; return what it said, nothing when it ended."""
        os.truncate(self.seen, 0)
        self.process.stdin.write(json.dumps(changed) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline() or "null")


def test_the_warm_service_does_the_same_work(bench):
    """An edit is sanitised, rendered by Pelican's writer and recorded; a broken link stops it as it stops a build."""
    root = bench / "congtin"
    source = a_source(root)
    page, text = page_of(root, source), source.read_text("utf-8")
    service = Service(root, bench)
    try:
        source.write_text(text.replace("\n---\n", "\n---\nSửamới ", 1), "utf-8")
        answer = service.ask([str(source)])
        calls, pages = calls_in(service.seen.read_bytes())
        shown = page.read_bytes()
        source.write_text(f"{text}\nXem [bài này](item:bench9999999).\n", "utf-8")
        after_error = service.ask([str(source)])
    finally:
        source.write_text(text, "utf-8")
        _, said = service.process.communicate(timeout=60)
    assert answer["changed"] >= 1 and answer["wall"] > 0 and answer["user"] > 0 and answer["memory"] > 0
    name = page.relative_to(root / "output").as_posix()
    assert "Sửamới" in shown.decode()
    assert calls["Pelican.run"] >= 1 and calls["Cleaner.clean"] >= 1 and pages[name] == 1
    assert hashlib.sha256(shown).hexdigest() in {outputs.get(name) for outputs in manifests(root)}
    assert after_error is None and "bench9999999" in said and page.read_bytes() == shown


@pytest.fixture(scope="module")
def contest(bench):
    """Build by all programs there are; return the folder and what can be compared."""
    hugo = next(INSTALLED.glob("hugo-venv/lib/python*/site-packages/hugo/binaries/hugo"), None)
    programs = ["ours", "single-ours", "pelican"] + (["hugo", "single-hugo"] if hugo else [])
    done, _ = run("build.py", bench, *programs, *(["--hugo", hugo] if hugo else []))
    assert done.returncode == 0, done.stdout + done.stderr
    return bench, ["network", "single"] if hugo else ["single"]


def test_programs_do_equal_work(contest):
    """One Site by Côngtin and by plain Pelican, and the whole network by Hugo where `make bench` installed it."""
    folder, comparable = contest
    done, _ = run("equal.py", folder, *comparable)
    assert done.returncode == 0, done.stdout


def test_the_shipped_theme_is_measured_with_pages_that_say_as_much(tmp_path):
    """Ours as citizens see it; Hugo's, where `make bench` installed it, within five per cent of its bytes."""
    hugo = next(INSTALLED.glob("hugo-venv/lib/python*/site-packages/hugo/binaries/hugo"), None)
    folder = generate(tmp_path / "net", 24, 2, 5, "--shipped")
    done, _ = run("build.py", folder, "ours", *(["hugo", "--hugo", hugo] if hugo else []))
    assert done.returncode == 0, done.stdout + done.stderr
    page = next((folder / "congtin/output").glob("*/tin-tuc/*/bai-viet-mau-so-*/index.html")).read_text("utf-8")
    assert "ct-cite" in page and "application/ld+json" in page
    if hugo:
        done, _ = run("equal.py", folder, "network", "--without-words")
        assert done.returncode == 0, done.stdout


def test_unequal_work_is_found(contest):
    """A page that one of the programs lacks makes all figures worthless, and is named."""
    folder, _ = contest
    copy = folder / "unequal"
    for built in ("single/congtin/output", "pelican/output"):
        shutil.copytree(folder / built, copy / built)
    shutil.copy(folder / "bench.json", copy)
    lost = next((copy / "pelican/output/huong-dan").rglob("bai-viet-mau-so-*"))
    shutil.rmtree(lost)
    done, _ = run("equal.py", copy)
    assert done.returncode == 1 and lost.name in done.stdout


@pytest.mark.slow
def test_cases_are_measured_one_by_one(tmp_path):
    """Each run replaces its own rows and leaves the others; every run of every program is kept."""
    common = ("--size", "XS", "--runs", "1", "--patience", "0", "--folder", tmp_path)
    for case in ("7", "5"):
        done, _ = run("run.py", "--cases", case, *common)
        assert done.returncode == 0, done.stdout + done.stderr
    kept = json.loads((tmp_path / "XS/performance.json").read_text("utf-8"))["cases"]
    assert {case: [run["who"] for line in kept[case]["lines"] for run in line["runs"]] for case in kept} == {
        "5": ["cold process", "import pelican"],
        "7": ["Côngtin", "Pelican"],
    }
    table = (tmp_path / "XS/performance.md").read_text("utf-8")
    assert "| 7 | a page of one Site with 60 Items, from nothing" in table
    assert "| 5 | nothing changed" in table and "| 1 | not measured yet |" in table


def test_too_few_runs_are_refused():
    """What goes into the documents is a median of three runs at least."""
    done, _ = run("run.py", "--cases", "5", "--runs", "2")
    assert done.returncode == 2 and "at least 3 runs" in done.stderr


@pytest.mark.slow
def test_cost_grows_with_the_content_and_not_faster(tmp_path):
    """Four times the Sites and Items take four times the work; counted in calls, so a busy machine changes nothing."""
    counts = []
    for size in (2, 4, 8):
        folder = generate(tmp_path / f"{size}", 30 * size, 3 * size, 10)
        done, seen = run("build.py", folder, "ours", watched_by=COUNTER, folder=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        counts.append(sum(memoryview(seen).cast("Q")))
    two, four, eight = counts
    # Twice the growth, twice the calls. One call for every pair of Items makes it 2.3; lists begin new pages in steps.
    assert (eight - four) / (four - two) < 2.2


def test_the_performance_page_is_made_from_its_figures(tmp_path):
    """`docs/performance.md` says what `docs/performance.json` and the notes in bench/notes.md hold."""
    done, _ = run("results.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout == (REPOSITORY / "docs" / "performance.md").read_text("utf-8")
