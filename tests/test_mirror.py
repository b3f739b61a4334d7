"""`congtin mirror`: the public gets what was approved and nobody who did it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from drawn import png
from network import NOON, REPOSITORY, SITES, article, item_id, translation
from rosters import Village

from congtin.editorial.leaks import leaks
from congtin.editorial.mirror import ForeignMirror, mirror
from congtin.editorial.refs import RefMove, move_refs, write_commit, write_tree
from congtin.editorial.repository import ABSENT, GitFailed, GitRepository
from congtin.errors import UsageError
from congtin.validation import parse_time

MAIN = "refs/heads/main"
ITEM = "content/ha/lim/tin-tuc/2026/{}.vi.md"
START = parse_time("2026-11-01T08:00:00+07:00")


def git(path, *arguments):
    return subprocess.run(["git", "-C", str(path), *arguments], capture_output=True, check=True, timeout=60).stdout


class City:
    """A content repository whose main moves by merges of signed Changes, as the gate lets it."""

    def __init__(self, folder: Path) -> None:
        self.village = Village.create(folder / "village")
        self.path = folder / "content.git"
        self.folder = folder
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.path)], check=True, timeout=30)
        self.steps = 0
        files = {"README.md": "Engine", "congtin/x.py": "pass", "themes/base/a.css": "a{}"}
        files |= {"workflows/editorial.yaml": "format: 1\n", "workflows/pipelines/deploy.yaml": "host: secret\n"}
        parts = SITES.split("-- ")[1:]
        files |= {part.split(" --\n")[0]: part.split(" --\n")[1] for part in parts}
        self.write(files, merge=False)

    def write(self, files, *, merge=True, at=None, by="lim-editor"):
        """Merge a Change that writes files (None: takes them away) into main; return the step."""
        self.steps += 1
        at = at or START + timedelta(hours=self.steps)
        person = f"{by} <{by}@ha.example>"
        with GitRepository(self.path) as repository:
            base = repository.ref(MAIN)
            data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
            tree = write_tree(repository, base, data)
            parents = [base] if base else []
            message = f"Bài của {by}\n\nSigned-off-by: {person}\n"
            step = write_commit(
                repository, tree, parents, message, at=at, author=person, signing_key=self.village.key(by)
            )
            if merge:
                change = item_id(self.steps)
                move_refs(repository, [RefMove(f"refs/heads/change/{change}", step, ABSENT)])
                message = f"Merge of {by}\n\nApproved-by: lim-head\nChange: {change}\nLog: {'a' * 40}\n"
                service = self.village.key("service")
                step = write_commit(repository, tree, [base, step], message, at=at, signing_key=service)
            move_refs(repository, [RefMove(MAIN, step, base or ABSENT)])
        return step

    def mirror(self, target=None, workshop="workshop"):
        with GitRepository(self.path) as repository:
            return mirror(repository, str(target or self.copy), self.folder / workshop)

    @property
    def copy(self) -> Path:
        return self.folder / "copy.git"

    def files(self, revision="main"):
        return git(self.copy, "ls-tree", "-r", "--name-only", revision).decode().split()


@pytest.fixture
def city(tmp_path):
    city = City(tmp_path)
    city.write({ITEM.format("mot"): article(1)})
    city.write({ITEM.format("hai"): article(2)}, by="lim-member")
    return city


def objects(path):
    """Return every object of a repository: reachable or not, packed or not."""
    listed = git(path, "cat-file", "--batch-all-objects", "--batch-check").decode().splitlines()
    return {oid: (kind, git(path, "cat-file", kind, oid)) for oid, kind, _ in (line.split() for line in listed)}


def test_the_copy_holds_the_public_folders_of_every_step(city):
    """content, sites, themes, workflows; no engine, no pipelines of the machines."""
    done = city.mirror()
    assert done.commits == 3
    assert done.head == git(city.copy, "rev-parse", "main").decode().strip()
    files = city.files()
    assert ITEM.format("mot") in files and "sites/ha/lim.yaml" in files and "workflows/editorial.yaml" in files
    assert {path.split("/")[0] for path in files} == {"content", "sites", "themes", "workflows"}
    assert not [path for path in files if "pipelines" in path]
    for path in files:
        assert git(city.copy, "show", f"main:{path}") == git(city.path, "show", f"main:{path}")


def test_no_object_of_the_copy_knows_a_person(city):
    """Not in commits, trees or blobs, not in an object nobody points to (E7)."""
    city.mirror()
    city.write({ITEM.format("ba"): article(3)}, by="mai-head")
    city.mirror()
    found = {oid: data for oid, (_, data) in objects(city.copy).items()}
    roster = city.village.load()
    mails = [f"{person}@ha.example" for person in roster.people]
    service = [city.village.fingerprint("service"), city.village.public("service").line.split()[1]]
    assert leaks(found, roster, more=mails + service) == []
    assert not [data for data in found.values() if b"gpgsig" in data or b"SSH SIGNATURE" in data]
    assert leaks({"source": git(city.path, "cat-file", "commit", "main^2")}, roster)  # the search does find


def test_side_branches_changes_and_congtins_refs_stay_at_home(city):
    """One branch, one parent each; no commit of the source is in the copy."""
    city.mirror()
    assert git(city.copy, "for-each-ref", "--format=%(refname)").decode().split() == [MAIN]
    ours = {oid for oid, (kind, _) in objects(city.path).items() if kind == "commit"}
    theirs = {oid: data for oid, (kind, data) in objects(city.copy).items() if kind == "commit"}
    assert len(theirs) == 3 and not ours & set(theirs)
    assert all(data.count(b"\nparent ") <= 1 for data in theirs.values())


def test_a_commit_says_where_it_comes_from_and_nothing_else(city):
    """A neutral author, the time of the step, the Change's id, the source."""
    step = city.write({ITEM.format("ba"): article(3)})
    city.mirror()
    text = git(city.copy, "cat-file", "commit", "main").decode()
    head, _, message = text.partition("\n\n")
    assert message == f"Approved content\n\nChange: {item_id(4)}\nSource: {step}\n"
    time = int((START + timedelta(hours=4)).timestamp())
    assert f"author Congtin <congtin@localhost> {time} +0700" in head
    assert f"committer Congtin <congtin@localhost> {time} +0700" in head


