"""Releases sent to other machines: rsync over a real SSH server, and a real S3-compatible service."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
import time
from datetime import timedelta

import boto3
import pytest
from botocore.config import Config
from target_servers import HOST, ITEM, START, Publisher, asset, broken, files_below, make_key, site, sshd, storage

from congtin.errors import UsageError
from congtin.release.records import ReleaseDamaged
from congtin.release.supplement import renew_supplement
from congtin.release.targets.failures import TargetFailed
from congtin.release.targets.order import rank
from congtin.release.targets.push import push
from congtin.release.targets.verify import verify

RED, BLUE = "a { color: red }", "a { color: blue }"
MOVED = f".server/{HOST}/vi.redirects.txt"


@pytest.fixture
def publisher(tmp_path):
    return Publisher.create(tmp_path)


@pytest.fixture
def server(tmp_path):
    with sshd(tmp_path / "second") as found:
        yield found


@pytest.fixture
def bucket(tmp_path, monkeypatch):
    """Return a service with the bucket `pages`; this process may write there."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    with storage(tmp_path / "storage") as found:
        for name, value in found.environment.items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def client(bucket):
    config = Config(s3={"addressing_style": "path"})
    found = boto3.session.Session().client(
        "s3", endpoint_url=f"http://127.0.0.1:{bucket.port}", region_name="us-east-1", config=config
    )
    yield found
    found.close()


def send(publisher, release, now=START, **options):
    return push(publisher.home, publisher.target(), release, trust=publisher.trust, now=now, **options)


# --- rsync over SSH ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["plain", "release"])
def test_releases_reach_another_machine(publisher, server, layout):
    publisher.settings(server.settings(layout=layout, keep_assets_days=0))
    (server.place / "others").mkdir()
    (server.place / "others/file").write_text("foreign", "utf-8")
    tree = server.place / "live/tree" if layout == "release" else server.place
    first = send(publisher, publisher.release(1, site(RED)))
    assert len(first.sent) == 8
    picture = f"{ITEM}/ảnh [mới] #1.png"
    files = site(RED, ["bai-mot", "bai-hai"]) | {picture: "picture"}
    second = send(publisher, publisher.release(2, files))
    assert second.before == 1 and f"{ITEM}/index.html" not in second.sent
    foreign = {} if layout == "release" else {"others/file": "foreign"}
    assert files_below(tree) == files | foreign
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole
    page = tree / ITEM / "index.html"
    page.write_text(page.read_text("utf-8").replace("bai-mot", "bai-mat"), "utf-8")
    (tree / ITEM / "anh.png").unlink()
    (tree / picture).write_text("PICTURE", "utf-8")
    found = verify(publisher.home, publisher.target(), trust=publisher.trust)
    assert found.different == (f"{ITEM}/index.html", picture) and found.missing == (f"{ITEM}/anh.png",)
    assert (server.place / "others/file").read_text("utf-8") == "foreign"


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["plain", "release"])
def test_an_account_confined_to_rsync_in_one_folder_is_enough(publisher, server, layout):
    confined = shutil.which("rrsync")
    if confined is None:
        pytest.skip("this rsync comes without rrsync")
    server.allow(f'restrict,command="{confined} {server.place}"')
    publisher.settings(server.settings(layout=layout, folder="/", keep_assets_days=0, keep_releases=2))
    for number, style in enumerate((RED, BLUE, RED), 1):
        send(publisher, publisher.release(number, site(style, note=str(number))))
    tree = server.place / "live/tree" if layout == "release" else server.place
    assert files_below(tree) == site(RED, note="3")
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole


def test_another_host_key_is_not_believed(publisher, server):
    publisher.settings(server.settings(retries=3))
    release = publisher.release(1, site())
    known = server.folder / "known_hosts"
    other = (server.folder / "client.pub").read_text("utf-8")
    began = time.monotonic()
    known.write_text(f"[127.0.0.1]:{server.port} {other}", "utf-8")
    with pytest.raises(TargetFailed, match=r"second.*HAS CHANGED") as found:
        send(publisher, release)
    assert "Ask its operator" in str(found.value)
    known.write_text("", "utf-8")
    with pytest.raises(TargetFailed, match="Host key verification failed"):
        send(publisher, release)
    assert time.monotonic() - began < 10, "trying again would not help"
    known.unlink()
    with pytest.raises(UsageError, match="known_hosts"):
        send(publisher, release)
    assert files_below(server.place) == {}


