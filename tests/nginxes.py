"""A real nginx as an ordinary process on free loopback ports, and homes with Releases for it to serve.

house = WebHouse.create(tmp_path)
release = house.release({"ha.gov.vn/index.html": b"…"}, hosts=["ha.gov.vn"])
house.switch(release)
with house.serve() as server:
    server.get("ha.gov.vn", "/")
"""

from __future__ import annotations

import gzip
import hashlib
import os
import pwd
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import brotli
import httpx
import trustme
import yaml
from network import NOON, REPOSITORY
from ports import free_port

from congtin.release.home import Home
from congtin.release.hosting.served import file_time, server_files
from congtin.release.records import PublishedEdition, Record, Release, outputs_bytes
from congtin.release.releases import switch

BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
_COMPRESSED = ("html", "css", "js", "json", "xml", "txt", "csv")
_PATIENCE = 20
LOOPBACKS = ("127.0.0.1", "[::1]")


def _user() -> str:
    # A master that is root hands its workers to nobody, who may not enter a test's folder.
    return f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """Return a context of its own for each use: httpx writes into it which protocols it wants."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def edition(host: str, lang: str = "vi", prefix: str = "", emc: str | None = None) -> PublishedEdition:
    return PublishedEdition(
        site=f"ha/{host.partition('.')[0]}",
        lang=lang,
        host=host,
        prefix=prefix,
        kind="ward",
        status="live",
        emc_site_id=emc,
    )


class Nginx:
    """One running nginx with one of our configurations; ends with ``stop``."""

    def __init__(self, folder: Path, port: int, http_port: int, authority: trustme.CA) -> None:
        self.folder, self.port, self.http_port, self.authority = folder, port, http_port, authority
        self._clients: dict[tuple[str, bool], httpx.Client] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers; fail with its own words."""
        with (self.folder / "start.log").open("wb") as log:
            self.process = subprocess.Popen(
                ["nginx", "-p", f"{self.folder}/", "-c", "nginx.conf", "-g", f"daemon off; {_user()}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "start.log").read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("::1", self.port), 1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def client(self, address: str = "127.0.0.1", *, http2: bool = True) -> httpx.Client:
        key = (address, http2)
        if key not in self._clients:
            self._clients[key] = httpx.Client(
                base_url=f"https://{address}:{self.port}",
                http1=not http2,
                http2=http2,
                verify=trusting(self.authority),
                trust_env=False,
                timeout=_PATIENCE,
            )
        return self._clients[key]

    def ask(
        self,
        host: str,
        path: str = "/",
        *,
        method: str = "GET",
        address: str = "127.0.0.1",
        http2: bool = True,
        **headers: str,
    ) -> httpx.Response:
        """Ask for a path as a browser would that found ``host`` at an address; names of headers with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"Host": host, "Accept-Encoding": "identity", **named}
        for last in (False, True):
            try:
                client = self.client(address, http2=http2)
                return client.request(method, path, headers=headers, extensions={"sni_hostname": host})
            except httpx.RemoteProtocolError as error:
                # After a thousand requests nginx ends a connection, saying which it has not looked at; every
                # browser sends these again on a new one, but this client leaves it to us.
                if last or "ConnectionTerminated" not in str(error):
                    raise
        raise AssertionError

    def raw(self, host: str, request: bytes, *, tls: bool = True, sni: str | None = None) -> bytes:
        """Send bytes as they are and return all that comes back: what no well-behaved client sends."""
        with socket.create_connection(("127.0.0.1", self.port if tls else self.http_port), _PATIENCE) as plain:
            stream = trusting(self.authority).wrap_socket(plain, server_hostname=sni or host) if tls else plain
            with stream:
                stream.sendall(request)
                answer = b""
                while data := stream.recv(65536):
                    answer += data
        return answer


@dataclass
class WebHouse:
    """A home with Releases, certificates for its hosts, and the settings for a server on free ports."""

    folder: Path
    port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    hosting: dict[str, object] = field(default_factory=dict)
    authority: trustme.CA = field(default_factory=trustme.CA)

    @classmethod
    def create(cls, folder: Path, **hosting: object) -> WebHouse:
        folder.mkdir(parents=True, exist_ok=True)
        house = cls(folder.resolve(), hosting=hosting)
        house.write_settings()
        return house

    def write_settings(self, **hosting: object) -> None:
        self.hosting.update(hosting)
        loopbacks = {
            "listen": [f"{address}:{self.port}" for address in LOOPBACKS],
            "listen_http": [f"{address}:{self.http_port}" for address in LOOPBACKS],
            "certificate": f"{self.folder}/keys/{{host}}.pem",
            "key": f"{self.folder}/keys/{{host}}.key",
            "brotli": BROTLI.exists(),
        }
        data = {"content": "content.git", "hosting": {**loopbacks, **self.hosting}}
        (self.folder / "publisher.yaml").write_text(yaml.safe_dump(data))

    @property
    def home(self) -> Home:
        return Home.at(self.folder)

    def certify(self, hosts: Iterable[str]) -> None:
        """Give every host a certificate of its own."""
        folder = self.folder / "keys"
        folder.mkdir(exist_ok=True)
        for host in hosts:
            if not (folder / f"{host}.pem").exists():
                pair = self.authority.issue_cert(host, key_type=trustme.KeyType.ECDSA)
                pair.private_key_pem.write_to_path(str(folder / f"{host}.key"))
                for part in pair.cert_chain_pems:
                    part.write_to_path(str(folder / f"{host}.pem"), append=True)

    def release(
        self,
        files: Mapping[str, bytes],
        editions: Iterable[PublishedEdition],
        *,
        clock: datetime = NOON,
        certify: bool = True,
    ) -> Release:
        """Make the next Release of these files, as the publisher lays it out; equal files are shared with the last."""
        editions = tuple(editions)
        number = 1 + max((int(folder.name) for folder in self.home.releases.glob("*")), default=0)
        release = Release(self.home.releases / f"{number:06}")
        before = Release(self.home.releases / f"{number - 1:06}")
        known = before.outputs if number > 1 else {}
        lists = {name: data for name, data in files.items() if name.startswith(".server/")}
        outputs = {}
        for name, data in _with_compressed({**files, **server_files(lists, editions)}):
            outputs[name] = self._put(release, before, known, name, data)
        (release.folder / "outputs.txt").write_bytes(outputs_bytes(outputs))
        record = Record(
            number=number,
            commit="0" * 40,
            previous=number - 1 or None,
            clock=clock,
            created=clock,
            profile="release",
            congtin="0",
            engine="0" * 64,
            packages="0" * 64,
            lock=None,
            log_head=None,
            outputs="0" * 64,
            files=len(outputs),
            pages=len(files),
            changed=0,
            next_due=None,
            editions=editions,
        )
        (release.folder / "record.json").write_bytes(record.to_bytes())
        if certify:
            self.certify(record.hosts)
        return release

    def _put(self, release: Release, before: Release, known: Mapping[str, str], name: str, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        file = release.tree / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if known.get(name) == digest:
            os.link(before.tree / name, file)
        else:
            file.write_bytes(data)
            os.utime(file, (file_time(digest), file_time(digest)))
        if "/theme/" in name:
            kept = self.home.assets / name
            kept.parent.mkdir(parents=True, exist_ok=True)
            if not kept.exists():
                os.link(file, kept)
        return digest

    def switch(self, release: Release) -> None:
        switch(self.home, release)

    def congtin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `congtin host …` as a person would."""
        code = "import sys; from congtin.cli.host import host_group; from congtin.cli import main as m; "
        code += "m._COMMANDS.setdefault('host', ('congtin.cli.host', 'host_group')); m.main(sys.argv[1:])"
        return subprocess.run(
            [sys.executable, "-c", code, "host", *arguments, "--home", str(self.folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
            cwd=REPOSITORY,
            env={**os.environ, "CONGTIN_LANG": "en", "COLUMNS": "200"},
        )

    def server(self, kind: str = "nginx", *arguments: str) -> Nginx:
        """Write the configuration with the command, checked by nginx, and return a server that is not started yet."""
        run = self.congtin(kind, "--check", *arguments)
        assert run.returncode == 0, run.stderr
        return Nginx(self.folder / "hosting" / kind, self.port, self.http_port, self.authority)

    @contextmanager
    def serve(self, kind: str = "nginx", *arguments: str) -> Iterator[Nginx]:
        server = self.server(kind, *arguments)
        with ExitStack() as stack:
            stack.callback(server.stop)
            server.start()
            yield server


def _with_compressed(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, data in files.items():
        yield name, data
        if name.rpartition(".")[2] in _COMPRESSED and not name.startswith(".server/"):
            yield f"{name}.gz", gzip.compress(data, 6, mtime=0)
            yield f"{name}.br", brotli.compress(data, quality=5)