def test_the_same_source_gives_the_same_objects(city):
    """At once or bit by bit, here or there, today or tomorrow."""
    city.mirror()
    for number in range(3, 7):
        city.write({ITEM.format(f"so-{'abcdefg'[number]}"): article(number)})
        city.mirror()
    whole = city.mirror(city.folder / "other.git", "other-workshop")
    assert whole.commits == 7
    assert whole.head == git(city.copy, "rev-parse", "main").decode().strip()
    again = city.mirror(workshop="third")
    assert (again.head, again.commits) == (whole.head, 0)


def test_a_step_that_shows_nothing_makes_no_commit(city):
    """The engine is not in the copy."""
    before = city.mirror()
    city.write({"congtin/x.py": "pass  # two\n"})
    after = city.mirror()
    assert (after.head, after.commits) == (before.head, 0)
    city.write({ITEM.format("ba"): article(3)})
    assert city.mirror().commits == 1


def test_drafts_and_what_is_not_due_stay_out_until_they_are(city):
    """An approved Item with a time of its own appears with the first step after it, with all that is its own."""
    due = (START + timedelta(days=2)).isoformat()
    original = article(3, date=due)
    slug = ITEM.format("hen-gio")
    media = slug.replace(".vi.md", ".files/anh.png")
    city.write({slug: original, slug.replace(".vi.", ".en."): translation(original), media: png()})
    city.write({ITEM.format("nhap"): article(4, draft="true"), ITEM.format("hen-gio-khac"): article(5)})
    city.mirror()
    assert not [path for path in city.files() if "hen-gio." in path or "nhap" in path]
    assert ITEM.format("hen-gio-khac") in city.files()
    assert original.encode() not in {data for _, data in objects(city.copy).values()}
    city.write({ITEM.format("nhap"): article(4), ITEM.format("sau"): article(6)}, at=START + timedelta(days=3))
    city.mirror()
    assert {slug, media, ITEM.format("nhap")} <= set(city.files())
    whole = city.mirror(city.folder / "other.git", "other-workshop")
    assert whole.head == git(city.copy, "rev-parse", "main").decode().strip()


@pytest.mark.parametrize(
    "front",
    [
        'date: "2027-01-01"',
        "'date': 2027-01-01T08:00:00+07:00",
        "date:   2027-01-01",
        "date: 2027-01-01 # sau Tết",
        "date: 2026-01-01\ndraft: yes",
        'date: 2026-01-01\n"dr\\u0061ft": true',
        "date: mai",
        "draft: [",
    ],
)
def test_however_it_is_written_it_stays_out(city, front):
    """Quoted, commented, escaped; and what cannot be read stays out too."""
    text = f"---\nid: {item_id(9)}\nkind: page\ntitle: A\n{front}\n---\nText.\n"
    city.write({ITEM.format("hen"): text})
    city.mirror()
    assert ITEM.format("hen") not in city.files()


def test_reasons_between_boards_stay_at_home(city):
    """A pick is consent and public; why a Board did not take an Item is not."""
    folder = "sites/ha/mai/picks"
    city.write({
        f"{folder}/{item_id(1)}.yaml": f"item: {item_id(1)}\ninto: tin-tuc\n",
        f"{folder}/{item_id(2)}.yaml": f"item: {item_id(2)}\nrefused: Chưa rõ nguồn\n",
    })  # fmt: skip
    city.mirror()
    assert [path for path in city.files() if path.startswith(folder)] == [f"{folder}/{item_id(1)}.yaml"]


