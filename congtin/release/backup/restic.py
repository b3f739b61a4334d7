"""restic, asked about one place. It encrypts, finds what it has already, and checks what it holds.

A program of Debian's, started with a list of words and a time limit. It ends with us: the system interrupts it when
the process that started it dies, and then it gives its locks back.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from congtin.errors import UsageError
from congtin.messages import msg
from congtin.release.backup.places import PlaceFailed, variables
from congtin.release.backup.settings import Keep, Place

TAG = "congtin"
_HOST = "congtin"
_ABSENT = ("unable to open config file", "Is there a repository at the following location?", "does not exist")
_LOCKED = ("repository is already locked", "unable to create lock")
_RETRYING = "returned error, retrying after"
_PATIENCE = 60.0
_PAUSE = 2.0
_ANSWER = timedelta(minutes=10)


class NoRepository(PlaceFailed):
    """A place holds no repository yet, or is not there: an empty mount point looks the same."""


class ResticFailed(PlaceFailed):
    """restic did not do what it was asked; ``said`` are its own lines."""

    def __init__(self, place: Place, said: Sequence[str]) -> None:
        self.said = tuple(said)
        shown = "; ".join(said[-6:])[:900] or "-"
        text = msg("restic failed at “{place}”: {detail}", place=place.name, detail=shown)
        full = "no space left on device" in shown.lower()
        hint = msg("Make room there, then try again: what was written so far is used.") if full else None
        super().__init__(text, hint)


@dataclass(frozen=True)
class Snapshot:
    """One copy at one place."""

    id: str
    taken: datetime
    tags: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        return self.id[:8]


@dataclass(frozen=True)
class Written:
    """What a copy cost."""

    snapshot: Snapshot
    files: int
    bytes: int
    added: int
    """Bytes that the place did not have."""


@dataclass(frozen=True)
class Restic:
    """Asks restic about one place."""

    place: Place
    cache: Path
    most: timedelta

    def init(self) -> bool:
        """Make the repository; tell whether there was none. Raise PlaceFailed when it cannot be made."""
        try:
            self.run("cat", "config")
        except NoRepository:
            self.run("init")
            return True
        return False

    def snapshots(self) -> list[Snapshot]:
        """Return all copies, oldest first; raise PlaceFailed when the place does not answer."""
        found = json.loads(self.run("snapshots", "--json", "--tag", TAG) or "null") or []
        read = [Snapshot(one["id"], _time(one["time"]), tuple(one.get("tags") or ())) for one in found]
        return sorted(read, key=lambda one: one.taken)

    def snapshot(self, name: str | None) -> Snapshot:
        """Return a copy by the beginning of its id, the newest without; raise UsageError when there is none."""
        found = [one for one in self.snapshots() if one.id.startswith(name or "")]
        if not found or (name and len(found) > 1):
            hint = msg("Run: congtin backup list")
            text = msg("There is no copy “{snapshot}” at “{place}”.", snapshot=name or "-", place=self.place.name)
            raise UsageError(text, hint)
        return found[-1]

    def backup(self, folder: Path, taken: datetime) -> Written:
        """Copy a folder; raise PlaceFailed unless every file of it was read."""
        said = self._run(
            # What never changes once it is there is told by name, size and time alone: linking it here alters ctime.
            ["backup", ".", "--json", "--quiet", "--ignore-ctime", "--host", _HOST, "--tag", TAG,
             "--time", f"{taken.astimezone(UTC):%Y-%m-%d %H:%M:%S}"],
            cwd=folder,
        )  # fmt: skip
        summary = next((line for line in _json_lines(said.stdout) if line.get("message_type") == "summary"), None)
        if said.returncode or summary is None:
            if summary is not None:
                # Files could not be read: a copy with holes is worse than none, because it looks like one.
                self.run("forget", summary["snapshot_id"])
            raise ResticFailed(self.place, _lines(said.stderr))
        return Written(
            self.snapshot(summary["snapshot_id"]), summary["total_files_processed"],
            summary["total_bytes_processed"], summary["data_added"],
        )  # fmt: skip

    def restore(self, snapshot: Snapshot, folder: Path) -> None:
        """Write a copy into a folder and read it again; raise ResticFailed with every file that could not be."""
        self.run("restore", snapshot.id, "--target", str(folder), "--verify")

    def check(self, percent: int) -> list[str]:
        """Return what is wrong with a place's own files, in restic's words; empty when nothing is."""
        read = "--read-data" if percent == 100 else f"--read-data-subset={percent}%"
        # What is missing is found first: to read each such file restic would try again for most of a minute.
        for words in (["check"], ["check", read]):
            done = self._answer(words)
            _raise_known(self.place, done)
            if done.returncode:
                return [line for line in _lines(done.stderr) if _RETRYING not in line]
        return []

    def unlock(self) -> None:
        """Take away locks of processes of this machine that are dead, and those nobody renewed for half an hour."""
        self.run("unlock")

    def to_forget(self, keep: Keep) -> list[Snapshot]:
        """Return the copies that the rules do not keep; nothing is removed yet."""
        rules = [f"--keep-{name}={number}" for name, number in keep.model_dump().items() if number]
        out = self.run("forget", "--dry-run", "--json", "--group-by", "host", "--tag", TAG, *rules)
        groups = json.loads(out.splitlines()[0] if out else "[]") or []
        gone = [one for group in groups for one in group["remove"] or ()]
        return [Snapshot(one["id"], _time(one["time"]), tuple(one.get("tags") or ())) for one in gone]

    def forget(self, snapshots: Sequence[Snapshot]) -> None:
        """Remove copies, and the data only they had."""
        if snapshots:
            self.run("forget", "--prune", *[one.id for one in snapshots])

    # --- starting it ---------------------------------------------------------------------------

    def run(self, *words: str) -> str:
        """Return what restic prints; raise NoRepository or ResticFailed when it fails."""
        done = self._run(list(words))
        if done.returncode:
            raise ResticFailed(self.place, _lines(done.stderr))
        return done.stdout

    def _run(self, words: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        done = self._answer(words, cwd)
        _raise_known(self.place, done)
        return done

    def _answer(self, words: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run restic; wait a little for a lock that lives, and take away one that is dead."""
        end = time.monotonic() + _PATIENCE
        while True:
            done = self._start(words, cwd)
            if not done.returncode or not any(word in done.stderr for word in _LOCKED):
                return done
            if time.monotonic() > end:
                return done
            self._start(["unlock"], None)
            time.sleep(_PAUSE)

    def _start(self, words: list[str], cwd: Path | None) -> subprocess.CompletedProcess[str]:
        command = ["setpriv", "--pdeathsig", "INT", "restic", *self._options(), *words]
        limit = self.most if words[0] in ("backup", "restore", "check", "forget") else min(self.most, _ANSWER)
        try:
            with _session(command, cwd, self._environment()) as process:
                out, err = process.communicate(timeout=limit.total_seconds())
        except subprocess.TimeoutExpired as error:
            hours = limit / timedelta(hours=1)
            text = msg("restic did not end at “{place}” within {hours} hours.", place=self.place.name, hours=hours)
            raise PlaceFailed(text) from error
        except OSError as error:
            raise UsageError(msg("restic is not installed."), msg("Run: apt install restic")) from error
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def _options(self) -> list[str]:
        return ["-o", f"sftp.command={self.place.sftp_command}"] if self.place.sftp_command else []

    def _environment(self) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RESTIC_", "AWS_", "GIT_"))}
        scratch = self.cache.with_name("tmp")
        scratch.mkdir(parents=True, exist_ok=True)
        return kept | variables(self.place) | {
            "RESTIC_REPOSITORY": self.place.repository,
            "RESTIC_PASSWORD_FILE": self.place.password_file,
            "RESTIC_CACHE_DIR": str(self.cache),
            "TMPDIR": str(scratch),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
        }  # fmt: skip


