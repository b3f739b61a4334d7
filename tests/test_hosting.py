"""A real nginx serves a Release by the configuration that `congtin host nginx` writes (A5, A6, A12, A19, K4, K5)."""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import warnings
from collections.abc import Iterator

import brotli
import httpx
import pytest
from nginxes import BROTLI, Nginx, WebHouse, edition, trusting
from ports import free_port

from congtin.release.releases import live_release

PORTAL, WARD, MEASURED = "ha.gov.vn", "lim.ha.gov.vn", "mai.ha.gov.vn"
EMC = "https://f-emc.ngsp.gov.vn"
HOME = b"<!DOCTYPE html><title>Ha</title>" + b"<p>Trang nh\xe1\xbb\xa7</p>" * 40
STYLE = "theme/style.0123456789.css"
EDITIONS = (edition(PORTAL), edition(PORTAL, "en", "english"), edition(WARD), edition(MEASURED, emc="33"))
FILES = {
    f"{PORTAL}/index.html": HOME,
    f"{PORTAL}/404.html": b"<p>Kh\xc3\xb4ng c\xc3\xb3",
    f"{PORTAL}/english/index.html": b"<p>English",
    f"{PORTAL}/english/404.html": b"<p>Not here",
    f"{PORTAL}/english/tin-tuc/index.html": b"<p>News",
    f"{PORTAL}/tin-tuc/2026/moi/index.html": b"<p>moi",
    f"{PORTAL}/tin-tuc/2026/moi/anh.png": b"\x89PNG\r\n\x1a\n" + bytes(3000),
    f"{PORTAL}/tin-tuc/2026/moi/bang.csv": "số,tên\n1,Hà\n".encode(),
    f"{PORTAL}/tin-tuc/2026/cu/index.html": b"<p>moved",
    f"{PORTAL}/tin-tuc/2026/rut/index.html": b"<p>withdrawn",
    f"{PORTAL}/english/tin-tuc/2026/out/index.html": b"<p>withdrawn too",
    f"{PORTAL}/atom.xml": b"<feed/>",
    f"{PORTAL}/rss.xml": b"<rss/>",
    f"{PORTAL}/feed.json": b"{}",
    f"{PORTAL}/opensearch.xml": b"<OpenSearchDescription/>",
    f"{PORTAL}/api/v1/items.json": b'{"entries": []}' + b" " * 300,
    f"{PORTAL}/english/api/v1/documents.csv": "\ufeffid,số\r\n".encode(),
    f"{PORTAL}/du-lieu-mo/catalog.ttl": b"<a> <b> <c> .",
    f"{PORTAL}/du-lieu-mo/catalog.jsonld": b"{}",
    f"{PORTAL}/sitemap.xml": b"<urlset/>",
    f"{PORTAL}/robots.txt": b"User-agent: *\n",
    f"{PORTAL}/.well-known/security.txt": b"Contact: mailto:a@ha.gov.vn\n",
    f"{PORTAL}/{STYLE}": b"p{color:red}",
    f"{PORTAL}/english/{STYLE}": b"p{color:red}",
    f"{WARD}/index.html": b"<p>Lim",
    f"{WARD}/404.html": b"<p>Lim: not here",
    f"{MEASURED}/index.html": b"<p>Mai",
    f"{MEASURED}/404.html": b"<p>Mai: not here",
    f".server/{PORTAL}/vi.redirects.txt": (
        f"/tin-tuc/2026/cu/ /tin-tuc/2026/moi/\n/tin-tuc/2025/xa/ https://{WARD}/tin-tuc/2026/{'a' * 80}/\n"
    ).encode(),
    f".server/{PORTAL}/en.redirects.txt": f"/english/tin-tuc/old/ https://{PORTAL}/english/\n".encode(),
    f".server/{PORTAL}/vi.gone.txt": b"/tin-tuc/2026/rut/\n",
    f".server/{PORTAL}/en.gone.txt": b"/english/tin-tuc/2026/out/\n",
}
ALWAYS = {
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "server": "nginx",
}
SHORT, EVER = "public, max-age=60, must-revalidate", "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> WebHouse:
    house = WebHouse.create(tmp_path_factory.mktemp("house"), acme=str(tmp_path_factory.mktemp("acme")))
    house.write_settings(status={"host": "trang-thai.ha.gov.vn", "allow": ["127.0.0.1", "::1"]})
    house.certify(["trang-thai.ha.gov.vn"])
    house.home.status.mkdir()
    (house.home.status / "index.html").write_text("<p>queued")
    database = house.home.databases / PORTAL / "api/v1/portal.sqlite3"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"SQLite format 3\0" + bytes(4000))
    database.with_name(f"{database.name}.gz").write_bytes(gzip.compress(database.read_bytes()))
    house.switch(house.release(FILES, EDITIONS))
    return house


