"""Search indexes and databases go to places that make none of their own, and only as the service signed them (K10)."""

from __future__ import annotations

import functools
import http.server
import json
import os
import subprocess
import threading
from contextlib import contextmanager

import pytest
from browsers import CHROMIUM, FLAGS
from homes import TinyHome
from network import article
from playwright.sync_api import sync_playwright
from target_servers import HOST, START, Publisher, files_below, make_key, site
from test_publisher_service import Running
from waiting import wait_for

from congtin.release.distribute import target_states
from congtin.release.records import ReleaseDamaged
from congtin.release.supplement import SupplementDamaged, newest_supplement, renew_supplement
from congtin.release.targets.order import Rank, is_asset, is_immutable, rank
from congtin.release.targets.push import push
from congtin.release.targets.standing import standing_of
from congtin.release.targets.verify import verify

INDEX = f"{HOST}/tim-kiem/chi-muc"
ONE, TWO = "1" * 16, "2" * 16
DATABASE = f"{HOST}/api/v1/portal.sqlite3"


@pytest.fixture
def publisher(tmp_path):
    made = Publisher.create(tmp_path)
    content = made.folder / "content.git"
    subprocess.run(["git", "-C", content, "config", "congtin.key", made.key], check=True, timeout=30)
    return made


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "www"
    folder.mkdir()
    return folder


def local(place, **fields):
    return {"name": "disk", "kind": "local", "folder": str(place), "layout": "plain", **fields}


def index(publisher, *parts, former=()):
    """Let the index of the host have these parts, as an indexer leaves them."""
    folder = publisher.home.search / INDEX
    for part in (*parts, *former):
        for name in ("pagefind.js", "fragment/vi_a.pf_fragment"):
            file = folder / part / name
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                file.write_text(f"{part} {name}", "utf-8")
    for old in folder.iterdir():
        if old.is_dir() and old.name not in (*parts, *former):
            subprocess.run(["rm", "-r", old], check=True, timeout=30)
    new = folder / ".site.json.new"
    new.write_text(json.dumps({"parts": parts}), "utf-8")
    new.replace(folder / "site.json")
    # What is nobody's business elsewhere.
    (publisher.home.search / ".lock").touch()
    (folder / "notes.txt").write_text("left by somebody", "utf-8")


def database(publisher, text):
    file = publisher.home.databases / DATABASE
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(".new")
    new.write_text(text, "utf-8")
    new.replace(file)
    (publisher.home.databases / HOST / "source.txt").write_text("digest", "utf-8")


def send(publisher, release, now=START, **options):
    return push(publisher.home, publisher.target(), release, trust=publisher.trust, now=now, **options)


def searched(*parts):
    names = [f"{part}/{name}" for part in parts for name in ("pagefind.js", "fragment/vi_a.pf_fragment")]
    texts = {f"{INDEX}/{name}": f"{name.partition('/')[0]} {name.partition('/')[2]}" for name in names}
    return texts | {f"{INDEX}/site.json": json.dumps({"parts": parts})}


# --- what travels ------------------------------------------------------------------------------------


def test_indexes_and_databases_travel_beside_the_release_and_nothing_else(publisher, place):
    publisher.settings(local(place))
    release = publisher.release(1, site())
    index(publisher, ONE)
    database(publisher, "rows")
    assert send(publisher, release).sent
    assert files_below(place) == site(), "nobody has signed the others yet"
    assert renew_supplement(publisher.home, START)
    assert standing_of(publisher.home, publisher.target()).behind
    report = send(publisher, release)
    assert sorted(report.sent) == sorted([*searched(ONE), DATABASE])
    assert files_below(place) == site() | searched(ONE) | {DATABASE: "rows"}
    assert not standing_of(publisher.home, publisher.target()).behind
    assert send(publisher, release).current
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole
    (place / INDEX / ONE / "pagefind.js").write_text("alert(1)", "utf-8")
    (place / DATABASE).unlink()
    found = verify(publisher.home, publisher.target(), trust=publisher.trust)
    assert found.different == (f"{INDEX}/{ONE}/pagefind.js",) and found.missing == (DATABASE,)
    assert send(publisher, release, again=True)
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole


def test_an_index_replaces_the_one_before_after_its_parts_have_come(publisher, place):
    """Parts come before the file that names them; a new Release leaves the index alone; old parts go with theirs."""
    publisher.settings(local(place))
    index(publisher, ONE)
    first = publisher.release(1, site())
    renew_supplement(publisher.home, START)
    send(publisher, first)
    second = publisher.release(2, site(note="b"))
    assert not [name for name in send(publisher, second).sent if name.startswith(INDEX)]
    index(publisher, TWO, former=[ONE])
    renew_supplement(publisher.home, START)
    report = send(publisher, second)
    assert report.sent[-1] == f"{INDEX}/site.json" and len(report.sent) == 3 and not report.removed
    index(publisher, TWO)
    renew_supplement(publisher.home, START)
    assert sorted(send(publisher, second).removed) == sorted(set(searched(ONE)) - {f"{INDEX}/site.json"})
    assert files_below(place) == site(note="b") | searched(TWO)


def test_a_part_is_kept_by_caches_but_not_for_weeks_by_the_target():
    part = f"{INDEX}/{ONE}/pagefind.js"
    assert is_immutable(part) and not is_asset(part) and rank(part) is Rank.ASSET
    assert not is_immutable(f"{INDEX}/site.json") and rank(f"{INDEX}/site.json") > rank(part)


def test_places_with_a_web_server_of_ours_get_none(publisher, place):
    """They make their own from the tree they hold; then nothing is linked and signed either."""
    publisher.settings(local(place, layout="release"))
    release = publisher.release(1, site())
    index(publisher, ONE)
    assert renew_supplement(publisher.home, START) is None and newest_supplement(publisher.home) is None
    send(publisher, release)
    assert files_below(place / "live/tree") == site()


def test_nothing_new_is_signed_while_nothing_has_changed(publisher, place):
    publisher.settings(local(place))
    publisher.release(1, site())
    index(publisher, ONE)
    first = renew_supplement(publisher.home, START)
    assert renew_supplement(publisher.home, START).folder == first.folder
    index(publisher, TWO)
    second = renew_supplement(publisher.home, START)
    assert second.folder != first.folder and first.folder.is_dir(), "who sends it goes on"
    index(publisher, ONE)
    renew_supplement(publisher.home, START)
    assert not first.folder.exists()
    assert files_below(newest_supplement(publisher.home).tree) == searched(ONE)


def test_a_file_that_is_written_again_in_place_is_not_believed_to_be_the_old_one(publisher, place):
    """Digests are taken over for files that are the same on the disk; whoever alters one is found when it is sent."""
    publisher.settings(local(place))
    release = publisher.release(1, site())
    index(publisher, ONE)
    renew_supplement(publisher.home, START)
    (publisher.home.search / INDEX / ONE / "pagefind.js").write_text("alert(1)", "utf-8")
    index(publisher, ONE, TWO)
    renew_supplement(publisher.home, START)
    with pytest.raises(ReleaseDamaged, match=f"{ONE}/pagefind.js"):
        send(publisher, release)
    assert "alert(1)" not in files_below(place).values()


# --- nothing leaves that is not signed ---------------------------------------------------------------


