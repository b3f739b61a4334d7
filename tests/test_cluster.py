"""The same build on a Dask cluster: a real scheduler and two real workers, on this machine."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from bad_workers import KINDS
from network import REPOSITORY, TinyNetwork, article, document, translation
from ports import free_port

from congtin.build.cluster import sample_size, speaking_to
from congtin.build.cluster_worker import held_keys, inspect_worker
from congtin.build.pipeline import build
from congtin.build.request import BuildRequest, Cluster, Progress
from congtin.build.site_work import SiteResult
from congtin.cli.cluster_options import cluster_from
from congtin.errors import BuildError, UsageError

pytestmark = pytest.mark.slow

GUIDE = (REPOSITORY / "docs" / "cluster.md").read_text("utf-8")
NEWS = "content/ha/portal/tin-tuc/2026"
CONTENT = (
    f"-- {NEWS}/a.vi.md --\n" + article(1, "Giao thông", crosspost="['ha/*']", tags="[giao-thong]"),
    f"-- {NEWS}/a.en.md --\n" + translation(article(1, "Giao thông", crosspost="['ha/*']", tags="[giao-thong]")),
    f"-- {NEWS}/b.vi.md --\n" + article(2, withdrawn="{at: 2026-11-01T00:00:00+07:00, reason: Sai}"),
    "-- content/ha/portal/van-ban/2026/qd.vi.md --\n" + document(3),
    "-- content/ha/lim/tin-tuc/2026/c.vi.md --\n" + article(4, "Giao thông ở Lim"),
)


def shell(heading: str) -> str:
    """Return the commands that the guide shows below a heading."""
    chapter = re.split(rf"^## {heading}\n", GUIDE, flags=re.MULTILINE)[1].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)


def make_certificates(folder: Path) -> Path:
    """Make an authority and certificates as the guide says."""
    folder.mkdir()
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", shell("Certificates")[0]],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=60,
    )
    return folder / "cluster-tls"


def wait_until(fact, seconds: float = 30):
    until = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)
    return found


@dataclass
class DaskOnLoopback:
    """A scheduler and workers, started with the guide's own commands; they end with the test, or by themselves."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tls = make_certificates(self.folder)
        self._start(shell("Starting it")[0], "--idle-timeout 300", {})
        wait_until(self.answers)

    def answers(self) -> bool:
        with socket.socket() as knock:
            return knock.connect_ex(("127.0.0.1", self.port)) == 0

    def workers(self, count: int, ends: str = "--lifetime 300s", **more: str) -> None:
        """Start workers and wait until the scheduler knows them."""
        (self.folder / "worker-home").mkdir(exist_ok=True)
        known = self.registered()
        for _ in range(count):
            self._start(shell("Starting it")[1], ends, dict(more))
        wait_until(lambda: self.registered() == known + count)

    def bad_workers(self, count: int) -> None:
        self.workers(count, "--lifetime 300s --preload bad_workers")

    def registered(self) -> int:
        return (self.folder / "log.txt").read_text("utf-8").count("Registered to:")

    def _start(self, command: str, ends: str, more: dict[str, str]) -> None:
        path = os.pathsep.join([more.pop("PYTHONPATH", ""), str(REPOSITORY), str(REPOSITORY / "tests")]).lstrip(":")
        variables = {"PYTHONPATH": path, **more}
        command = command.replace(".venv/bin/python", sys.executable).replace("8786", str(self.port))
        command = command.replace("env -i", "exec env -i " + " ".join(f"{k}={v}" for k, v in variables.items()))
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                ["bash", "-c", f"{command.rstrip()} {ends}"],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "SCHEDULER": "127.0.0.1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.running.append(process)

    def address(self, sample: int = 3) -> Cluster:
        """Return who we are to this cluster; all three Sites are rendered again."""
        return self.known_as(self.tls, sample)

    def known_as(self, tls: Path, sample: int = 3) -> Cluster:
        files = (tls / "ca.pem", tls / "caller.pem", tls / "caller.key")
        return cluster_from(f"tls://127.0.0.1:{self.port}", *files, sample)

    def stop(self) -> None:
        for process in reversed(self.running):
            process.kill()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def shared_cluster(tmp_path_factory) -> Iterator[DaskOnLoopback]:
    """Two honest workers for all tests that do not kill any."""
    cluster = DaskOnLoopback(tmp_path_factory.mktemp("dask") / "cluster")
    try:
        cluster.workers(2)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def bad_cluster(tmp_path_factory) -> Iterator[DaskOnLoopback]:
    """Two workers that do what the file `how` says."""
    cluster = DaskOnLoopback(tmp_path_factory.mktemp("bad") / "cluster")
    try:
        cluster.bad_workers(2)
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def own_cluster(tmp_path) -> Iterator[DaskOnLoopback]:
    """Start a scheduler; it has no workers yet."""
    cluster = DaskOnLoopback(tmp_path / "cluster")
    try:
        yield cluster
    finally:
        cluster.stop()