@pytest.fixture(scope="module")
def web(house) -> Iterator[Nginx]:
    with house.serve() as server:
        yield server


def assert_safe(answer: httpx.Response, host: str = PORTAL) -> None:
    """Every answer of a public host says the same about safety, whatever its status."""
    found = {name: answer.headers.get(name) for name in ALWAYS}
    assert found == ALWAYS, (answer.status_code, found)
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert (
        policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'"
    )
    own = f"'self' {EMC}" if host == MEASURED else "'self'"
    assert policy["script-src"] == policy["connect-src"] == policy["img-src"] == own
    assert "unsafe" not in str(policy)
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "last-modified" not in answer.headers


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
@pytest.mark.parametrize("http2", [True, False], ids=["h2", "h1"])
def test_every_host_answers_over_both_families_and_both_protocols(web, address, http2):
    for host, path, body in (
        (PORTAL, "/", HOME),
        (PORTAL, "/english/", b"<p>English"),
        (WARD, "/", b"<p>Lim"),
        (MEASURED, "/", b"<p>Mai"),
    ):
        answer = web.ask(host, path, address=address, http2=http2)
        assert (answer.status_code, answer.content) == (200, body)
        assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["cache-control"] == SHORT
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert_safe(answer, host)


@pytest.mark.parametrize(
    ("path", "status", "body", "where"),
    [
        ("/tin-tuc/2026/moi", 301, None, "/tin-tuc/2026/moi/"),
        ("/tin-tuc/2026/moi/index.html", 301, None, "/tin-tuc/2026/moi/"),
        ("/index.html", 301, None, "/"),
        ("/tin-tuc/2026/cu/", 301, None, f"https://{PORTAL}/tin-tuc/2026/moi/"),
        ("/tin-tuc/2026/cu", 301, None, f"https://{PORTAL}/tin-tuc/2026/moi/"),
        ("/tin-tuc/2026/cu/?from=mail", 301, None, f"https://{PORTAL}/tin-tuc/2026/moi/"),
        ("/tin-tuc/2025/xa/", 301, None, f"https://{WARD}/tin-tuc/2026/{'a' * 80}/"),
        ("/english/tin-tuc/old/", 301, None, f"https://{PORTAL}/english/"),
        ("/tin-tuc/2026/rut/", 410, b"<p>withdrawn", None),
        ("/english/tin-tuc/2026/out/", 410, b"<p>withdrawn too", None),
        ("/khong/co/", 404, b"<p>Kh\xc3\xb4ng c\xc3\xb3", None),
        ("/khong", 404, b"<p>Kh\xc3\xb4ng c\xc3\xb3", None),
        ("/english/nothing/", 404, b"<p>Not here", None),
        ("/english/nothing.html", 404, b"<p>Not here", None),
        ("/404.html", 404, b"<p>Kh\xc3\xb4ng c\xc3\xb3", None),
        ("/english/404.html", 404, b"<p>Not here", None),
        ("/tin-tuc/", 404, b"<p>Kh\xc3\xb4ng c\xc3\xb3", None),
    ],
)
def test_moved_withdrawn_and_missing_pages_say_so(web, path, status, body, where):
    for method in ("GET", "HEAD"):
        answer = web.ask(PORTAL, path, method=method)
        assert (answer.status_code, answer.headers.get("location")) == (status, where)
        if body is not None:
            assert answer.content == (body if method == "GET" else b"")
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert int(answer.headers["content-length"]) == len(body)
        assert answer.headers["cache-control"] == SHORT
        assert_safe(answer)


