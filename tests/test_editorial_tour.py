"""README's “Try the editorial flow”: the very text of it runs, from a draft to a published page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from network import REPOSITORY

_SECTION = re.compile(r"^## Try the editorial flow\n.*?^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    found = _SECTION.search((REPOSITORY / "README.md").read_text("utf-8"))
    assert found
    return found[1].splitlines()


def test_there_are_ten_commands():
    """As many as the chapter promises."""
    assert len(commands()) == 10


def test_the_chapter_runs_as_it_stands(tmp_path):
    """A copy of the repository, the ten commands in one shell, and the page is there; nothing else was needed."""
    root = tmp_path / "congtin"
    subprocess.run(["git", "clone", "-q", str(REPOSITORY), str(root)], check=True, timeout=120)
    (root / ".venv").symlink_to(Path(sys.prefix))
    script = "set -eu\n" + "\n".join(commands()) + "\n"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "CONGTIN"))}
    done = subprocess.run(
        ["bash", "-c", script], cwd=root, capture_output=True, text=True, timeout=300, check=False,
        env={**environment, "CONGTIN_LANG": "en", "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[ ] hanoi/hoankiem" in done.stdout  # what `change show` says before the approval
    output = root.joinpath("build", "desk", "work", "output")
    pages = list(output.glob("hoankiem.hanoi.gov.vn/tin-tuc/*/cho-hoa-cuoi-tuan/index.html"))
    assert len(pages) == 1
    assert "Chợ hoa mở thêm buổi chiều." in pages[0].read_text("utf-8")
    shown = subprocess.run(
        ["git", "-C", str(root / "build/desk/content.git"), "log", "--first-parent", "--format=%s", "main"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    assert [line.split()[0] for line in shown] == ["Merge", "The"]
