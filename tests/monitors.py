"""A home with Releases of any time for the monitor to look at, and real servers that answer well or badly.

watched = Watched.create(tmp_path)
watched.release("2026-11-16T07:40:00+07:00", {"ha/portal": ["a"]})
with watched.serve(wrong={"lim.ha.gov.vn"}):
    seen = watched.look("2026-11-16T08:00:00+07:00")
"""

from __future__ import annotations

import hashlib
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import trustme
import yaml
from desks import LOG, TinyDesk
from network import REPOSITORY, SITES, item_id
from nginxes import Nginx
from ports import free_port

from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.log import Event
from congtin.editorial.refs import RefMove, move_refs, write_commit, write_tree
from congtin.editorial.repository import GitRepository
from congtin.network.load import load_network
from congtin.release.home import Home
from congtin.release.journal import published_event
from congtin.release.monitoring.look import Monitor, Seen
from congtin.release.records import PublishedEdition, Record, Release, outputs_bytes
from congtin.release.releases import switch
from congtin.rules.packs import RuleBook
from congtin.rules.working_days import WorkingDays
from congtin.validation import parse_time

# The tiny network under the regulation of a real city: its windows, its working days.
RULED = SITES.replace("defaults:\n", "defaults:\n  rule_packs: [hanoi-2025]\n").replace(
    "  kind: portal\n", "  kind: portal\n  rule_packs: [hanoi-2025]\n"
)
PORTAL, LIM, MAI = "ha.gov.vn", "lim.ha.gov.vn", "mai.ha.gov.vn"


def at(text: str) -> datetime:
    """Return a time in Hà Nội: ``2026-11-16 08:00``."""
    return parse_time(f"{text.replace(' ', 'T')}:00+07:00")


class Shipped:
    """The rules and holidays of this repository."""

    def read(self, path):
        file = REPOSITORY / path
        return file.read_bytes() if file.is_file() else None

    def paths(self, below):
        return [f"{below}/{file.name}" for file in (REPOSITORY / below).glob("*.yaml")]


CALENDAR = WorkingDays.load(Shipped())
BOOK = RuleBook.load(Shipped())


@dataclass(frozen=True)
class Shown:
    """An Item in a feed."""

    number: int
    dated: datetime
    origin: str
    """The host where it is at home."""