def test_addresses_of_another_host_do_not_lead_anywhere_here(web):
    assert web.ask(WARD, "/tin-tuc/2026/cu/").status_code == 404
    assert web.ask(WARD, "/tin-tuc/2026/rut/").content == b"<p>Lim: not here"


@pytest.mark.parametrize(
    "path",
    [
        "/.server/ha.gov.vn/vi.gone.txt",
        "/.moved/tin-tuc/2026/cu/.to/",
        "/.moved/tin-tuc/2026/cu/.to/evil.example_",
        "/.gone/tin-tuc/2026/rut/.is",
        "/.git/config",
        "/.htaccess",
        "/.well-known/other",
        "/tin-tuc/.hidden/",
        "/index.html.gz",
        "/index.html.br",
        "/%2e%2e/%2e%2e/record.json",
        "/..%2f..%2frecord.json",
        "/tin-tuc/%2e%2e/%2e%2e/%2e%2e/outputs.txt",
        "/admin",
        "/admin/",
        "/wp-login.php",
        "/wp-admin/",
        "/administrator/index.php",
        "/user/login",
        "/cgi-bin/",
        "/console",
        "/phpmyadmin/",
        "/.env",
        "/server-status",
        "/nginx_status",
    ],
)
def test_nothing_but_pages_is_reachable_and_no_admin_path(web, path):
    answer = web.ask(PORTAL, path)
    # What climbs above the root is no address at all.
    assert answer.status_code in {404, 400}, path
    assert b"root" not in answer.content and b"Contact" not in answer.content


def test_raw_climbing_finds_nothing(web):
    targets = (
        b"/../../record.json",
        b"//lim.ha.gov.vn/",
        b"/..",
        b"/%00",
        b"/a/../../../x",
        b"/tin-tuc\\..\\..\\x",
        b"/\xff\xfe/",
    )
    for target in targets:
        answer = web.raw(PORTAL, b"GET " + target + b" HTTP/1.1\r\nHost: ha.gov.vn\r\nConnection: close\r\n\r\n")
        assert re.match(rb"HTTP/1.1 (400|404) ", answer), (target, answer[:60])
        assert b"nginx/" not in answer


def test_a_line_break_in_an_address_makes_no_header(web):
    for path in ("/a%0d%0aX-Evil:%201", "/tin-tuc/2026/moi%0d%0aX-Evil:%201/", "/%0d%0aX-Evil:1/index.html"):
        assert "x-evil" not in web.ask(PORTAL, path).headers
    answer = web.raw(PORTAL, b"GET /%0d%0aX-Evil:1 HTTP/1.1\r\nHost: ha.gov.vn\r\nConnection: close\r\n\r\n", tls=False)
    assert answer.startswith(b"HTTP/1.1 301 ") and b"\r\nX-Evil" not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "TRACE"])
def test_other_methods_are_refused(web, method):
    for path in ("/", "/khong/", f"/{STYLE}"):
        answer = web.ask(PORTAL, path, method=method, http2=False)
        assert answer.status_code == 405
        if method != "TRACE":
            assert answer.headers["allow"] == "GET, HEAD"
            assert_safe(answer)


