"""A process that has no network, no keys, no repositories: only what it is given (bubblewrap).

Themes and plugins of a commit are code. Boards approve them, but what builds pages for citizens shall not be able to
read a key or move a ref even then.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import congtin
from congtin.errors import BuildError, UsageError
from congtin.messages import msg

_PROGRAM = "bwrap"
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin")
_FILES = ("/etc/ld.so.cache", "/etc/alternatives")
_LAST_WORDS = 2000


def run_module(
    module: str, arguments: Iterable[str], *, readable: Iterable[Path], writable: Iterable[Path], minutes: float
) -> None:
    """Run a module of this very congtin apart; raise BuildError with its last words when it fails or takes too long.

    It sees the system's programs, this Python, congtin, and the folders named, at the places where they are. A module
    that ends with the number ENOSPC found the disk full: OSError.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        hint = msg("Run: apt-get install bubblewrap")
        raise UsageError(msg("The program {program} is not installed.", program=_PROGRAM), hint)
    python = [sys.executable, "-I", "-X", "utf8", "-m", module, *arguments]
    command = [program, *_options(readable, writable), "--", *python]
    # Into a file: what is printed without end fills the disk's room for it, not our memory.
    with tempfile.TemporaryFile() as said:
        code = _run(command, said, minutes)
        said.seek(max(said.seek(0, os.SEEK_END) - _LAST_WORDS, 0))
        detail = said.read().decode("utf-8", "replace").strip()
    if code == errno.ENOSPC:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if code:
        raise BuildError(msg("The build that runs apart failed ({code}): {detail}", code=code, detail=detail))


def _run(command: list[str], said: IO[bytes], minutes: float) -> int:
    try:
        return subprocess.run(  # noqa: S603 (our own words and folders)
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            timeout=minutes * 60, check=False, env={"PATH": "/usr/bin:/bin"},
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BuildError(msg("The build took more than {minutes} minutes and was ended.", minutes=minutes)) from error


def _options(readable: Iterable[Path], writable: Iterable[Path]) -> Iterator[str]:
    # Nothing outlives the caller, and nothing inside can make name spaces of its own.
    yield from ("--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session")
    yield from ("--cap-drop", "ALL", "--clearenv", "--hostname", "congtin")
    for name, value in (("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")):
        yield from ("--setenv", name, value)
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp")  # noqa: S108 (the sandbox's own)
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.exists():
            yield from ("--ro-bind", name, name)
    for name in _FILES:
        yield from ("--ro-bind-try", name, name)
    for path in _python_folders():
        yield from ("--ro-bind", str(path), str(path))
    for path in readable:
        yield from ("--ro-bind", str(path.resolve()), str(path.resolve()))
    for path in writable:
        yield from ("--bind", str(path.resolve()), str(path.resolve()))
    # The folders that only lead to these are no place to leave anything.
    yield from ("--remount-ro", "/", "--chdir", "/")


def _python_folders() -> list[Path]:
    """Return the folders of this Python and of congtin that are not the system's."""
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(congtin.__file__).parent}
    wanted |= {path.resolve() for path in wanted}
    return sorted(path for path in wanted if path != Path("/usr") and not path.is_relative_to("/usr"))
