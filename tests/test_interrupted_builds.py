"""Ctrl-C and kill -9 at any moment leave the old pages served, and the next build puts everything right."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from network import REPOSITORY, TinyNetwork, article, document
from series import STAGING, STATE, tree

# `make test` interrupts this often; tools/verify_long.py asks for more, at other moments.
KILLS = int(os.environ.get("CONGTIN_KILLS", "12"))
SEED = int(os.environ.get("CONGTIN_SEED", "1"))
NEWS = "content/ha/portal/tin-tuc/2026"
_PATIENCE = 60

# Python runs this in every process of a build. It counts the writes, moves and removals below the
# output and the state, and at the wanted one of the first process that comes so far it sends the signal.
WATCHER = """\
import os, signal, sys

ROOTS = tuple(os.environ["WATCH_BELOW"].split(os.pathsep))
ROLE, NUMBER, TARGET, SIGNAL = os.environ["WATCH_FOR"].split()
MAIN = os.environ.setdefault("WATCH_MAIN", str(os.getpid()))
LOG = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
process, count = os.getpid(), 0

def writes(event, args):
    if event == "open":
        return any(letter in (args[1] or "") for letter in "wax+") or bool((args[2] or 0) & (os.O_WRONLY | os.O_RDWR))
    return event in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree")

