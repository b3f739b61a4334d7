"""rsync, to a folder here or over SSH: what it is told, and what its refusals mean.

Over SSH the account needs rsync and nothing else: it can be confined to one folder by `rrsync`.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from congtin.errors import UsageError
from congtin.messages import Msg, msg
from congtin.release.home import Home
from congtin.release.targets.failures import TargetFailed
from congtin.release.targets.settings import LocalTarget, RsyncTarget
from congtin.release.targets.workshop import Workshop

_ALIAS = "congtin-target"
# rsync's words for: the network failed, or the other end did not answer.
_NETWORK = {10, 12, 30, 35, 255}
_PARTIAL = 23
_LONGEST = 6 * 3600
"""Seconds after which a step that goes on and on is ended; one without progress ends much sooner."""


@dataclass(frozen=True)
class Rsync:
    """rsync for one target."""

    target: LocalTarget | RsyncTarget
    workshop: Workshop
    remote: str
    """The target's folder as rsync takes it, with a slash at its end."""
    shell: tuple[str, ...]
    pauses: Sequence[float]
    """Seconds to wait before each further try."""

    @property
    def path(self) -> str:
        """The same without the machine."""
        return self.remote.removeprefix(f"{_ALIAS}:")

    def run(self, *arguments: str, missing: bool = False) -> str:
        """Run rsync and return what it printed; raise TargetFailed when it fails, the network after some tries.

        ``missing`` says that it is no failure when what is asked for is not there.
        """
        for pause in (*self.pauses, None):
            done = self._once(arguments)
            if done.returncode == 0 or (missing and done.returncode == _PARTIAL and _is_missing(done.stderr)):
                return done.stdout
            if pause is None or done.returncode not in _NETWORK or _explained(done.stderr):
                break
            time.sleep(pause)
        raise self._failure(done)

    def _once(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        command = ["rsync", f"--timeout={self.target.timeout}", *self.shell, *arguments]
        try:
            return subprocess.run(  # noqa: S603 (a list of our own words; names of files come from a list)
                command, capture_output=True, check=False, timeout=_LONGEST, pass_fds=(self.workshop.lock,),
                stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace", env={**os.environ, "LC_ALL": "C"},
            )  # fmt: skip
        except FileNotFoundError as error:
            hint = msg("Install it: apt-get install rsync openssh-client")
            raise TargetFailed(self.target.name, msg("rsync is not installed."), hint) from error
        except subprocess.TimeoutExpired as error:
            cause = msg("one step took longer than {hours} hours.", hours=_LONGEST // 3600)
            raise TargetFailed(self.target.name, cause, _AGAIN) from error

    def _failure(self, done: subprocess.CompletedProcess[str]) -> TargetFailed:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        known = _explained(done.stderr)
        said = next((line for line in lines if any(sign in line for sign, _ in _SIGNS)), lines[0] if lines else "")
        detail = said.lstrip("@ ")[:400] or f"exit {done.returncode}"
        place = self.path
        if isinstance(self.target, RsyncTarget):
            place = f"{self.target.user}@{self.target.host}:{place}"
        cause = msg("rsync to {place} failed: {detail}", place=place, detail=detail)
        return TargetFailed(self.target.name, cause, known or _AGAIN)

    def names_file(self, names: Iterable[str]) -> str:
        """Return the option that hands rsync a list of names, safe for every sign in them."""
        file = self.workshop.folder / "names"
        file.write_bytes(b"\0".join(os.fsencode(name) for name in names))
        return f"--files-from={file}"


_AGAIN = msg("What the target shows is still whole. The next send goes on from here: congtin target push")
_SIGNS: tuple[tuple[str, Msg], ...] = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        msg("Another machine answers, or it has a new host key. Ask its operator before “known_hosts” is changed."),
    ),
    (
        "Host key verification failed",
        msg("“known_hosts” does not hold that machine’s key. Ask its operator for it, and compare the fingerprint."),
    ),
    (
        "Permission denied (",
        msg("The machine does not take the key: its public half belongs into authorized_keys of that account."),
    ),
    (
        "No space left on device",
        msg("Make room there. What the target shows is still whole; the next send goes on from here."),
    ),
    ("Disk quota exceeded", msg("Make room there, or raise the quota; the next send goes on from here.")),
    ("File too large", msg("A limit of the system or its disk was reached; the next send goes on from here.")),
    ("Permission denied (13)", msg("The account may not write there: give it the folder and what is in it.")),
    ("Operation not permitted (1)", msg("The account may not write there: give it the folder and what is in it.")),
    ("Read-only file system", msg("Have it mounted for writing.")),
    ("change_dir", msg("Make the folder on that machine, owned by that account; it is not made by itself.")),
    ("command not found", msg("Install rsync there: apt-get install rsync")),
    ("unknown option", msg("The other machine’s rsync is too old: 3.2.4 or newer is needed.")),
    ("Identity file", msg("“key” names the private key’s file; see that this account can read it.")),
)