def test_what_is_no_proper_request_gets_the_same_headers(web):
    for request, status in (
        (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: ha.gov.vn\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: ha.gov.vn\r\nX: " + b"a" * 40000 + b"\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: ha.gov.vn\r\nContent-Length: 9999999\r\n\r\n", b"413"),
        (b"\x16\x03\x01 nonsense\r\n\r\n", b"400"),
    ):
        answer = web.raw(PORTAL, request)
        assert answer.startswith(b"HTTP/1.1 " + status), answer[:100]
        for header in (
            b"\r\nStrict-Transport-Security: ",
            b"\r\nContent-Security-Policy: ",
            b"\r\nX-Content-Type-Options: ",
        ):
            assert header in answer, (status, header)


def test_a_long_body_is_refused(web):
    answer = web.client(http2=False).post(
        "/", content=b"x" * 5000, headers={"Host": PORTAL}, extensions={"sni_hostname": PORTAL}
    )
    assert answer.status_code in {405, 413}


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "gzip, br", "zstd", ""])
def test_the_best_compressed_form_is_sent(web, encoding):
    answer = web.ask(PORTAL, "/", Accept_Encoding=encoding)
    wanted = "br" if "br" in encoding and BROTLI.exists() else "gzip" if "gzip" in encoding else None
    assert answer.headers.get("content-encoding") == wanted
    assert answer.content == HOME and answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_every_form_has_an_etag_of_its_own_and_answers_to_it(web):
    tags = {web.ask(PORTAL, "/", Accept_Encoding=e).headers["etag"] for e in ("identity", "gzip", "br")}
    assert len(tags) == 3 and not any(tag.startswith("W/") for tag in tags)
    for encoding in ("identity", "gzip", "br"):
        tag = web.ask(PORTAL, "/", Accept_Encoding=encoding).headers["etag"]
        again = web.ask(PORTAL, "/", Accept_Encoding=encoding, If_None_Match=tag)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == SHORT
        assert_safe(again)
        assert web.ask(PORTAL, "/", Accept_Encoding=encoding, If_None_Match='"other"').status_code == 200
    for path in ("/tin-tuc/2026/rut/", "/khong/"):
        tag = web.ask(PORTAL, path).headers.get("etag", '"x"')
        assert web.ask(PORTAL, path, If_None_Match=tag).status_code in {404, 410}
    late = "Fri, 31 Dec 2100 00:00:00 GMT"
    assert web.ask(PORTAL, "/", If_Modified_Since=late).status_code == 200


def test_parts_of_a_file_are_sent(web):
    part = web.ask(PORTAL, "/tin-tuc/2026/moi/anh.png", Range="bytes=0-7")
    assert (part.status_code, part.content) == (206, b"\x89PNG\r\n\x1a\n")
    assert part.headers["content-range"] == "bytes 0-7/3008"
    assert web.ask(PORTAL, "/tin-tuc/2026/moi/anh.png", Range="bytes=9000-").status_code == 416
    changed = web.ask(PORTAL, "/tin-tuc/2026/moi/anh.png", Range="bytes=0-7", If_Range='"other"')
    assert changed.status_code == 200
    assert_safe(part)