def test_what_nobody_signed_stays(publisher, place, tmp_path):
    """An added name, another key: the send stops before anything has left, and says what to do."""
    publisher.settings(local(place))
    release = publisher.release(1, site())
    index(publisher, ONE)
    supplement = renew_supplement(publisher.home, START)
    listed = supplement.folder / "outputs.txt"
    right = listed.read_bytes()
    listed.write_bytes(right + f"{'0' * 64}  {HOST}/tim-kiem/boi-nho.html\n".encode())
    with pytest.raises(SupplementDamaged, match="not signed") as found:
        send(publisher, release)
    assert "congtin search index" in str(found.value.hint)
    assert files_below(place) == {}
    listed.write_bytes(right)
    stolen = tmp_path / "stolen"
    make_key(stolen)
    content = publisher.folder / "content.git"
    subprocess.run(["git", "-C", content, "config", "congtin.key", stolen], check=True, timeout=30)
    index(publisher, TWO)
    renew_supplement(publisher.home, START)
    with pytest.raises(SupplementDamaged, match="not signed"):
        send(publisher, release)


def test_neither_a_link_nor_a_pipe_travels_or_is_waited_for(publisher, place):
    """Whoever gets into the folder of an index brings no key out with it, and stops nobody."""
    publisher.settings(local(place))
    release = publisher.release(1, site())
    index(publisher, ONE)
    part = publisher.home.search / INDEX / ONE
    (part / "key.js").symlink_to(publisher.key)
    os.mkfifo(part / "pipe.js")
    renew_supplement(publisher.home, START)
    send(publisher, release)
    assert files_below(place) == site() | searched(ONE)


def test_a_file_of_the_release_is_never_replaced_by_another(publisher, place):
    """Should a Release ever have a page of such a name, it is the Release's that travels."""
    publisher.settings(local(place))
    release = publisher.release(1, site() | {f"{INDEX}/site.json": "of the release"})
    index(publisher, ONE)
    renew_supplement(publisher.home, START)
    send(publisher, release)
    assert files_below(place)[f"{INDEX}/site.json"] == "of the release"


def test_a_process_that_died_half_way_leaves_nothing_in_the_way(publisher, place):
    publisher.settings(local(place))
    release = publisher.release(1, site())
    index(publisher, ONE)
    left = publisher.folder / "supplement" / ".half-000001" / "tree"
    left.mkdir(parents=True)
    (left / "x").write_text("half", "utf-8")
    renew_supplement(publisher.home, START)
    send(publisher, release)
    assert files_below(place) == site() | searched(ONE)
    assert not list((publisher.folder / "supplement").glob(".half*"))


# --- the whole way -----------------------------------------------------------------------------------

A = "content/ha/lim/tin-tuc/2026/a.vi.md"


@contextmanager
def plain_server(folder):
    """Serve a folder as the plainest of hosts does."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.mark.slow
@pytest.mark.browser
def test_a_citizen_searches_pages_that_lie_in_a_plain_folder(tmp_path, place):
    """After a merge the service brings pages, then their index, to the folder; the words are found in a browser."""
    settings = f"targets:\n- {{name: disk, kind: local, layout: plain, folder: {place}}}\n"
    home = TinyHome.create(tmp_path, f"-- {A} --\n{article(1, 'Cầu mới')}", settings=settings)
    try:
        with Running(home) as running:
            home_index = place / "lim.ha.gov.vn/tim-kiem/chi-muc/site.json"
            wait_for(home_index.is_file)
            before = home_index.read_bytes()
            home.edit({A: article(1, "Cầu rất mới", "Dài 200 m, bắc qua sông Đáy.")})
            wait_for(lambda: home_index.read_bytes() != before)
            wait_for(lambda: not standing_of(home.home, home.home.settings.targets[0]).behind)
            assert (place / "ha.gov.vn/api/v1/portal.sqlite3").is_file()
        assert not running.errors
        assert target_states(home.home)["disk"].supplement == newest_supplement(home.home).record.outputs
    finally:
        home.desk.close()
    with plain_server(place / "lim.ha.gov.vn") as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/tim-kiem/?q=song+day")
        page.wait_for_selector("#ct-found li")
        assert page.locator("#ct-found li h2").all_inner_texts() == ["Cầu rất mới"]
        browser.close()
