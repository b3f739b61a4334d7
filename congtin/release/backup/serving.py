"""A restored home served by a real nginx on this machine alone, as long as a drill lasts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from congtin.errors import CongtinError, UsageError
from congtin.messages import msg
from congtin.release.home import Home
from congtin.release.hosting import install, nginx
from congtin.release.hosting.nginx import Served
from congtin.release.hosting.settings import HostingSettings
from congtin.release.records import TREE, Release

_START_SECONDS = 30
_STOP_SECONDS = 15
_ADDRESSES = ("127.0.0.1", "[::1]")


class NotServed(CongtinError):
    """The web server did not start."""


@contextmanager
def served_here(home: Home, release: Release) -> Iterator[tuple[str, ...]]:
    """Serve the live Release with the configuration that `congtin host nginx` writes; yield where it answers.

    The same hosts, pages, redirects and headers over plain http on 127.0.0.1 and ::1: certificates and their keys are
    not in any copy. Raise UsageError without nginx, NotServed when it does not start.
    """
    settings = home.settings.hosting
    program = shutil.which(settings.nginx) or shutil.which(settings.nginx, path="/usr/sbin:/usr/local/sbin")
    if program is None:
        hint = msg("Install it (Debian: nginx), or name it with “nginx” in publisher.yaml.")
        raise UsageError(msg("The program {name} is not there.", name=settings.nginx), hint)
    hosts = release.record.hosts
    with tempfile.TemporaryDirectory(prefix="congtin-drill-") as name:
        folder, port = Path(name), _free_port()
        here = settings.model_copy(update={
            "listen": [f"unix:{folder}/tls"], "listen_http": [], "status": None, "front": None,
            "listen_origin": [f"{address}:{port}" for address in _ADDRESSES],
        })  # fmt: skip
        places = (home.assets, home.databases, home.status, home.search)
        served = Served(hosts, home.live / TREE, *places, frozenset(hosts))
        put_in_place(here, served, folder)
        with _running(program, folder, port):
            yield tuple(f"http://{address}:{port}" for address in _ADDRESSES)


def put_in_place(settings: HostingSettings, served: Served, folder: Path) -> None:
    """Write the configuration of an nginx that serves nothing else."""
    install.put_in_place(settings, lambda given: nginx.origin_files(given, served), folder)


@contextmanager
def _running(program: str, folder: Path, port: int) -> Iterator[None]:
    # Its workers read what the one who drills may read; as root nginx would give that up.
    said = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    log = folder / "said"
    with log.open("wb") as output, subprocess.Popen(  # noqa: S603 (a program the operator names)
        [program, "-p", f"{folder}/", "-c", nginx.ALONE, "-g", said],
        stdin=subprocess.DEVNULL, stdout=output, stderr=output,
    ) as process:  # fmt: skip
        try:
            _await(process, port, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    detail = log.read_text("utf-8", "replace").strip()[-500:]
    raise NotServed(msg("nginx did not start: {detail}", detail=detail or "-"))


def _free_port() -> int:
    """Return a port that nothing uses, neither over IPv4 nor over IPv6."""
    while True:
        with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
            four.bind(("127.0.0.1", 0))
            port = int(four.getsockname()[1])
            try:
                six.bind(("::1", port))
            except OSError:
                continue
            return port
