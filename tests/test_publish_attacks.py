"""Nothing but what was approved reaches citizens: whatever lies around, whoever writes where, whatever code tries."""

import os
import shutil
import socket
import sqlite3
import threading
from contextlib import closing

import pytest
from homes import TinyHome
from network import article

from congtin.editorial import signatures
from congtin.editorial.signatures import STORE
from congtin.errors import BuildError, CongtinError, ProblemsFound
from congtin.release.records import ReleaseDamaged

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
PAGE = "lim.ha.gov.vn/tin-tuc/2026/a/index.html"
EVIL = "BÍ MẬT BỊ LỘ"


def codes(published):
    return {problem.code for problem in published.problems}


def live_bytes(home):
    return b"".join((home.live.tree / name).read_bytes() for name in home.live.outputs if name.endswith(".html"))


def test_a_dirty_work_tree_reaches_nobody(home):
    """Work trees, an index, a checked-out file in the bare repository: the commit alone is published."""
    work = home.desk.work("lim-editor")
    work.edit({A: article(1, EVIL)})
    work.git("add", "--all")
    (home.desk.content / "content").mkdir()
    (home.desk.content / "content" / "a.vi.md").write_text(EVIL)
    home.publish()
    source = home.folder / "work" / "source"
    (source / A).parent.mkdir(parents=True)
    (source / A).write_text(article(1, EVIL))
    shutil.copy(source / A, source / A.replace("a.vi", "b.vi"))
    home.edit({A: article(1, "Cầu thật")})
    home.publish()
    assert EVIL.encode() not in live_bytes(home) and "Cầu thật" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")


def test_filters_and_attributes_of_git_change_nothing(home):
    """A smudge filter in the machine's own settings is Git's way to other bytes; blobs are read past it."""
    home.desk.git("config", "filter.evil.smudge", f"echo '{EVIL}'")
    (home.desk.content / "info").mkdir(exist_ok=True)
    (home.desk.content / "info" / "attributes").write_text("*.md filter=evil\n")
    home.publish()
    assert EVIL.encode() not in live_bytes(home)


@pytest.mark.released
def test_a_poisoned_fragment_is_named_and_built_again(home):
    """Somebody writes another text into the builder's store between two Releases."""
    (store,) = (home.folder / "work").glob("0*/state/catalogue.sqlite")
    with closing(sqlite3.connect(store)) as db:
        tables = [row[0] for row in db.execute("select name from sqlite_master where type = 'table'")]
        poisoned = 0
        for table in tables:
            columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
            for column in columns:
                where = f"update {table} set {column} = replace({column}, ?, ?) where {column} like ?"  # noqa: S608 (names of its own)
                poisoned += db.execute(where, ("Nội dung", EVIL, "%Nội dung%")).rowcount
        db.commit()
    assert poisoned
    home.edit({A.replace("a.vi", "b.vi"): article(2)})
    published = home.publish()
    assert "store-renewed" in codes(published)
    assert any("catalogue.sqlite" in str(problem.message) for problem in published.problems)
    assert EVIL.encode() not in live_bytes(home) and home.damage() == []


@pytest.mark.released
def test_a_poisoned_manifest_is_named_and_built_again(home):
    (manifest,) = (home.folder / "work").glob("0*/state/manifests/ha__lim@vi.txt")
    lines = manifest.read_text().split("\n")
    manifest.write_text("\n".join(line for line in lines if "tin-tuc/2026/a" not in line))
    published = home.publish()
    assert "store-renewed" in codes(published) and home.has(PAGE)


@pytest.mark.released
def test_a_store_of_somebody_else_is_not_used(home):
    """The files fit their seal, but another key made it."""
    (store,) = (home.folder / "work").glob("0*")
    other = home.desk.village.key("lim-editor")
    (store / "seal.sig").write_bytes(signatures.sign((store / "seal.json").read_bytes(), other, STORE))
    published = home.publish()
    assert [str(p.message).partition(" was ")[2] for p in published.problems if p.code == "store-renewed"] == [
        "sealed by somebody else; it is not used."
    ]
    copied = TinyHome(home.desk, home.folder.with_name("home2"))
    shutil.copytree(home.folder, copied.folder, symlinks=True)
    assert "store-renewed" in codes(copied.publish())


@pytest.mark.released
def test_an_edit_of_what_the_build_left_never_reaches_a_release(home):
    """Pages that did not change are linked from the last Release; pages that did are held against their digest."""
    output = home.folder / "work" / "build" / "output" / PAGE
    output.write_text(output.read_text().replace("Cầu mới", EVIL))
    home.edit({A.replace("a.vi", "b.vi"): article(2)})
    home.publish()
    assert EVIL.encode() not in live_bytes(home) and home.damage() == []


