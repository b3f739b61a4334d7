"""The examples of docs/open-data.md, run as they stand against a served network (I1)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from network import REPOSITORY, TinyNetwork, article, document

from congtin.release.local_server import Hosts, LocalServer

NEWS, DOCUMENTS = "content/ha/portal/tin-tuc/2026", "content/ha/portal/van-ban/2026"
TEXT = (REPOSITORY / "docs/open-data.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
# Names below .localhost are this machine's; not every resolver of Python knows it.
RESOLVER = """
import socket
ask = socket.getaddrinfo
here = lambda host: "127.0.0.1" if host.endswith(".localhost") else host
socket.getaddrinfo = lambda host, *rest, **more: ask(here(host), *rest, **more)
"""


@pytest.fixture
def served(tiny, tmp_path):
    """Yield the address under which the portal of a small network is served, database included."""
    net: TinyNetwork = tiny(
        *(f"-- {NEWS}/t{n}.vi.md --\n" + article(n, f"Đường mới {n}") for n in range(1, 206)),
        f"-- {DOCUMENTS}/qd.vi.md --\n" + document(900, effective="2026-09-10"),
    )
    net.build()
    tree = tmp_path / "tree"
    shutil.copytree(net.output, tree)
    made = net.congtin("database", "--to", str(tree))
    assert made.returncode == 0, made.stderr
    with LocalServer(Hosts.read(tree), 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.address("ha.gov.vn")
        server.shutdown()
        thread.join()


def run(kind: str, block: str, address: str, folder: Path) -> str:
    """Run an example in a folder and return what it prints."""
    here = block.replace("https://hanoi.gov.vn", address)
    words = ["bash", "-euc", here] if kind == "bash" else [sys.executable, "-c", RESOLVER + here]
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "no_proxy": "*", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, (here, done.stderr)
    return done.stdout


def test_every_example_does_what_the_page_says(served, tmp_path):
    """curl, Python and SQL, one after the other in one folder, as a reader types them."""
    told = [run(kind, block, served, tmp_path) for kind, block in BLOCKS]
    assert len(BLOCKS) == 5
    items, titles, _, documents, found = told
    assert '"entries"' in items and (tmp_path / "documents.csv").read_bytes().startswith(b"\xef\xbb\xbfid,number,")
    assert len([line for line in titles.splitlines() if "Đường mới" in line]) == 205, "older pages too"
    assert documents.startswith("15/2026/QĐ-UBND 2026-09-01 ")
    assert len(found.splitlines()) == 205
