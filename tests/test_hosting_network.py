"""Every host and every Edition of the real network, served by a real nginx over IPv4 and IPv6 (A5, A6, N3)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from nginxes import Nginx, WebHouse, trusting

from congtin.model import Profile
from congtin.release.making import editions_of
from congtin.release.records import PublishedEdition

pytestmark = pytest.mark.slow
_TAKEN = ("index.html", "404.html", "robots.txt", ".well-known/security.txt", "atom.xml")


@pytest.fixture(scope="module")
def editions(whole) -> tuple[PublishedEdition, ...]:
    return editions_of(whole.repository.network)


@pytest.fixture(scope="module")
def house(whole, editions, tmp_path_factory) -> WebHouse:
    house = WebHouse.create(tmp_path_factory.mktemp("network"))
    house.switch(house.release(dict(_files(whole.output, whole.file_set, editions)), editions))
    return house


def _files(output: Path, names: frozenset[str], editions: tuple[PublishedEdition, ...]) -> Iterator[tuple[str, bytes]]:
    for name in names:
        if name.startswith(".server/") or "/theme/" in name:
            yield name, (output / name).read_bytes()
    for edition in editions:
        folder = f"{edition.host}/{edition.prefix}".rstrip("/")
        for file in _TAKEN:
            if f"{folder}/{file}" in names:
                yield f"{folder}/{file}", (output / folder / file).read_bytes()


@pytest.fixture(scope="module")
def web(house) -> Iterator[Nginx]:
    with house.serve() as server:
        yield server


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
def test_every_home_page_of_the_network(web, whole, editions, address):
    assert len({edition.host for edition in editions}) > 350 and len(editions) > 390
    for edition in editions:
        path = f"/{edition.prefix}/" if edition.prefix else "/"
        answer = web.ask(edition.host, path, address=address)
        page = (whole.output / edition.host / edition.prefix / "index.html").read_bytes()
        assert (answer.status_code, answer.content) == (200, page), edition
        assert answer.http_version == "HTTP/2"
        headers = answer.headers
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert headers["strict-transport-security"].startswith("max-age=")
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "f-emc" not in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["server"] == "nginx"
        missing = web.ask(edition.host, f"{path}khong-co-trang-nay/", address=address)
        page = (whole.output / edition.host / edition.prefix / "404.html").read_bytes()
        assert (missing.status_code, missing.content) == (404, page), edition


def test_every_host_shows_its_own_certificate(web, house, editions):
    for host in sorted({edition.host for edition in editions})[::20]:
        # A connection of its own, and httpx compares the certificate with the name.
        with httpx.Client(http2=True, verify=trusting(house.authority), trust_env=False) as client:
            url = f"https://[::1]:{web.port}/"
            answer = client.get(url, headers={"Host": host}, extensions={"sni_hostname": host})
        assert answer.status_code == 200


def test_every_moved_and_withdrawn_address_of_the_network(web, whole, editions):
    asked = 0
    for file in sorted(name for name in whole.file_set if name.startswith(".server/") and name.endswith(".txt")):
        host = file.split("/")[1]
        for line in whole.text(file).splitlines():
            path, _, target = line.partition(" ")
            answer = web.ask(host, path)
            if target:
                wanted = target if target.startswith("https:") else f"https://{host}{target}"
                assert (answer.status_code, answer.headers["location"]) == (301, wanted)
            else:
                assert answer.status_code == 410
            asked += 1
    assert asked > 0


def test_the_configuration_is_small_and_read_quickly(house, editions):
    folder = house.folder / "hosting" / "nginx"
    hosts = len({edition.host for edition in editions})
    size = sum(file.stat().st_size for file in folder.glob("*.conf"))
    assert size < 600 * hosts
    begin = time.monotonic()
    run = house.congtin("nginx", "--check", "--output", str(house.folder / "again"))
    assert run.returncode == 0, run.stderr
    # Two certificates would be read in no time; 391 take about a second, and never as long as a build.
    assert time.monotonic() - begin < 30


def test_a_release_of_a_network_measures_only_where_it_may(tiny, tmp_path):
    ids = 'emc_site_id: "{id}"\ntrust_label: {{domain: {host}, slug: {slug}}}\n'
    network = tiny()
    for name, text in (
        ("lim", ids.format(id=33, host="lim.ha.gov.vn", slug="phuong-lim")),
        ("mai", 'emc_exception: {reason: "Chưa được cấp mã.", until: 2027-01-31}\n'),
    ):
        file = network.root / f"sites/ha/{name}.yaml"
        file.write_text(file.read_text() + text)
    portal = network.root / "sites/ha/portal.yaml"
    block = '  emc_site_id: "205"\n  trust_label: {domain: ha.gov.vn, slug: ha}\n'
    portal.write_text(portal.read_text().replace("site:\n", f"site:\n{block}"))
    network.build(profile=Profile.RELEASE)
    from congtin.network.load import load_network

    editions = tuple(
        PublishedEdition(
            site=site.id,
            lang=e.lang,
            host=e.host,
            prefix=e.prefix,
            kind=site.kind.value,
            status="live",
            emc_site_id=site.options.emc_site_id,
        )
        for site in load_network(network.root).sites.values()
        for e in site.editions
    )
    house = WebHouse.create(tmp_path / "house")
    house.switch(house.release({n: d for n, d in network.files().items() if not n.startswith(".staging")}, editions))
    with house.serve() as server:
        for edition in editions:
            answer = server.ask(edition.host, f"/{edition.prefix}/".replace("//", "/"))
            measured = edition.emc_site_id is not None
            assert answer.status_code == 200
            assert ("f-emc.ngsp.gov.vn" in answer.headers["content-security-policy"]) == measured
            assert (f'data-site="{edition.emc_site_id}"' in answer.text) == measured
