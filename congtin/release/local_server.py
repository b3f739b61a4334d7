"""All hosts of the output folder from one local process, as `http://<host>.localhost:<port>`.

Pages hold the real https addresses; the server rewrites them in its responses, so that a
reader of the work tree never leaves it. With ``live``, pages also follow what is built.
"""

from __future__ import annotations

import html
import mimetypes
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from congtin.build.manifest import SERVER_FOLDER
from congtin.build.media_types import media_type
from congtin.errors import UsageError
from congtin.messages import msg, translate
from congtin.release import live as live_pages
from congtin.release.live import LivePages
from congtin.release.search.local import asked_about, index_file

_ABSOLUTE = re.compile(rb"https://([a-z0-9.-]+\.vn)(?![a-z0-9.-])")
_TEXT = ("text/", "application/xml", "application/atom+xml", "application/rss+xml", "application/json")
_HTML = "text/html"
_LOCAL_SUFFIX = ".localhost"
_ALL_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Hosts:
    """What the output folder holds: hosts, former addresses and withdrawn pages."""

    output: Path
    names: frozenset[str]
    moved: Mapping[str, Mapping[str, str]]
    gone: Mapping[str, frozenset[str]]

    @classmethod
    def none(cls, output: Path) -> Hosts:
        """Return what there is before the first build."""
        return cls(output, frozenset(), {}, {})

    @classmethod
    def read(cls, output: Path) -> Hosts:
        if not output.is_dir():
            text = msg("There is nothing to serve: {path} does not exist.", path=output)
            raise UsageError(text, msg("Run: congtin build"))
        names = frozenset(p.name for p in output.iterdir() if p.is_dir() and not p.name.startswith("."))
        moved = {host: dict(line.split(" ", 1) for line in _lines(output, host, "redirects")) for host in names}
        gone = {host: frozenset(_lines(output, host, "gone")) for host in names}
        return cls(output, names, moved, gone)


def _lines(output: Path, host: str, kind: str) -> list[str]:
    lines: list[str] = []
    for file in sorted((output / SERVER_FOLDER / host).glob(f"*.{kind}.txt")):
        lines += [line for line in file.read_text("utf-8").splitlines() if line]
    return lines


class LocalServer(ThreadingHTTPServer):
    """One process for all hosts, on loopback only."""

    daemon_threads = True
    # A browser opens all its tabs at once.
    request_queue_size = 128

    def __init__(self, hosts: Hosts, port: int, live: LivePages | None = None, search: Path | None = None) -> None:
        self.hosts = hosts
        # Where search indexes lie.
        self.search = search
        self.live = live
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as error:
            text = msg("Port {port} cannot be used: {detail}.", port=port, detail=error.strerror or str(error))
            raise UsageError(text, msg("Choose another one with --port.")) from error

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def address(self, host: str) -> str:
        """Return the local address of a real host."""
        return f"http://{host}{_LOCAL_SUFFIX}:{self.port}"

    def localise(self, data: bytes) -> bytes:
        """Return a text with the network's https addresses made local."""

        def local(match: re.Match[bytes]) -> bytes:
            host = match[1].decode()
            return self.address(host).encode() if host in self.hosts.names else match[0]

        return _ABSOLUTE.sub(local, data)


