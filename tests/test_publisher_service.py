"""The publisher as a service: no request is lost, many are one, and editors see where their Change is."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from desks import clock
from network import REPOSITORY, article
from waiting import wait_for

from congtin.model import HANOI_TIME
from congtin.release import queue
from congtin.release.installing import make_home, units
from congtin.release.service import Service
from congtin.release.status import read_status

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
B = "content/ha/lim/tin-tuc/2026/b.vi.md"


class Running:
    """A service in a thread of this process, so that its clock can be set."""

    def __init__(self, home, now=None):
        self.made, self.errors = [], []
        self.service = Service(home.home, self.made.append, self.errors.append, now or clock)
        self.thread = threading.Thread(target=self.service.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.service.stop()
        self.thread.join(120)
        assert not self.thread.is_alive()


def states(home):
    return [(change.change, change.state) for change in read_status(home.home).changes]


def test_a_push_goes_live_by_itself(home):
    """Merge, and it is live; the status tells of it, with the seconds it took (E17)."""
    with Running(home) as running:
        wait_for(lambda: running.made)
        change = home.edit({A: article(1, "Cầu rất mới")})
        wait_for(lambda: len(running.made) == 2)
    assert "Cầu rất mới" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")
    (first,) = read_status(home.home).changes
    assert (first.change, first.state, first.release) == (change, "live", 2)
    assert 0 <= first.seconds < 60


@pytest.mark.released
def test_many_requests_are_one_publication_and_none_is_lost(home):
    asked = [queue.ask(home.home, f"reason {number}", clock()) for number in range(20)]
    assert len(queue.waiting(home.home)) == 20
    with Running(home) as running:
        wait_for(lambda: not any(file.exists() for file in asked))
    assert len(running.made) == 1


@pytest.mark.released
def test_what_failed_waits_until_somebody_mends_it(home):
    """The reason stands in the status; the same fault is not met without end; the next merge is tried."""
    (home.folder / "publisher.yaml").write_text("content: ../content.git\n")
    queue.ask(home.home, "please", clock())
    with Running(home) as running:
        wait_for(lambda: running.errors)
        time.sleep(1.5)
        assert len(running.errors) == 1
        status = read_status(home.home)
        assert status.state == "failed" and "sites/ha/lim.yaml" in " ".join(status.failure.problems)
        assert len(status.waiting) == 1
        change = home.edit({A: article(1, "Lần hai")})
        wait_for(lambda: len(running.errors) == 2)
        assert states(home) == [(change, "failed")]
    assert len(queue.waiting(home.home)) == 1
    (home.folder / "publisher.yaml").write_text("content: ../content.git\nprofile: work\n")
    with Running(home) as running:
        wait_for(lambda: running.made)
    assert states(home) == [(change, "live")] and queue.waiting(home.home) == []
    assert read_status(home.home).failure is None


def test_a_scheduled_item_goes_live_when_its_time_comes(home):
    """Nobody pushes anything: the clock alone is the reason."""
    due = datetime(2027, 3, 1, 8, tzinfo=HANOI_TIME)
    home.edit({B: article(2, "Hẹn giờ", date=due.isoformat())})
    now = datetime(2027, 3, 1, 7, 59, tzinfo=HANOI_TIME)
    with Running(home, lambda: now) as running:
        wait_for(lambda: len(running.made) == 1)
        time.sleep(1)
        assert len(running.made) == 1 and not home.has("lim.ha.gov.vn/tin-tuc/2026/b/index.html")
        now = due + timedelta(seconds=1)
        wait_for(lambda: len(running.made) == 2)
    assert home.has("lim.ha.gov.vn/tin-tuc/2026/b/index.html")


@pytest.mark.released
def test_after_a_way_back_nothing_is_published_by_itself(home):
    """Until a person publishes again; requests wait meanwhile."""
    home.edit({A: article(1, "Sai rồi")})
    home.publish()
    home.roll_back()
    with Running(home) as running:
        change = home.edit({A: article(1, "Đã sửa")})
        queue.ask(home.home, "push", clock())
        time.sleep(1.5)
        assert not running.made and home.live.number == 1
        status = read_status(home.home)
        assert status.state == "held" and status.hold == "a test"
    done = home.congtin("publish")
    assert "Release 3 is live" in done.stdout
    assert states(home)[0] == (change, "live") and queue.waiting(home.home) == []


def test_the_hook_asks_and_the_service_is_a_process(tmp_path, home):
    """As on a real machine: a folder made by a command, the hook in content.git, the service, SIGTERM."""
    folder = tmp_path / "publisher"
    made = make_home(folder, home.desk.content, "work")
    home.folder = folder
    hook = home.congtin("publisher", "hook")
    assert "post-receive" in hook.stdout
    change = home.edit({A: article(1, "Qua móc")}, near=False)
    assert [request.why for request in queue.waiting(made)][:1] == ["push"]
    command = [REPOSITORY / ".venv" / "bin" / "congtin", "publisher", "run", "--home", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as service:
        try:
            wait_for(lambda: (status := read_status(made)) and status.live and status.state == "idle")
            service.send_signal(signal.SIGTERM)
            assert service.wait(60) == 0
        finally:
            service.kill()
    shown = home.congtin("status", change)
    assert change in shown.stdout and "Live" in shown.stdout
    data = json.loads(home.congtin("status", "--format", "json").stdout)
    assert data["changes"][0]["state"] == "live" and data["live"]["number"] == 1
    page = (folder / "status" / "index.html").read_text("utf-8")
    assert change in page and 'lang="vi"' in page
    missing = home.congtin("status", "zzzzzzzzzzzz", check=False)
    assert missing.returncode == 2 and "knows no merged Change" in missing.stderr


def test_an_editor_far_away_reads_the_status_by_its_address(home):
    """Somebody in a ward's office has only a clone and the address that the operators gave them."""
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    change = home.edit({A: article(1, "Qua mạng")})
    home.publish()

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=home.folder / "status")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        work = home.desk.work("lim-editor")
        work.git("config", "congtin.status", f"http://127.0.0.1:{server.server_port}/status.json")
        environment = {name: value for name, value in os.environ.items() if name != "CONGTIN_HOME"}
        done = subprocess.run(
            [REPOSITORY / ".venv" / "bin" / "congtin", "status", change],
            cwd=work.root, capture_output=True, text=True, check=True, timeout=60, env=environment,
        )  # fmt: skip
        server.shutdown()
    assert change in done.stdout


