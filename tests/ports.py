"""Ports for servers on loopback that no other test, and no connection going out, holds or is handed."""

from __future__ import annotations

import itertools
import os
import re
import socket

# Below the range from which Linux takes ports for outgoing connections; each worker of pytest has its own part.
_FIRST, _PART, _WORKERS = 12000, 2000, 10
_worker = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0) % _WORKERS
_offsets = itertools.count(os.getpid() % _PART)


def free_port() -> int:
    """Return a port that is free on both loopback addresses and was not handed out lately.

    A port that the kernel finds free may be handed out twice before anybody listens; a counter does not do that.
    """
    for offset in itertools.islice(_offsets, _PART):
        port = _FIRST + _worker * _PART + offset % _PART
        if all(_is_free(family, address, port) for family, address in _LOOPBACKS):
            return port
    raise AssertionError("no port of this worker's part is free")


_LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))


def _is_free(family: socket.AddressFamily, address: str, port: int) -> bool:
    with socket.socket(family) as probe:
        # Servers reuse an address whose last connections still linger: so does the probe.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