@pytest.mark.released
def test_an_edited_live_file_is_named_and_not_carried_on(home):
    """The nightly check names it; the next Release does not link it but takes what was built."""
    page = home.live.tree / PAGE
    page.chmod(0o644)
    page.write_text(page.read_text().replace("Cầu mới", EVIL))
    (found,) = home.damage()
    assert (found.code, found.path) == ("altered-file", f"releases/000001/tree/{PAGE}")
    checked = home.congtin("releases", "verify", check=False)
    assert checked.returncode == 1 and PAGE in checked.stdout
    published = home.publish()
    assert "altered-file" in codes(published)
    assert EVIL.encode() not in live_bytes(home) and home.damage() == []


@pytest.mark.released
def test_foreign_and_missing_files_of_a_release_are_named(home):
    tree = home.live.tree
    tree.chmod(0o755)
    (tree / "evil.html").write_text(EVIL)
    (tree / "lim.ha.gov.vn").chmod(0o755)
    (tree / "lim.ha.gov.vn" / "link").symlink_to("/etc/passwd")
    (tree / "lim.ha.gov.vn" / "robots.txt").unlink()
    assert {(problem.code, problem.path.partition("tree/")[2]) for problem in home.damage()} == {
        ("foreign-file", "evil.html"),
        ("foreign-file", "lim.ha.gov.vn/link"),
        ("missing-file", "lim.ha.gov.vn/robots.txt"),
    }


@pytest.mark.released
def test_an_altered_record_stops_the_publisher(home):
    """Whoever rewrites the live record and its list has no key of the service."""
    record = home.live.folder / "record.json"
    record.chmod(0o644)
    record.write_text(record.read_text().replace('"pages": ', '"pages": 1'))
    with pytest.raises(ReleaseDamaged, match="is not signed by the service"):
        home.publish()


