"""Killed at any moment of submit, approve and merge: refs as before or after, the log sound, the same command goes on.

CONGTIN_SEED=n kills at other moments.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desks import APPROVALS, LOG, MAIN, TinyDesk, Work
from editorial_city import say
from network import REPOSITORY, article

from congtin.editorial import log
from congtin.editorial.refs import RefMove, move_refs
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.editorial.signatures import parse_key

NEWS = "content/ha/lim/tin-tuc/2026"
SEED = int(os.environ.get("CONGTIN_SEED", "1"))
_LOCKED = re.compile(r"(/\S+\.lock)\b")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One desk for all kills: each round has a Change of its own, and must not suffer from the rounds before."""
    made = TinyDesk.create(tmp_path_factory.mktemp("kills") / "desk")
    yield made
    made.close()


# --- a command, and who of its processes dies when -------------------------------------------------


def start(work: Work, *arguments: str) -> subprocess.Popen[str]:
    """Start the command in a session of its own, so that all its processes can be found."""
    return subprocess.Popen(
        [sys.executable, "-m", "congtin", "--root", str(work.root), "change", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, cwd=work.root,
        env={**os.environ, "CONGTIN_LANG": "en", "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
    )  # fmt: skip


def processes(session: int) -> Iterator[tuple[int, str]]:
    """Yield (id, command line) of every process of a session that still runs."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                yield int(folder.name), words


def until(true: Callable[[], bool], running: subprocess.Popen[str], seconds: float = 60) -> bool:
    """Wait for something while a command runs; tell whether it came."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        if running.poll() is not None:
            return False
        time.sleep(0.002)
    raise AssertionError("nothing happened")


def is_judged(running: subprocess.Popen[str]) -> bool:
    return any("hook receive" in words for _, words in processes(running.pid))


def kill(running: subprocess.Popen[str], victim: str) -> None:
    """Kill the client, the hook, or everything at once as when the power fails."""
    for pid, words in list(processes(running.pid)):
        if (
            victim == "all"
            or (victim == "client" and pid == running.pid)
            or (victim == "hook" and "hook receive" in words)
        ):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def interrupted(desk: TinyDesk, work: Work, victim: str, moment: str, dice: random.Random, *arguments: str) -> None:
    """Run a command and kill it at a moment; come back when nothing of it runs any more."""
    told = desk.content / LOG
    before = told.read_text()
    running = start(work, *arguments)
    if moment == "any":
        time.sleep(dice.uniform(0.1, 1.6))
    elif moment == "judging" and until(lambda: is_judged(running), running):
        time.sleep(dice.uniform(0, 0.8))
    elif moment == "logged" and until(lambda: told.read_text() != before, running):
        # The log has told of what has not happened yet.
        time.sleep(dice.uniform(0, 0.15 if victim == "all" else 0.02))
    kill(running, victim)
    running.communicate(timeout=60)
    end = time.monotonic() + 30
    while any(True for _ in processes(running.pid)):
        assert time.monotonic() < end, list(processes(running.pid))
        time.sleep(0.02)


def again(work: Work, *arguments: str) -> None:
    """Run the same command once more; a lock that was left behind is named, and once it is gone all goes on."""
    for _ in range(3):
        running = start(work, *arguments)
        said = running.communicate(timeout=120)[0]
        if running.returncode == 0:
            return
        locked = _LOCKED.search(said)
        assert locked, said
        Path(locked[1]).unlink()
    raise AssertionError(said)


# --- what must be true whatever happened -----------------------------------------------------------


def refs_of(desk: TinyDesk) -> dict[str, str]:
    with GitRepository(desk.content) as git:
        return git.refs("refs/")


def require_sound(desk: TinyDesk, before: dict[str, str], change: str) -> None:
    """Require a sound chain, and refs that are where they were or where the log says that they went."""
    service = {parse_key(k.key).fingerprint: (k.valid_from, k.valid_to) for k in desk.village.trust().service_keys}
    with GitRepository(desk.content) as git:
        entries = [recorded.entry for recorded in log.checked(git, git.ref(LOG), service)]
        told = {(ref, old, new) for entry in entries for ref, (old, new) in entry.refs.items()}
        for ref, new in git.refs("refs/").items():
            old = before.get(ref, ABSENT)
            if ref != LOG and new != old:
                assert (ref, old, new) in told, f"{ref} moved without a word in the log"
                assert ref in {MAIN, APPROVALS, f"refs/heads/change/{change}"}
        assert before.keys() <= git.refs("refs/").keys()
        main = git.commit(desk.ref() or "")
        assert len(main.parents) in {0, 2}, "main holds whole merges only"


ROUNDS = [("client", "any"), ("hook", "judging"), ("hook", "logged"), ("all", "logged")]


@pytest.mark.parametrize(("victim", "moment"), ROUNDS, ids=[f"{who}-{when}" for who, when in ROUNDS])
def test_a_kill_leaves_everything_before_or_after_and_the_same_command_goes_on(desk, victim, moment):
    """Submit, approve, merge: each is killed, looked at, and run again."""
    dice = random.Random(f"{SEED} {victim} {moment}")  # noqa: S311 (moments, not secrets)
    editor, head = desk.work("lim-editor"), desk.work("lim-head")
    number = ROUNDS.index((victim, moment)) + 1
    path = f"{NEWS}/tin-{number}.vi.md"
    change = editor.changes.start("Tin")
    editor.put(path, article(number))
    steps = [
        (editor, "submit", "--declare", "--key", str(editor.key)),
        (head, "approve", change, "--yes", "--key", str(head.key)),
        (editor, "merge", change),
    ]
    for work, *arguments in steps:
        before = refs_of(desk)
        interrupted(desk, work, victim, moment, dice, *arguments)
        require_sound(desk, before, change)
        assert desk.read(path) in ({None, article(number)} if arguments[0] == "merge" else {None})
        if work is editor and desk.read(path) is None:
            assert (editor.root / path).read_text() == article(number), "the editor's words are kept"
        middle = refs_of(desk)
        again(work, *arguments)
        require_sound(desk, middle, change)
    assert desk.read(path) == article(number)
    merges = [
        oid for oid in desk.git("log", "--first-parent", "--format=%s", MAIN).stdout.splitlines() if change in oid
    ]
    assert len(merges) == 1
    assert desk.git("fsck", "--no-dangling", "--connectivity-only", check=False).returncode == 0


@pytest.mark.parametrize("ref", [MAIN, LOG])
def test_a_lock_left_behind_is_named_and_stops_everything_before_the_log_tells_of_it(desk, ref):
    """Git's own lock of a process that died: the push is refused, the file named; when it is gone the push passes."""
    editor, head = desk.work("lim-editor"), desk.work("lim-head")
    number = 20 + (ref == LOG)
    change = editor.propose("Khóa", {f"{NEWS}/khoa-{number}.vi.md": article(number)})
    head.approve(change)
    before, lock = refs_of(desk), desk.content / f"{ref}.lock"
    lock.touch()
    running = start(editor, "merge", change)
    said = running.communicate(timeout=60)[0]
    assert running.returncode != 0
    assert str(lock) in said and "remove the file" in said, said
    assert {**refs_of(desk), LOG: ""} == {**before, LOG: ""}
    assert desk.log()[-1].entry.event != "merged"
    lock.unlink()
    editor.merge(change)
    assert desk.log()[-1].entry.event == "merged"


def test_a_log_that_tells_of_a_merge_that_was_never_made_publishes_nothing(desk):
    """The hook died between the log and the refs: the Change is still open, and is merged by asking again."""
    editor, head = desk.work("lim-editor"), desk.work("lim-head")
    change = editor.propose("Đứt quãng", {f"{NEWS}/dut-quang.vi.md": article(30)})
    head.approve(change)
    before = desk.ref()
    editor.merge(change)
    with GitRepository(desk.content) as git:
        move_refs(git, [RefMove(MAIN, before or "", git.ref(MAIN) or "")])
    assert desk.events()[-1] == "merged"
    assert desk.verdict(change).passes
    other = desk.work("mai-editor")
    other.merge(change)
    assert desk.events()[-2:] == ["merged", "merged"]
    assert desk.read(f"{NEWS}/dut-quang.vi.md") == article(30)


def test_what_was_killed_and_begun_again_is_verified_from_the_trust_root(desk):
    """The log may tell of a move that was never made; what is on main was approved all the same (E19)."""
    found = json.loads(say(desk.folder, "verify", "--repository", str(desk.content), "--format", "json"))
    told = {(problem["code"], problem["severity"]) for problem in found}
    assert told <= {("step-without-effect", "warning"), ("statement-without-effect", "warning")}
