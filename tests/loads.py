"""Releases switched while many read: a real nginx, wrk that counts what fails, readers that look at what they get.

home = LoadedHome.create(tmp_path)
seen = switch_under_load(home, switches=5, rollbacks=1, seed=7)

Every Release differs in its pages, its style sheet, its icon and a picture. Pages say “Bản 7”, style sheets `.ban-7`,
so whoever reads sees what belongs together; in the end every byte that was read is held against the Releases.
"""

from __future__ import annotations

import json
import random
import signal
import struct
import subprocess
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from homes import TinyHome
from network import REPOSITORY, article
from nginxes import LOOPBACKS, Nginx, WebHouse
from ports import free_port
from readers import Look, Reader, objections

ARTICLE, PICTURE = "content/ha/portal/tin-tuc/2026/a.vi.md", "content/ha/portal/tin-tuc/2026/a.files/anh.png"
STYLE, ICON = "themes/base/static/style.css", "themes/base/static/icon.png"
PAGES = (
    ("ha.gov.vn", "/"),
    ("ha.gov.vn", "/tin-tuc/2026/a/"),
    ("ha.gov.vn", "/tin-tuc/"),
    ("lim.ha.gov.vn", "/"),
    ("lim.ha.gov.vn", "/tin-thanh-pho/2026/a/"),
    ("mai.ha.gov.vn", "/"),
)
_MOST_SECONDS = 3600


# --- wrk ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """What wrk counted."""

    requests: int
    socket_errors: int
    other: int
    """Answers that were not 200."""


_SCRIPT = """\
local asked = {%s}
local at, threads = 0, {}
other = 0
function setup(thread) table.insert(threads, thread) end
function delay() return 1 end
function request()
  at = at %% #asked + 1
  return wrk.format("GET", asked[at][2], {Host = asked[at][1]})
end
function response(status) if status ~= 200 then other = other + 1 end end
function done(summary)
  local sum, e = 0, summary.errors
  for _, thread in ipairs(threads) do sum = sum + thread:get("other") end
  print(string.format('{"requests": %%d, "socket_errors": %%d, "other": %%d}', summary.requests,
    e.connect + e.read + e.write + e.timeout, sum))
end
"""


@contextmanager
def wrk(folder: Path, port: int, pages: tuple[tuple[str, str], ...] = PAGES) -> Iterator[Callable[[], Load]]:
    """Ask for pages in turn, without a pause, until the function that this yields is called; it tells the counts."""
    script = folder / "wrk.lua"
    script.write_text(_SCRIPT % ", ".join(f'{{"{host}", "{path}"}}' for host, path in pages))
    command = ["wrk", "-t1", "-c4", "--timeout", "10s", f"-d{_MOST_SECONDS}s", "-s", script, f"http://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:

        def end() -> Load:
            assert process.poll() is None, "wrk ended by itself"
            # wrk stops at Ctrl-C and tells what it counted.
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=30)
            return Load(**json.loads(said.strip().splitlines()[-1]))

        try:
            yield end
        finally:
            process.kill()


# --- Releases, and their switching -------------------------------------------------------------


