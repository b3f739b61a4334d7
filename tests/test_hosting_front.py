"""A front before two real origins goes on when one of them is lost, and takes it back (K6)."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nginxes import Nginx, WebHouse, edition
from ports import free_port

HOST, OTHER = "ha.gov.vn", "lim.ha.gov.vn"
FILES = {
    f"{HOST}/index.html": b"<p>Ha" + b"x" * 2000,
    f"{HOST}/404.html": b"<p>nothing",
    f"{OTHER}/index.html": b"<p>Lim",
    f".server/{HOST}/vi.redirects.txt": b"/cu/ https://lim.ha.gov.vn/\n",
    f".server/{HOST}/vi.gone.txt": b"/rut/\n",
    f"{HOST}/rut/index.html": b"<p>withdrawn",
}
EDITIONS = [edition(HOST), edition(OTHER)]


@contextmanager
def three(folder: Path, *, tls: bool) -> Iterator[tuple[Nginx, list[Nginx]]]:
    """Run two origins and a front of their addresses; each has its own home, as on three machines."""
    origins = []
    for name in ("one", "two"):
        house = WebHouse.create(folder / name)
        if not tls:
            house.write_settings(listen_origin=[f"127.0.0.1:{free_port()}"])
        house.switch(house.release(FILES, EDITIONS))
        origins.append(house)
    front = WebHouse.create(folder / "front")
    ca = folder / "ca.pem"
    for house in origins:
        house.authority.cert_pem.write_to_path(str(ca), append=True)
    addresses = [
        f"https://127.0.0.1:{house.port}" if tls else f"http://{house.home.settings.hosting.listen_origin[0]}"
        for house in origins
    ]
    front.write_settings(
        front={"origins": addresses, "ca": str(ca), "connect_seconds": 1, "read_seconds": 1, "retry_seconds": 1}
    )
    front.switch(front.release(FILES, EDITIONS))
    servers = [house.server() for house in origins]
    gate = front.server("front")
    try:
        for server in (*servers, gate):
            server.start()
        yield gate, servers
    finally:
        for server in (gate, *servers):
            server.stop()


@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_readers_see_nothing_of_an_origin_that_is_lost(tmp_path, tls):
    failed: list[object] = []
    done = [0]
    stop = threading.Event()
    with three(tmp_path, tls=tls) as (front, (first, second)):

        def read() -> None:
            while not stop.is_set():
                answer = front.ask(HOST, "/")
                if answer.status_code != 200 or not answer.content.startswith(b"<p>Ha"):
                    failed.append(answer.status_code)
                done[0] += 1

        def some() -> None:
            end = time.monotonic() + 10
            wanted = done[0] + 40
            while done[0] < wanted and time.monotonic() < end:
                time.sleep(0.01)
            assert done[0] >= wanted

        reader = threading.Thread(target=read)
        reader.start()
        try:
            some()
            first.stop()  # the one that is asked first
            some()
            first.start()
            second.stop()  # while the first is still left alone
            some()
            second.start()
            time.sleep(2.2)  # the first is asked again
            some()
            # One that hangs is as lost as one that is gone.
            os.kill(first.process.pid, signal.SIGSTOP)
            workers = _children(first.process.pid)
            for worker in workers:
                os.kill(worker, signal.SIGSTOP)
            some()
            for worker in (*workers, first.process.pid):
                os.kill(worker, signal.SIGCONT)
        finally:
            stop.set()
            reader.join()
        assert not failed, failed[:5]
        first.stop()
        second.stop()
        none = front.ask(HOST, "/")
        assert none.status_code in {502, 504} and "strict-transport-security" in none.headers
        assert none.headers["cache-control"] == "no-store"
        second.start()
        assert front.ask(HOST, "/").status_code == 200


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_what_an_origin_says_reaches_the_reader_unchanged(tmp_path):
    with three(tmp_path, tls=True) as (front, (first, _)):
        for host, path in ((HOST, "/"), (HOST, "/cu/"), (HOST, "/rut/"), (HOST, "/khong/"), (OTHER, "/")):
            for encoding in ("identity", "gzip", "br"):
                direct = first.ask(host, path, Accept_Encoding=encoding)
                for address in ("127.0.0.1", "[::1]"):
                    answer = front.ask(host, path, address=address, Accept_Encoding=encoding)
                    assert (answer.status_code, answer.content) == (direct.status_code, direct.content)
                    ours = {k: v for k, v in answer.headers.items() if k not in {"date", "connection"}}
                    theirs = {k: v for k, v in direct.headers.items() if k not in {"date", "connection"}}
                    assert ours == theirs
        tag = front.ask(HOST, "/").headers["etag"]
        assert front.ask(HOST, "/", If_None_Match=tag).status_code == 304
        assert front.ask(HOST, "/", Range="bytes=0-4").status_code == 206
        assert front.ask(HOST, "/", method="POST").status_code == 405
        assert front.client().get("/", headers={"Host": "x.vn"}, extensions={"sni_hostname": HOST}).status_code == 421
        plain = front.raw(HOST, b"GET /cu/ HTTP/1.1\r\nHost: ha.gov.vn\r\nConnection: close\r\n\r\n", tls=False)
        assert plain.startswith(b"HTTP/1.1 301 ") and b"\r\nLocation: https://ha.gov.vn/cu/\r\n" in plain


def test_both_origins_give_a_page_the_same_etag(tmp_path):
    with three(tmp_path, tls=True) as (_, (first, second)):
        for encoding in ("identity", "gzip", "br"):
            tags = {origin.ask(HOST, "/", Accept_Encoding=encoding).headers["etag"] for origin in (first, second)}
            assert len(tags) == 1


def test_an_origin_with_a_false_certificate_is_not_believed(tmp_path):
    with three(tmp_path, tls=True) as (front, (first, second)):
        second.stop()
        assert front.ask(HOST, "/").status_code == 200
        stranger = WebHouse(tmp_path / "stranger", first.port, free_port())
        stranger.folder.mkdir()
        stranger.write_settings()
        stranger.switch(stranger.release({f"{HOST}/index.html": b"<p>false"}, [edition(HOST)]))
        first.stop()
        with stranger.serve():
            answer = front.ask(HOST, "/")
            assert answer.status_code == 502 and b"false" not in answer.content
