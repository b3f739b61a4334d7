"""What an operator sees of `congtin host`: files put in place whole, and errors that say how to mend them."""

from __future__ import annotations

import shutil
import signal
import time

import httpx
import pytest
from nginxes import WebHouse, edition

from congtin.errors import ProblemsFound

HOST, OTHER = "ha.gov.vn", "lim.ha.gov.vn"


@pytest.fixture
def house(tmp_path):
    house = WebHouse.create(tmp_path / "a house")
    house.switch(house.release({f"{HOST}/index.html": b"x"}, [edition(HOST), edition(OTHER)]))
    return house


def refused(run, *words: str, code: int = 2) -> None:
    assert run.returncode == code and "Traceback" not in run.stderr, run.stderr
    text = " ".join(run.stderr.split())
    for word in words:
        assert word in text, text


def test_the_files_are_put_in_place_and_named(house):
    run = house.congtin("nginx", "--check")
    folder = house.folder / "hosting" / "nginx"
    assert run.returncode == 0 and f"include {folder / 'congtin.conf'}" in " ".join(run.stdout.split())
    assert {file.name.partition("-")[0] for file in folder.iterdir()} == {
        "congtin.conf",
        "nginx.conf",
        "site",
        "temporary",
    }
    main = (folder / "congtin.conf").read_text()
    assert f"server_name {OTHER}" in main and house.congtin("nginx").returncode == 0
    assert (folder / "congtin.conf").read_text() == main


def test_what_was_there_stays_until_nginx_takes_the_new_one(house):
    assert house.congtin("nginx", "--check").returncode == 0
    folder = house.folder / "hosting" / "nginx"
    before = {file.name: file.read_bytes() for file in folder.glob("*.conf")}
    (house.folder / "keys" / f"{OTHER}.key").write_text("no key")
    house.write_settings(hsts_seconds=5)
    refused(house.congtin("nginx", "--check"), "nginx does not take the configuration", f"{OTHER}.key", code=1)
    assert {file.name: file.read_bytes() for file in folder.glob("*.conf")} == before
    house.certify([HOST])
    shutil.copy(house.folder / "keys" / f"{HOST}.key", house.folder / "keys" / f"{OTHER}.key")
    shutil.copy(house.folder / "keys" / f"{HOST}.pem", house.folder / "keys" / f"{OTHER}.pem")
    assert house.congtin("nginx", "--check").returncode == 0
    # The file of before is gone, the one that is named is there.
    sites = [file.name for file in folder.glob("site-*.conf")]
    assert len(sites) == 1 and sites[0] not in before and sites[0] in (folder / "congtin.conf").read_text()


def test_hosts_without_a_certificate_are_named_or_left_out(house):
    (house.folder / "keys" / f"{OTHER}.pem").unlink()
    refused(
        house.congtin("nginx", "--check"), f"no certificate or key for: {OTHER}", f"keys/{OTHER}.pem", "--leave-out"
    )
    run = house.congtin("nginx", "--check", "--leave-out")
    assert run.returncode == 0 and OTHER in run.stderr
    with house.serve("nginx", "--leave-out") as server:
        assert server.ask(HOST, "/").status_code == 200
        answer = server.raw(OTHER, f"GET / HTTP/1.1\r\nHost: {OTHER}\r\nConnection: close\r\n\r\n".encode(), tls=False)
        assert answer.startswith(b"HTTP/1.1 301 ")
        with pytest.raises(OSError, match=r"(?i)unrecognized|alert|eof|reset"):
            server.raw(OTHER, b"")


def test_a_new_host_is_served_after_the_next_run_and_a_reload(house):
    new = "mai.ha.gov.vn"
    with house.serve() as server:
        house.switch(house.release({f"{new}/index.html": b"new"}, [edition(HOST), edition(OTHER), edition(new)]))
        assert (
            server.client(http2=False).get("/", headers={"Host": new}, extensions={"sni_hostname": HOST}).status_code
            == 421
        )
        assert house.congtin("nginx", "--check").returncode == 0
        server.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 20
        while True:
            try:
                answer = server.ask(new, "/", http2=False)
            except httpx.TransportError:  # the workers of before know no such name
                answer = None
            if answer is not None and answer.content == b"new":
                break
            assert time.monotonic() < end
            time.sleep(0.05)