class _Handler(BaseHTTPRequestHandler):
    server: LocalServer
    server_version = "congtin"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer()

    def do_HEAD(self) -> None:
        self.answer()

    def answer(self) -> None:
        name = self.headers.get("Host", "").partition(":")[0]
        try:
            path = unquote(urlsplit(self.path).path, errors="strict")
            self.answer_path(name, path)
        except ConnectionError:  # the reader has gone away
            self.close_connection = True
        except (ValueError, OSError):  # no path of any file: a zero byte, no UTF-8, too long a name
            self.send_text(HTTPStatus.NOT_FOUND, translate("There is no page at this address."))

    def answer_path(self, name: str, path: str) -> None:
        hosts = self.server.hosts
        host = name.removesuffix(_LOCAL_SUFFIX)
        here = host in hosts.names or host in _ALL_HOSTS
        # Before the first build that succeeds no host is known; its pages wait for it all the same.
        if self.server.live and path.startswith(live_pages.FOLDER) and (here or name.endswith(_LOCAL_SUFFIX)):
            self.answer_live(self.server.live, path)
        elif host in _ALL_HOSTS:
            self.send_data(HTTPStatus.OK, f"{_HTML}; charset=utf-8", self.followed(self.index(), self.pages_word()))
        elif not here:
            self.send_text(HTTPStatus.NOT_FOUND, translate("There is no such host here."))
        elif path in hosts.moved[host]:
            self.redirect(hosts.moved[host][path])
        elif (asked := asked_about(path)) is not None:
            self.send_data(self.standing(*asked), "text/plain", b"")
        elif self.server.search and (index := index_file(self.server.search, host, path)):
            self.send_index(index)
        else:
            self.send_page(host, path)

    def answer_live(self, live: LivePages, path: str) -> None:
        if path == live_pages.SCRIPT:
            self.send_data(HTTPStatus.OK, "text/javascript; charset=utf-8", live_pages.script())
        elif path == live_pages.EVENTS:
            known = parse_qs(urlsplit(self.path).query).get("known", [""])[0]
            # Only who reads the answer may wait for it.
            state = live.wait(known if self.command == "GET" else "")
            if state is None:
                self.send_data(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"")
            else:
                self.send_data(HTTPStatus.OK, "application/json", state)
        else:
            self.send_text(HTTPStatus.NOT_FOUND, translate("There is no page at this address."))

    def pages_word(self) -> str:
        return self.server.live.pages_word() if self.server.live else ""

    def followed(self, page: bytes, word: str) -> bytes:
        return live_pages.with_script(page, word) if self.server.live else page

    def standing(self, host: str, path: str) -> HTTPStatus:
        """Tell whether a page of any host is still there, as real web servers do for pages of results."""
        hosts = self.server.hosts
        gone = host not in hosts.names or path in hosts.gone[host] or not (hosts.output / host / path[1:]).exists()
        return HTTPStatus.GONE if gone else HTTPStatus.NO_CONTENT

    def send_index(self, file: Path) -> None:
        if file.is_file():
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self.send_data(HTTPStatus.OK, kind, file.read_bytes())
        else:
            self.send_text(HTTPStatus.NOT_FOUND, translate("There is no page at this address."))

    def send_page(self, host: str, path: str) -> None:
        root = self.server.hosts.output / host
        file = (root / path.lstrip("/")).resolve()
        if root.resolve() not in (file, *file.parents):
            self.send_text(HTTPStatus.NOT_FOUND, translate("There is no page at this address."))
            return
        if file.is_dir() and not path.endswith("/"):
            self.redirect(quote(f"/{path.lstrip('/')}/"))
            return
        if file.is_dir():
            file = file / "index.html"
        if not file.is_file():
            self.send_not_found(root, path)
            return
        status = HTTPStatus.GONE if path in self.server.hosts.gone[host] else HTTPStatus.OK
        self.send_file(status, file)

    def send_not_found(self, root: Path, path: str) -> None:
        first = path.lstrip("/").partition("/")[0]
        for page in (root / first / "404.html", root / "404.html"):
            if page.is_file():
                self.send_file(HTTPStatus.NOT_FOUND, page)
                return
        self.send_text(HTTPStatus.NOT_FOUND, translate("There is no page at this address."))

    def send_file(self, status: HTTPStatus, file: Path) -> None:
        kind = media_type(file.name) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        word = self.pages_word()
        data = file.read_bytes()
        if kind == _HTML:
            data = self.followed(data, word)
        if kind.startswith(_TEXT):
            data = self.server.localise(data)
            kind += "; charset=utf-8"
        self.send_data(status, kind, data)

    def redirect(self, target: str) -> None:
        local = self.server.localise(target.encode()).decode()
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", local)
        self.send_header("Content-Length", "0")
        self.send_header("Cache-Control", self.caching())
        self.end_headers()

    def send_text(self, status: HTTPStatus, text: str) -> None:
        if self.server.live:  # as a page, which loads again when there is something to show
            page = f'<!DOCTYPE html><meta charset="utf-8"><title>{html.escape(text)}</title><p>{html.escape(text)}</p>'
            self.send_data(status, f"{_HTML}; charset=utf-8", self.followed(page.encode(), self.pages_word()))
        else:
            self.send_data(status, "text/plain; charset=utf-8", text.encode())

    def caching(self) -> str:
        return "no-store" if self.server.live else "no-cache"

    def send_data(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", self.caching())
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def index(self) -> bytes:
        links = "".join(
            f'<li><a href="{self.server.address(host)}/">{html.escape(host)}</a></li>'
            for host in sorted(self.server.hosts.names)
        )
        title = html.escape(translate("Hosts of this network"))
        page = f'<!DOCTYPE html><meta charset="utf-8"><title>{title}</title><h1>{title}</h1><ul>{links}</ul>'
        return page.encode()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        """Stay quiet: the terminal shows what the person asked for, not every request."""


def can_resolve(host: str) -> bool:
    """Tell whether this machine finds ``<host>.localhost`` by name; browsers do so by themselves."""
    try:
        socket.getaddrinfo(f"{host}{_LOCAL_SUFFIX}", None)
    except OSError:
        return False
    return True
