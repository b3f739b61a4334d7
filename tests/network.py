"""Whole tiny networks written as one text: `-- path --` lines, each followed by that file's content."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lxml import html as lxml_html

from congtin.build.look import read_repository
from congtin.build.pipeline import build
from congtin.build.report import BuildReport
from congtin.build.request import BuildRequest
from congtin.checks.run import run_checks
from congtin.errors import Problem, ProblemsFound, Severity
from congtin.model import Profile
from congtin.validation import parse_time

REPOSITORY = Path(__file__).resolve().parent.parent
NOON = parse_time("2026-11-22T12:00:00+07:00")
_MARKER = re.compile(r"^-- (\S+) --\n", re.MULTILINE)

# A portal in two languages with a ward and a commune that take its news.
SITES = """\
-- sites/_defaults.yaml --
languages: [vi]
fallback: {default: hide}
-- sites/_vocabulary.yaml --
tags:
  giao-thong: {vi: Giao thông, en: Transport}
  moi-truong: {vi: Môi trường, en: Environment}
document_types:
  quyet-dinh: {vi: Quyết định, en: Decision}
document_fields:
  giao-thong: {vi: Giao thông, en: Transport}
-- sites/ha/portal.yaml --
portal:
  name: {vi: Thành phố Ha, en: Ha City}
  parent_host: ha.gov.vn
  language_addresses: {portal: {en: {path: english}}}
  host_labels: {ward: full-name, commune: full-name}
defaults:
  sections:
    tin-tuc: {label: {vi: Tin tức, en: News}}
    tin-thanh-pho: {label: {vi: Tin thành phố, en: City news}}
    gioi-thieu: {label: {vi: Giới thiệu, en: About}, kind: pages}
  accepts:
    - {from: portal, sections: [tin-tuc], into: tin-thanh-pho}
site:
  kind: portal
  name: {vi: Cổng Ha, en: Ha Portal}
  languages: [vi, en]
  contact: {email: bientap@ha.gov.vn}
  sections:
    tin-tuc: {label: {vi: Tin tức, en: News}}
    tu-co-so: {label: {vi: Tin từ cơ sở, en: From the wards}}
    van-ban: {label: {vi: Văn bản, en: Documents}, kind: documents}
    gioi-thieu: {label: {vi: Giới thiệu, en: About}, kind: pages}
-- sites/ha/lim.yaml --
kind: ward
name: {vi: Phường Lim}
short_name: {vi: Lim}
label: lim
-- sites/ha/mai.yaml --
kind: commune
name: {vi: Xã Mai}
short_name: {vi: Mai}
label: mai
"""


def item_id(number: int) -> str:
    """Return the id of the numbered Item in a test."""
    alphabet = "23456789abcdefghjkmnpqrstvwxyz"
    return "aaaaaaaa" + "".join(alphabet[(number // 30**place) % 30] for place in (3, 2, 1, 0))


def article(number: int, title: str = "Tiêu đề", body: str = "Nội dung.", **fields: object) -> str:
    """Return the text of an article; ``fields`` are YAML values."""
    front = {
        "id": item_id(number),
        "kind": "article",
        "title": title,
        "summary": f"Tóm tắt {number}.",
        "date": "2026-10-05T08:30:00+07:00",
        **fields,
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + f"---\n{body}\n"


def document(number: int, symbol: str = "15/2026/QĐ-UBND", body: str = "Điều 1.", **fields: object) -> str:
    """Return the text of a document."""
    front = {
        "id": item_id(number),
        "kind": "document",
        "title": f"Quyết định {number}",
        "number": symbol,
        "type": "quyet-dinh",
        "issuer": "UBND thành phố Ha",
        "issued": "2026-09-01",
        "abstract": "Về giao thông.",
        "field": "giao-thong",
        "date": "2026-10-05",
        **fields,
    }
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + f"---\n{body}\n"


def translation(original: str, title: str = "Title", body: str = "Text.", **fields: object) -> str:
    """Return the text of a translation made from these bytes of its original."""
    from congtin.engine import blob_id

    front = {"translated_from": blob_id(original.encode()), "title": title, "summary": "Summary.", **fields}
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items() if value) + f"---\n{body}\n"


@dataclass
class TinyNetwork:
    """A repository in a temporary folder."""

    root: Path
    now: datetime = NOON
    last: BuildReport | None = field(default=None)

    @classmethod
    def create(cls, root: Path, *texts: str) -> TinyNetwork:
        """Write a repository with the real theme, plugins and rules, and the given files."""
        root.mkdir(parents=True, exist_ok=True)
        for name in ("themes", "plugins"):
            (root / name).symlink_to(REPOSITORY / name)
        (root / "workflows").mkdir()
        for file in (REPOSITORY / "workflows").glob("*.yaml"):
            (root / "workflows" / file.name).write_bytes(file.read_bytes())
        for name in ("pelicanconf.py", "publishconf.py"):
            (root / name).write_bytes((REPOSITORY / name).read_bytes())
        network = cls(root.resolve())
        network.write(SITES, *texts)
        return network

    def write(self, *texts: str) -> None:
        """Write or replace the files of marked texts."""
        for text in texts:
            parts = _MARKER.split(text)
            assert not parts[0].strip(), "text before the first marker"
            for path, content in zip(parts[1::2], parts[2::2], strict=True):
                self.put(path, content)

    def put(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    @property
    def output(self) -> Path:
        return self.root / "output"

    def build(self, *sites: str, profile: Profile = Profile.WORK, workers: int = 1) -> BuildReport:
        """Build and return the report."""
        self.last = build(
            BuildRequest(self.root, self.output, self.root / ".congtin", self.now, profile, sites, (), workers)
        )
        return self.last

    def problems(self, profile: Profile = Profile.WORK) -> list[Problem]:
        """Return what the checks find."""
        try:
            return run_checks(read_repository(self.root, self.root / ".congtin", self.now, profile))
        except ProblemsFound as error:
            return list(error.problems)

    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems() if problem.severity is Severity.ERROR]

    def text(self, path: str) -> str:
        """Return an output's text; a folder means its index.html."""
        file = self.output / path
        return (file / "index.html" if file.is_dir() else file).read_text("utf-8")

    def page(self, path: str) -> lxml_html.HtmlElement:
        """Return an output page, parsed."""
        return lxml_html.document_fromstring(self.text(path))

    def files(self) -> dict[str, bytes]:
        """Return every output file."""
        return {
            file.relative_to(self.output).as_posix(): file.read_bytes()
            for file in sorted(self.output.rglob("*"))
            if file.is_file()
        }

    def git(self, *arguments: str) -> str:
        """Run Git in the repository as a test person."""
        identity = ["-c", "user.name=Test", "-c", "user.email=test@example.vn"]
        run = subprocess.run(
            ["git", *identity, *arguments], cwd=self.root, capture_output=True, text=True, check=True, timeout=60
        )
        return run.stdout

    def congtin(self, *arguments: str, lang: str = "en", now: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command as a person would."""
        clock = ["--now", self.now.isoformat()] if now else []
        return subprocess.run(
            [sys.executable, "-m", "congtin", "--root", str(self.root), *clock, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.root,
            timeout=120,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "CONGTIN_LANG": lang, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"},
        )
