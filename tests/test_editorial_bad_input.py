"""Broken files, clocks and machines: a clear error with file, line and what to do; nothing lost or half-merged."""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from desks import APPROVALS, LOG, MAIN, TinyDesk, clock
from editorial_city import LIM, SON, codes, make_city, missing, say
from network import REPOSITORY, article

from congtin.editorial.desk import Busy
from congtin.editorial.log import Event
from congtin.editorial.refs import RefMove, move_refs, write_commit, write_tree
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Type
from congtin.editorial.worktree import PushRefused
from congtin.errors import CongtinError

STEPS = "workflows/rulepacks/buoc-2026.yaml"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """Return a city with one approved Change, which every test tries to merge and none may."""
    made = make_city(tmp_path_factory.mktemp("bad") / "desk")
    made.waiting = made.work("lim-editor").propose("Chờ", {f"{LIM}/cho-doi.vi.md": article(1)})
    made.work("lim-head").approve(made.waiting)
    yield made
    # After all that went wrong the very same command publishes it.
    made.work("lim-editor").merge(made.waiting)
    assert made.read(f"{LIM}/cho-doi.vi.md") == article(1)
    made.close()


def refused(city: TinyDesk, *limits: Callable[[], object]) -> str:
    """Try to merge what is approved; return what the person is told. No ref but the log may have moved."""

    def refs() -> str:
        return city.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", APPROVALS).stdout

    work, before = city.work("lim-editor"), refs()
    done = subprocess.run(
        [sys.executable, "-m", "congtin", "--root", str(work.root), "change", "merge", city.waiting],
        capture_output=True, text=True, check=False, timeout=120, cwd=work.root,
        env={**os.environ, "CONGTIN_LANG": "en", "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
        preexec_fn=limits[0] if limits else None,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert refs() == before
    assert "Traceback" not in done.stderr, done.stderr
    assert "Nothing was taken in." in done.stderr
    return done.stderr


@contextmanager
def instead(file: Path, content: str | None) -> Iterator[None]:
    """Put other words into a file, or take file or folder away, for a while."""
    away = file.with_name(f"{file.name}.away")
    file.rename(away)
    try:
        if content is not None:
            file.write_text(content)
        yield
    finally:
        file.unlink(missing_ok=True)
        away.rename(file)


@contextmanager
def roster_with(city: TinyDesk, files: dict[str, str | None]) -> Iterator[None]:
    """Commit something to the roster around every check, as somebody with the machine could; take it back after."""
    before = city.village.head()
    city.village.commit(files)
    try:
        yield
    finally:
        city.village.repository.run("update-ref", MAIN, before)


# --- what a Change brings ----------------------------------------------------------------------------


def held(city: TinyDesk, title: str, files: dict[str, str]) -> list[str]:
    """Propose files; return what the gate says against them, each with its place."""
    change = city.work("portal-editor").propose(title, files)
    return [f"{p.place}: {p.message} [{p.code}]" for p in city.verdict(change).errors]


def test_a_change_that_breaks_the_policy_is_held_with_file_and_line(city):
    """A slip in editorial.yaml would stop everything afterwards: it never gets onto main."""
    text = city.read("workflows/editorial.yaml")
    line = text[: text.index("guards: [gate]")].count("\n") + 1
    (told,) = held(city, "Hở", {"workflows/editorial.yaml": text.replace("guards: [gate]", "guards: []", 1)})
    assert told.startswith(f"workflows/editorial.yaml:{line}: “merge” cannot be without the guard “gate”.")


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("broken YAML", "approvals:\n", "approvals: [\n", f"{STEPS}:"),
        ("an unknown role", "roles: [deputy, head]}", "roles: [boss]}", f"{STEPS}:17"),
        ("an unknown kind", "kinds: [article]", "kinds: [artikel]", f"{STEPS}:13"),
        ("no source", "    source: Điều 1\n", "", f"{STEPS}:"),
        ("another id", "id: buoc-2026", "id: buoc-2027", f"{STEPS}:1"),
    ],
)
def test_a_change_that_breaks_a_rule_pack_is_held_with_file_and_line(city, name, old, new, told):
    """The packs are read before they are in force."""
    text = city.read(STEPS)
    assert old in text
    problems = held(city, name, {STEPS: text.replace(old, new)})
    assert any(problem.startswith(told) for problem in problems), problems


