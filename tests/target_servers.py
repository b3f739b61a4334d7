"""A publisher with Releases, and the places it sends them to: a real sshd, a real S3-compatible service."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from ports import free_port

from congtin.editorial import signatures
from congtin.editorial.trust import TrustRoot, load_trust
from congtin.release.home import Home
from congtin.release.records import Record, Release, outputs_bytes
from congtin.release.releases import switch

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
HOST = "mau.example.vn"
ITEM = f"{HOST}/tin-tuc/2026/bai-mot"
_CONGTIN = """
import sys
from congtin.cli import main
main._COMMANDS.setdefault("target", ("congtin.cli.target", "target_group"))
import congtin.release.targets.in_place as in_place
in_place.MOST_FILES = int(sys.argv.pop(1))
main.main()
"""


def asset(name: str, text: str) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(text.encode()).hexdigest()[:10]}.{suffix}"


def site(style: str = "a { color: navy }", articles: Sequence[str] = ("bai-mot",), note: str = "") -> dict[str, str]:
    """Return the files of a small host: every page names its style and picture, the lists name every article."""
    css = asset("theme/style.css", style)
    head = f'<link rel="stylesheet" href="/{css}">'
    links = "".join(f'<a href="/tin-tuc/2026/{name}/">{name}</a>' for name in articles)
    files = {css: style, "index.html": f"{head}<h1>Mau {note}</h1>{links}", "sitemap.xml": f"<urlset>{note}{links}"}
    files["tin-tuc/index.html"] = f"{head}{note}{links}"
    files["tin-tuc/atom.xml"] = f"<feed>{note}{links}"
    files["404.html"] = f"{head}?"
    for name in articles:
        folder = f"tin-tuc/2026/{name}"
        files[f"{folder}/index.html"] = f'{head}<img src="/{folder}/anh.png">{name} {note}'
        files[f"{folder}/anh.png"] = f"picture of {name}"
    return {f"{HOST}/{name}": text for name, text in files.items()}


def broken(tree: Mapping[str, str]) -> list[str]:
    """Return every address that a page at a place names and the place does not hold."""
    found = []
    for page, text in tree.items():
        if page.endswith((".html", ".xml")):
            for address in re.findall(r'(?:href|src)="/([^"]*)"', text):
                name = f"{page.split('/')[0]}/{address}"
                if (f"{name}index.html" if name.endswith("/") else name) not in tree:
                    found.append(f"{page} → {name}")
    return found


def files_below(folder: Path) -> dict[str, str]:
    """Return the files of a place by name, without what is the target's own; some vanish while this looks."""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = Path(at, name)
            below = path.relative_to(folder).as_posix()
            if not below.startswith(".congtin/"):
                with contextlib.suppress(FileNotFoundError):
                    found[below] = path.read_text("utf-8")
    return found


@dataclass
class Publisher:
    """A home with Releases that a throwaway key signs."""

    folder: Path
    key: Path
    trust: TrustRoot
    targets: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path) -> Publisher:
        home = folder / "publisher"
        home.mkdir()
        key = folder / "service"
        make_key(key)
        content = home / "content.git"
        subprocess.run(["git", "init", "-q", "--bare", content], check=True, timeout=30)
        public = key.with_suffix(".pub").read_text("utf-8").strip()
        other = folder / "root"
        make_key(other)
        root = other.with_suffix(".pub").read_text("utf-8").strip()
        trust = {
            "content_root": "1" * 40,
            "roster_root": "2" * 40,
            "root_keys": [root],
            "service_keys": [{"key": public, "valid_from": "2026-01-01"}],
        }
        file = folder / "trust.yaml"
        file.write_text(yaml.safe_dump(trust), "utf-8")
        subprocess.run(["git", "-C", content, "config", "congtin.trust", file], check=True, timeout=30)
        publisher = cls(home, key, load_trust(file))
        publisher.settings()
        return publisher

    @property
    def home(self) -> Home:
        return Home.at(self.folder)

    def settings(self, *targets: dict[str, Any]) -> None:
        self.targets = list(targets)
        text = yaml.safe_dump({"content": "content.git", "profile": "work", "targets": self.targets})
        (self.folder / "publisher.yaml").write_text(text, "utf-8")

    def target(self, number: int = 0) -> Any:
        return self.home.settings.targets[number]

    def release(self, number: int, files: Mapping[str, str], *, live: bool = True) -> Release:
        """Make a Release; every file has the same time, as builds that can be repeated have."""
        folder = self.folder / "releases" / f"{number:06d}"
        for name, text in files.items():
            file = folder / "tree" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
            os.utime(file, (1_700_000_000, 1_700_000_000))
            file.chmod(0o444)
        for path in (folder / "tree").rglob("*"):
            if path.is_dir():
                path.chmod(0o555)
        outputs = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
        listed = outputs_bytes(outputs)
        (folder / "outputs.txt").write_bytes(listed)
        record = Record(
            number=number, commit="3" * 40, previous=number - 1 or None, clock=START, profile="work", congtin="0",
            created=START + timedelta(hours=number), engine="4" * 64, packages="5" * 64, lock=None, log_head=None,
            outputs=hashlib.sha256(listed).hexdigest(), files=len(files), pages=1, changed=0, next_due=None,
            editions=(),
        )  # fmt: skip
        data = record.to_bytes()
        (folder / "record.sig").write_bytes(signatures.sign(data, self.key, signatures.RELEASE))
        (folder / "record.json").write_bytes(data)
        release = Release(folder)
        if live:
            switch(self.home, release)
        return release

    def congtin(self, *words: str, most: int = 2000, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words, most=most), capture_output=True, text=True, check=False, timeout=120, **options
        )

    def command(self, *words: str, most: int = 2000) -> list[str]:
        at = (START + timedelta(days=1)).isoformat()
        home = ("--home", str(self.folder))
        return [sys.executable, "-c", _CONGTIN, str(most), "--now", at, "target", *words, *home]