class Order(Progress):
    """Remembers which Site was done when."""

    def __init__(self) -> None:
        self.sites: list[str] = []

    def advance(self, result: SiteResult) -> None:
        self.sites.append(result.site)


def build_into(output: Path, net: TinyNetwork, cluster: Cluster | None = None, progress: Progress | None = None):
    return build(BuildRequest(net.root, output, output / ".congtin", net.now, workers=2, cluster=cluster), progress)


def files(folder: Path) -> dict[str, bytes]:
    """Return everything in an output folder but what builds remember."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.relative_to(folder).parts[0] != ".congtin"
    }


def manifests(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text("utf-8") for file in (folder / ".congtin/manifests").iterdir()}


def built_here(net: TinyNetwork, folder: Path) -> dict[str, bytes]:
    build_into(folder, net)
    return files(folder)


def test_two_workers_build_the_same_tree(tiny, shared_cluster, tmp_path):
    """Portal in two languages, ward and commune: every file, every byte and every Manifest as on one machine."""
    net = tiny(*CONTENT)
    expected = built_here(net, tmp_path / "local")
    order = Order()
    report = build_into(tmp_path / "far", net, shared_cluster.address(), order)
    assert files(tmp_path / "far") == expected
    assert manifests(tmp_path / "far") == manifests(tmp_path / "local")
    assert len(expected) > 100
    assert (sorted(order.sites), report.editions) == (["ha/lim", "ha/mai", "ha/portal"], 4)


def test_the_command_builds_on_a_cluster(tiny, shared_cluster):
    """`congtin build --scheduler …` says the same as ever, and writes the same."""
    net, tls = tiny(*CONTENT), shared_cluster.tls
    who = ["--tls-ca", tls / "ca.pem", "--tls-cert", tls / "caller.pem", "--tls-key", tls / "caller.key"]
    run = net.congtin("build", "--scheduler", f"tls://127.0.0.1:{shared_cluster.port}", *map(str, who))
    assert (run.returncode, run.stderr) == (0, "")
    assert "4 of 4 Editions" in run.stdout
    far = files(net.output)
    shutil.rmtree(net.output)
    assert net.congtin("build", "--full").returncode == 0
    assert files(net.output) == far


def test_an_edit_is_built_on_the_tree_that_is_there(tiny, shared_cluster, tmp_path):
    """The second build on the cluster writes what changed and leaves the rest alone."""
    net, far = tiny(*CONTENT), tmp_path / "far"
    build_into(far, net, shared_cluster.address())
    before = (far / "ha.gov.vn/lien-he/index.html").stat().st_mtime_ns
    net.write(f"-- {NEWS}/b.vi.md --\n" + article(2, "Giao thông sửa"))
    build_into(far, net, shared_cluster.address())
    assert files(far) == built_here(net, tmp_path / "local")
    assert (far / "ha.gov.vn/lien-he/index.html").stat().st_mtime_ns == before


def test_workers_write_nothing_to_the_stores(tiny, shared_cluster, tmp_path):
    """Compiled templates are code: they stay with the worker that compiled them."""
    build_into(tmp_path / "far", tiny(*CONTENT), shared_cluster.address())
    assert not (tmp_path / "far/.congtin/templates").exists()


@pytest.mark.parametrize(
    ("kind", "sample", "said"),
    [
        ("damage_a_staged_byte", 1, r"\.\w+ of ha/\w+@\w\w is not what tls://127\.0\.0\.1:\d+ said it wrote"),
        ("replace_a_staged_file_by_a_link", 1, r"is not what tls://\S+ said it wrote"),
        ("stage_a_folder_in_the_way", 1, r"other\.ha\.gov\.vn/index\.html of ha/\w+@\w\w is not what tls://\S+ said"),
        ("stage_a_link_to_a_folder", 1, r"What tls://\S+ built of ha/\w+@\w\w cannot be read: tree"),
        ("replace_a_page_nobody_listed", 1, r"replacing/[0-9a-f]{64} of ha/\w+@\w\w is not what tls://\S+ said"),
        ("bring_a_file_of_another_site", 1, r"brought a file that is not one of ha/\w+@\w\w: other\.ha\.gov"),
        ("seal_nonsense", 1, r"What tls://\S+ built of ha/\w+@\w\w cannot be read"),
        ("answer_for_another_site", 1, r"tls://\S+ did not build what ha/\w+ needs"),
        ("write_another_text", 3, r"\S+, built by tls://\S+ for ha/\w+, is not what this machine makes"),
        ("leave_everything_as_it_was", 3, r"\S+, built by tls://\S+ for ha/\w+, is not what this machine makes"),
        ("fail", 1, r"ha/\w+ could not be built: ZeroDivisionError: one by nothing"),
        ("die", 1, r"A worker process died while it worked on ha/\w+"),
    ],
    ids=lambda value: value if value in KINDS else "",
)
def test_a_bad_worker_changes_nothing(tiny, bad_cluster, tmp_path, kind, sample, said):
    """Damage, links, other Sites' files, false pages, a crash: told by name, and the old tree stays."""
    net, far = tiny(*CONTENT), tmp_path / "far"
    old = built_here(net, far)
    net.write(f"-- {NEWS}/a.vi.md --\n" + article(1, "Giao thông mới", crosspost="['ha/*']"))
    net.remove(f"{NEWS}/a.en.md")
    (tmp_path / "how").write_text(kind, "utf-8")
    with pytest.raises(BuildError, match=said):
        build_into(far, net, bad_cluster.address(sample))
    assert files(far) == old
    (tmp_path / "how").unlink()
    build_into(far, net, bad_cluster.address())
    assert files(far) == built_here(net, tmp_path / "local")


