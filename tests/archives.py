"""A desk with a machine that publishes: a home whose one Release was built from main and signed by the service.

house = House.create(tmp_path)
house.publish()
house.congtin("archive", "create", "--to", str(folder))
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner
from desks import TinyDesk, clock
from drawn import pdf
from network import TinyNetwork, article, document, translation

from congtin import __version__
from congtin.cli.context import Context
from congtin.editorial import log, signatures
from congtin.editorial.statements import second
from congtin.errors import CongtinError
from congtin.network.load import load_network
from congtin.release.home import Home
from congtin.release.records import OUTPUTS, RECORD, SIGNATURE, PublishedEdition, Record, Release, outputs_bytes
from congtin.release.releases import live_release, switch

PDF = pdf("Toan van quyet dinh ve cau moi")
ATTACHED = "[{file: quyet-dinh.files/toan-van.pdf, title: Toàn văn}]"
NEWS = "content/ha/portal/tin-tuc/2026/cau-moi.vi.md"
DECISION = "content/ha/portal/van-ban/2026/quyet-dinh.vi.md"
WARD = "content/ha/lim/tin-tuc/2026/cho-hoa.vi.md"


@dataclass
class House:
    """`desk/` with its repositories, `home/` with the Releases."""

    folder: Path
    desk: TinyDesk
    changes: list[str] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path) -> House:
        """Make a desk with one Item of each sort, all published by approved Changes."""
        house = cls.bare(folder)
        news = article(1, "Cầu mới thông xe")
        house.put("portal", {
            NEWS: news,
            NEWS.replace(".vi.md", ".en.md"): translation(news, "New bridge opens"),
            DECISION: document(2, attachments=ATTACHED, signatory="Người ký (trình diễn)"),
            DECISION.replace(".vi.md", ".files/toan-van.pdf"): PDF,
        })  # fmt: skip
        house.put("lim", {WARD: article(3, "Chợ hoa cuối tuần")})
        return house

    @classmethod
    def bare(cls, folder: Path) -> House:
        """Make a desk and a home, with nothing published."""
        desk = TinyDesk.create(folder / "desk")
        house = cls(folder, desk)
        house.home.mkdir()
        (house.home / "publisher.yaml").write_text(f"content: {desk.content}\nprofile: work\n", "utf-8")
        return house

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def put(self, place: str, files: dict[str, str | bytes | None]) -> str:
        """Publish files of a Site by an approved Change."""
        editor = self.desk.work(f"{place}-editor")
        change = editor.propose(f"Bài của {place}", files)
        self.desk.work(f"{place}-head").approve(change)
        editor.merge(change)
        self.changes.append(change)
        return change

    def publish(self) -> Release:
        """Build main and make it live."""
        home = Home.at(self.home)
        before = live_release(home)
        number = before.number + 1 if before else 1
        source = self.folder / f"source-{number}"
        subprocess.run(["git", "clone", "-q", str(self.desk.content), str(source)], check=True, timeout=60)
        network = TinyNetwork(source, second(clock()))
        network.build()
        folder = home.releases / f"{number:06}"
        shutil.copytree(network.output, folder / "tree", ignore=shutil.ignore_patterns(".congtin"))
        outputs = {
            file.relative_to(folder / "tree").as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in (folder / "tree").rglob("*")
            if file.is_file()
        }
        (folder / OUTPUTS).write_bytes(outputs_bytes(outputs))
        with self.desk.open() as desk:
            record = Record(
                number=number, commit=desk.main(), previous=before.number if before else None, clock=network.now,
                created=second(clock()), profile="work", congtin=__version__, engine="0" * 64, packages="0" * 64,
                lock=None, log_head=desk.plain.ref(log.REF), outputs=hashlib.sha256(outputs_bytes(outputs)).hexdigest(),
                files=len(outputs), pages=0, changed=0, next_due=None, editions=_editions(source),
            )  # fmt: skip
            (folder / RECORD).write_bytes(record.to_bytes())
            (folder / SIGNATURE).write_bytes(signatures.sign(record.to_bytes(), desk.key, signatures.RELEASE))
        release = Release(folder)
        switch(home, release)
        return release

    def run(self, command: click.Command, *arguments: str, lang: str = "en", now: datetime | None = None) -> Said:
        """Call a command as whoever runs the machine would, with this home where it takes one."""
        runner = CliRunner(env={"CONGTIN_LANG": lang, "COLUMNS": "200", "CONGTIN_HOME": str(self.home)})
        result = runner.invoke(command, list(arguments), obj=Context(self.home, now or clock() + timedelta(seconds=1)))
        if isinstance(result.exception, CongtinError):
            return Said(result.exception.exit_code, f"{result.output}{result.exception}")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.output)

    def json(self, command: click.Command, *arguments: str, now: datetime | None = None) -> Any:
        """Return what a command says to programs."""
        said = self.run(command, *arguments, "--format", "json", now=now)
        assert said.status == 0, said.text
        return json.loads(said.text)


@dataclass(frozen=True)
class Said:
    """How a command ended, and all that it said."""

    status: int
    text: str


def _editions(root: Path) -> tuple[PublishedEdition, ...]:
    return tuple(
        PublishedEdition(
            site=site.id, lang=edition.lang, host=edition.host, prefix=edition.prefix, kind=site.kind.value,
            status=site.options.status,
        )
        for site in load_network(root).sites.values()
        for edition in site.editions
    )  # fmt: skip