@pytest.mark.released
def test_a_damaged_object_of_git_is_named(home):
    """A blob whose bytes are not what its name says is never published."""
    home.edit({A: article(1, "Cầu hai")})
    oid = home.desk.git("rev-parse", f"main:{A}").stdout.strip()
    home.desk.git("unpack-objects", "-q", check=False)
    loose = home.desk.content / "objects" / oid[:2] / oid[2:]
    assert loose.exists()
    loose.chmod(0o644)
    data = bytearray(loose.read_bytes())
    data[len(data) // 2] ^= 0xFF
    loose.write_bytes(bytes(data))
    with pytest.raises(CongtinError) as found:
        home.publish()
    text = str(found.value)
    assert oid[:12] in text or A in text
    assert home.live.number == 1


SPY = """

import os, pathlib, socket, subprocess
found = []
for place in {places!r}:
    try:
        found.append(pathlib.Path(place).read_text()[:60])
    except OSError:
        pass
for where in {folders!r}:
    try:
        pathlib.Path(where, 'spy').write_text('x')
    except OSError:
        pass
try:
    socket.create_connection(('127.0.0.1', {port}), 1)
    found.append('reached the network')
except OSError:
    pass
found += [name for name in os.environ if 'KEY' in name or 'SSH' in name or 'TOKEN' in name]
if found:
    raise RuntimeError('SPY ' + ' | '.join(found))
"""


def test_a_plugin_finds_no_key_no_network_and_nothing_to_write(tmp_path, monkeypatch):
    """Code of a commit runs where there is nothing to take: it is approved, and even so."""
    monkeypatch.setenv("SECRET_TOKEN", "s3cret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        reached = threading.Event()

        def answer():
            try:
                server.accept()
            except OSError:
                return
            reached.set()

        threading.Thread(target=answer, daemon=True).start()
        places = [tmp_path / "keys" / "service", tmp_path / "content.git" / "HEAD", tmp_path / "trust.yaml",
                  tmp_path / "home" / "publisher.yaml", "/etc/passwd", "/etc/shadow"]  # fmt: skip
        folders = [tmp_path / "content.git" / "refs", tmp_path / "home" / "releases", tmp_path / "home", "/usr/lib"]
        spy = SPY.format(places=[*map(str, places)], folders=[*map(str, folders)], port=server.getsockname()[1])
        home = TinyHome.create(tmp_path, f"-- {A} --\n{article(1)}", added={"plugins/strict.py": spy})
        try:
            assert (tmp_path / "keys" / "service").exists()
            home.publish()
        finally:
            home.desk.close()
        assert not reached.is_set()
        # Where it could write was its own; nothing of it is outside.
        assert not list(tmp_path.rglob("spy")) and not any(os.path.lexists(f"{folder}/spy") for folder in folders)
    assert home.has(PAGE)


def test_the_spy_would_have_found_something(tmp_path):
    """The same plugin in an ordinary build does find the key: the test above can fail."""
    key = tmp_path / "key"
    key.write_text("PRIVATE KEY")
    spy = SPY.format(places=[str(key)], folders=[], port=1)
    with pytest.raises(RuntimeError, match="SPY PRIVATE KEY"):
        exec(compile(spy, "spy", "exec"), {})  # noqa: S102 (as a plugin is run)


def test_a_plugin_that_breaks_out_of_its_folder_makes_no_release(tmp_path):
    """It may write what it likes where it builds: a Manifest that names another host's files is not believed."""
    evil = """

import atexit, os, pathlib
def _break():
    for file in pathlib.Path(%r).glob('ha__lim@vi.txt'):
        text = file.read_text()
        file.write_text(text.replace('lim.ha.gov.vn/robots.txt', '../../../escaped.txt'))
if os.getpid():
    import threading
    _exit = os._exit
    def exit_(code):
        _break()
        _exit(code)
    os._exit = exit_
    atexit.register(_break)
""" % str(tmp_path / "home" / "work" / "build" / "state" / "manifests")  # noqa: UP031 (braces in the code)
    home = TinyHome.create(tmp_path, f"-- {A} --\n{article(1)}", added={"plugins/strict.py": evil})
    try:
        with pytest.raises(CongtinError, match="is no file of ha/lim"):
            home.publish()
        assert home.numbers == []
    finally:
        home.desk.close()
    assert not list(tmp_path.rglob("escaped.txt"))


def test_a_build_that_never_ends_or_dies_leaves_the_old_release(tmp_path, monkeypatch):
    """A plugin that kills its process: the publisher says so, and citizens notice nothing."""
    home = TinyHome.create(
        tmp_path, f"-- {A} --\n{article(1, 'Cầu mới')}", added={"plugins/strict.py": "\nraise SystemExit(7)\n"}
    )
    try:
        with pytest.raises((BuildError, ProblemsFound, CongtinError)):
            home.publish()
        assert home.numbers == [] and not os.path.lexists(home.folder / "live")
    finally:
        home.desk.close()


LEAK = """

import pathlib
_state = pathlib.Path({state!r})
for _found in _state.glob('leak*.sqlite'):
    if _found.is_file():
        raise RuntimeError('LEAKED ' + _found.read_text()[:40])
try:
    (_state / 'leak.sqlite').symlink_to({key!r})
except OSError:
    pass
"""


def test_a_link_that_a_plugin_leaves_is_followed_by_nobody(tmp_path):
    """Dangling inside, it would lead to the service's key outside; a store with a link is neither sealed nor copied."""
    leak = LEAK.format(
        state=str(tmp_path / "home" / "work" / "build" / "state"), key=str(tmp_path / "keys" / "service")
    )
    home = TinyHome.create(tmp_path, f"-- {A} --\n{article(1)}", added={"plugins/strict.py": leak})
    try:
        with pytest.raises(CongtinError, match=r"leak\.sqlite is not what the build left there"):
            home.publish()
        assert home.numbers == []
    finally:
        home.desk.close()


def test_what_the_build_says_is_read_through_no_link_and_must_make_sense(tmp_path):
    """A result that is a link to a key, or no result at all, is an error and shows nothing of the key."""
    lines = """

import atexit, os
_exit = os._exit
def _late():
    try:
        os.unlink({result!r})
        os.symlink({key!r}, {result!r})
    except OSError:
        pass
def _end(code):
    _late()
    _exit(code)
# However the build ends, this comes after its last word.
os._exit = _end
atexit.register(_late)
"""
    result, key = tmp_path / "home" / "work" / "build" / "result.json", tmp_path / "keys" / "service"
    added = {"plugins/strict.py": lines.format(result=str(result), key=str(key))}
    home = TinyHome.create(tmp_path, f"-- {A} --\n{article(1)}", added=added)
    try:
        with pytest.raises(CongtinError) as found:
            home.publish()
        assert "PRIVATE" not in str(found.value) and "result.json is not what the build left" in str(found.value)
    finally:
        home.desk.close()