def make_key(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file], check=True, timeout=30)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


@contextlib.contextmanager
def running(command: Sequence[str | Path], port: int, log: Path, **options: Any) -> Iterator[None]:
    with log.open("ab") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL, **options)
        try:
            wait_for(port, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


@dataclass
class Sshd:
    """OpenSSH's server on this machine, with keys and rules of its own."""

    folder: Path
    port: int

    @property
    def place(self) -> Path:
        return self.folder / "www"

    def settings(self, **fields: Any) -> dict[str, Any]:
        return {
            "name": "second",
            "kind": "rsync",
            "host": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "folder": str(self.place),
            "key": str(self.folder / "client"),
            "known_hosts": str(self.folder / "known_hosts"),
            "retries": 0,
            **fields,
        }

    def allow(self, options: str = "") -> None:
        key = (self.folder / "client.pub").read_text("utf-8").strip()
        (self.folder / "authorized_keys").write_text(f"{options} {key}\n".lstrip(), "utf-8")

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        if os.geteuid() == 0:  # where sshd, started by root, confines what it has not authenticated yet
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with running(["/usr/sbin/sshd", "-D", "-e", "-f", self.folder / "config"], self.port, self.folder / "log"):
            yield


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[Sshd]:
    folder.mkdir()
    (folder / "www").mkdir()
    port = free_port()
    server = Sshd(folder, port)
    for name in ("host", "client"):
        make_key(folder / name)
    key = (folder / "host.pub").read_text("utf-8").strip()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}\n", "utf-8")
    server.allow()
    lines = (
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {folder}/host", "PidFile none", "StrictModes no",
        f"AuthorizedKeysFile {folder}/authorized_keys", "UsePAM no", "PasswordAuthentication no",
        "KbdInteractiveAuthentication no", "MaxStartups 100",
    )  # fmt: skip
    (folder / "config").write_text("\n".join(lines) + "\n", "utf-8")
    with server.up():
        yield server


@dataclass
class Storage:
    """An S3-compatible service on this machine: rclone over a folder."""

    folder: Path
    port: int
    user: str = "CONGTINTESTKEY000001"
    secret: str = "made-up-for-tests-only"
    seen: int = 0

    @property
    def place(self) -> Path:
        return self.folder / "data/pages"

    def settings(self, **fields: Any) -> dict[str, Any]:
        return {
            "name": "storage", "kind": "s3", "bucket": "pages", "endpoint": f"http://127.0.0.1:{self.port}",
            "region": "us-east-1", "addressing": "path", "retries": 2, **fields,
        }  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": self.user, "AWS_SECRET_ACCESS_KEY": self.secret}

    def asked(self) -> list[tuple[str, str]]:
        """Return what it was asked to put and delete since it was last asked for this, as its own log has it."""
        log = (self.folder / "log").read_text("utf-8")[self.seen :]
        self.seen += len(log)
        found = re.findall(r"serve s3: (CREATE OBJECT|DELETE): pages (.*)", log)
        return [("put" if verb == "CREATE OBJECT" else "delete", name) for verb, name in found]

    @contextlib.contextmanager
    def up(self) -> Iterator[None]:
        program = Path(sys.executable).with_name("rclone")
        command = [program, "serve", "s3", "--config", os.devnull, "--auth-key", f"{self.user},{self.secret}",
                   "--addr", f"127.0.0.1:{self.port}", "-vv", self.folder / "data"]  # fmt: skip
        with running(command, self.port, self.folder / "log"):
            yield


@contextlib.contextmanager
def storage(folder: Path) -> Iterator[Storage]:
    server = Storage(folder, free_port())
    server.place.mkdir(parents=True)
    with server.up():
        yield server


def remove(folder: Path) -> None:
    """Remove a folder with read-only ones in it."""
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(path.stat().st_mode | stat.S_IRWXU)
    shutil.rmtree(folder)


def can_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None