def test_a_key_that_the_machine_does_not_know_is_said(publisher, server):
    make_key(server.folder / "stranger")
    publisher.settings(server.settings(key=str(server.folder / "stranger"), retries=3))
    with pytest.raises(TargetFailed, match=r"Permission denied \(publickey") as found:
        send(publisher, publisher.release(1, site()))
    assert "authorized_keys" in str(found.value)


def test_a_missing_folder_there_is_not_made(publisher, server):
    publisher.settings(server.settings(folder=f"{server.place}/typo"))
    with pytest.raises(TargetFailed, match="typo") as found:
        send(publisher, publisher.release(1, site()))
    assert "Make the folder" in str(found.value)
    assert not (server.place / "typo").exists()


@pytest.mark.slow
def test_a_machine_that_is_away_is_asked_a_few_times(publisher, tmp_path):
    with sshd(tmp_path / "second") as server:
        pass
    publisher.settings(server.settings(retries=1))
    release = publisher.release(1, site())
    with pytest.raises(TargetFailed, match="Connection refused"):
        send(publisher, release)
    publisher.settings(server.settings(retries=2))
    back = threading.Event()

    def come_back():
        time.sleep(1.5)
        with server.up():
            back.wait(60)

    thread = threading.Thread(target=come_back)
    thread.start()
    try:
        assert send(publisher, release).sent
    finally:
        back.set()
        thread.join(30)


@pytest.mark.slow
def test_a_send_over_ssh_killed_half_way_goes_on(publisher, server):
    publisher.settings(server.settings(layout="plain", keep_assets_days=0))
    send(publisher, publisher.release(1, site(RED)))
    files = site(BLUE, [f"bai-{number}" for number in range(4)])
    publisher.release(2, files)
    pending = server.place / ".congtin/pending.txt"
    before = pending.stat().st_mtime_ns
    with subprocess.Popen(publisher.command("push", most=2), stdout=subprocess.DEVNULL) as process:
        end = time.monotonic() + 30
        while pending.stat().st_mtime_ns == before and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    assert not broken(files_below(server.place))
    told = json.loads(publisher.congtin("list", "--format", "json").stdout)
    assert told[0]["holds"] == 1 and told[0]["unfinished"] and told[0]["behind"]
    # Another machine goes on just as well: all that must be known lies at the target.
    shutil.rmtree(publisher.folder / "targets")
    report = send(publisher, publisher.release(3, files | {f"{HOST}/robots.txt": "x"}))
    assert report.unknown
    assert files_below(server.place) == files | {f"{HOST}/robots.txt": "x"}


# --- S3-compatible storage ---------------------------------------------------------------------------


def test_objects_have_what_a_browser_needs(publisher, bucket, client):
    css = f"{HOST}/{asset('theme/style.css', 'a { color: navy }')}"
    more = {
        f"{HOST}/index.html.gz": "gz",
        f"{HOST}/index.html.br": "br",
        f"{css}.gz": "gz",
        f"{HOST}/rss.xml": "<rss>",
        f"{ITEM}/so-lieu.csv": "a,b",
        f"{ITEM}/goi.tar.gz": "an archive, not a compressed page",
        f"{ITEM}/bieu-mau.pdf": "%PDF",
        MOVED: f"/cu/ https://{HOST}/moi/\n/tin%20cu/ https://other.example.vn/a?b=1&c\n/../../x https://x.example.vn/\n",
    }
    publisher.settings(bucket.settings())
    send(publisher, publisher.release(1, site() | more))

    def head(name):
        found = client.head_object(Bucket="pages", Key=name)
        return found["ContentType"], found.get("CacheControl"), found.get("ContentEncoding")

    assert head(css) == ("text/css; charset=utf-8", "public, max-age=31536000, immutable", None)
    assert head(f"{HOST}/index.html") == ("text/html; charset=utf-8", "no-cache", None)
    assert head(f"{HOST}/rss.xml") == ("application/rss+xml; charset=utf-8", "no-cache", None)
    assert head(f"{HOST}/sitemap.xml") == ("application/xml; charset=utf-8", "no-cache", None)
    assert head(f"{ITEM}/anh.png") == ("image/png", "public, max-age=3600", None)
    assert head(f"{ITEM}/bieu-mau.pdf") == ("application/pdf", "public, max-age=3600", None)
    assert head(f"{ITEM}/goi.tar.gz")[2] is None
    there = files_below(bucket.place)
    assert not any(name.endswith((".html.gz", ".br", ".css.gz")) or name.startswith(".server") for name in there)
    moved = client.head_object(Bucket="pages", Key=f"{HOST}/cu/index.html")
    assert moved["WebsiteRedirectLocation"] == f"https://{HOST}/moi/"
    assert f'url=https://{HOST}/moi/"' in there[f"{HOST}/cu/index.html"]
    assert "a?b=1&amp;c" in there[f"{HOST}/tin cu/index.html"]
    assert not any("x.example.vn" in text for name, text in there.items() if "index" in name)
    publisher.settings(bucket.settings(compressed=True, prefix="www/", page_seconds=60))
    send(publisher, publisher.release(2, site() | more))
    assert head(f"www/{HOST}/index.html.gz") == ("text/html; charset=utf-8", "public, max-age=60", "gzip")
    assert head(f"www/{HOST}/index.html.br") == ("text/html; charset=utf-8", "public, max-age=60", "br")
    assert head(f"www/{css}.gz") == ("text/css; charset=utf-8", "public, max-age=31536000, immutable", "gzip")
    assert head(f"www/{ITEM}/goi.tar.gz")[2] is None


