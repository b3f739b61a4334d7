"""What is damaged is found and named; what is interrupted leaves the next copy whole (J4, K6)."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from backups import FAR, NEAR, BackedUp, codes, said
from desks import clock
from network import article

from congtin.editorial import log
from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.editorial.refs import RefMove, move_refs, write_commit, write_small_tree
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.release.backup import folders as backup_folders
from congtin.release.backup import restic as restic_module
from congtin.release.backup.create import NotStaged
from congtin.release.backup.folders import BackupBusy
from congtin.release.backup.places import settings_of
from congtin.release.backup.stage import stage
from congtin.release.backup.stage_git import RepositoryUnfit
from congtin.release.folders import remove_folder

B = "content/ha/lim/tin-tuc/2026/b.vi.md"


@pytest.fixture(scope="module")
def backed(tmp_path_factory):
    """Make a publisher with an approved edit, published and copied; tests alter only what they fetch."""
    made = BackedUp.create(tmp_path_factory.mktemp("damage"))
    made.tiny.edit({B: article(2, "Trường mới")})
    made.tiny.publish()
    assert made.copy().fine
    yield made
    made.close()


@pytest.fixture
def fetched(backed, tmp_path):
    """Fetch a copy as restic gives it back, to be damaged."""
    there = backed.fetched(tmp_path / "there")
    yield there
    remove_folder(there)


def overwrite(file, data=b"altered"):
    file.chmod(0o600)
    file.write_bytes(data)


def test_a_sound_copy_has_nothing_wrong(backed, fetched):
    assert backed.problems(fetched) == []


def test_a_damaged_file_of_a_place_is_named(backed):
    """One byte of one file: the check names it, the other place is sound, the list is red."""
    place = backed.folder / NEAR
    kept = backed.folder / "kept"
    shutil.copytree(place, kept)
    pack = max(place.glob("data/*/*"), key=lambda path: path.stat().st_size)
    data = bytearray(pack.read_bytes())
    data[len(data) // 3] ^= 1
    overwrite(pack, bytes(data))
    try:
        done = backed.congtin("verify", "--format", "json", ok=False)
        near, far = json.loads(done.stdout)
        assert done.returncode == 1 and not near["sound"] and far["sound"]
        assert pack.name in near["problems"][0]["message"] and near["problems"][0]["path"] == NEAR
        assert json.loads(Path(near["report"]).read_text())["sound"] is False
        listed = backed.congtin("list", ok=False)
        assert listed.returncode == 1 and "found errors" in listed.stdout
        pack.unlink()
        (gone,) = backed.verify(NEAR)
        assert not gone.sound and pack.name in said(gone.problems)
    finally:
        shutil.rmtree(place)
        kept.rename(place)
    assert backed.verify(NEAR)[0].sound


@pytest.mark.parametrize("repository", ["content.git", "roster.git"])
def test_a_damaged_object_is_named(backed, fetched, repository):
    """Altered or gone: Git's own check says which."""
    with GitRepository(fetched / repository) as copy:
        tree = copy.ref("refs/heads/main^{tree}")
    if repository == "content.git":
        subprocess.run(["git", "-C", fetched / repository, "unpack-objects", "-q"], check=True, timeout=60,
                       input=packed(fetched / repository))  # fmt: skip
    file = fetched / repository / "objects" / tree[:2] / tree[2:]
    overwrite(file, b"no object")
    found = backed.problems(fetched)
    assert {"git-damaged"} <= codes(found) and tree in said(found) and repository in said(found)
    file.unlink()
    found = backed.problems(fetched)
    assert {"git-damaged"} <= codes(found) and tree in said(found)


