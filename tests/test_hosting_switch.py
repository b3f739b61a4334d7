"""A switch of the live Release shows at once and whole: pages, redirects, withdrawals, policies (A12)."""

from __future__ import annotations

import threading
import time

import pytest
from nginxes import WebHouse, edition

from congtin.errors import BuildError
from congtin.release.hosting.served import file_time, server_files

HOST = "ha.gov.vn"


def files(word: str, *, moved: str = "", gone: str = "", style: str = "0" * 10) -> dict[str, bytes]:
    """Return a tiny Release whose every page names its style; ``word`` decides the bytes, not the size."""
    link = f'<link rel="stylesheet" href="/theme/style.{style}.css">'
    found = {
        f"{HOST}/index.html": f"<p>{word}</p>{link}".encode(),
        f"{HOST}/404.html": f"<p>no {word}</p>".encode(),
        f"{HOST}/a/index.html": f"<p>a {word}</p>".encode(),
        f"{HOST}/b/index.html": f"<p>b {word}</p>".encode(),
        f"{HOST}/theme/style.{style}.css": f"/* {word} */".encode(),
    }
    if moved:
        found[f".server/{HOST}/vi.redirects.txt"] = f"{moved} /{word}/\n".encode()
    if gone:
        found[f".server/{HOST}/vi.gone.txt"] = f"{gone}\n".encode()
    return found


@pytest.fixture
def house(tmp_path):
    return WebHouse.create(tmp_path / "house")


def test_redirects_withdrawals_and_policies_come_and_go_with_the_release(house):
    one = house.release(files("one", moved="/a/"), [edition(HOST)])
    two = house.release(files("two", gone="/a/", moved="/b/"), [edition(HOST, emc="47")])
    house.switch(one)
    with house.serve() as server:

        def look() -> list[object]:
            a, b = server.ask(HOST, "/a/"), server.ask(HOST, "/b/")
            measured = "f-emc" in server.ask(HOST, "/").headers["content-security-policy"]
            return [a.status_code, a.headers.get("location"), b.status_code, b.headers.get("location"), measured]

        first = [301, f"https://{HOST}/one/", 200, None, False]
        second = [410, None, 301, f"https://{HOST}/two/", True]
        assert look() == first
        house.switch(two)  # and nginx is told nothing
        assert look() == second
        house.switch(one)
        assert look() == first


def test_a_page_of_equal_size_and_second_has_another_etag(house):
    one, two = house.release(files("one"), [edition(HOST)]), house.release(files("two"), [edition(HOST)])
    house.switch(one)
    with house.serve() as server:
        tags = {}
        for release, word in ((one, "one"), (two, "two"), (one, "one")):
            house.switch(release)
            for encoding in ("identity", "gzip", "br"):
                answer = server.ask(HOST, "/", Accept_Encoding=encoding)
                assert f"<p>{word}</p>" in answer.text
                # After the way back the former tags are right again.
                assert tags.setdefault((word, encoding), answer.headers["etag"]) == answer.headers["etag"]
        assert len(set(tags.values())) == 6
        sizes = {(r.tree / HOST / "index.html").stat().st_size for r in (one, two)}
        assert len(sizes) == 1
        stale = server.ask(HOST, "/", If_None_Match=tags["two", "identity"])
        assert stale.status_code == 200 and "one" in stale.text


def test_the_time_of_a_file_is_made_from_its_content():
    times = {file_time(f"{number:064x}"[::-1]) for number in range(1, 4000)}
    assert len(times) == 3999
    assert all(0 <= time < 2**30 for time in (file_time("0" * 64), file_time("f" * 64)))


def test_a_page_opened_before_a_switch_still_finds_its_style(house):
    one = house.release(files("one", style="1" * 10), [edition(HOST)])
    two = house.release(files("two", style="2" * 10), [edition(HOST)])
    house.switch(one)
    with house.serve() as server:
        house.switch(two)
        for style, word in (("1" * 10, "one"), ("2" * 10, "two")):
            answer = server.ask(HOST, f"/theme/style.{style}.css")
            assert (answer.status_code, answer.text) == (200, f"/* {word} */")
            assert answer.headers["cache-control"].endswith("immutable")
        assert server.ask(HOST, "/theme/style.3333333333.css").status_code == 404