def _explained(stderr: str) -> Msg | None:
    """Return what to do where the words of rsync or ssh say it: trying again would not help."""
    return next((hint for sign, hint in _SIGNS if sign in stderr), None)


def _is_missing(stderr: str) -> bool:
    lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("rsync error:")]
    return all("No such file or directory (2)" in line and "change_dir" not in line for line in lines)


@contextmanager
def rsync_for(
    home: Home, target: LocalTarget | RsyncTarget, workshop: Workshop, pauses: Sequence[float]
) -> Iterator[Rsync]:
    """Give rsync as a target needs it; raise UsageError when the settings name what is not there."""
    if isinstance(target, LocalTarget):
        folder = home.path(target.folder)
        _check_local(home, target, folder)
        yield Rsync(target, workshop, f"{folder}/", (), pauses)
        return
    for field, value in (("key", target.key), ("known_hosts", target.known_hosts)):
        if not home.path(value).is_file():
            text = msg("Target “{target}”: there is no file {file}.", target=target.name, file=home.path(value))
            raise UsageError(text, msg("“{field}” of publisher.yaml names it.", field=field))
    # All steps share one connection. Its socket's path must be short, which a home's need not be.
    with tempfile.TemporaryDirectory(prefix="congtin-ssh-") as sockets:
        config = workshop.folder / "ssh_config"
        config.write_text("\n".join(_ssh_config(home, target, Path(sockets) / "s")) + "\n", "utf-8")
        try:
            remote = f"{_ALIAS}:{target.folder.rstrip('/')}/"
            yield Rsync(target, workshop, remote, ("-e", f"ssh -F '{config}'"), pauses)
        finally:
            with suppress(OSError, subprocess.TimeoutExpired):  # it ends by itself soon after the last step, too
                subprocess.run(  # noqa: S603 (our own words)
                    ["ssh", "-F", config, "-O", "exit", _ALIAS],  # noqa: S607
                    capture_output=True, check=False, timeout=20, stdin=subprocess.DEVNULL,
                )  # fmt: skip


def _check_local(home: Home, target: LocalTarget, folder: Path) -> None:
    if not folder.is_dir():
        text = msg("Target “{target}”: there is no folder {path}.", target=target.name, path=folder)
        raise UsageError(text, msg("Make it, or mount its disk; it is not made by itself."))
    real, own = folder.resolve(), home.folder.resolve()
    if real == own or own in real.parents or real in own.parents:
        text = msg("Target “{target}”: {path} and the home of the publisher lie in each other.",
                   target=target.name, path=folder)  # fmt: skip
        raise UsageError(text, msg("Choose a folder beside it."))


def _ssh_config(home: Home, target: RsyncTarget, socket: Path) -> Iterator[str]:
    """Yield a configuration of ssh that asks nobody and believes one host key only."""
    yield f"Host {_ALIAS}"
    yield f"HostName {target.host}"
    yield f"Port {target.port}"
    yield f"User {target.user}"
    yield f"IdentityFile {_quoted(home.path(target.key))}"
    yield f"UserKnownHostsFile {_quoted(home.path(target.known_hosts))}"
    yield "GlobalKnownHostsFile /dev/null"
    yield "StrictHostKeyChecking yes"
    yield "UpdateHostKeys no"
    yield "BatchMode yes"
    yield "IdentitiesOnly yes"
    yield "IdentityAgent none"
    yield "PreferredAuthentications publickey"
    yield "ClearAllForwardings yes"
    yield f"ControlPath {_quoted(socket)}"
    yield "ControlMaster auto"
    yield "ControlPersist 5"
    yield f"ConnectTimeout {min(target.timeout, 30)}"
    yield "ServerAliveInterval 15"
    yield "ServerAliveCountMax 4"
    yield "LogLevel ERROR"


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("%", "%%") + '"'