def watch(event, args):
    global process, count
    if not writes(event, args) or not isinstance(args[0], (str, bytes, os.PathLike)):
        return
    if not os.fsdecode(args[0]).startswith(ROOTS):
        return
    role = "main" if str(os.getpid()) == MAIN else "worker"
    if os.getpid() != process:  # forked: its writes are its own
        process, count = os.getpid(), 0
    count += 1
    os.write(LOG, f"{role} {os.getpid()}\\n".encode())
    if role != ROLE or count != int(NUMBER):
        return
    try:
        os.close(os.open(os.environ["WATCH_LOG"] + ".fired", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill({"group": 0, "main": int(MAIN), "worker": os.getpid()}[TARGET], int(SIGNAL))

sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Kill:
    """Which signal hits whom, and when: at a part of the writes of one process, or of the time a build takes."""

    moment: str
    part: float
    target: str
    signal: signal.Signals
    again: Kill | None = None
    """What hits the next build too."""

    def __str__(self) -> str:
        return f"{self.signal.name}-{self.target}-at-{self.moment}-{self.part:.3f}"


def kills() -> list[Kill]:
    """Return the wanted number of kills, spread over a build; seed 1 is that of `make test`."""
    kinds = (
        ("main", "group", signal.SIGKILL),
        ("worker", "worker", signal.SIGKILL),
        ("main", "main", signal.SIGINT),
        ("worker", "main", signal.SIGKILL),
        ("main", "main", signal.SIGTERM),
        ("time", "group", signal.SIGINT),
        ("main", "main", signal.SIGKILL),
        ("worker", "group", signal.SIGINT),
        ("main", "group", signal.SIGINT),
        ("worker", "group", signal.SIGKILL),
        ("time", "group", signal.SIGKILL),
        ("main", "group", signal.SIGTERM),
        ("worker", "main", signal.SIGTERM),
        ("time", "main", signal.SIGINT),
        ("worker", "worker", signal.SIGTERM),
    )
    chance = random.Random(SEED)  # noqa: S311 (repeatable moments, no secret)
    found = []
    for number in range(KILLS):
        moment, target, sent = kinds[number % len(kinds)]
        again = Kill(*kinds[0][:1], chance.random(), *kinds[0][1:]) if number % 6 == 3 else None
        found.append(Kill(moment, chance.random(), target, sent, again))
    return found


@dataclass
class Scene:
    """An edited network, its tree before and after the edits, and how much a build writes."""

    net: TinyNetwork
    folder: Path
    old: dict[str, bytes]
    new: dict[str, bytes]
    writes: dict[str, int]
    seconds: float = 0.0

    @classmethod
    def create(cls, folder: Path) -> Scene:
        net = TinyNetwork.create(folder / "network")
        for number in range(1, 25):
            net.put(f"{NEWS}/tin-{number}.vi.md", article(number, crosspost="['ha/*']"))
        for number in range(30, 36):
            net.put(f"content/ha/portal/van-ban/2026/so-{number}.vi.md", document(number, f"{number}/2026/QĐ-UBND"))
        net.build(workers=2)
        old = net.files()
        shutil.copytree(net.output, folder / "old-output", symlinks=True)
        shutil.copytree(net.root / STATE, folder / "old-state", symlinks=True)
        for number in range(4, 28):
            text = article(number, f"Tên mới {number}", "Chữ mới.", crosspost="['ha/*']")
            net.put(f"{NEWS}/tin-{number}.vi.md", text)
        for number in (1, 2):
            net.remove(f"{NEWS}/tin-{number}.vi.md")
        net.remove(f"{NEWS}/tin-3.vi.md")
        net.put(f"{NEWS}/ten-khac.vi.md", article(3, crosspost="['ha/*']"))
        scene = cls(net, folder, old, {}, {"main": 0, "worker": 0})
        scene.measure()
        return scene

    def measure(self) -> None:
        """Let one build run to its end."""
        started = time.monotonic()
        process = self.start(Kill("main", 0, "main", signal.SIGKILL), 0)
        said = process.communicate(timeout=_PATIENCE)[0]
        assert process.returncode == 0, said
        self.seconds = time.monotonic() - started
        self.new = self.net.files()
        lines = Counter(self.log.read_text("utf-8").split("\n"))
        for line, count in lines.items():
            role = line.partition(" ")[0]
            if role:
                self.writes[role] = max(self.writes[role], count)

    @property
    def log(self) -> Path:
        return self.folder / "writes.log"

    def restore(self) -> None:
        """Put the tree of before the edits back, with its state."""
        shutil.rmtree(self.net.output, ignore_errors=True)
        shutil.rmtree(self.net.root / STATE, ignore_errors=True)
        shutil.copytree(self.folder / "old-output", self.net.output, symlinks=True)
        shutil.copytree(self.folder / "old-state", self.net.root / STATE, symlinks=True)

    def start(self, kill: Kill, number: int) -> subprocess.Popen[str]:
        """Start `congtin build` in a session of its own, with the watcher in all its processes."""
        watcher = self.folder / "watcher"
        watcher.mkdir(exist_ok=True)
        (watcher / "sitecustomize.py").write_text(WATCHER, "utf-8")
        for file in (self.log, Path(f"{self.log}.fired")):
            file.unlink(missing_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "congtin", "--now", self.net.now.isoformat(), "build", "--workers", "2"],
            cwd=self.net.root,
            env={
                **os.environ,
                "CONGTIN_LANG": "en",
                "PYTHONPATH": f"{watcher}{os.pathsep}{REPOSITORY}",
                "WATCH_BELOW": f"{self.net.output}{os.pathsep}{self.net.root / STATE}",
                "WATCH_FOR": f"{kill.moment} {number} {kill.target} {int(kill.signal)}",
                "WATCH_LOG": str(self.log),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A job in the background is started with SIGINT ignored, and hands that on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )

    def interrupt(self, kill: Kill) -> tuple[int, str]:
        """Build, send the signal at its moment, and return the exit code and what was said."""
        number = 1 + int(kill.part * self.writes[kill.moment]) if kill.moment in self.writes else 0
        process = self.start(kill, number)
        if kill.moment == "time":
            time.sleep(kill.part * self.seconds)
            if kill.target == "group":
                os.killpg(process.pid, kill.signal)
            else:
                process.send_signal(kill.signal)
        left: list[int] = []
        try:
            process.wait(_PATIENCE)
        finally:
            left = _end_session(process.pid)
        said = process.communicate(timeout=_PATIENCE)[0]
        assert not left, f"{len(left)} processes were left over\n{said}"
        return process.returncode, said


def _session(leader: int) -> list[int]:
    """Return the processes of a session that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z" and int(fields[3]) == leader:
                found.append(int(folder.name))
    return found


def _end_session(leader: int) -> list[int]:
    """Give processes a moment to go; end those that stay, and return them."""
    until = time.monotonic() + 5
    while (left := _session(leader)) and time.monotonic() < until:
        time.sleep(0.02)
    for process in left:
        os.kill(process, signal.SIGKILL)
    return left


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Scene:
    return Scene.create(tmp_path_factory.mktemp("interrupted"))


def served(scene: Scene) -> dict[str, bytes]:
    """Return the files a web server can see."""
    return {name: data for name, data in tree(scene.net.output)[0].items() if not name.startswith(f"{STAGING}/")}


def torn(scene: Scene) -> list[str]:
    """Tell which files are neither old nor new, or not there although both trees have them."""
    now = served(scene)
    found = [f"torn: {n}" for n, data in now.items() if data not in (scene.old.get(n), scene.new.get(n))]
    return found + [f"missing: {name}" for name in scene.old.keys() & scene.new.keys() if name not in now]


def faults(scene: Scene) -> list[str]:
    """Tell what is torn, and what was put in place although not everything was ready."""
    now, found = served(scene), torn(scene)
    if now != scene.old:
        ready = {hashlib.sha256(data).digest() for data in tree(scene.net.output / STAGING)[0].values()}
        late = [name for name, data in scene.new.items() if now.get(name) != data]
        found += [f"not ready: {n}" for n in late if hashlib.sha256(scene.new[n]).digest() not in ready]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kill", [pytest.param(kill, id=f"{n}-{kill}") for n, kill in enumerate(kills())])
def test_an_interrupted_build_leaves_the_old_pages_and_the_next_one_is_right(scene, kill, record_property):
    """Whole files only: all old, or, when the files were being put in place, each old or new; then all new."""
    scene.restore()
    code, said = scene.interrupt(kill)
    assert kill.moment == "time" or Path(f"{scene.log}.fired").is_file(), "the moment never came"
    assert not faults(scene), said
    pages = served(scene)
    if code == 0:
        assert pages == scene.new
    if kill.again:
        scene.interrupt(kill.again)
        assert not torn(scene)
    scene.net.build(workers=2)
    assert tree(scene.net.output) == (scene.new, set())
    record_property("kills", 2 if kill.again else 1)
    record_property("old" if pages == scene.old else "new" if pages == scene.new else "mixed", 1)
