"""`congtin serve --watch`: what is saved is built, and open pages follow. Real processes, a real browser."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from browsers import CHROMIUM, FLAGS
from network import NOON, REPOSITORY, TinyNetwork, article
from playwright.sync_api import Browser, Page, expect, sync_playwright

from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest
from congtin.errors import BuildError, Problem
from congtin.messages import msg
from congtin.release.builder import NotBuilt
from congtin.release.live import LivePages
from congtin.release.local_server import Hosts, LocalServer
from congtin.release.rebuild import Clock, Listener, Rebuilder
from congtin.release.watch import Saved, WatchLost, saved

pytestmark = pytest.mark.slow

# Long enough for a busy machine; nothing waits longer than it has to.
PATIENCE = 120.0
NEWS = "content/ha/portal/tin-tuc/2026"
BRIDGE = f"{NEWS}/cau.vi.md"
BRIDGE_PAGE = "/tin-tuc/2026/cau/"
LONG = "\n\n".join(f"Đoạn {number}. [Trang chủ](https://example.vn/{number}/)" for number in range(60))
BUILT = "Built in "


def until(what: str, holds: Callable[[], object]) -> None:
    """Wait until something holds; say what did not."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


class Watching:
    """A running command, what it has printed, and what it has started."""

    def __init__(self, net: TinyNetwork, *options: str, ready: bool = True) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-m",
                "congtin",
                "--root",
                str(net.root),
                *options,
                "serve",
                "--port",
                "0",
                "--watch",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "CONGTIN_LANG": "en", "COLUMNS": "200"},
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if ready:
            self.hears("Stop with Ctrl-C.")
            self.port = int(re.search(r"http://localhost:(\d+)/", self.printed)[1])

    def _read(self) -> None:
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def printed(self) -> str:
        return "".join(list(self.lines))

    def count(self, text: str) -> int:
        return self.printed.count(text)

    def hears(self, text: str, times: int = 1) -> None:
        """Wait until a text has been printed so many times."""
        until(f"{text!r} in:\n{self.printed}", lambda: self.count(text) >= times)

    def address(self, path: str, host: str = "ha.gov.vn") -> str:
        return f"http://{host}.localhost:{self.port}{path}"

    def get(self, path: str, host: str = "ha.gov.vn") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Host": f"{host}.localhost:{self.port}"})
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def shows(self, path: str, text: str) -> None:
        """Wait until a page holds a text."""
        until(f"{text!r} at {path}:\n{self.printed}", lambda: text in self.get(path))

    def builder(self) -> int:
        """Return the process that builds. What indexes for the search is a child too, at times with a lower number."""
        children = ["pgrep", "-P", str(self.process.pid), "-f", "congtin.release.builder_process"]
        return int(subprocess.run(children, capture_output=True, text=True, check=True).stdout)

    def stop(self, number: int = signal.SIGINT) -> int:
        """Stop it as a terminal does, with a signal to the whole group."""
        os.killpg(self.process.pid, number)
        status = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return status


