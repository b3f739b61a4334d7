"""Releases sent to a folder: in order, one by one or by a link, and never half."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from target_servers import (
    HOST,
    ITEM,
    START,
    Publisher,
    asset,
    broken,
    can_mount,
    files_below,
    make_key,
    remove,
    site,
)

from congtin.errors import ProblemsFound, UsageError
from congtin.release.records import ReleaseDamaged
from congtin.release.targets import in_place
from congtin.release.targets.failures import TargetBusy, TargetFailed
from congtin.release.targets.order import Rank, is_asset, rank
from congtin.release.targets.push import push, targets_of
from congtin.release.targets.verify import verify
from congtin.release.targets.workshop import workshop_of

RED, BLUE = "a { color: red }", "a { color: blue }"


@pytest.fixture
def publisher(tmp_path):
    return Publisher.create(tmp_path)


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


def local(place: Path, **fields):
    return {"name": "disk", "kind": "local", "folder": str(place), "layout": "plain", **fields}


def send(publisher: Publisher, release, now=START, **options):
    return push(publisher.home, publisher.target(), release, trust=publisher.trust, now=now, **options)


# --- the settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "ftp"}, "targets[1].kind"),
        ({"kind": None}, "targets[1].kind"),
        ({"folder": None}, "targets[1].folder"),
        ({"name": "Second Origin"}, "targets[1].name"),
        ({"bucket": "pages"}, "targets[1].bucket"),
        ({"keep_releases": 1}, "targets[1].keep_releases"),
        (
            {"kind": "rsync", "host": "-oProxyCommand=x", "user": "www", "key": "k", "known_hosts": "h"},
            "targets[1].host",
        ),
        ({"kind": "rsync", "host": "a.vn", "user": "-l", "key": "k", "known_hosts": "h"}, "targets[1].user"),
        ({"kind": "rsync", "host": "a.vn", "user": "w", "key": 'k"', "known_hosts": "h"}, "targets[1].key"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(publisher, place, fields, said):
    entry = {key: value for key, value in {**local(place), **fields}.items() if value is not None}
    publisher.settings(entry)
    with pytest.raises(ProblemsFound) as found:
        publisher.home.settings  # noqa: B018
    assert said in str(found.value)


def test_a_secret_in_the_settings_is_refused(publisher):
    publisher.settings({"name": "s", "kind": "s3", "bucket": "pages", "secret_access_key": "x"})
    with pytest.raises(ProblemsFound, match="secret_access_key"):
        publisher.home.settings  # noqa: B018


def test_two_targets_never_share_a_name(publisher, place):
    publisher.settings(local(place), local(place))
    with pytest.raises(UsageError, match="disk"):
        targets_of(publisher.home)


@pytest.mark.parametrize("folder", [".", "releases", ".."])
def test_a_target_in_the_publishers_own_home_is_refused(publisher, folder):
    publisher.settings(local(folder))
    with pytest.raises(UsageError, match="lie in each other"):
        send(publisher, publisher.release(1, site()))


# --- the order -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "when"),
    [
        (f"{HOST}/theme/style.0123456789.css", Rank.ASSET),
        (f"{HOST}/english/theme/fonts/a.0123456789.woff2", Rank.ASSET),
        (f"{HOST}/theme/style.0123456789.css.br", Rank.ASSET),
        (f"{ITEM}/anh.png", Rank.MEDIA),
        (f"{ITEM}/phu-luc.html.pdf", Rank.MEDIA),
        (f"{ITEM}/so-lieu.csv", Rank.MEDIA),
        (f"{ITEM}/index.html", Rank.PAGE),
        (f"{ITEM}/index.html.gz", Rank.PAGE),
        (f"{HOST}/index.html", Rank.INDEX),
        (f"{HOST}/luu-tru/2026/03/index.html", Rank.INDEX),
        (f"{HOST}/tin-tuc/atom.xml", Rank.INDEX),
        (f"{HOST}/robots.txt", Rank.INDEX),
        (f".server/{HOST}/vi.gone.txt", Rank.INDEX),
    ],
)
def test_what_is_sent_when(name, when):
    plain = name.removesuffix(".gz").removesuffix(".br")
    assert rank(name, {plain}) is when
    assert rank(name) <= when


def test_only_what_the_content_names_counts_as_asset():
    assert is_asset(f"{HOST}/theme/style.0123456789.css.gz")
    assert not is_asset(f"{HOST}/theme/style.css")
    assert not is_asset(f"{ITEM}/style.0123456789.css")


def test_at_each_moment_every_page_finds_what_it_names(publisher, place, monkeypatch):
    """One file a step: after each, every address that any page names leads to something."""
    monkeypatch.setattr(in_place, "MOST_FILES", 1)
    publisher.settings(local(place, keep_assets_days=0))
    sent = [
        site(RED, ["bai-mot", "bai-cu"]),
        site(BLUE, ["bai-mot", "bai-hai", "bai-ba"], "moi"),
        site(RED, ["bai-ba"]),
    ]
    for number, files in enumerate(sent, 1):
        moments: list[list[str]] = []
        look = partial(watched, place, moments)
        send(publisher, publisher.release(number, files), progress=look)
        assert len(moments) >= 10
        assert all(not moment for moment in moments), next(filter(None, moments))
        assert files_below(place) == files


def watched(place: Path, moments: list[list[str]], done: int, of: int) -> None:
    moments.append(broken(files_below(place)))


# --- plain -----------------------------------------------------------------------------------------


def test_only_what_differs_travels(publisher, place):
    publisher.settings(local(place))
    first = send(publisher, publisher.release(1, site(note="a")))
    assert len(first.sent) == 8 and first.before is None
    files = site(note="a") | {f"{ITEM}/index.html": "another text, and of the same length or not"}
    before = {path: path.stat().st_ino for path in place.rglob("*.html")}
    second = send(publisher, publisher.release(2, files))
    assert second.sent == (f"{ITEM}/index.html",) and second.before == 1 and not second.removed
    after = {path: path.stat().st_ino for path in place.rglob("*.html")}
    assert {path for path in after if after[path] != before[path]} == {place / ITEM / "index.html"}
    again = send(publisher, publisher.release(2, files))
    assert again.current and not again.sent


def test_a_change_that_keeps_size_and_time_travels_too(publisher, place):
    publisher.settings(local(place))
    send(publisher, publisher.release(1, site(note="a")))
    send(publisher, publisher.release(2, site(note="b")))
    assert files_below(place) == site(note="b")


def test_files_of_others_stay(publisher, place):
    (place / HOST).mkdir()
    (place / HOST / "google1234.html").write_text("proof", "utf-8")
    (place / "cgi").mkdir()
    publisher.settings(local(place))
    send(publisher, publisher.release(1, site(articles=["bai-mot"])))
    send(publisher, publisher.release(2, site(articles=["bai-hai"])))
    assert (place / HOST / "google1234.html").read_text("utf-8") == "proof"
    assert (place / "cgi").is_dir()
    assert not (place / ITEM).exists(), "a folder that we emptied goes too: a web server would refuse it, not say 404"


def test_what_a_killed_rsync_left_half_written_goes_with_the_next_send(publisher, place):
    publisher.settings(local(place))
    send(publisher, publisher.release(1, site()))
    half = place / ".congtin/arriving/.index.html.Xy12Ab"
    half.write_text("<h1>Ma", "utf-8")
    send(publisher, publisher.release(2, site(note="x")))
    assert not half.exists() and files_below(place) == site(note="x")


def test_names_with_signs_of_patterns_are_only_names(publisher, place):
    odd = {f"{HOST}/tin-tuc/2026/bai-mot/{name}": name for name in ("a*b.png", "[x].png", "ô ệ.png", "#a;b.png", "-r")}
    publisher.settings(local(place))
    send(publisher, publisher.release(1, site() | odd))
    assert files_below(place) == site() | odd
    (place / ITEM / "aXb.png").write_text("foreign", "utf-8")
    (place / ITEM / "x.png").write_text("foreign", "utf-8")
    send(publisher, publisher.release(2, site()))
    assert files_below(place) == site() | {f"{ITEM}/aXb.png": "foreign", f"{ITEM}/x.png": "foreign"}


def test_a_style_that_no_page_uses_stays_for_pages_that_are_open(publisher, place):
    publisher.settings(local(place, keep_assets_days=30))
    send(publisher, publisher.release(1, site(RED)))
    old = f"{HOST}/{asset('theme/style.css', RED)}"
    report = send(publisher, publisher.release(2, site(BLUE)), START + timedelta(days=1))
    assert report.waiting == (old,) and (place / old).is_file()
    report = send(publisher, publisher.release(3, site(BLUE, note="x")), START + timedelta(days=30))
    assert report.waiting == (old,), "counted from the day it left"
    report = send(publisher, publisher.release(4, site(BLUE, note="y")), START + timedelta(days=31))
    assert report.removed == (old,) and not (place / old).exists()


def test_a_style_that_comes_back_is_not_sent_again(publisher, place):
    publisher.settings(local(place))
    one, two = publisher.release(1, site(RED)), publisher.release(2, site(BLUE))
    for release in (one, two):
        send(publisher, release)
    report = send(publisher, one)
    assert not any(is_asset(name) for name in report.sent)
    assert files_below(place).items() >= site(RED).items()


@pytest.mark.parametrize("damage", ["head.json", "outputs", "traversal"])
def test_notes_that_cannot_be_believed_count_as_none(publisher, place, tmp_path, damage):
    publisher.settings(local(place, keep_assets_days=0))
    send(publisher, publisher.release(1, site(articles=["bai-mot"])))
    (tmp_path / "outside").write_text("of somebody else", "utf-8")
    own = place / ".congtin"
    (head,), (listed,) = own.glob("head.json"), own.glob("outputs-*")
    if damage == "head.json":
        head.write_text("{", "utf-8")
    elif damage == "outputs":
        listed.write_text("nothing", "utf-8")
    else:
        data = json.loads(head.read_text("utf-8"))
        data["left"] = {"../outside": {"digest": "0" * 64, "since": "2020-01-01T00:00:00Z"}}
        head.write_text(json.dumps(data), "utf-8")
    (publisher.folder / "targets/disk/outputs.txt").unlink()
    (place / HOST / "google1234.html").write_text("proof", "utf-8")
    report = send(publisher, publisher.release(2, site(articles=["bai-hai"])))
    assert report.unknown == len(report.sent) == 8 and report.before is None
    # The list of what the last send changed is still there: of what it names, nothing is left over.
    assert files_below(place) == site(articles=["bai-hai"]) | {f"{HOST}/google1234.html": "proof"}
    assert (tmp_path / "outside").read_text("utf-8") == "of somebody else"
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole


def test_a_dry_run_says_all_and_changes_nothing(publisher, place):
    publisher.settings(local(place, keep_assets_days=0))
    send(publisher, publisher.release(1, site(RED)))
    before = files_below(place)
    publisher.release(2, site(BLUE))
    done = publisher.congtin("push", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert f"+ {ITEM}/index.html" in done.stdout and f"- {HOST}/{asset('theme/style.css', RED)}" in done.stdout
    told = json.loads(publisher.congtin("push", "--dry-run", "--format", "json").stdout)["sent"][0]
    assert told["dry_run"] and told["release"] == 2 and told["before"] == 1
    assert files_below(place) == before
    real = json.loads(publisher.congtin("push", "--format", "json").stdout)["sent"][0]
    assert (real["sent"], real["removed"]) == (told["sent"], told["removed"])


# --- a folder for each Release ---------------------------------------------------------------------


def test_a_release_is_switched_to_by_one_link(publisher, place):
    publisher.settings(local(place, layout="release"))
    one, two = site(RED), site(BLUE, ["bai-mot", "bai-hai"])
    send(publisher, publisher.release(1, one))
    seen, stop = [], threading.Event()

    def watch():
        while not stop.is_set():
            live = place / "live"
            folder = live.readlink()
            seen.append(files_below(place / folder / "tree"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        send(publisher, publisher.release(2, two))
    finally:
        stop.set()
        watcher.join(20)
    assert one in seen and all(each in (one, two) for each in seen)
    assert files_below(place / "live/tree") == two
    kept = {path.name for path in (place / "assets" / HOST / "theme").iterdir()}
    assert kept == {Path(asset("theme/style.css", text)).name for text in (RED, BLUE)}


def test_what_is_the_same_is_one_file_on_the_disk(publisher, place):
    publisher.settings(local(place, layout="release"))
    for number in (1, 2):
        send(publisher, publisher.release(number, site(note=str(number))))
    first, second = sorted((place / "releases").iterdir())
    assert {path.stat().st_mode & 0o777 for path in place.rglob("*") if path.is_dir()} == {0o755}
    same = f"{ITEM}/anh.png"
    assert (first / "tree" / same).samefile(second / "tree" / same)
    css = f"{HOST}/{asset('theme/style.css', 'a { color: navy }')}"
    assert (second / "tree" / css).samefile(place / "assets" / css)
    assert (first / "tree" / HOST / "index.html").read_text("utf-8") != (
        second / "tree" / HOST / "index.html"
    ).read_text("utf-8")


def test_going_back_is_only_the_link(publisher, place):
    publisher.settings(local(place, layout="release", keep_releases=2))
    releases = [publisher.release(number, site(note=str(number))) for number in (1, 2, 3)]
    for release in releases[:2]:
        send(publisher, release)
    report = send(publisher, releases[0])
    assert not report.sent and not report.removed and report.before == 2
    assert files_below(place / "live/tree") == site(note="1")
    report = send(publisher, releases[2])
    assert [name.partition("-")[0] for name in report.removed] == ["releases/000002"]
    assert len(list((place / "releases").iterdir())) == 2


def test_two_releases_of_one_number_never_mix(publisher, place):
    """As after a backup was restored: the number is given a second time."""
    publisher.settings(local(place, layout="release"))
    send(publisher, publisher.release(1, site(note="before")))
    remove(publisher.folder / "releases")
    send(publisher, publisher.release(1, site(note="after")))
    assert files_below(place / "live/tree") == site(note="after")
    assert len(list((place / "releases").iterdir())) == 2


def test_a_damaged_file_is_named_and_mended(publisher, place):
    for number, layout in enumerate(("plain", "release")):
        folder = place / layout
        folder.mkdir()
        publisher.settings(local(folder, name=layout, layout=layout))
        send(publisher, publisher.release(number + 1, site()))
        tree = folder / "live/tree" if layout == "release" else folder
        css = f"{HOST}/{asset('theme/style.css', 'a { color: navy }')}"
        (tree / css).write_text("a { color: NAVY }", "utf-8")
        (tree / ITEM / "anh.png").unlink()
        done = publisher.congtin("verify", layout)
        assert done.returncode == 1
        assert f"other bytes: {css}" in done.stdout and f"missing: {ITEM}/anh.png" in done.stdout
        assert publisher.congtin("push", layout, "--again").returncode == 0
        told = json.loads(publisher.congtin("verify", layout, "--format", "json").stdout)
        assert told["whole"] and told["compared"] == 8
        if layout == "release":
            assert (folder / "assets" / css).read_text("utf-8") == "a { color: navy }"


# --- nothing leaves that is not signed ---------------------------------------------------------------


@pytest.mark.parametrize("layout", ["plain", "release"])
def test_an_altered_file_stops_the_send_and_is_named(publisher, place, layout):
    publisher.settings(local(place, layout=layout))
    send(publisher, publisher.release(1, site(note="a")))
    release = publisher.release(2, site(note="b"))
    page = release.tree / ITEM / "index.html"
    page.chmod(0o644)
    page.write_text(page.read_text("utf-8").replace("b", "x"), "utf-8")
    with pytest.raises(ReleaseDamaged, match=f"{ITEM}/index.html"):
        send(publisher, release)
    tree = place / "live/tree" if layout == "release" else place
    assert "x" not in (tree / ITEM / "index.html").read_text("utf-8").rpartition(">")[2]
    page.parent.chmod(0o755)
    page.unlink()
    page.symlink_to("/etc/passwd")
    with pytest.raises(ReleaseDamaged, match=f"{ITEM}/index.html"):
        send(publisher, release)


def test_a_file_that_was_lost_there_is_not_replaced_by_an_altered_one(publisher, place):
    """It did not differ between the Releases, so it was not hashed before: it is before the switch."""
    publisher.settings(local(place, layout="release"))
    send(publisher, publisher.release(1, site(note="a")))
    (place / "live/tree" / ITEM / "anh.png").unlink()
    release = publisher.release(2, site(note="b"))
    picture = release.tree / ITEM / "anh.png"
    picture.chmod(0o644)
    right = picture.read_bytes()
    picture.write_bytes(right.swapcase())
    with pytest.raises(ReleaseDamaged, match=f"{ITEM}/anh.png"):
        send(publisher, release)
    assert (place / "live").readlink().name.startswith("000001")
    picture.write_bytes(right)
    assert send(publisher, release).unknown
    assert files_below(place / "live/tree") == site(note="b"), "what the stopped send left there was not believed"


def test_a_release_of_another_key_or_with_another_list_is_not_sent(publisher, place, tmp_path):
    publisher.settings(local(place))
    release = publisher.release(1, site())
    listed = release.folder / "outputs.txt"
    data = listed.read_bytes()
    listed.write_bytes(data.replace(b"index", b"indes"))
    with pytest.raises(ReleaseDamaged, match="list of files"):
        send(publisher, release)
    publisher.key = tmp_path / "stolen"
    make_key(publisher.key)
    with pytest.raises(ReleaseDamaged, match="not signed"):
        send(publisher, publisher.release(2, site()))
    assert files_below(place) == {}


# --- trouble -----------------------------------------------------------------------------------------


def test_a_folder_that_is_not_there_is_not_made(publisher, place):
    publisher.settings(local(place / "not-mounted"))
    with pytest.raises(UsageError, match="not-mounted"):
        send(publisher, publisher.release(1, site()))
    assert not (place / "not-mounted").exists()


def test_one_target_that_fails_keeps_no_other_from_its_release(publisher, place):
    publisher.settings(local(place / "gone", name="gone"), local(place))
    publisher.release(1, site())
    done = publisher.congtin("push")
    assert done.returncode == 1 and "“gone”" in done.stderr and "disk holds Release 1" in done.stdout
    assert files_below(place) == site()
    told = json.loads(publisher.congtin("list", "--format", "json").stdout)
    assert [(each["name"], each["holds"], each["behind"]) for each in told] == [
        ("gone", None, True),
        ("disk", 1, False),
    ]
    publisher.release(2, site(note="x"))
    done = publisher.congtin("list")
    assert done.returncode == 1 and "behind" in done.stdout


def test_an_unknown_target_is_not_guessed(publisher, place):
    publisher.settings(local(place))
    publisher.release(1, site())
    done = publisher.congtin("push", "dissk")
    assert done.returncode == 2 and "disk" in done.stderr


def test_only_one_sends_to_a_target_at_a_time(publisher, place):
    publisher.settings(local(place))
    release = publisher.release(1, site())
    with workshop_of(publisher.home, "disk", 0), pytest.raises(TargetBusy, match="disk"):
        send(publisher, release, patience=0.1)
    assert not send(publisher, release, patience=0.1).current


@pytest.mark.parametrize("layout", ["plain", "release"])
def test_a_full_disk_is_said_and_what_was_shown_stays(publisher, tmp_path, layout):
    if not can_mount():
        pytest.skip("a small file system can only be mounted by root")
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "none", small], check=False, timeout=20)
    if mounted.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        publisher.settings(local(small, layout=layout))
        send(publisher, publisher.release(1, site()))
        picture = "".join(random.Random(1).choices("abcdefghijklmnop", k=400_000))  # noqa: S311
        release = publisher.release(2, site(BLUE) | {f"{ITEM}/lon.png": picture})
        with pytest.raises(TargetFailed, match="No space left on device"):
            send(publisher, release)
        tree = small / "live/tree" if layout == "release" else small
        there = files_below(tree)
        assert not broken(there) and there[f"{HOST}/index.html"] == site()[f"{HOST}/index.html"]
        report = send(publisher, publisher.release(3, site(RED)))
        assert report.release == 3 and files_below(tree).items() >= site(RED).items()
        assert not (tree / ITEM / "lon.png").exists()
    finally:
        subprocess.run(["umount", small], check=True, timeout=20)


def test_a_disk_of_our_own_that_takes_no_more_is_said(publisher, place):
    publisher.settings(local(place))
    send(publisher, publisher.release(1, site()))
    publisher.release(2, site(BLUE) | {f"{ITEM}/lon.png": "x" * 400_000})
    limit = ["prlimit", "--fsize=200000"]
    done = subprocess.run([*limit, *publisher.command("push")], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1 and "File too large" in done.stderr and "“disk”" in done.stderr
    assert "Traceback" not in done.stderr
    assert not broken(files_below(place))
    assert publisher.congtin("push").returncode == 0
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole


def test_a_folder_that_may_not_be_written_is_said(publisher, place):
    """The folder is kept from change by its attribute where we are root, by its mode otherwise."""
    publisher.settings(local(place))
    send(publisher, publisher.release(1, site()))
    held = place / ITEM
    if os.geteuid() == 0:
        done = subprocess.run(["chattr", "+i", held], capture_output=True, check=False, timeout=20)
        if done.returncode:
            pytest.skip("this file system keeps no folder from root")
    else:
        held.chmod(0o555)
    try:
        with pytest.raises(TargetFailed, match=r"disk.*bai-mot") as found:
            send(publisher, publisher.release(2, site(note="x")))
        assert "may not write" in str(found.value)
    finally:
        if os.geteuid() == 0:
            subprocess.run(["chattr", "-i", held], check=True, timeout=20)
        held.chmod(0o755)
    assert not broken(files_below(place))
    send(publisher, publisher.release(3, site(note="y")))
    assert files_below(place) == site(note="y")


# --- kill -9 -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["plain", "release"])
def test_a_send_killed_at_any_moment_leaves_nothing_broken_and_goes_on(publisher, place, layout):
    publisher.settings(local(place, layout=layout, keep_assets_days=0))
    wave = random.Random(len(layout))  # noqa: S311 (the same moments every time)
    shown = site(RED)
    send(publisher, publisher.release(1, shown))
    hit = 0
    for number in range(2, 8):
        files = site(wave.choice((RED, BLUE)), [f"bai-{n}" for n in wave.sample(range(9), 4)], str(number))
        publisher.release(number, files)
        own = place / ".congtin" / ("sending" if layout == "release" else "pending.txt")
        hit += killed(publisher, own, wave.uniform(0, 0.8))
        tree = place / "live/tree" if layout == "release" else place
        there = files_below(tree)
        assert not broken(there)
        if layout == "release":
            assert there in (shown, files)
            shown = there
    assert hit >= 3, "most were killed while they worked"
    send(publisher, publisher.release(9, site(BLUE, ["bai-cuoi"])))
    tree = place / "live/tree" if layout == "release" else place
    assert files_below(tree) == site(BLUE, ["bai-cuoi"]), "nothing of the sends that stopped is left"
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole


def killed(publisher: Publisher, own: Path, wait: float) -> bool:
    """Begin to send, and kill it some moment after its first note has arrived; tell whether it was at work."""
    before = own.stat().st_mtime_ns if own.is_file() else 0
    end = time.monotonic() + 30
    command = publisher.command("push", most=1)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and time.monotonic() < end:
            if own.is_file() and own.stat().st_mtime_ns != before:
                break
            time.sleep(0.01)
        time.sleep(wait)
        at_work = process.poll() is None
        process.send_signal(signal.SIGKILL)
    return at_work