@dataclass
class LoadedHome:
    """A publisher whose every Release is told from every other, and what serves it."""

    tiny: TinyHome
    web: WebHouse
    origin_port: int
    marks: list[str] = field(default_factory=list)
    releases: dict[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """The files of each Release by its mark."""

    @classmethod
    def create(cls, folder: Path) -> LoadedHome:
        """Make a home with a first Release."""
        # Old ones are removed while people read; what a page needs that was just opened must stay.
        tiny = TinyHome.create(folder, "-- {} --\n{}".format(ARTICLE, _article("0")))
        made = cls(tiny, WebHouse(tiny.folder), free_port())
        made.write_settings()
        made.publish()
        made.web.certify(tiny.live.record.hosts)
        return made

    def write_settings(self, **fields: object) -> None:
        """Write publisher.yaml: the server's addresses, and few Releases that stay."""
        self.web.write_settings(listen_origin=[f"{address}:{self.origin_port}" for address in LOOPBACKS])
        file = self.tiny.folder / "publisher.yaml"
        data = yaml.safe_load(file.read_text())
        data |= {"content": "../content.git", "profile": "work", "retention": {"releases": 4, "days": 0}, **fields}
        file.write_text(yaml.safe_dump(data))

    @contextmanager
    def serve(self, *arguments: str) -> Iterator[Nginx]:
        """Serve the live Release; from then on each publication asks for it too (`smoke`)."""
        with self.web.serve("nginx", *arguments) as server:
            authority = self.tiny.folder / "keys" / "ca.pem"
            self.web.authority.cert_pem.write_to_path(str(authority))
            origins = [f"https://{address}:{self.web.port}" for address in LOOPBACKS]
            self.write_settings(smoke={"origins": origins, "ca": str(authority)})
            yield server

    def publish(self) -> None:
        """Have pages, style sheet, icon and picture edited, approved by all whom that needs, merged and published."""
        mark = str(len(self.marks) + 1)
        desk = self.tiny.desk
        style = (REPOSITORY / STYLE).read_text("utf-8") + f".ban-{mark} {{ order: {mark}; }}\n"
        files = {ARTICLE: _article(mark), PICTURE: _picture(mark), STYLE: style, ICON: _picture(f"9{mark}")}
        editor = desk.work("portal-editor")
        change = editor.propose(f"Release {mark}", files)
        for person in ("portal-head", "ha-reviewer"):
            desk.work(person).approve(change)
        editor.merge(change)
        self.marks.append(mark)
        self.releases[mark] = self.tiny.publish().release.outputs

    def go_to(self, number: int | None = None) -> None:
        """Make another Release at hand live; by default the one before."""
        self.tiny.roll_back(number)

    @property
    def others(self) -> list[int]:
        """Return the numbers of the Releases at hand that are not live."""
        return [number for number in self.tiny.numbers if number != self.tiny.live.number]


def _article(mark: str) -> str:
    fields = {"image": "a.files/anh.png", "image_alt": "Một ô màu"} if mark != "0" else {}
    return article(1, f"Bản {mark}", "Nội dung.", crosspost="[ha/lim, ha/mai]", **fields)


def _picture(mark: str) -> bytes:
    """Return a PNG of one pixel that no other mark has."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixel = chunk(b"IDAT", zlib.compress(b"\0" + int(mark).to_bytes(3, "big")))
    return b"\x89PNG\r\n\x1a\n" + header + pixel + chunk(b"IEND", b"")


@dataclass
class Switched:
    """What was done and seen."""

    switches: int = 0
    publications: int = 0
    """Switches to a Release that was made in this moment; the others were to one at hand."""
    rollbacks: int = 0
    straddled: int = 0
    """Pages that were opened before a switch, and whose assets were asked for after it."""
    looks: list[Look] = field(default_factory=list, repr=False)
    load: Load = Load(0, 0, 0)

    @property
    def pages(self) -> int:
        return len(self.looks)

    @property
    def assets(self) -> int:
        return sum(len(look.assets) for look in self.looks)


def switch_under_load(
    home: LoadedHome, switches: int, rollbacks: int, seed: int, publications: int | None = None
) -> Switched:
    """Switch and roll back under wrk and two readers; AssertionError when anything failed or was mixed.

    Each switch is a publication, or only the first ``publications``.
    """
    seen = Switched()
    chance = random.Random(seed)  # noqa: S311 (turns, not secrets)
    # A way back follows a switch to a new Release; the first has nothing before it.
    back = set(chance.sample(range(1, switches), min(rollbacks, switches - 1)))
    known = len(home.marks)
    with home.serve() as server, wrk(home.tiny.folder, home.origin_port) as end_load, _reading(server, seen):
        across = Reader(server, http2=False)
        for number in range(switches):
            if publications is None or seen.publications < publications:
                _across(across, home.publish, seen, chance)
                seen.publications += 1
            else:
                _across(across, lambda: home.go_to(chance.choice(home.others)), seen, chance)
            seen.switches += 1
            if number in back:
                before = [other for other in home.others if other < home.tiny.live.number]
                _across(across, home.go_to if before else lambda: home.go_to(home.others[-1]), seen, chance)
                seen.rollbacks += 1
        seen.load = end_load()
    wrong = objections(seen.looks, home.releases)
    assert not wrong, (len(wrong), wrong[:5])
    assert (seen.load.socket_errors, seen.load.other) == (0, 0), seen.load
    assert {look.page.mark for look in seen.looks} >= set(home.marks[known:])
    assert seen.load.requests > 100 * switches and seen.pages > 5 * switches, (seen.load, seen.pages)
    return seen


def _across(reader: Reader, move: Callable[[], None], seen: Switched, chance: random.Random) -> None:
    """Open a page, switch, and only then ask for what the page is made of."""
    host, path = chance.choice(PAGES)
    seen.looks.append(reader.look(host, path, between=move))
    seen.straddled += 1


@contextmanager
def _reading(server: Nginx, seen: Switched) -> Iterator[None]:
    """Read all pages in turn, over HTTP/2 and IPv4 and over HTTP/1.1 and IPv6, until the block ends."""
    stop, failed = threading.Event(), list[BaseException]()

    def read(reader: Reader) -> None:
        try:
            while not stop.is_set():
                for host, path in PAGES:
                    seen.looks.append(reader.look(host, path))
                    # As fast as a class of pupils; wrk does the rest.
                    stop.wait(0.02)
        except BaseException as error:  # noqa: BLE001 (told where the block ends)
            failed.append(error)

    threads = [
        threading.Thread(target=read, args=(Reader(server, address, http2),))
        for address, http2 in zip(LOOPBACKS, (True, False), strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    if failed:
        raise failed[0]