def alive(session: int) -> list[str]:
    """Return the processes of a session that still run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, _, its_session, *_ = rest.split()
        if int(its_session) == session and state != "Z":
            found.append(name)
    return found


@contextmanager
def watching(net: TinyNetwork, *options: str, ready: bool = True) -> Iterator[Watching]:
    running = Watching(net, *options, ready=ready)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        running.process.stdout.close()


@pytest.fixture
def net(tiny) -> TinyNetwork:
    return tiny(f"-- {BRIDGE} --\n" + article(1, "Cầu cũ", LONG))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail("Chromium is missing: make setup-test installs it")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_default_timeout(PATIENCE * 1000)
    expect.set_options(timeout=PATIENCE * 1000)
    yield page
    page.close()


@pytest.mark.browser
def test_a_saved_edit_appears_in_the_open_page(net, page):
    """An editor saves and looks up: the new text is there, at the same place, with the same link in focus."""
    with watching(net) as running:
        page.goto(running.address(BRIDGE_PAGE))
        expect(page.locator("h1")).to_have_text("Cầu cũ")
        page.locator("a[href='https://example.vn/30/']").focus()
        page.evaluate("window.scrollTo(0, 900)")
        net.put(BRIDGE, article(1, "Cầu mới", LONG))
        expect(page.locator("h1")).to_have_text("Cầu mới")
        page.wait_for_function("document.activeElement.href === 'https://example.vn/30/'")
        page.wait_for_function("Math.abs(window.scrollY - 900) < 5")


@pytest.mark.browser
def test_a_failing_build_shows_in_the_page_until_it_is_mended(net, page):
    """The bar counts and names the problems; the old text stays below it; mending removes it."""
    with watching(net) as running:
        page.goto(running.address(BRIDGE_PAGE))
        bar = page.locator("congtin-failure details")
        net.put(BRIDGE, article(1, "Cầu mới").replace("summary:", "sumary:"))
        expect(bar).to_contain_text("2 errors: nothing was built.")
        expect(bar).to_contain_text(f"{BRIDGE}:5")
        expect(bar).to_contain_text("Did you mean “summary”?")
        expect(page.locator("h1")).to_have_text("Cầu cũ")
        running.hears("[unknown-field]")
        running.hears("error: 2 errors: nothing was built.")
        page.reload()  # a page opened meanwhile knows it too
        expect(bar).to_be_visible()
        net.put(BRIDGE, article(1, "Cầu cũ", LONG))
        expect(bar).to_have_count(0)
        net.put(BRIDGE, article(1, "Cầu mới"))
        expect(page.locator("h1")).to_have_text("Cầu mới")


@pytest.mark.browser
def test_a_first_build_that_fails_is_shown_and_mended_in_the_browser(net, page):
    """Nothing has ever been built: the address of the portal shows why, then the portal."""
    whole = (net.root / BRIDGE).read_text("utf-8")
    net.put(BRIDGE, whole.replace("title:", "tilte:"))
    with watching(net) as running:
        page.goto(running.address("/"))
        expect(page.locator("congtin-failure details")).to_contain_text("nothing was built")
        net.put(BRIDGE, whole)
        expect(page.locator("h1")).to_contain_text("Cổng Ha")
        assert "Sites" in running.printed


def test_a_burst_of_saves_is_a_few_builds_and_the_last_one_wins(net):
    """Fifty saves one after another are brought together."""
    with watching(net) as running:
        for number in range(1, 51):
            net.put(BRIDGE, article(1, f"Bản thứ {number}"))
        running.shows(BRIDGE_PAGE, "Bản thứ 50")
        running.hears(BUILT)
        assert running.count(BUILT) <= 10


def test_saves_during_a_build_are_not_lost(net):
    """While the builder stands still in one build, two other texts are saved: both are in the next."""
    with watching(net) as running:
        builder = running.builder()
        os.killpg(builder, signal.SIGSTOP)
        net.put(BRIDGE, article(1, "Cầu mới"))
        net.put(f"{NEWS}/ben.vi.md", article(2, "Bến phà"))
        net.put(f"{NEWS}/cho.vi.md", article(3, "Chợ hoa"))
        os.killpg(builder, signal.SIGCONT)
        for path, title in ((BRIDGE_PAGE, "Cầu mới"), ("/tin-tuc/2026/ben/", "Bến phà"), ("/tin-tuc/", "Chợ hoa")):
            running.shows(path, title)


def test_removed_renamed_and_moved_files_are_followed(net):
    """A file goes, another gets a new name, a whole folder comes from elsewhere."""
    net.put(f"{NEWS}/ben.vi.md", article(2, "Bến phà"))
    with watching(net) as running:
        net.remove(f"{NEWS}/ben.vi.md")
        running.shows("/tin-tuc/2026/ben/", "404")
        (net.root / BRIDGE).rename(net.root / NEWS / "cau-moi.vi.md")
        running.shows("/tin-tuc/2026/cau-moi/", "Cầu cũ")
        running.shows(BRIDGE_PAGE, "404")
        net.put("elsewhere/2025/cho.vi.md", article(3, "Chợ hoa", date="2025-10-05"))
        (net.root / "elsewhere/2025").rename(net.root / "content/ha/portal/tin-tuc/2025")
        running.shows("/tin-tuc/2025/cho/", "Chợ hoa")


def test_a_new_site_is_served_at_once(net):
    """A file below sites/ makes a host; its redirects and pages are known without a new start."""
    with watching(net) as running:
        net.write("-- sites/ha/sen.yaml --\nkind: ward\nname: {vi: Phường Sen}\nshort_name: {vi: Sen}\nlabel: sen\n")
        until("the new host", lambda: "Phường Sen" in running.get("/", "sen.ha.gov.vn"))


def test_a_changed_plugin_starts_a_new_builder(net):
    """Python reads a plugin once; the command says that it starts anew, and a broken plugin is a failed build."""
    (net.root / "plugins").unlink()
    for file in (REPOSITORY / "plugins").glob("*.py"):
        net.put(f"plugins/{file.name}", file.read_bytes())
    plugin = (net.root / "plugins/taxonomies.py").read_text("utf-8")
    with watching(net) as running:
        former = running.builder()
        net.put("plugins/taxonomies.py", plugin + "\nraise RuntimeError('half-written')\n")
        running.hears("A plugin changed: the builder starts anew.")
        running.hears("half-written")
        net.put("plugins/taxonomies.py", plugin)
        running.hears(BUILT)
        assert running.builder() != former
        assert not alive(former)
        assert "Cầu cũ" in running.get(BRIDGE_PAGE)


def test_a_builder_that_dies_is_replaced(net):
    """Killed from outside: the command says so, and the next save is built."""
    with watching(net) as running:
        os.killpg(running.builder(), signal.SIGKILL)
        running.hears("The builder ended by itself")
        net.put(BRIDGE, article(1, "Cầu mới"))
        running.shows(BRIDGE_PAGE, "Cầu mới")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "building"])
def test_stopping_leaves_nothing_behind(net, number, busy):
    """Ctrl-C or a service manager's stop, in rest or in the middle of a build, with a page that waits for news."""
    with watching(net) as running:
        builder = running.builder()
        waiting = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)
        news = re.search(r'"news": "([^"]+)"', running.get("/.congtin/events"))[1]
        waiting.request("GET", f"/.congtin/events?known={news}", headers={"Host": f"localhost:{running.port}"})
        if busy:
            before = len(alive(builder))
            portal = net.root / "sites/ha/portal.yaml"
            net.put("sites/ha/portal.yaml", portal.read_text("utf-8").replace("Cổng Ha", "Cổng mới"))
            until("workers", lambda: len(alive(builder)) > before or running.count(BUILT))
        assert running.stop(number) == 0
        waiting.close()
        until("an empty session", lambda: not alive(builder) and not alive(running.process.pid))
        assert "Traceback" not in running.printed
        assert "leaked" not in running.printed