def test_search_indexes_go_to_storage_with_the_pages(publisher, bucket, client):
    """A part may stay in caches for ever, what names it is asked for again; compressed forms only where wanted."""
    content = publisher.folder / "content.git"
    subprocess.run(["git", "-C", content, "config", "congtin.key", publisher.key], check=True, timeout=30)
    publisher.settings(bucket.settings())
    release = publisher.release(1, site())
    index = f"{HOST}/tim-kiem/chi-muc"
    part = f"{index}/{'a' * 16}/pagefind.js"
    for name in (f"{index}/site.json", part, f"{part}.gz", f"{index}/{'a' * 16}/wasm.vi.pagefind"):
        file = publisher.home.search / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, "utf-8")
    assert renew_supplement(publisher.home, START)
    sent = send(publisher, release).sent
    assert sent.index(f"{index}/site.json") > sent.index(part)

    def head(name):
        found = client.head_object(Bucket="pages", Key=name)
        return found["ContentType"], found["CacheControl"]

    assert head(part) == ("text/javascript; charset=utf-8", "public, max-age=31536000, immutable")
    assert head(f"{index}/{'a' * 16}/wasm.vi.pagefind")[0] == "application/octet-stream"
    assert head(f"{index}/site.json") == ("application/json; charset=utf-8", "no-cache")
    assert f"{part}.gz" not in files_below(bucket.place)
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole
    (bucket.place / part).write_text("alert(1)", "utf-8")
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).different == (part,)


def test_the_service_is_asked_in_the_right_order_and_for_nothing_more(publisher, bucket):
    publisher.settings(bucket.settings(keep_assets_days=0))
    foreign = bucket.place / HOST / "google1234.html"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("proof", "utf-8")
    before = site(RED, ["bai-mot", "bai-cu"])
    send(publisher, publisher.release(1, before))
    bucket.asked()
    files = site(BLUE, ["bai-mot", "bai-hai"])
    report = send(publisher, publisher.release(2, files))
    asked = bucket.asked()
    verbs = [verb for verb, name in asked if not name.startswith(".congtin/")]
    puts = [name for verb, name in asked if verb == "put" and not name.startswith(".congtin/")]
    gone = [name for verb, name in asked if verb == "delete" and not name.startswith(".congtin/")]
    assert sorted(puts) == sorted(report.sent) == sorted(name for name in files if before.get(name) != files[name])
    ranks = [rank(name, before) for name in puts]
    assert ranks == sorted(ranks) and len(set(ranks)) == 5
    assert verbs == sorted(verbs, reverse=True), "what is gone is removed after all else has come"
    assert sorted(gone) == sorted(before.keys() - files.keys()) and rank(gone[-1]) == 0
    own = [name.split("-")[0] for verb, name in asked if name.startswith(".congtin/")]
    assert asked[0][1] == own[0] == ".congtin/pending.txt"
    assert own == [own[0], ".congtin/outputs", ".congtin/head.json", ".congtin/outputs"] and asked[-2][1] == own[2]
    assert files_below(bucket.place) == files | {f"{HOST}/google1234.html": "proof"}
    assert send(publisher, publisher.release(2, files, live=False)).current and not bucket.asked()