def test_what_is_deleted_goes_from_the_copy_too(city):
    """The newest tree has it no more; folders that are empty go with it."""
    city.write({ITEM.format("mot"): None, ITEM.format("hai"): None})
    city.mirror()
    assert not [path for path in city.files() if path.startswith("content")]


def test_a_copy_somebody_else_wrote_to_is_not_touched(city):
    """A foreign commit, or one that only looks like ours, is found and nothing is written over it."""
    city.mirror()
    tree = git(city.copy, "rev-parse", "main^{tree}").decode().strip()
    ours = git(city.copy, "log", "-1", "--format=%B", "main").decode()
    for message in ("hello", ours):
        forged = git(
            city.copy, "-c", "user.name=x", "-c", "user.email=x@x", "commit-tree", tree, "-p", "main", "-m", message
        )
        before = git(city.copy, "rev-parse", "main").decode().strip()
        git(city.copy, "update-ref", MAIN, forged.decode().strip())
        with pytest.raises(ForeignMirror):
            city.mirror()
        assert git(city.copy, "rev-parse", "main") == forged
        git(city.copy, "update-ref", MAIN, before)
    city.write({ITEM.format("ba"): article(3)})
    assert city.mirror().commits == 1


def test_a_source_that_was_rewritten_is_not_copied(city):
    """The copy only moves forward."""
    city.mirror()
    git(city.path, "update-ref", MAIN, "main~1")
    city.write({ITEM.format("khac"): article(7)})
    with pytest.raises(ForeignMirror):
        city.mirror()


def test_a_new_copy_may_begin_later(city):
    """What had to go stays out of its whole history; from there on it moves like any other."""
    secret = city.write({ITEM.format("nham"): article(7)})
    later = city.write({ITEM.format("nham"): None})
    with GitRepository(city.path) as repository:
        done = mirror(repository, str(city.copy), city.folder / "w", later)
        assert done.commits == 1
        city.write({ITEM.format("ba"): article(3)})
        assert mirror(repository, str(city.copy), city.folder / "w").commits == 1
        assert article(7).encode() not in {data for _, data in objects(city.copy).values()}
        with pytest.raises(UsageError):
            mirror(repository, str(city.copy), city.folder / "w", later)
        with pytest.raises(GitFailed):  # a Change's own commit is no step of main
            mirror(repository, str(city.folder / "x.git"), city.folder / "w2", repository.resolve(f"{secret}^2"))


def test_the_copy_is_never_the_source_itself(city):
    """Nor is there a copy of nothing."""
    with pytest.raises(UsageError):
        city.mirror(city.path)
    subprocess.run(["git", "init", "-q", "--bare", str(city.folder / "empty.git")], check=True, timeout=30)
    with GitRepository(city.folder / "empty.git") as empty, pytest.raises(UsageError):
        mirror(empty, str(city.copy), city.folder / "w")


def test_a_copy_that_cannot_be_written_stays_as_it_was(city):
    """A hook that says no is an error with Git's words."""
    city.mirror()
    before = git(city.copy, "rev-parse", "main")
    hook = city.copy / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho closed today >&2\nexit 1\n")
    hook.chmod(0o755)
    city.write({ITEM.format("ba"): article(3)})
    with pytest.raises(GitFailed, match="closed today"):
        city.mirror()
    assert git(city.copy, "rev-parse", "main") == before


def test_an_address_is_a_target_too(city):
    """Git's own ways of writing; a workshop that is lost is made again."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(city.copy)], check=True, timeout=30)
    address = f"file://{city.copy}"
    assert city.mirror(address).commits == 3
    city.write({ITEM.format("ba"): article(3)})
    assert city.mirror(address, "new-workshop").commits == 1


def test_the_command_makes_a_copy(tiny):
    """`congtin mirror DIR` in a work tree."""
    network = tiny(f"-- {ITEM.format('mot')} --\n{article(1)}")
    network.git("init", "-q", "-b", "main")
    network.git("add", "sites", "content", "workflows")
    network.git("commit", "-qm", "first")
    target = network.root.parent / "copy.git"
    done = network.congtin("mirror", str(target))
    assert done.returncode == 0, done.stderr
    assert "new commits: 1" in done.stdout
    assert b"test@example.vn" not in git(target, "cat-file", "commit", "main")
    assert network.now == NOON and "new commits: 0" in network.congtin("mirror", str(target)).stdout


def test_the_service_copies_without_a_work_tree(city):
    """From a bare repository, wherever the command is called."""
    done = subprocess.run(
        [sys.executable, "-m", "congtin", "mirror", str(city.copy), "--from", str(city.path)],
        capture_output=True, text=True, check=False, cwd=city.folder, timeout=60,
        env={**os.environ, "CONGTIN_LANG": "en", "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "new commits: 3" in done.stdout