def test_killed_at_any_moment_the_service_goes_on(home):
    """Ten kills -9 while it publishes; afterwards everything asked for is live and the tree is one Release."""
    command = [REPOSITORY / ".venv" / "bin" / "congtin", "publisher", "run", "--home", home.folder]
    for number in range(10):
        home.edit({A: article(1, f"Lần {number}")})
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as service:
            time.sleep(0.4 + 0.25 * number)
            service.kill()
    with Running(home) as running:
        wait_for(lambda: running.made or (read_status(home.home).state == "idle" and states(home)[0][1] == "live"))
    assert "Lần 9" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")
    assert home.damage() == [] and home.desk.verified() == []
    assert {state for _, state in states(home)} == {"live"}


def test_the_units_name_this_congtin_and_let_it_write_nowhere_else(home):
    texts = units(home.home, "congtin")
    service = texts["congtin-publisher.service"]
    assert "publisher run --home" in service and f'ReadWritePaths="{home.folder}" ' in service
    assert "ProtectSystem=strict" in service and "User=congtin" in service
    # With parts of /proc hidden, the builder could not have a /proc of its own.
    assert "ProtectKernelTunables" not in service
    assert set(texts) == {"congtin-publisher.service", "congtin-integrity.service", "congtin-integrity.timer"}


def test_what_is_live_goes_on_to_the_targets_until_each_has_it(tmp_path, home):
    """One target is there, another one's disk comes later: nothing here waits for it, and in the end it has all."""
    good, late = tmp_path / "good", tmp_path / "late"
    good.mkdir()
    (home.folder / "publisher.yaml").write_text(
        "content: ../content.git\nprofile: work\ntargets:\n"
        f"  - {{name: good, kind: local, folder: {good}}}\n  - {{name: late, kind: local, folder: {late}}}\n"
    )
    page = "live/tree/lim.ha.gov.vn/tin-tuc/2026/a/index.html"
    with Running(home) as running:
        wait_for(lambda: (good / page).exists() and running.errors)
        wait_for(lambda: {t.name: t.release for t in read_status(home.home).targets} == {"good": 1, "late": None})
        home.edit({A: article(1, "Lần hai")})
        wait_for(lambda: "Lần hai" in (good / page).read_text("utf-8"))
    late.mkdir()
    done = home.congtin("publish")
    assert "Release 3 is live" in done.stdout and "Lần hai" in (late / page).read_text("utf-8")
    states = json.loads((home.folder / "status" / "targets.json").read_text())
    assert {name: (state["release"], state["error"]) for name, state in states.items()} == {
        "good": (3, ""),
        "late": (3, ""),
    }


def test_the_database_follows_the_pages(home):
    """Nobody asks for it: it is there after the first publication, again after an edit, whole at any moment (I1)."""
    file = home.home.databases / "ha.gov.vn/api/v1/portal.sqlite3"

    def titles() -> set[str]:
        if not file.is_file():
            return set()
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return {title for (title,) in db.execute("SELECT title FROM items WHERE site = 'ha/lim'")}

    with Running(home) as running:
        wait_for(lambda: len(running.made) == 1)
        wait_for(titles)
        before = file.stat().st_ino
        home.edit({A: article(1, "Cầu trong cơ sở dữ liệu")})
        wait_for(lambda: "Cầu trong cơ sở dữ liệu" in titles())
        assert file.stat().st_ino != before, "a reader that holds the former one reads it to its end"
        assert gzip.decompress(file.with_name(f"{file.name}.gz").read_bytes()) == file.read_bytes()
        assert not running.errors
    made = file.stat().st_ino
    with Running(home):
        time.sleep(2)
    assert file.stat().st_ino == made, "nothing has changed, so nothing is made"
