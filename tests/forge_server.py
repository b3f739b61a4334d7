"""A small real HTTP server that answers as the forges' documents and clients say. Not seen live: no forge is here."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

HEAD = "a" * 40
OLD = "b" * 40
NEW = "c" * 40
MERGE = "d" * 40
TOKEN = "secret-token-0123456789"
NOON = "2026-11-22T05:00:00Z"


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    data: Any
    headers: dict[str, str]


@dataclass
class Answer:
    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    wait: float = 0.0


Route = Callable[[Asked], Any]


class ForgeServer:
    """Answers on loopback; what nobody expected is answered with 404, and remembered like all else."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, re.Pattern[str], Route]] = []
        self.first: list[Answer] = []
        self.asked: list[Asked] = []
        self.released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def handle_one(self) -> None:
                parts = urlsplit(self.path)
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    json.loads(raw) if raw else None,
                    {name.lower(): value for name, value in self.headers.items()},
                )
                server.asked.append(asked)
                answer = server.first.pop(0) if server.first else server.answer(asked)
                if answer.wait:
                    server.released.wait(answer.wait)
                body = answer.body if answer.body is not None else json.dumps(answer.data).encode()
                if answer.data is None and answer.body is None:
                    body = b""
                self.send_response(answer.status)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), **answer.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815 (http.server's own names)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        # A client that gave up waiting is what some tests are about.
        self.http.handle_error = lambda *error: None  # type: ignore[method-assign]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.released.set()
        self.http.shutdown()
        self.thread.join(5)
        self.http.server_close()

    def on(self, method: str, path: str, route: Route | Any) -> None:
        """Answer a method and path (a regular expression) with data, an Answer, or what a function returns."""
        answer = route if callable(route) else lambda asked: route
        self.routes.insert(0, (method, re.compile(path), answer))

    def answer(self, asked: Asked) -> Answer:
        for method, path, route in self.routes:
            if method == asked.method and path.fullmatch(asked.path):
                found = route(asked)
                return found if isinstance(found, Answer) else Answer(data=found)
        return Answer(404, {"message": "Not Found"})

    def sent(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]


def paged(entries: list[Any]) -> Route:
    """Answer a list page by page, as `page` and `per_page` or `limit` ask."""

    def route(asked: Asked) -> Any:
        size = int(asked.query.get("per_page") or asked.query.get("limit") or 30)
        start = (int(asked.query.get("page", "1")) - 1) * size
        return entries[start : start + size]

    return route


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = time.time()
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def time(self) -> float:
        return self.now