@pytest.mark.parametrize(
    ("path", "kind", "cache", "resource"),
    [
        (f"/{STYLE}", "text/css; charset=utf-8", EVER, "same-origin"),
        (f"/english/{STYLE}", "text/css; charset=utf-8", EVER, "same-origin"),
        ("/theme/style.css", "text/html; charset=utf-8", SHORT, None),
        ("/theme/other.0123456789.css", "text/html; charset=utf-8", SHORT, None),
        ("/atom.xml", "application/atom+xml; charset=utf-8", SHORT, "cross-origin"),
        ("/rss.xml", "application/rss+xml; charset=utf-8", SHORT, "cross-origin"),
        ("/feed.json", "application/feed+json", SHORT, "cross-origin"),
        ("/opensearch.xml", "application/opensearchdescription+xml", SHORT, "cross-origin"),
        ("/api/v1/items.json", "application/json", SHORT, "cross-origin"),
        ("/english/api/v1/documents.csv", "text/csv; charset=utf-8", SHORT, "cross-origin"),
        ("/du-lieu-mo/catalog.ttl", "text/turtle; charset=utf-8", SHORT, "cross-origin"),
        ("/du-lieu-mo/catalog.jsonld", "application/ld+json", SHORT, "cross-origin"),
        ("/api/v1/portal.sqlite3", "application/vnd.sqlite3", SHORT, "cross-origin"),
        ("/sitemap.xml", "application/xml; charset=utf-8", SHORT, "cross-origin"),
        ("/robots.txt", "text/plain; charset=utf-8", SHORT, "cross-origin"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8", SHORT, "cross-origin"),
        ("/tin-tuc/2026/moi/bang.csv", "text/csv; charset=utf-8", SHORT, "cross-origin"),
        ("/tin-tuc/2026/moi/anh.png", "image/png", SHORT, "cross-origin"),
    ],
)
def test_files_say_what_they_are_and_how_long_they_hold(web, path, kind, cache, resource):
    for encoding in ("identity", "gzip", "br"):
        answer = web.ask(PORTAL, path, Accept_Encoding=encoding)
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, cache)
        if resource:
            assert answer.status_code == 200 and answer.headers["cross-origin-resource-policy"] == resource
        else:
            assert answer.status_code == 404
        assert_safe(answer)


def test_data_is_open_to_pages_of_other_hosts_and_pages_are_not(web):
    """A page of a journalist may read feeds, the API and the catalogue; nobody's script reads a page (P3)."""
    for path in (
        "/atom.xml", "/rss.xml", "/feed.json", "/opensearch.xml", "/api/v1/items.json", "/api/v1/portal.sqlite3",
        "/english/api/v1/documents.csv", "/du-lieu-mo/catalog.ttl", "/du-lieu-mo/catalog.jsonld",
    ):  # fmt: skip
        assert web.ask(PORTAL, path).headers["access-control-allow-origin"] == "*", path
    for path in ("/", "/english/", f"/{STYLE}", "/tin-tuc/2026/moi/anh.png", "/none/", "/api/", "/robots.txt"):
        assert "access-control-allow-origin" not in web.ask(PORTAL, path).headers, path


def test_a_database_is_sent_compressed_and_in_parts(web):
    """Programs that read a part of a database over the network get that part."""
    path = "/api/v1/portal.sqlite3"
    whole = web.ask(PORTAL, path, Accept_Encoding="identity")
    assert whole.content.startswith(b"SQLite format 3") and len(whole.content) == 4016
    assert web.ask(PORTAL, path, Accept_Encoding="gzip").content == whole.content
    assert web.ask(PORTAL, path, Accept_Encoding="identity", Range="bytes=0-14").content == b"SQLite format 3"
    assert web.ask(WARD, path).status_code == 404


def test_only_a_site_with_its_id_may_ask_the_measuring_system(web):
    for path in ("/", "/khong/"):
        assert EMC in web.ask(MEASURED, path).headers["content-security-policy"]
        assert EMC not in web.ask(WARD, path).headers["content-security-policy"]
        assert EMC not in web.ask(PORTAL, path).headers["content-security-policy"]


def test_only_modern_tls_is_spoken(web, house):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = trusting(house.authority)
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.minimum_version = context.maximum_version = version
        plain = socket.create_connection(("::1", web.port), 10)
        with context.wrap_socket(plain, server_hostname=WARD) as stream:
            assert stream.selected_alpn_protocol() == "h2"
            assert ("DNS", WARD) in stream.getpeercert()["subjectAltName"]
            assert version is ssl.TLSVersion.TLSv1_3 or stream.cipher()[0].startswith("ECDHE-")
    for change in (old_version, weak_cipher):
        context = trusting(house.authority)
        change(context)
        with (
            socket.create_connection(("127.0.0.1", web.port), 10) as plain,
            pytest.raises(OSError, match=r"(?i)ssl|reset"),
        ):
            context.wrap_socket(plain, server_hostname=WARD)