@contextmanager
def _session(command: list[str], cwd: Path | None, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Start a program; interrupt it first when we leave before its end, so that it gives its locks back."""
    if shutil.which(command[0]) is None or shutil.which("restic") is None:
        raise FileNotFoundError(command[0])
    with subprocess.Popen(  # noqa: S603 (our own words and the operator's settings, no shell)
        command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, encoding="utf-8", errors="replace",
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                try:
                    process.communicate(timeout=10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()


def _raise_known(place: Place, done: subprocess.CompletedProcess[str]) -> None:
    if not done.returncode:
        return
    if any(words in done.stderr for words in _ABSENT[:2]):
        hint = msg("Is the disk mounted, the server up? A new place is made with: congtin backup init")
        text = msg("There is no repository at the place “{place}”: {where}", place=place.name, where=place.repository)
        raise NoRepository(text, hint)
    if "wrong password or no key found" in done.stderr:
        hint = msg("Its content must be the password this place was made with.")
        text = msg("The password in {file} does not open the place “{place}”.", file=place.password_file,
                   place=place.name)  # fmt: skip
        raise PlaceFailed(text, hint)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _json_lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _time(text: str) -> datetime:
    # Go writes up to nine places behind the second; Python's reader takes any number since 3.11.
    return datetime.fromisoformat(text)