def test_packs_that_overlap_or_do_not_exist_are_named(city):
    """Two versions of one regulation on one day, a Site that names a pack nobody wrote."""
    text = city.read(STEPS).replace("id: buoc-2026", "id: buoc-2027")
    site = city.read("sites/ha/son.yaml")
    files = {
        "workflows/rulepacks/buoc-2027.yaml": text,
        "sites/ha/son.yaml": site.replace("[buoc-2026]", "[buoc-2026, buoc-2027, buok]"),
    }
    problems = held(city, "Chồng", files)
    assert any("buoc-2026" in p and "buoc-2027" in p for p in problems), problems
    problems = held(city, "Thiếu", {"sites/ha/son.yaml": site.replace("buoc-2026", "buok-2026")})
    assert any(p.startswith("sites/ha/son.yaml") and "no rule pack “buok-2026”" in p for p in problems), problems


# --- what somebody put there around the gate ---------------------------------------------------------


def test_a_main_whose_policy_is_broken_stops_every_push_with_file_and_line(city):
    """Nothing is judged by half a policy."""
    with GitRepository(city.content) as git:
        main = git.ref(MAIN) or ""
        tree = write_tree(git, main, {"workflows/editorial.yaml": b"format: 1\nroles: [\n"})
        broken = write_commit(git, tree, [main], "around the gate\n", at=clock())
        move_refs(git, [RefMove(MAIN, broken, main)])
        try:
            assert "workflows/editorial.yaml:3: error: The YAML cannot be read" in refused(city)
        finally:
            move_refs(git, [RefMove(MAIN, main, broken)])
            city.work("lim-editor").git("update-ref", "refs/remotes/origin/main", main)


@pytest.mark.parametrize(
    ("path", "change", "told"),
    [
        ("boards/ha/lim.yaml", lambda b: b["members"][0].update(role="chief"), "boards/ha/lim.yaml:"),
        ("boards/ha/lim.yaml", lambda b: b["members"][0].update(person="nobody-here"), "boards/ha/lim.yaml:"),
        ("boards/ha/lim.yaml", lambda b: b["members"].append({**b["members"][0], "person": "lim-deputy"}), "head"),
        ("people/lim-head.yaml", lambda p: p["keys"][0].update(key="ssh-ed25519 AAAA"), "people/lim-head.yaml:"),
        ("people/lim-head.yaml", lambda p: p.update(vaild_to="2027-01-01"), "Did you mean “valid_to”"),
    ],
    ids=["unknown role", "unknown person", "two heads", "damaged key", "unknown field"],
)
def test_a_broken_roster_stops_every_push_with_file_and_line(city, path, change, told):
    """Whoever may decide must be certain: with an unsound roster nobody does."""
    data = city.village.read(path)
    change(data)
    with roster_with(city, {path: yaml.safe_dump(data, allow_unicode=True)}):
        assert told in refused(city)


def test_a_roster_that_is_no_yaml_and_one_key_for_two_persons(city):
    """Both files that share a key are named; broken YAML has its line."""
    with roster_with(city, {"operations.yaml": "operators: [\n"}):
        assert "operations.yaml:2: error: The YAML cannot be read" in refused(city)
    other = city.village.read("people/lim-deputy.yaml")
    other["keys"] = city.village.read("people/lim-head.yaml")["keys"]
    with roster_with(city, {"people/lim-deputy.yaml": yaml.safe_dump(other, allow_unicode=True)}):
        said = refused(city)
        assert "people/lim-" in said and "lim-deputy" in said and "lim-head" in said


def test_a_board_without_a_head_is_named_and_one_whose_head_has_left_goes_on(city):
    """A file without a head is an error (E4); when the head has left, the others go on, and what needs one waits."""
    board = city.village.read("boards/ha/portal.yaml")
    others = [m for m in board["members"] if m["role"] != "head"]
    with roster_with(city, {"boards/ha/portal.yaml": yaml.safe_dump({**board, "members": others})}):
        assert "boards/ha/portal.yaml:5: error: The Board has no head. [no-head]" in refused(city)
    vocabulary = city.read("sites/_vocabulary.yaml").replace("vi: Giao thông", "vi: Vận tải", 1)
    change = city.work("portal-editor").propose("Từ", {"sites/_vocabulary.yaml": vocabulary})
    city.village.revoke("portal-head", clock())
    verdict = city.verdict(change)
    assert missing(verdict) == {"ha/portal": 1, "technical-reviewers": 1} and not verdict.errors
    city.work("portal-deputy").decide(change, Type.CHANGES_REQUESTED, reason="Chờ Trưởng Ban mới.")
    assert codes(city.verdict(change)) == ["changes-requested"]