def test_one_certificate_can_be_for_all_hosts_of_a_domain(house):
    pair = house.authority.issue_cert(f"*.{HOST}", HOST)
    pair.private_key_pem.write_to_path(str(house.folder / "keys" / "all.key"))
    for part in pair.cert_chain_pems:
        part.write_to_path(str(house.folder / "keys" / "gov.vn.pem"), append=True)
        part.write_to_path(str(house.folder / "keys" / f"{HOST}.pem"), append=True)
    keys = house.folder / "keys"
    shutil.copy(keys / "gov.vn.pem", keys / f"w-{HOST}.pem")
    shutil.copy(keys / "gov.vn.pem", keys / "w-gov.vn.pem")
    house.write_settings(certificate=f"{keys}/w-{{domain}}.pem", key=f"{keys}/all.key")
    with house.serve() as server:
        assert server.ask(OTHER, "/").status_code == 404
        assert server.ask(HOST, "/").status_code == 200


def test_without_nginx_the_check_says_how_to_get_it(house):
    house.write_settings(nginx="nginx-that-is-not-there")
    refused(house.congtin("nginx", "--check"), "nginx-that-is-not-there", "Install it")
    assert house.congtin("nginx").returncode == 0


def test_a_folder_that_cannot_be_written_is_named(house):
    (house.folder / "hosting").write_text("a file")
    refused(house.congtin("nginx"), "hosting/nginx cannot be written")
    assert (house.folder / "hosting").read_text() == "a file"


def test_without_a_release_no_host_is_known(tmp_path):
    house = WebHouse.create(tmp_path)
    refused(house.congtin("nginx"), "No Release is live")
    assert not (tmp_path / "hosting").exists()


def test_a_front_needs_its_origins(house):
    refused(house.congtin("front"), "names no origins", "hosting: {front: {origins: ")


def test_a_status_host_cannot_be_a_public_one(house):
    house.write_settings(status={"host": HOST, "allow": ["127.0.0.1"]})
    refused(house.congtin("nginx"), f"The host {HOST} is one of the network’s")


def test_a_web_server_elsewhere_has_its_own_paths(house):
    run = house.congtin("nginx", "--tree", "/srv/web/live", "--assets", "/srv/web/assets")
    assert run.returncode == 0
    (site,) = (house.folder / "hosting" / "nginx").glob("site-*.conf")
    assert 'root "/srv/web/live";' in site.read_text() and 'root "/srv/web/assets/$server_name";' in site.read_text()
    refused(house.congtin("nginx", "--tree", "/srv/$x"), "nginx cannot be told of the path")


@pytest.mark.parametrize("form", ["listen", "directive"])
def test_http2_is_asked_for_as_the_version_of_nginx_wants_it(house, form):
    house.write_settings(http2=form)
    assert house.congtin("nginx").returncode == 0
    text = "".join(file.read_text() for file in (house.folder / "hosting" / "nginx").glob("*.conf"))
    assert ("http2 on;" in text) == (form == "directive")
    assert (" http2;" in text) == (form == "listen")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("listen", ["443"]),
        ("listen", ["0.0.0.0:99999"]),
        ("listen", ["[::]"]),
        ("listen", []),
        ("certificate", "/etc/{name}.pem"),
        ("key", "/etc/a;b"),
        ("acme", "/srv/$x"),
        ("status", {"host": "a.vn", "allow": []}),
        ("status", {"host": "a.vn", "allow": ["everybody"]}),
        ("front", {"origins": ["https://10.0.0.1"]}),
        ("front", {"origins": ["https://10.0.0.1", "http://10.0.0.2"]}),
        ("front", {"origins": ["https://10.0.0.1", "https://10.0.0.2/x"]}),
        ("page_seconds", -1),
        ("http2", "yes"),
        ("unknown", 1),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path, field, value):
    with pytest.raises(ProblemsFound) as error:
        WebHouse.create(tmp_path, **{field: value}).home  # noqa: B018 (reads the settings)
    (problem,) = error.value.problems
    assert field in str(problem.message) and problem.line
