"""README's “Try the editorial flow” and “Try publishing”: the very text of them runs, from a draft to a way back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from network import REPOSITORY


def commands(chapter: str) -> list[str]:
    section = re.compile(rf"^## {chapter}\n.*?^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
    found = section.search((REPOSITORY / "README.md").read_text("utf-8"))
    assert found
    return found[1].splitlines()


def test_there_are_ten_commands():
    """As many as the chapter promises."""
    assert len(commands("Try the editorial flow")) == 10


def fewer_sites(root: Path) -> None:
    """Leave of the demonstration Hà Nội's Sites that have content: the commands are the same, and take less time."""
    for portal in ("haiphong", "hungyen"):
        shutil.rmtree(root / "sites" / portal)
        shutil.rmtree(root / "content" / portal)
    for file in sorted((root / "sites" / "hanoi").glob("*.yaml")):
        if file.stem != "portal" and not (root / "content" / "hanoi" / file.stem).is_dir():
            file.unlink()
    who = ["-c", "user.name=Demonstration", "-c", "user.email=demonstration@example.vn", "-c", "commit.gpgsign=false"]
    for words in (["add", "--all"], [*who, "commit", "-q", "-m", "Fewer Sites"]):
        subprocess.run(["git", "-C", str(root), *words], check=True, timeout=120)


@pytest.mark.slow
def test_the_chapters_run_as_they_stand(tmp_path):
    """A copy of the repository, the commands in one shell, and the pages are there; nothing else was needed.

    All Sites are built and published in other tests and in `make drill`.
    """
    root = tmp_path / "congtin"
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(root)], check=True, timeout=120)
    fewer_sites(root)
    (root / ".venv").symlink_to(Path(sys.prefix))
    lines = [*commands("Try the editorial flow"), *commands("Try publishing")]
    script = "set -eu\n" + "\n".join(lines) + "\n"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CONGTIN"))}
    done = subprocess.run(
        ["bash", "-c", script], cwd=root, capture_output=True, text=True, timeout=900, check=False,
        env={**environment, "CONGTIN_LANG": "en", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[ ] hanoi/hoankiem" in done.stdout  # what `change show` says before the approval
    output = root.joinpath("build", "desk", "work", "output")
    pages = list(output.glob("hoankiem.hanoi.gov.vn/tin-tuc/*/cho-hoa-cuoi-tuan/index.html"))
    assert len(pages) == 1
    assert "Chợ hoa mở thêm buổi chiều." in pages[0].read_text("utf-8")
    publisher = root / "build" / "publisher"
    live = publisher / "live" / "tree" / "hoankiem.hanoi.gov.vn" / "tin-tuc"
    assert list(live.glob("*/cho-hoa-cuoi-tuan/index.html")) and not list(live.glob("*/gio-mo-cua/index.html"))
    second = publisher / "releases" / "000002" / "tree" / "hoankiem.hanoi.gov.vn" / "tin-tuc"
    assert len(list(second.glob("*/gio-mo-cua/index.html"))) == 1
    assert "Release 2 is live" in done.stdout and "Release 1 is live again" in done.stdout
    shown = subprocess.run(
        ["git", "-C", str(root / "build/desk/content.git"), "log", "--first-parent", "--format=%s", "main"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    assert [line.split()[0] for line in shown] == ["Merge", "Merge", "The"]