def packed(repository):
    """Return the objects of all packs and take those away, so that each lies in a file of its own."""
    data = b""
    for pack in (repository / "objects/pack").glob("*.pack"):
        data = pack.read_bytes()
        pack.unlink()
        pack.with_suffix(".idx").unlink()
    return data or subprocess.run(["git", "pack-objects", "--stdout", "-q"], input=b"", capture_output=True,
                                  check=True, timeout=30).stdout  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("tree/lim.ha.gov.vn/index.html", "altered-file", "releases/000002/tree/lim.ha.gov.vn/index.html"),
        ("outputs.txt", "release-damaged", "home/releases/000002"),
        ("record.json", "release-damaged", "home/releases/000002"),
    ],
)
def test_a_damaged_file_of_a_release_is_named(backed, fetched, name, code, told):
    """A page, the signed list, the record: each is held against the signature."""
    overwrite(fetched / "home/releases/000002" / name, b"<p>altered</p>")
    found = backed.problems(fetched)
    assert code in codes(found) and told in said(found)


def test_a_missing_release_and_a_foreign_file_are_named(backed, fetched):
    """What the copy said it had must be there, and nothing else."""
    remove_folder(fetched / "home/releases/000001")
    tree = fetched / "home/releases/000002/tree/lim.ha.gov.vn"
    tree.chmod(0o755)
    (tree / "foreign.html").write_text("x")
    (fetched / "home/live").unlink()
    found = backed.problems(fetched)
    assert {"release-missing", "foreign-file", "release-live"} <= codes(found)
    assert "Release 1 is missing" in said(found) and "foreign.html" in said(found)


def test_one_altered_line_of_the_log_is_named(backed, fetched):
    """Whoever writes the log anew behind it, refs and all, cannot sign it."""
    with GitRepository(fetched / "content.git") as copy:
        head, parent = copy.ref(log.REF), None
        for oid in copy.commits(head):
            entry = log.read(copy, oid).entry
            data, signature = (copy.object(f"{oid}:{name}")[1] for name in ("entry.json", "entry.sig"))
            if entry.event == "approval":
                altered = entry.seq
                data = entry.model_copy(update={"person": "lim-deputy"}).to_bytes()
            tree = write_small_tree(copy, {"entry.json": data, "entry.sig": signature})
            parent = write_commit(copy, tree, [parent] if parent else [], "x\n", at=entry.time)
        move_refs(copy, [RefMove(log.REF, parent, head)])
    found = backed.problems(fetched)
    assert {"backup-ref", "log-damaged"} <= codes(found)
    assert f"Entry {altered} of the log" in said(found) and "refs/congtin/log stands at" in said(found)


def test_a_copy_of_another_history_is_named(backed, fetched, tmp_path):
    """A copy of a repository that somebody rewrote, or whose trust root is another one."""
    manifest = json.loads((fetched / "backup.json").read_text())
    trust = fetched / "trust.yaml"
    trust.write_text(trust.read_text().replace(manifest["refs"]["refs/heads/main"][:4], "0000"))
    text = trust.read_text()
    trust.write_text(text.replace(f"content_root: {text.split('content_root: ')[1][:40]}", f"content_root: {'2' * 40}"))
    assert "backup-trust" in codes(backed.problems(fetched))
    remove_folder(fetched / "roster.git")
    (fetched / "backup.json").unlink()
    assert codes(backed.problems(fetched)) == {"backup-missing"}


def test_a_running_repository_that_was_rewritten_shows_in_the_check(tmp_path):
    """The copy has steps of main that the running repository no longer builds on."""
    backed = BackedUp.create(tmp_path, one_place_reason="a test")
    backed.settings(places=[backed.place(NEAR)])
    try:
        before = backed.tiny.desk.ref()
        backed.tiny.edit({B: article(2)})
        assert backed.copy().fine
        backed.tiny.desk.git("update-ref", "refs/heads/main", before)
        (found,) = backed.verify()
        assert codes(found.problems) == {"backup-forked"} and "refs/heads/main" in said(found.problems)
    finally:
        backed.close()


