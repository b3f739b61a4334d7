"""A small server on this machine that takes a forge's messages; a web server with TLS stands before it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from congtin.editorial.forges.events import Event
from congtin.editorial.forges.webhooks import BadWebhook, Receiver

PATH = "/webhook"
_SECONDS = 10.0


class Listener(ThreadingHTTPServer):
    """Hands every proven message to ``take``, one at a time; nobody else learns why a message was refused."""

    daemon_threads = True

    def __init__(self, receiver: Receiver, take: Callable[[Event], None], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.receiver = receiver
        self._take = take
        self._one = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def hand_over(self, event: Event) -> None:
        with self._one:
            self._take(event)

    @contextmanager
    def running(self) -> Iterator[int]:
        """Answer in a thread of its own while the block runs; yield the port."""
        thread = threading.Thread(target=self.serve_forever, name="congtin-webhooks", daemon=True)
        thread.start()
        try:
            yield self.port
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    timeout = _SECONDS
    server_version = "congtin"
    sys_version = ""

    def do_POST(self) -> None:
        """Take a message, or say only that it was not taken."""
        length = self.headers.get("Content-Length", "")
        if self.path != PATH:
            self._answer(404)
        elif not length.isascii() or not length.isdigit() or "Transfer-Encoding" in self.headers:
            self._answer(411)
        elif len(length) > 12 or int(length) > self.server.receiver.most_bytes:
            self._answer(413)
        else:
            self._receive(self.rfile.read(int(length)))

    def _receive(self, body: bytes) -> None:
        try:
            event = self.server.receiver.receive(self.headers.items(), body)
        except BadWebhook as error:
            self._answer(error.status)
            return
        self.server.hand_over(event)
        self._answer(202)

    def _answer(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (http.server's own name)
        """Say nothing: what was taken is told by whoever takes it."""