def test_false_pages_outside_of_the_sample_are_not_seen(tiny, bad_cluster, tmp_path):
    """The sample is a chance, not a proof: where none is looked at, none is found."""
    (tmp_path / "how").write_text("write_another_text", "utf-8")
    build_into(tmp_path / "far", tiny(*CONTENT), replace(bad_cluster.address(), sample=0))
    assert "Gian thông" in (tmp_path / "far/ha.gov.vn/tin-tuc/index.html").read_text("utf-8")


def test_every_kind_of_bad_worker_is_tried():
    """No act is left out of the table above, but those that take their time."""
    tried = {kind for mark in test_a_bad_worker_changes_nothing.pytestmark for kind, _, _ in mark.args[1]}
    assert tried == KINDS.keys() - {"never_finish", "finish_only_the_portal"}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")


def building(folder: Path) -> list[int]:
    return [int(file.name.partition("-")[2]) for file in folder.glob("building-*")]


@pytest.mark.parametrize(
    ("victim", "said"),
    [
        (1, r"The worker tls://127\.0\.0\.1:\d+ was lost while it built ha/\w+"),
        (0, r"The scheduler tls://127\.0\.0\.1:\d+ was lost"),
    ],
    ids=["worker", "scheduler"],
)
def test_a_machine_lost_in_the_middle(tiny, own_cluster, tmp_path, victim, said):
    """The build ends and names it, no process goes on, the old tree stays; the next build is right."""
    net, far = tiny(*CONTENT), tmp_path / "far"
    own_cluster.bad_workers(2)
    old = built_here(net, far)
    net.write(f"-- {NEWS}/b.vi.md --\n" + article(2, "Giao thông sửa"))
    net.write("-- content/ha/lim/tin-tuc/2026/c.vi.md --\n" + article(4, "Giao thông ở Lim sửa"))

    def kill() -> None:
        wait_until(lambda: len(building(tmp_path)) == 2)
        own_cluster.running[victim].send_signal(signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    (tmp_path / "how").write_text("never_finish", "utf-8")
    with pytest.raises(BuildError, match=said):
        build_into(far, net, own_cluster.address())
    killer.join()
    wait_until(lambda: not any(map(alive, building(tmp_path))))
    assert files(far) == old
    assert not list((far / ".incoming").iterdir())
    (tmp_path / "how").unlink()
    if victim:
        build_into(far, net, own_cluster.address())
        assert files(far) == built_here(net, tmp_path / "local")


@pytest.mark.parametrize(
    "error", [ConnectionResetError("gone"), concurrent.futures.CancelledError(), asyncio.CancelledError()], ids=repr
)
def test_however_dask_says_that_the_scheduler_is_gone_the_person_reads_a_sentence(error):
    """Which of them it raises depends on what it was waiting for at that moment."""
    with (
        pytest.raises(BuildError, match=r"The scheduler tls://10\.0\.0\.1:8786 was lost"),
        speaking_to("tls://10.0.0.1:8786"),
    ):
        raise error


class Stopped(Progress):
    """Somebody presses Ctrl-C when one Site is done and another is being built."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def advance(self, result: SiteResult) -> None:
        wait_until(lambda: building(self.folder))
        raise KeyboardInterrupt


def test_whoever_stops_a_build_stops_the_workers(tiny, own_cluster, tmp_path):
    """After Ctrl-C no process builds any more when the command returns, and nothing was put in place."""
    own_cluster.bad_workers(2)
    (tmp_path / "how").write_text("finish_only_the_portal", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        build_into(tmp_path / "far", tiny(*CONTENT), own_cluster.address(), Stopped(tmp_path))
    assert not any(map(alive, building(tmp_path)))
    assert files(tmp_path / "far") == {}


def test_the_longest_site_is_begun_first(tiny, own_cluster, tmp_path):
    """One worker builds one after the other: the Site with the most Items first, so that none is left over late."""
    own_cluster.workers(1)
    order = Order()
    build_into(tmp_path / "far", tiny(*CONTENT), own_cluster.address(), order)
    assert order.sites == ["ha/portal", "ha/lim", "ha/mai"]


def test_a_stranger_is_refused(tiny, shared_cluster, tmp_path):
    """A certificate of another authority opens nothing, and neither does none at all."""
    stranger = make_certificates(tmp_path / "stranger")
    net = tiny(*CONTENT)
    with pytest.raises(BuildError, match="does not answer"):
        build_into(tmp_path / "far", net, shared_cluster.known_as(stranger))
    mixed = tmp_path / "mixed"
    shutil.copytree(stranger, mixed)
    shutil.copy(shared_cluster.tls / "ca.pem", mixed / "ca.pem")
    with pytest.raises(BuildError, match=r"does not answer|was lost"):
        build_into(tmp_path / "far", net, shared_cluster.known_as(mixed))
    with pytest.raises(BuildError, match="does not answer"):
        build_into(tmp_path / "far", net, Cluster(f"tcp://127.0.0.1:{shared_cluster.port}"))
    assert files(tmp_path / "far") == {}


def test_a_worker_with_a_key_is_given_nothing(tiny, own_cluster, tmp_path):
    """The build names the variable and never shows its value."""
    own_cluster.workers(1, CITY_SIGNING_KEY="made-up-value")
    with pytest.raises(BuildError, match=r"holds keys, and no worker may: CITY_SIGNING_KEY") as found:
        build_into(tmp_path / "far", tiny(*CONTENT), own_cluster.address())
    assert "made-up-value" not in str(found.value)
    assert files(tmp_path / "far") == {}


def test_a_worker_with_another_version_is_given_nothing(tiny, own_cluster, tmp_path):
    """One changed line of the engine is another engine."""
    shutil.copytree(REPOSITORY / "congtin", tmp_path / "other/congtin", ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "other/congtin/languages.py").open("a") as file:
        file.write("# another line\n")
    own_cluster.workers(1, PYTHONPATH=str(tmp_path / "other"))
    with pytest.raises(BuildError, match="has another version of Côngtin"):
        build_into(tmp_path / "far", tiny(*CONTENT), own_cluster.address())


def test_a_worker_that_does_not_see_the_storage_is_found(tiny, tmp_path):
    """It reads what the caller wrote there, or it is not the same storage."""
    net, probe = tiny(), tmp_path / "probe"
    probe.write_text("secret", "utf-8")
    assert inspect_worker(str(net.root), str(probe), "secret").shared
    assert not inspect_worker(str(net.root), str(probe), "another").shared
    assert not inspect_worker(str(net.root), str(tmp_path / "nothing"), "secret").shared
    assert not inspect_worker(str(tmp_path / "nowhere"), str(probe), "secret").shared


def test_keys_are_known_by_name_beginning_and_place(tmp_path):
    """What every process has is no key; what opens something is one."""
    harmless = {
        "PATH": "bin",
        "HOME": "home",
        "LANG": "vi_VN.UTF-8",
        "KEYBOARD": "us",
        "GPG_KEY": "the public key's fingerprint",
        "DASK_DISTRIBUTED__COMM__TLS__WORKER__KEY": "worker.key",
        "PATTERN": "x",
    }
    keys = ["AWS_SECRET_ACCESS_KEY", "CI_JOB_TOKEN", "DB_PASSWORD", "SSH_AUTH_SOCK", "api_key"]
    pem = {"DEPLOY": "-----BEGIN OPENSSH PRIVATE KEY-----"}
    (tmp_path / ".ssh").mkdir()
    for name in ("id_ed25519", "id_ed25519.pub", "known_hosts"):
        (tmp_path / ".ssh" / name).touch()
    assert list(held_keys(harmless, tmp_path / "other")) == []
    found = list(held_keys({**harmless, **dict.fromkeys(keys, "x"), **pem}, tmp_path))
    assert found == [*sorted([*keys, "DEPLOY"]), "~/.ssh/id_ed25519"]


@pytest.mark.parametrize(
    ("scheduler", "said"),
    [
        ("tcp://192.0.2.7:8786", "tcp:// is for this machine only, and “192.0.2.7” is elsewhere"),
        ("tcp://0.0.0.0:8786", "tcp:// is for this machine only"),
        ("tcp://[2001:db8::1]:8786", "tcp:// is for this machine only"),
        ("tcp://build.invalid:8786", "The host “build.invalid” is not known"),
        ("tls://127.0.0.1:8786", "needs --tls-ca, --tls-cert and --tls-key"),
        ("127.0.0.1:8786", "is not the address of a scheduler"),
        ("tcp://127.0.0.1", "is not the address of a scheduler"),
        ("tcp://127.0.0.1:99999", "is not the address of a scheduler"),
        ("tcp://somebody@127.0.0.1:8786", "is not the address of a scheduler"),
        ("ws://127.0.0.1:8786", "is not the address of a scheduler"),
        ("inproc://127.0.0.1/1", "is not the address of a scheduler"),
    ],
)
def test_addresses_that_are_refused(scheduler, said):
    """Without certificates there is this machine only; everything else is said before the work begins."""
    with pytest.raises(UsageError, match=re.escape(said)):
        cluster_from(scheduler, None, None, None)


def test_addresses_that_are_taken(tmp_path):
    """Loopback as it is; a name as what it leads to, so that it cannot lead elsewhere later."""
    assert cluster_from(None, None, None, None) is None
    assert cluster_from("tcp://127.0.0.1:8786", None, None, None) == Cluster("tcp://127.0.0.1:8786")
    assert cluster_from("tcp://localhost:8786", None, None, None).address in (
        "tcp://127.0.0.1:8786",
        "tcp://[::1]:8786",
    )
    assert cluster_from("tcp://[::1]:8786", None, None, None) == Cluster("tcp://[::1]:8786")


def test_certificates_that_do_not_fit_the_address(tmp_path):
    """Certificates without a cluster, with tcp:// or that are not there."""
    file = tmp_path / "file.pem"
    file.touch()
    with pytest.raises(UsageError, match="belong to --scheduler"):
        cluster_from(None, file, None, None)
    with pytest.raises(UsageError, match="tcp:// uses no certificates"):
        cluster_from("tcp://127.0.0.1:8786", file, file, file)
    with pytest.raises(UsageError, match="There is no file"):
        cluster_from("tls://127.0.0.1:8786", file, file, tmp_path / "missing")


def test_without_the_extra_the_command_to_type_is_said(monkeypatch):
    """Dask is optional."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install '\.\[cluster\]'"):
        cluster_from("tcp://127.0.0.1:8786", None, None, None)


def test_the_sample_grows_with_the_network():
    """Two at least, one in a hundred, or what was asked for."""
    assert [sample_size(None, editions) for editions in (1, 200, 201, 4000)] == [2, 2, 3, 40]
    assert sample_size(7, 4000) == 7
