"""`congtin serve`: all hosts from one process, real addresses made local, over real HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from network import REPOSITORY, TinyNetwork, article

from congtin.errors import Problem, UsageError
from congtin.messages import msg
from congtin.release.builder import NotBuilt
from congtin.release.live import MOST_WAITING, LivePages
from congtin.release.local_server import Hosts, LocalServer

NEWS = "content/ha/portal/tin-tuc/2026"


@contextmanager
def serving(net: TinyNetwork, live: LivePages | None = None) -> Iterator[LocalServer]:
    with LocalServer(Hosts.read(net.output), 0, live) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join(10)


def get(server: LocalServer, host: str, path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, headers={"Host": f"{host}.localhost:{server.port}"})
    answer = connection.getresponse()
    found = (answer.status, dict(answer.getheaders()), answer.read().decode("utf-8"))
    connection.close()
    return found


@pytest.fixture
def net(tiny) -> TinyNetwork:
    net = tiny(
        f"-- {NEWS}/cau.vi.md --\n" + article(1, "Cầu mới", crosspost="[ha/lim]", aliases="[/tin-tuc/2026/cu/]"),
        f"-- {NEWS}/sai.vi.md --\n" + article(2, withdrawn="{at: 2026-11-01, reason: Nhầm}"),
    )
    net.build()
    return net


def test_every_host_answers_under_its_own_name(net):
    """Portal, ward and English Edition are served by one process; HEAD has no body."""
    with serving(net) as server:
        assert "Cầu mới" in get(server, "ha.gov.vn", "/")[2]
        assert "Phường Lim" in get(server, "lim.ha.gov.vn", "/")[2]
        assert 'lang="en"' in get(server, "ha.gov.vn", "/english/")[2]
        status, headers, body = get(server, "ha.gov.vn", "/", "HEAD")
        assert (status, body) == (200, "")
        assert int(headers["Content-Length"]) > 1000
        assert "lim.ha.gov.vn" in get(server, "localhost", "/")[2]


def test_real_addresses_become_local_ones(net):
    """The copy's link to its origin stays on this machine; addresses of others stay as they are."""
    with serving(net) as server:
        _, _, page = get(server, "lim.ha.gov.vn", "/tin-thanh-pho/2026/cau/")
        assert f'href="http://ha.gov.vn.localhost:{server.port}/tin-tuc/2026/cau/"' in page
        assert "https://ha.gov.vn" not in page
        assert server.localise(b"https://ha.gov.vn.evil.vn/ https://vnexpress.vn/") == (
            b"https://ha.gov.vn.evil.vn/ https://vnexpress.vn/"
        )


def test_former_and_withdrawn_addresses_answer_as_a_web_server_would(net):
    """301 for a moved Item, 410 with the reason for a withdrawn one, 404 with the Site's own page."""
    with serving(net) as server:
        status, headers, _ = get(server, "ha.gov.vn", "/tin-tuc/2026/cu/")
        assert (status, headers["Location"]) == (301, f"http://ha.gov.vn.localhost:{server.port}/tin-tuc/2026/cau/")
        status, _, page = get(server, "ha.gov.vn", "/tin-tuc/2026/sai/")
        assert status == 410
        assert "Nhầm" in page
        assert get(server, "ha.gov.vn", "/tin-tuc")[0] == 301
        for path, lang in (("/khong-co/", "vi"), ("/english/none/", "en")):
            status, _, page = get(server, "ha.gov.vn", path)
            assert status == 404
            assert f'<html lang="{lang}">' in page


def test_nothing_outside_a_hosts_folder_is_served(net):
    """Path tricks and foreign hosts end in 404."""
    (net.output / "secret.txt").write_text("secret")
    with serving(net) as server:
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/../.server/ha.gov.vn/vi.gone.txt", "//etc/passwd"):
            status, _, body = get(server, "ha.gov.vn", path)
            assert status == 404, path
            assert "secret" not in body
        assert get(server, "other.gov.vn", "/")[0] == 404
        assert get(server, "..", "/secret.txt")[0] == 404


def test_a_port_in_use_is_a_clear_error(net):
    """The second server says which port, and how to choose another."""
    with serving(net) as server, pytest.raises(UsageError) as found:
        LocalServer(Hosts.read(net.output), server.port)
    assert str(server.port) in str(found.value)
    assert "--port" in str(found.value)