# --- clocks ------------------------------------------------------------------------------------------


def test_a_statement_signed_by_a_wrong_clock_is_refused(city):
    """A day and more off: the person is told both times."""
    head = city.work("lim-head")
    head.changes.tree.fetch()
    for wrong in (clock() - timedelta(days=2), clock() + timedelta(days=2)):
        with pytest.raises(PushRefused, match=r"(?s)was signed at .*Set the clock of your computer right"):
            head.say(head.statement(city.waiting, Type.APPROVAL, at=wrong.replace(microsecond=0)))
    words = ["--now", "2020-01-01T00:00:00+07:00", "change", "approve", city.waiting, "--yes", "--key", str(head.key)]
    assert "Set the clock of your computer right" in say(head.root, *words, status=1)


def test_a_server_whose_clock_went_back_writes_nothing(city):
    """The log is ahead of the clock: nothing is judged until somebody has looked."""
    with city.open() as desk:
        before = desk.plain.ref(LOG)
        desk.now += timedelta(hours=3)
        (entry,) = desk.record([Event("founded")])
    said = refused(city)
    assert "The clock stands at" in said and "Set the clock of this machine right" in said
    assert city.ref(LOG) == entry.oid
    with GitRepository(city.content) as git:
        move_refs(git, [RefMove(LOG, before or "", entry.oid)])
    # Whoever has seen the longer log is told that it was cut, by the next fetch.
    work = city.work("lim-editor")
    with pytest.raises(CongtinError, match="The published history was rewritten"):
        work.changes.tree.fetch()
    work.git("update-ref", LOG, before)


# --- the machine -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("trust.yaml", None, "git config congtin.trust"),
        ("trust.yaml", "content_root: [\n", "trust.yaml:2: error: The YAML cannot be read"),
        ("trust.yaml", "content_root: 12\n", "trust.yaml:1"),
        ("roster.git", None, "roster.git is damaged, or no Git repository"),
        ("keys/service", None, "git config congtin.key"),
        ("keys/service", "nonsense", "git config congtin.key"),
    ],
)
def test_what_the_service_needs_is_missing_or_broken(city, name, content, told):
    """The file is named, and who could mend it; the push is refused."""
    with instead(city.folder / name, content):
        assert told in refused(city)


def test_settings_that_are_missing_are_named(city):
    """The bare repository says where roster, trust root and key are."""
    city.git("config", "--rename-section", "congtin", "away")
    try:
        assert "does not say where its roster is" in (said := refused(city)) or "does not say where its" in said
    finally:
        city.git("config", "--rename-section", "away", "congtin")


def test_a_full_disk_is_told_as_one(city):
    """No byte more can be written: nothing is taken in, and no traceback is shown to an editor."""
    store = city.content / "congtin"
    for file in store.glob("*.sqlite*"):
        file.unlink()
    assert "cannot work" in refused(city, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)))


def test_one_push_waits_for_another_and_a_lock_held_for_too_long_is_told(city):
    """While somebody is judged the next one waits; nobody waits for ever."""
    with (city.content / "congtin" / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with city.open() as desk, pytest.raises(Busy, match="Another push is being judged"), desk.lock(patience=0.2):
            pass
        work = city.work("son-editor")
        change = work.draft("Đợi", {f"{SON}/doi.vi.md": article(2)})
        head = work.git("rev-parse", "HEAD").strip()
        push = subprocess.Popen(
            ["git", "-C", str(work.root), "push", "-q", "origin", f"{head}:refs/heads/change/{change}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(1.5)
        assert push.poll() is None
    assert push.wait(timeout=60) == 0
    assert city.ref(f"refs/heads/change/{change}") == head


def test_two_people_at_once_are_both_heard(city):
    """Both approve in the same moment: who comes second fetches and sends again, without being asked."""
    change = city.work("lim-editor").propose("Cùng lúc", {f"{LIM}/cung-luc.vi.md": article(3)})
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "congtin", "--root", str(work.root), "change", "approve", change, "--yes", "--key",
             str(work.key)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=work.root,
            env={**os.environ, "CONGTIN_LANG": "en", "PYTHONPATH": str(REPOSITORY)},
        )
        for work in (city.work("lim-head"), city.work("lim-deputy"), city.work("lim-member"))
    ]  # fmt: skip
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    (state,) = city.verdict(change).needs
    assert {given.person for given in state.given} == {"lim-head", "lim-deputy", "lim-member"}