def test_no_answer_is_lost_or_mixed_while_releases_are_switched(house):
    one = house.release(files("one", moved="/a/", style="1" * 10), [edition(HOST)])
    two = house.release(files("two", gone="/a/", style="2" * 10), [edition(HOST, emc="47")])
    house.switch(one)
    wrong: list[str] = []
    count = [0, 0]
    stop = threading.Event()
    with house.serve() as server:

        def read(number: int, http2: bool) -> None:
            address = ("127.0.0.1", "[::1]")[number]
            while not stop.is_set():
                home = server.ask(HOST, "/", address=address, http2=http2)
                which = "one" if "<p>one</p>" in home.text else "two" if "<p>two</p>" in home.text else "?"
                digit = {"one": "1", "two": "2"}.get(which, "?")
                measured = "f-emc" in home.headers["content-security-policy"]
                if (
                    home.status_code != 200
                    or measured != (which == "two")
                    or f"style.{digit * 10}.css" not in home.text
                ):
                    wrong.append(f"{home.status_code} {which} {measured}")
                style = server.ask(HOST, f"/theme/style.{digit * 10}.css", address=address, http2=http2)
                if style.text != f"/* {which} */":
                    wrong.append(f"{style.status_code} {which}")
                moved = server.ask(HOST, "/a/", address=address, http2=http2)
                is_one = moved.status_code == 301 and moved.headers["location"].endswith("/one/")
                is_two = moved.status_code == 410 and moved.text == "<p>a two</p>"
                if not is_one and not is_two:
                    wrong.append(f"{moved.status_code} {moved.text[:40]}")
                count[number] += 1

        readers = [threading.Thread(target=read, args=(number, number == 0)) for number in (0, 1)]
        for reader in readers:
            reader.start()
        turns, end = 0, time.monotonic() + 120
        # On a machine with other work a reader may get little of it in 300 switches.
        while turns < 300 or (min(count) <= 10 and time.monotonic() < end):
            house.switch((two, one)[turns % 2])
            turns += 1
        stop.set()
        for reader in readers:
            reader.join()
    assert not wrong, wrong[:5]
    assert min(count) > 10


def test_a_redirect_that_no_marker_can_hold_stops_the_release():
    for line in (
        "/a/ https://ha.gov.vn/a/?b=1",
        "/a/ http://ha.gov.vn/a/",
        "/a/ https://ha.gov.vn/A/",
        "/a/ https://ha.gov.vn/a_b/",
        "/a/ https://ha.gov.vn/" + "a/" * 20,
        "/a/ https://ha.gov.vn/" + "a" * 300 + "/",
        "/../a/ /b/",
        "/a /b/",
        "a/ /b/",
        "/a/ javascript:x",
        "/a/",
    ):
        with pytest.raises(BuildError):
            server_files({f".server/{HOST}/vi.redirects.txt": f"{line}\n".encode()}, [])


def test_markers_say_everything_by_their_names():
    lists = {
        f".server/{HOST}/en.redirects.txt": b"/english/a/ https://lim.ha.gov.vn/b/c/\n/english/d/ /\n",
        f".server/{HOST}/vi.gone.txt": b"/x/\n",
        f"{HOST}/index.html": b"",
    }
    assert sorted(server_files(lists, [edition(HOST, emc="47"), edition("mai.ha.gov.vn")])) == [
        f".server/{HOST}/.emc",
        f".server/{HOST}/.gone/x/.is",
        f".server/{HOST}/.moved/english/a/.to/lim.ha.gov.vn_b_c_",
        f".server/{HOST}/.moved/english/d/.to/{HOST}_",
    ]


def test_before_the_first_release_nothing_of_the_machine_is_served(house):
    one = house.release(files("one"), [edition(HOST)])
    house.switch(one)
    with house.serve() as server:
        house.home.live.unlink()
        answer = server.ask(HOST, "/")
        assert (
            answer.status_code == 503
            and answer.headers["cache-control"] == "no-store"
            and "strict-transport-security" in answer.headers
        )
        house.switch(one)
        assert server.ask(HOST, "/").status_code == 200