def test_a_running_repository_with_a_hole_is_not_copied(tmp_path):
    """What is lost already must not be taken for a copy: the object is named, no place is touched."""
    backed = BackedUp.create(tmp_path)
    try:
        backed.tiny.edit({B: article(2)})
        blob = backed.tiny.desk.git("rev-parse", f"main:{B}").stdout.strip()
        (backed.content / "objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(RepositoryUnfit, match=blob):
            backed.copy()
        assert backed.restic().snapshots() == []
        done = backed.congtin("create", ok=False)
        assert done.returncode == 1 and blob in done.stderr and "Traceback" not in done.stderr
    finally:
        backed.close()


def test_pushes_and_tidying_during_a_copy_leave_it_whole(tmp_path):
    """Every state that is brought together stands together, while people push and Git packs objects anew."""
    backed = BackedUp.create(tmp_path)
    stop = threading.Event()
    for folder in range(256):
        # Git takes away an emptied folder of loose objects while another Git is about to write into it: a fault
        # of its own that stops a push, not what this test is about. A folder that is not empty stays.
        kept = backed.tiny.desk.content / "objects" / f"{folder:02x}" / "tmp_obj_kept"
        kept.parent.mkdir(exist_ok=True)
        kept.touch()

    def tidy():
        while not stop.wait(0.1):
            # Not gc, which packs refs too: a push would meet its lock.
            backed.tiny.desk.git("repack", "-a", "-d", "--quiet", check=False)

    def work():
        try:
            for number in range(4):
                backed.tiny.edit({B: article(2, f"Bản {number}")}, near=False)
        finally:
            stop.set()

    threads = [threading.Thread(target=each) for each in (work, tidy)]
    for thread in threads:
        thread.start()
    seen = set()
    try:
        while not stop.is_set():
            staged = stage(backed.home, settings_of(backed.home), clock())
            assert backed.problems(staged.folder) == []
            seen.add(staged.manifest.refs["refs/congtin/log"])
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        backed.close()
    assert len(seen) > 2


def test_a_place_that_fails_does_not_hide_and_does_not_hold_up_the_other(tmp_path):
    """One disk is not mounted: the other place has its copy, the exit status and the list tell."""
    backed = BackedUp.create(tmp_path)
    try:
        (tmp_path / NEAR).rename(tmp_path / "away")
        (tmp_path / NEAR).mkdir()
        done = backed.congtin("create", ok=False)
        assert done.returncode == 1 and "far: copy " in done.stdout
        assert "near: There is no repository at the place" in done.stderr and "congtin backup init" in done.stderr
        assert not list((tmp_path / NEAR).iterdir())
        entry = backed.tiny.desk.log()[-1].entry
        assert entry.event == "backup-created" and set(entry.detail["places"]) == {FAR}
        assert set(entry.detail["failed"]) == {NEAR}
        listed = backed.congtin("list", "--known", ok=False)
        assert listed.returncode == 1 and "near" in listed.stdout and "red" in listed.stdout
        (tmp_path / NEAR).rmdir()
        (tmp_path / "away").rename(tmp_path / NEAR)
        assert backed.copy().fine and all(one.sound for one in backed.verify())
    finally:
        backed.close()


def test_a_copy_killed_at_any_moment_leaves_the_next_one_whole(tmp_path):
    """kill -9 at random moments of making and of checking copies; no lock and no half remains."""
    backed = BackedUp.create(tmp_path)
    chance = random.Random(5)  # noqa: S311 (moments, not secrets)
    try:
        backed.tiny.edit({B: article(2)})
        for word in ("create", "create", "verify", "create"):
            process = subprocess.Popen(backed.command(word), env=backed.environment, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)  # fmt: skip
            time.sleep(chance.uniform(0.5, 2.0))
            process.kill()
            process.wait(30)
        assert backed.copy().fine
        assert all(one.sound for one in backed.verify())
        assert backed.tiny.desk.verified() == []
    finally:
        backed.close()


@contextmanager
def holding(backed):
    """Have restic hold a lock of the near place, as it does while it copies."""
    restic = backed.restic(NEAR)
    process = subprocess.Popen(["restic", "backup", "--stdin", "--quiet"], stdin=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env={**os.environ, **restic._environment()})  # fmt: skip
    try:
        end = time.monotonic() + 30
        while not list((backed.folder / NEAR / "locks").iterdir()) and time.monotonic() < end:
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait(30)
        process.stdin.close()


def test_locks_of_the_dead_are_taken_away_and_those_of_the_living_are_not(backed, monkeypatch):
    """restic keeps a lock file a process: kill -9 leaves it behind."""
    monkeypatch.setattr(restic_module, "_PATIENCE", 1.0)
    monkeypatch.setattr(restic_module, "_PAUSE", 0.1)
    with holding(backed):
        (found,) = backed.verify(NEAR)
        assert not found.sound and "already locked" in said(found.problems)
    assert list((backed.folder / NEAR / "locks").iterdir())
    assert backed.verify(NEAR)[0].sound
    assert not list((backed.folder / NEAR / "locks").iterdir())


def test_only_one_process_makes_copies(backed):
    """The second one says so and does nothing."""
    with (
        backup_folders.Folders.of(backed.home).lock(),
        pytest.raises(BackupBusy),
        backup_folders.Folders.of(backed.home).lock(patience=0.2),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_full_place_is_an_error_and_the_next_copy_is_whole(backed):
    """The live tree is untouched, the other place has its copy; with room again all is well."""
    place, kept = backed.folder / NEAR, backed.folder / "full"
    place.rename(kept)
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=True, timeout=30)
    try:
        shutil.copytree(kept, place, dirs_exist_ok=True)
        blob = backed.tiny.folder / "large.bin"
        blob.write_bytes(os.urandom(6_000_000))
        before = sorted(path.name for path in backed.tiny.live.tree.rglob("*"))
        made = backed.copy()
        near, far = made.outcomes
        assert "no space left on device" in str(near.failure.message) and "Make room" in str(near.failure.hint)
        assert far.written and not made.fine
        assert sorted(path.name for path in backed.tiny.live.tree.rglob("*")) == before
        blob.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", place], check=True, timeout=30)
        assert backed.copy().fine and backed.verify(NEAR)[0].sound
    finally:
        subprocess.run(["umount", place], check=True, timeout=30)
        place.rmdir()
        kept.rename(place)
        (backed.tiny.folder / "large.bin").unlink(missing_ok=True)


def test_no_room_to_bring_things_together_is_an_error(backed):
    """A limit on the size of files stands in for a full disk: nothing is copied, nothing that runs is touched."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    (backed.tiny.folder / "notes.txt").write_text("x" * 60_000)
    copies = len(backed.restic().snapshots())
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, hard))
        with pytest.raises(NotStaged) as error:
            backed.copy()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
        (backed.tiny.folder / "notes.txt").unlink()
    assert "Make room" in str(error.value)
    assert len(backed.restic().snapshots()) == copies
    assert backed.copy().fine


def test_the_log_that_is_ahead_of_its_refs_is_waited_for(backed):
    """A push is logged before its refs move: a state taken between the two would tell of what is not there."""
    moved = threading.Event()
    with Desk(backed.content, clock()) as desk:
        main = desk.main()
        name = "refs/heads/change/aaaaaaaaaaaa"
        with desk.lock():
            desk.record([Event("pushed", refs={name: (ABSENT, main)})])

    def land():
        time.sleep(0.4)
        backed.tiny.desk.git("update-ref", name, main)
        moved.set()

    thread = threading.Thread(target=land)
    thread.start()
    staged = stage(backed.home, settings_of(backed.home), clock())
    thread.join(30)
    assert moved.is_set() and staged.manifest.refs[name] == main
    backed.tiny.desk.git("update-ref", "-d", name)


def test_a_copy_says_where_git_keeps_objects_elsewhere(backed):
    """A repository that borrows its objects is not copied as if it were whole."""
    file = backed.content / "objects/info/alternates"
    file.parent.mkdir(exist_ok=True)
    file.write_text("/nowhere\n")
    try:
        with pytest.raises(RepositoryUnfit, match="keeps objects elsewhere"):
            backed.copy()
    finally:
        file.unlink()
