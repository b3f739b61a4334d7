"""The Nu Html Checker, the W3C's own, over files or whole folders."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from network import REPOSITORY

CHECKER = REPOSITORY / "node_modules/vnu-jar/build/dist/vnu.jar"


def judge(*arguments: str, seconds: int = 300) -> list[str]:
    """Return what the checker says of the files, one line a message; `--css` first judges style sheets."""
    java = shutil.which("java")
    if java is None or not CHECKER.is_file():
        pytest.fail(f"The Nu Html Checker needs Java and {CHECKER}: run `make setup-test`.", pytrace=False)
    run = subprocess.run(
        [java, "-jar", str(CHECKER), "--stdout", "--exit-zero-always", "--format", "json", *arguments],
        capture_output=True, text=True, check=False, timeout=seconds,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    messages = json.loads(run.stdout)["messages"]
    return sorted(
        f"{m.get('url', '')}:{m.get('lastLine', 0)}: {m.get('subType') or m['type']}: {m['message']}" for m in messages
    )