def old_version(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1


def weak_cipher(context: ssl.SSLContext) -> None:
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA:AES256-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")


@pytest.mark.parametrize("address", ["127.0.0.1", "[::1]"])
def test_plain_http_leads_to_https(web, house, address):
    with httpx.Client(trust_env=False, base_url=f"http://{address}:{web.http_port}") as client:
        for host in (PORTAL, WARD):
            for path in ("/", "/tin-tuc/2026/cu/?a=%20b"):
                answer = client.get(path, headers={"Host": host})
                assert (answer.status_code, answer.headers["location"]) == (301, f"https://{host}{path}")
                assert "strict-transport-security" not in answer.headers
        acme = house.home.path(house.home.settings.hosting.acme) / ".well-known/acme-challenge"
        acme.mkdir(parents=True, exist_ok=True)
        (acme / "token").write_text("token.key")
        answer = client.get("/.well-known/acme-challenge/token", headers={"Host": WARD})
        assert (answer.status_code, answer.text) == (200, "token.key")
        with pytest.raises(httpx.TransportError):
            client.get("/", headers={"Host": "evil.example"})


def test_unknown_hosts_get_no_page(web):
    for http2 in (True, False):
        answer = web.client(http2=http2).get("/", headers={"Host": "evil.example"}, extensions={"sni_hostname": PORTAL})
        assert answer.status_code == 421 and b"Ha" not in answer.content
    for sni in ("evil.example", "gov.vn"):
        with pytest.raises(OSError, match=r"(?i)unrecognized|alert|eof|reset"):
            web.raw(sni, b"", sni=sni)
    no_host = web.raw(PORTAL, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert no_host.startswith(b"HTTP/1.1 400 ") and b"nginx/" not in no_host
    two = b"GET / HTTP/1.1\r\nHost: ha.gov.vn\r\nHost: lim.ha.gov.vn\r\nConnection: close\r\n\r\n"
    assert web.raw(PORTAL, two).startswith(b"HTTP/1.1 400 ")


def test_the_status_host_is_for_the_house(web, house):
    answer = web.ask("trang-thai.ha.gov.vn", "/")
    assert (answer.status_code, answer.text, answer.headers["cache-control"]) == (200, "<p>queued", "no-store")
    house.write_settings(status={"host": "trang-thai.ha.gov.vn", "allow": ["10.1.2.0/24"]})
    try:
        with other(house).serve() as strict:
            assert strict.ask("trang-thai.ha.gov.vn", "/").status_code == 403
            assert strict.ask(PORTAL, "/").status_code == 200
    finally:
        house.write_settings(status={"host": "trang-thai.ha.gov.vn", "allow": ["127.0.0.1", "::1"]})


def other(house: WebHouse) -> WebHouse:
    """Return the same home with a server of its own ports and folder."""
    copy = WebHouse(house.folder.parent / "other", free_port(), free_port(), dict(house.hosting), house.authority)
    copy.folder.mkdir(exist_ok=True)
    for name in ("releases", "assets", "status", "keys"):
        if not (copy.folder / name).exists():
            (copy.folder / name).symlink_to(house.folder / name)
    copy.write_settings()
    copy.switch(live_release(house.home))
    return copy


def test_it_works_without_the_brotli_module(house):
    copy = other(house)
    copy.write_settings(brotli=False)
    with copy.serve() as server:
        answer = server.ask(PORTAL, "/", Accept_Encoding="br, gzip")
        assert answer.headers["content-encoding"] == "gzip" and answer.content == HOME
        assert server.ask(PORTAL, "/", Accept_Encoding="br").headers.get("content-encoding") is None
    assert "brotli" not in "".join(f.read_text() for f in (copy.folder / "hosting/nginx").glob("*.conf"))


def test_the_brotli_files_are_what_is_sent(house):
    live = house.home.live / "tree"
    assert brotli.decompress((live / PORTAL / "index.html.br").read_bytes()) == HOME