def test_a_send_to_storage_killed_half_way_goes_on_where_it_stopped(publisher, bucket):
    publisher.settings(bucket.settings(keep_assets_days=0, concurrency=1))
    send(publisher, publisher.release(1, site(RED)))
    files = site(BLUE, [f"bai-{number}" for number in range(60)])
    publisher.release(2, files)
    bucket.asked()
    with subprocess.Popen(publisher.command("push", most=4), stdout=subprocess.DEVNULL) as process:
        arrived: list[tuple[str, str]] = []
        end = time.monotonic() + 30
        while len(arrived) < 40 and time.monotonic() < end:
            time.sleep(0.01)
            arrived += bucket.asked()
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    there = files_below(bucket.place)
    assert not broken(there)
    arrived += bucket.asked()
    assert 30 < sum(there.get(name) == text for name, text in files.items()) < len(files)
    report = send(publisher, publisher.release(3, files))
    again = {name for _, name in bucket.asked()} & {name for _, name in arrived} & files.keys()
    assert report.unknown == len(report.sent) == len(files) and len(again) <= 2, "only what was on its way"
    assert files_below(bucket.place) == files
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole


def test_what_the_storage_refuses_is_said(publisher, bucket, monkeypatch):
    release = publisher.release(1, site())
    publisher.settings(bucket.settings(bucket="no-such-bucket"))
    with pytest.raises(TargetFailed, match=r"storage.*NoSuchBucket") as found:
        send(publisher, release)
    assert "Make the bucket" in str(found.value)
    publisher.settings(bucket.settings())
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(TargetFailed, match=r"SignatureDoesNotMatch|AccessDenied"):
        send(publisher, release)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "CONGTINTESTKEY000002")
    with pytest.raises(TargetFailed, match="InvalidAccessKeyId") as found:
        send(publisher, release)
    assert "AWS_ACCESS_KEY_ID" in str(found.value)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(TargetFailed, match="no credentials"):
        send(publisher, release)
    publisher.settings(bucket.settings(profile="city"))
    with pytest.raises(UsageError, match="city"):
        send(publisher, release)


def test_credentials_come_from_the_shared_file(publisher, bucket, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    lines = ("[city]", f"aws_access_key_id = {bucket.user}", f"aws_secret_access_key = {bucket.secret}")
    (tmp_path / "credentials").write_text("\n".join(lines), "utf-8")
    publisher.settings(bucket.settings(profile="city"))
    assert send(publisher, publisher.release(1, site())).sent


def test_storage_that_is_away_is_said_with_its_address(publisher, tmp_path, bucket):
    with storage(tmp_path / "other") as away:
        pass
    publisher.settings(away.settings(retries=1))
    with pytest.raises(TargetFailed, match=f"127.0.0.1:{away.port}") as found:
        send(publisher, publisher.release(1, site()))
    assert "next send goes on" in str(found.value)


def test_an_altered_file_never_reaches_the_storage(publisher, bucket):
    publisher.settings(bucket.settings())
    release = publisher.release(1, site())
    page = release.tree / ITEM / "index.html"
    page.chmod(0o644)
    page.write_text("poisoned", "utf-8")
    with pytest.raises(ReleaseDamaged, match=f"{ITEM}/index.html"):
        send(publisher, release)
    assert "poisoned" not in files_below(bucket.place).values()
    assert f"{HOST}/index.html" not in files_below(bucket.place), "nothing that leads to it was sent either"


def test_verification_of_storage_names_what_differs(publisher, bucket, client):
    publisher.settings(bucket.settings())
    send(publisher, publisher.release(1, site(RED)))
    send(publisher, publisher.release(2, site(BLUE)), START + timedelta(days=1))
    found = verify(publisher.home, publisher.target(), trust=publisher.trust)
    assert found.is_whole and found.compared == 8 and found.unknown == 0, "a style that stays a while is ours"
    client.put_object(Bucket="pages", Key=f"{ITEM}/anh.png", Body=b"Picture of bai-mot")
    client.delete_object(Bucket="pages", Key=f"{HOST}/404.html")
    client.put_object(Bucket="pages", Key=f"{HOST}/foreign", Body=b"x")
    done = publisher.congtin("verify", "storage")
    assert done.returncode == 1, done.stderr
    assert f"other bytes: {ITEM}/anh.png" in done.stdout and f"missing: {HOST}/404.html" in done.stdout
    told = json.loads(publisher.congtin("verify", "storage", "--sample", "2", "--format", "json").stdout)
    assert told["compared"] <= 2 and told["missing"] == [f"{HOST}/404.html"] and told["unknown"] == 1
    assert publisher.congtin("push", "--again").returncode == 0
    assert verify(publisher.home, publisher.target(), trust=publisher.trust).is_whole