def test_the_command_prints_addresses_to_open(net):
    """`congtin serve` names the portal's home in each language, and stops when it is told to."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "congtin", "--root", str(net.root), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "CONGTIN_LANG": "en"},
    ) as process:
        try:
            lines = [process.stdout.readline() for _ in range(4)]
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
    port = re.search(r"http://ha\.gov\.vn\.localhost:(\d+)/ ", lines[1])[1]
    assert f"http://ha.gov.vn.localhost:{port}/english/" in lines[2]
    assert f"http://localhost:{port}/" in lines[3]


def test_serving_before_building_says_what_to_do(tiny):
    """No output folder: the message names the command."""
    run = tiny().congtin("serve")
    assert run.returncode == 2
    assert "congtin build" in run.stderr


@pytest.mark.parametrize("path", ["/%00", "/tin-tuc/%00/", "/%ff%fe", "//[x", f"/{'a' * 5000}", "/%0d%0aX-Evil:%201"])
def test_paths_no_file_can_have_answer_404(net, path):
    """A zero byte, broken UTF-8, a name too long: an answer, and the server goes on."""
    with serving(net) as server:
        status, headers, _ = get(server, "ha.gov.vn", path)
        assert (status, headers.get("X-Evil")) == (404, None)
        assert get(server, "ha.gov.vn", "/")[0] == 200


def test_a_folders_address_never_leads_to_another_host(net):
    """Two slashes in front would name a host; the redirect has one."""
    with serving(net) as server:
        assert get(server, "ha.gov.vn", "//tin-tuc")[1]["Location"] == "/tin-tuc/"


def news(server: LocalServer, known: str = "", host: str = "ha.gov.vn") -> dict[str, object]:
    status, _, body = get(server, host, f"/.congtin/events?known={known}")
    assert status == 200
    return json.loads(body)


def test_pages_follow_the_builds_only_when_they_are_watched(net):
    """One script, from the page's own address, before the end of its body; nothing of it may be kept."""
    with serving(net) as server:
        assert "/.congtin/" not in get(server, "ha.gov.vn", "/")[2]
        assert get(server, "ha.gov.vn", "/.congtin/events")[0] == 404
        assert get(server, "ha.gov.vn", "/")[1]["Cache-Control"] == "no-cache"
    with serving(net, LivePages()) as server:
        for host, path in (("ha.gov.vn", "/"), ("lim.ha.gov.vn", "/"), ("ha.gov.vn", "/khong-co/"), ("localhost", "/")):
            _, headers, page = get(server, host, path)
            assert page.count("/.congtin/reload.js") == 1
            assert headers["Cache-Control"] == "no-store"
            assert int(headers["Content-Length"]) == len(page.encode())
        page = get(server, "ha.gov.vn", "/")[2]
        assert re.search(r'<script src="/\.congtin/reload\.js" data-pages="\S+" defer></script></body>', page)
        status, headers, _ = get(server, "ha.gov.vn", "/.congtin/reload.js")
        assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
        assert get(server, "ha.gov.vn", "/atom.xml")[2].count(".congtin") == 0
        assert get(server, "ha.gov.vn", "/tin-tuc/2026/cu/")[1]["Cache-Control"] == "no-store"
        assert get(server, "ha.gov.vn", "/", "HEAD")[1]["Content-Length"] == str(len(page.encode()))


def test_a_page_that_waits_hears_of_the_next_build(net):
    """The state is answered at once to who does not know it, and as soon as it changes to who does."""
    live = LivePages()
    with serving(net, live) as server:
        first = news(server)
        answers: list[dict[str, object]] = []
        reader = threading.Thread(target=lambda: answers.append(news(server, str(first["news"]))), daemon=True)
        reader.start()
        wrong = Problem("unknown-tag", msg("Tag {tag}", tag="<b>"), "content/x.vi.md", 3)
        live.not_built(NotBuilt(msg("1 error: nothing was built."), None, (wrong,)))
        reader.join(20)
        assert answers[0]["pages"] == first["pages"]
        assert answers[0]["failure"]["problems"] == [{"place": "content/x.vi.md:3", "message": "Tag <b>", "hint": ""}]
        live.built(changed=False)
        assert (news(server)["pages"], news(server)["failure"]) == (first["pages"], None)
        live.built(changed=True)
        assert news(server)["pages"] != first["pages"]
        assert get(server, "ha.gov.vn", "/.congtin/events", "HEAD")[2] == ""


def test_no_more_pages_wait_than_the_server_has_threads_for(net):
    """Who comes too late is sent away and asks again; when the server stops, everyone is answered."""
    live = LivePages()
    with serving(net, live) as server:
        known = str(news(server)["news"])
        waiting = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=20) for _ in range(MOST_WAITING)]
        for connection in waiting:
            connection.request("GET", f"/.congtin/events?known={known}", headers={"Host": "localhost"})
        late = 0
        while late != 503:  # until the last of them has been taken in
            late = get(server, "ha.gov.vn", "/.congtin/events")[0]
        assert get(server, "ha.gov.vn", "/")[0] == 200
        live.close()
        for connection in waiting:
            assert connection.getresponse().status == 200
            connection.close()


def test_other_hosts_hear_nothing(net):
    """A name that only leads to this machine learns nothing of the files; a local one may wait for its first build."""
    with serving(net, LivePages()) as server:
        for host, status in (("evil.example", 404), ("new.gov.vn.localhost", 200), ("ha.gov.vn", 200)):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            connection.request("GET", "/.congtin/events", headers={"Host": f"{host}:{server.port}"})
            assert connection.getresponse().status == status, host
            connection.close()
        assert get(server, "ha.gov.vn", "/.congtin/other")[0] == 404