def test_stopping_in_the_first_build_leaves_nothing_behind(net):
    """Whoever changes his mind does not wait for the build."""
    with watching(net, ready=False) as running:
        until("a build", lambda: (net.output / ".staging").exists() or running.count("Sites"))
        builder = running.builder()
        assert running.stop() == 0
        until("an empty session", lambda: not alive(builder) and not alive(running.process.pid))
        assert "Traceback" not in running.printed


def test_a_folder_put_in_the_place_of_another_is_followed(net):
    """Another branch may bring another content/; what is saved there later is seen too."""
    with watching(net) as running:
        net.put(f"other/{BRIDGE}", article(1, "Cầu khác"))
        (net.root / "content").rename(net.root / "former")
        (net.root / "other/content").rename(net.root / "content")
        running.shows(BRIDGE_PAGE, "Cầu khác")
        net.put(BRIDGE, article(1, "Cầu mới"))
        running.shows(BRIDGE_PAGE, "Cầu mới")
        net.put("former/ha/portal/tin-tuc/2026/xa.vi.md", "no part of it any more")
        net.put(f"{NEWS}/ben.vi.md", article(2, "Bến phà"))
        running.shows("/tin-tuc/2026/ben/", "Bến phà")
        assert not running.count("[")


def test_a_killed_server_takes_its_builder_along(net):
    """Even where nothing could be cleaned up, nothing stays."""
    with watching(net) as running:
        builder = running.builder()
        assert alive(builder)
        running.stop(signal.SIGKILL)
        until("an empty session", lambda: not alive(builder))


def test_the_files_on_disk_know_nothing_of_it(net):
    """Only what is served holds the script; `congtin build` afterwards changes no file."""
    with watching(net) as running:
        assert "/.congtin/reload.js" in running.get(BRIDGE_PAGE)
    assert not [name for name, data in net.files().items() if b"reload.js" in data]


def test_the_release_profile_is_not_for_watching(net):
    """There is no such option: what citizens read is not built on every save."""
    run = net.congtin("serve", "--watch", "--release")
    assert run.returncode == 2
    assert "--release" in run.stderr


class Builds(Listener):
    """Remembers what was built, and at what time."""

    def __init__(self) -> None:
        self.began = 0
        self.reports: list[BuildReport] = []

    def building(self) -> None:
        self.began += 1

    def built(self, report: BuildReport) -> None:
        self.reports.append(report)


