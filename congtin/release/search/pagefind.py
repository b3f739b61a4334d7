"""Pagefind, the program that makes an index; it runs here and nowhere else."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import congtin
from congtin.errors import CongtinError, UsageError
from congtin.messages import msg

VERSION = "1.6.0"
_MACHINES = {"x86_64": "linux-x64", "aarch64": "linux-arm64"}
# Pagefind's own pages and boxes would show the letters of the index; ours is smaller and turns them back.
_NOT_NEEDED = "pagefind-*ui*", "pagefind-highlight.js"
_LAST_WORDS = 500


class IndexFailed(CongtinError):
    """Pagefind made no index; what can be searched is what it was."""


@dataclass(frozen=True)
class Ran:
    """What one index cost."""

    seconds: float
    memory: int
    """Most memory at a time, in bytes."""


def program() -> Path:
    """Return Pagefind as setup has installed it; raise UsageError where it is not."""
    name = _MACHINES.get(platform.machine(), "linux-" + platform.machine())
    file = (
        Path(congtin.__file__).resolve().parents[1] / "node_modules" / "@pagefind" / name / "bin" / "pagefind_extended"
    )
    if not file.is_file():
        hint = msg("Run: make setup")
        raise UsageError(msg("The program {program} is not installed.", program=f"Pagefind {VERSION}"), hint)
    return file


def run(file: Path, pages: Path, bundle: Path, lang: str) -> Ran:
    """Make the index of all pages in a folder, as of one language; raise IndexFailed with Pagefind's last words."""
    words = [str(file), "--site", str(pages), "--output-path", str(bundle), "--force-language", lang, "--silent"]
    began = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 (the program of setup, and our own folders)
            words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=pages, env={"PATH": os.defpath}
        )
        # Not `wait`: only this tells what the process used.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            detail = said.read().decode("utf-8", "replace").strip()[-_LAST_WORDS:]
            raise IndexFailed(msg("Pagefind failed ({code}): {detail}", code=process.returncode, detail=detail or "–"))
    for pattern in _NOT_NEEDED:
        for each in bundle.glob(pattern):
            each.unlink()
    return Ran(time.monotonic() - began, usage.ru_maxrss * 1024)


def is_there() -> bool:
    """Tell whether an index could be made on this machine."""
    try:
        return bool(shutil.which(program()))
    except UsageError:
        return False