@dataclass
class Watched:
    """A desk, a home, and what serves it."""

    desk: TinyDesk
    folder: Path
    authority: trustme.CA = field(default_factory=trustme.CA)
    port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    feeds: dict[str, list[Shown]] = field(default_factory=dict)
    pages: set[str] = field(default_factory=set)

    @classmethod
    def create(cls, folder: Path, desk: TinyDesk, **monitoring: object) -> Watched:
        """Make an empty home beside a desk; several homes may share one desk."""
        folder.mkdir(parents=True, exist_ok=True)
        watched = cls(desk, folder.resolve())
        watched.authority.cert_pem.write_to_path(str(watched.folder / "ca.pem"))
        watched.write_settings(**monitoring)
        return watched

    def write_settings(self, **monitoring: object) -> None:
        """Write `publisher.yaml` with both loopback addresses as origins, and whatever is given."""
        origins = {
            family: {"https": f"https://{address}:{self.port}", "http": f"http://{address}:{self.http_port}"}
            for family, address in (("ipv4", "127.0.0.1"), ("ipv6", "[::1]"))
        }
        found = {"origins": origins, "ca": "ca.pem", "timeout": 5.0, **monitoring}
        data = {"content": str(self.desk.content), "profile": "work", "monitoring": found}
        (self.folder / "publisher.yaml").write_text(yaml.safe_dump(data))

    @property
    def home(self) -> Home:
        return Home.at(self.folder)

    def editions(self) -> tuple[PublishedEdition, ...]:
        network = load_network(self.desk.network.root)
        return tuple(
            PublishedEdition(site=s.id, lang=e.lang, host=e.host, prefix=e.prefix, kind=s.kind.value, status="live")
            for s in network.sites.values()
            for e in s.editions
        )

    # --- what is published ---------------------------------------------------------------------

    def commit(self, files: Mapping[str, str], when: datetime | None = None) -> str:
        """Move main by a commit that writes files: what the gate thinks of it is not this test's matter."""
        with GitRepository(self.desk.content) as git:
            old = git.resolve(MAIN)
            tree = write_tree(git, old, {path: text.encode() for path, text in files.items()})
            new = write_commit(git, tree, [old], "A step\n", at=when or at("2026-11-01 08:00"))
            move_refs(git, [RefMove(MAIN, new, old)])
        return new

    def log(self, event: str, step: str, when: datetime) -> str:
        """Begin the audit log anew with one entry about the newest step of main; return its commit."""
        self.desk.git("update-ref", "-d", LOG, check=False)
        with GitRepository(self.desk.content) as git:
            before = git.commit(step).parents[0]
        with Desk(self.desk.content, when) as desk:
            return desk.record([Event(event, refs={MAIN: (before, step)})])[-1].oid

    def log_release(self, release: Release, when: datetime) -> str:
        """Have the audit log tell that a Release went live; return its newest commit."""
        with Desk(self.desk.content, when) as desk:
            return desk.record([published_event(release)])[-1].oid

    def show(self, host: str, number: int, dated: datetime, origin: str = "") -> None:
        """Let the feed of a host hold an Item from the next Release on."""
        self.feeds.setdefault(host, []).append(Shown(number, dated, origin or host))

    def release(self, created: datetime, **fields: object) -> Release:
        """Make the next Release and let it be live; ``fields`` are those of its record."""
        number = 1 + max((int(folder.name) for folder in self.home.releases.glob("*")), default=0)
        release = Release(self.home.releases / f"{number:06}")
        editions, outputs = self.editions(), {}
        files = {f"{e.host}/{e.prefix}/index.html".replace("//", "/"): f"<h1>{e.site} {number}</h1>" for e in editions}
        files |= {f"{e.host}/atom.xml": self._feed(e.host) for e in editions if not e.prefix}
        for name, text in [*files.items(), *((page, "<p>A page</p>") for page in self.pages)]:
            (release.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (release.tree / name).write_text(text)
            outputs[name] = hashlib.sha256(text.encode()).hexdigest()
        (release.folder / "outputs.txt").write_bytes(outputs_bytes(outputs))
        values = {
            "number": number, "commit": self.desk.ref(), "previous": number - 1 or None, "clock": created,
            "created": created, "profile": "work", "congtin": "0", "engine": "0" * 64, "packages": "0" * 64,
            "lock": None, "log_head": None, "outputs": "0" * 64, "files": len(outputs), "pages": len(outputs),
            "changed": 0, "next_due": None, "editions": editions,
        }  # fmt: skip
        (release.folder / "record.json").write_bytes(Record(**{**values, **fields}).to_bytes())
        switch(self.home, release)
        return release

    def _feed(self, host: str) -> str:
        entries = "".join(
            f'<entry><link href="https://{one.origin}/tin-tuc/2026/x{one.number}/" rel="alternate"/>'
            f"<published>{one.dated.isoformat()}</published><id>tag:{host},2026:item:{item_id(one.number)}</id></entry>"
            for one in self.feeds.get(host, [])
        )
        return f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'

    # --- what serves it ------------------------------------------------------------------------

    @contextmanager
    def serve(
        self, *, wrong: Collection[str] = (), dead: Collection[str] = (), plain: Collection[str] = (),
        lives: Mapping[str, timedelta] | None = None, families: Sequence[str] = ("127.0.0.1", "[::1]"),
        hosts: Sequence[str] = (PORTAL, LIM, MAI), link: str = "live",
    ) -> Iterator[Nginx]:  # fmt: skip
        """Run a real nginx over the live link.

        Hosts: ``wrong`` sends other bytes, ``dead`` closes at once, ``plain`` stays on http; ``lives`` how long a
        certificate still holds.
        """
        folder = self.folder / "nginx"
        (folder / "wrong").mkdir(parents=True, exist_ok=True)
        (folder / "wrong" / "index.html").write_text("<h1>Another page</h1>")
        blocks = []
        for host in hosts:
            self._certify(folder, host, (lives or {}).get(host, timedelta(days=90)))
            root = folder / "wrong" if host in wrong else self.folder / link / "tree" / host
            body = "return 444;" if host in dead else f"root {root}; index index.html;"
            moved = "return 200;" if host in plain else "return 301 https://$host$request_uri;"
            listen = "".join(f"listen {address}:{self.port} ssl;" for address in families)
            listen_plain = "".join(f"listen {address}:{self.http_port};" for address in families)
            blocks.append(
                f"server {{ {listen} server_name {host}; ssl_certificate {folder}/{host}.pem;"
                f" ssl_certificate_key {folder}/{host}.key; location / {{ {body} }} }}\n"
                f"server {{ {listen_plain} server_name {host}; location / {{ {moved} }} }}\n"
            )
        (folder / "nginx.conf").write_text(_CONF.replace("FOLDER", str(folder)).replace("BLOCKS", "".join(blocks)))
        with ExitStack() as stack:
            server = Nginx(folder, self.port, self.http_port, self.authority)
            server._answers = lambda: _listens(families[0].strip("[]"), self.port)
            stack.callback(server.stop)
            server.start()
            yield server

    def _certify(self, folder: Path, host: str, life: timedelta) -> None:
        pair = self.authority.issue_cert(host, not_after=datetime.now().astimezone() + life)
        pair.private_key_pem.write_to_path(str(folder / f"{host}.key"))
        (folder / f"{host}.pem").unlink(missing_ok=True)
        for part in pair.cert_chain_pems:
            part.write_to_path(str(folder / f"{host}.pem"), append=True)

    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    # --- what people see -----------------------------------------------------------------------

    def look(self, now: datetime) -> Seen:
        return Monitor(self.home).look(lambda: now)

    def congtin(
        self, *arguments: str, now: datetime | None = None, lang: str = "en"
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as a person would."""
        clock = ["--now", now.isoformat()] if now else []
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *clock, *arguments],
            check=False, capture_output=True, text=True, timeout=120,
            stdin=subprocess.DEVNULL, cwd=REPOSITORY, env=self.environment(lang),
        )  # fmt: skip

    def environment(self, lang: str = "en") -> dict[str, str]:
        return {**os.environ, "CONGTIN_HOME": str(self.folder), "CONGTIN_LANG": lang, "COLUMNS": "200"}


COMMAND = """\
import sys
from congtin.cli import main as m
m._COMMANDS.setdefault("monitor", ("congtin.cli.monitor", "monitor_group"))
m._COMMANDS.setdefault("maintenance", ("congtin.cli.maintenance", "maintenance_group"))
m.main(sys.argv[1:])
"""
_CONF = """\
pid FOLDER/nginx.pid;
error_log FOLDER/error.log;
worker_processes 1;
events { worker_connections 256; }
http { access_log off; client_body_temp_path FOLDER/t1; proxy_temp_path FOLDER/t2; fastcgi_temp_path FOLDER/t3;
uwsgi_temp_path FOLDER/t4; scgi_temp_path FOLDER/t5; server_names_hash_bucket_size 128; server_names_hash_max_size 8192;
BLOCKS }
"""


def _listens(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def silent_server() -> Iterator[int]:
    """Run a server on 127.0.0.1 that takes connections and never says a word."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    kept.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in kept:
                connection.close()