@contextmanager
def rebuilding(net: TinyNetwork, clock: Clock) -> Iterator[tuple[Rebuilder, Builds]]:
    builds = Builds()
    request = BuildRequest(net.root, net.output, net.root / ".congtin", net.now, workers=1)
    with Rebuilder(request, clock, builds) as rebuilder:
        rebuilder.first()

        def run() -> None:
            with suppress(BuildError):
                rebuilder.run()

        thread = threading.Thread(target=run)
        thread.start()
        yield rebuilder, builds
        rebuilder._heard.put(WatchLost("the test is over"))
        thread.join(PATIENCE)


def test_what_becomes_due_appears_without_a_save(net):
    """An announcement for one o'clock is there when the clock says so."""
    net.put(f"{NEWS}/hop.vi.md", article(2, "Họp báo", date="2026-11-22T13:00:00+07:00"))
    now = NOON

    def clock() -> datetime:
        return now

    with rebuilding(net, Clock(clock, seconds=0.2, share=0)) as (_, builds):
        until("a look at the clock", lambda: len(builds.reports) > 1)
        assert "Họp báo" not in net.text("ha.gov.vn/tin-tuc")
        now = NOON + timedelta(hours=1)
        until("the announcement", lambda: "Họp báo" in net.text("ha.gov.vn/tin-tuc"))
        assert builds.began == 1  # nobody had saved anything


def test_a_clock_that_stands_still_builds_nothing(net):
    """With `--now` only saves are built; those during a build wait together for the next one."""
    with rebuilding(net, Clock(lambda: NOON, runs=False, seconds=0.0)) as (rebuilder, builds):
        os.killpg(rebuilder._builder._process.pid, signal.SIGSTOP)
        net.put(BRIDGE, article(1, "Cầu mới"))
        until("a build for the first save", lambda: builds.began == 2)
        net.put(f"{NEWS}/ben.vi.md", article(2, "Bến phà"))
        until("the second save", lambda: rebuilder._saved)
        net.put(f"{NEWS}/cho.vi.md", article(3, "Chợ hoa"))
        until("the third save", lambda: len(rebuilder._saved.paths) == 2)
        os.killpg(rebuilder._builder._process.pid, signal.SIGCONT)
        until("both", lambda: "Chợ hoa" in (page := net.text("ha.gov.vn/tin-tuc")) and "Bến phà" in page)
        until("their build", lambda: len(builds.reports) == 3)
        assert builds.began == 3
        assert "Cầu mới" in net.text("ha.gov.vn/tin-tuc/2026/cau")


def test_builders_are_told_files_by_name_and_look_for_the_rest(tmp_path):
    """A folder may have brought anything; so may more files than the system reports one by one."""
    text, folder = tmp_path / "a.vi.md", tmp_path / "a.files"
    assert saved([text]) | saved([tmp_path / "b.vi.md"]) == Saved(frozenset({text, tmp_path / "b.vi.md"}))
    assert saved([text]) | saved([folder]) == saved([tmp_path / "2026"]) == Saved(None)
    assert saved(tmp_path / f"{number}.md" for number in range(501)) == Saved(None)
    assert not Saved()
    assert Saved(None)


STRICT = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>T</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'self'">
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><h1>Cũ</h1></body></html>"""


@pytest.mark.browser
def test_a_page_under_a_strict_policy_follows_too(net, page):
    """No inline script, no inline style: the policy of a page has nothing to object to."""
    net.put("output/ha.gov.vn/index.html", STRICT)
    live, complaints = LivePages(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    wrong = [Problem("x", msg("Text {n}", n=n), f"content/{'long-' * 20}{n}.vi.md", n) for n in range(1, 9)]
    with LocalServer(Hosts.read(net.output), 0, live) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        page.goto(f"{server.address('ha.gov.vn')}/")
        live.not_built(NotBuilt(msg("{count} errors: nothing was built.", count=8), None, tuple(wrong)))
        bar = page.locator("congtin-failure details")
        expect(bar.locator("li")).to_have_count(5)
        expect(bar).to_have_css("position", "fixed")
        expect(bar).to_contain_text("… and 3 more.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert bar.bounding_box()["height"] <= 320
        live.built(changed=False)
        expect(bar).to_have_count(0)
        net.put("output/ha.gov.vn/index.html", STRICT.replace("Cũ", "Mới"))
        live.built(changed=True)
        expect(page.locator("h1")).to_have_text("Mới")
        live.close()
        server.shutdown()
        thread.join(PATIENCE)
    assert not [c for c in complaints if "favicon" not in c and "404" not in c]
