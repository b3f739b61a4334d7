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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import congtin
from congtin.errors import BuildError, UsageError
from congtin.messages import msg

_PROGRAM = "bwrap"
_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/sbin")
_FILES = ("/etc/ld.so.cache", "/etc/alternatives")
_LAST_WORDS = 2000
GO = b"go\n"


@dataclass(frozen=True)
class Apart:
    """A module that has been started and waits for the word to begin."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def begin(self) -> None:
        """Let it begin; whether it was still there shows at its end."""
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.write(GO)
                self.process.stdin.flush()

    def finish(self, minutes: float) -> None:
        """Wait for its end; raise BuildError with its last words when it failed or takes too long.

        A module that ends with the number ENOSPC found the disk full: OSError.
        """
        try:
            self.process.communicate(timeout=minutes * 60)
        except subprocess.TimeoutExpired as error:
            text = msg("The build took more than {minutes} minutes and was ended.", minutes=minutes)
            raise BuildError(text) from error
        code = self.process.returncode
        if code == errno.ENOSPC:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if code:
            self.said.seek(max(self.said.seek(0, os.SEEK_END) - _LAST_WORDS, 0))
            detail = self.said.read().decode("utf-8", "replace").strip()
            raise BuildError(msg("The build that runs apart failed ({code}): {detail}", code=code, detail=detail))


@contextmanager
def apart(
    module: str, arguments: Iterable[str], *, readable: Iterable[Path], writable: Iterable[Path]
) -> Iterator[Apart]:
    """Start a module of this very congtin apart: it loads what it needs and waits (`wait_for_the_word`).

    It sees the system's programs, this Python, congtin, and the folders named, at the places where they are; it ends
    with the block at the latest. Raise UsageError without bubblewrap.
    """
    program = shutil.which(_PROGRAM)
    if program is None:
        hint = msg("Run: apt-get install bubblewrap")
        raise UsageError(msg("The program {program} is not installed.", program=_PROGRAM), hint)
    python = [sys.executable, "-I", "-X", "utf8", "-m", module, *arguments]
    command = [program, *_options(readable, writable), "--", *python]
    with (
        # Into a file: what is printed without end fills the disk's room for it, not our memory.
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603 (our own words and folders)
            command, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT, env={"PATH": "/usr/bin:/bin"}
        ) as process,
    ):
        try:
            yield Apart(process, said)
        finally:
            process.kill()


def wait_for_the_word() -> None:
    """Wait, inside, until whoever started this says go; end when nobody will."""
    if sys.stdin.buffer.readline() != GO:
        sys.exit(0)


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
