"""The work tree of a person: their branch, their key, what they fetch and push. Git runs as they set it up."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from congtin.editorial.repository import GitRepository
from congtin.errors import CongtinError, UsageError
from congtin.messages import msg

REMOTE = "origin"
# Never forced: whoever rewrote main, the Approvals or the log is found out here.
_SHARED = (
    "refs/heads/main:refs/remotes/origin/main",
    "refs/congtin/approvals:refs/congtin/approvals",
    "refs/congtin/log:refs/congtin/log",
)
# Git's around the two versions of a conflict.
_MARKS = (b"<<<<<<< ", b">>>>>>> ")
_BRANCHES = "+refs/heads/change/*:refs/remotes/origin/change/*"


class PushRefused(CongtinError):
    """The other side did not take a push; its words are the detail."""

    def __init__(self, said: str, *, behind: bool) -> None:
        super().__init__(msg("Nothing was taken in."), msg("{detail}", detail=said) if said else None)
        self.behind = behind
        """Somebody else was faster: worth another try."""


class WorkTree:
    """A clone of the content repository with files a person edits."""

    def __init__(self, root: Path, key: Path | None = None) -> None:
        """Open the clone, to sign with ``key``; raise UsageError when ``root`` is no work tree or has no remote."""
        self.root = root
        self._key = key
        if not (root / ".git").exists():
            raise UsageError(msg("{path} is not a Git repository.", path=root))
        self.repository = GitRepository(root)
        if self._git("remote", "get-url", REMOTE).returncode:
            hint = msg("Clone the content repository, or name it: git remote add origin URL")
            raise UsageError(msg("This work tree does not know the content repository."), hint)

    @property
    def remote(self) -> Path | None:
        """The content repository, when it lies on this machine."""
        url = self._text("remote", "get-url", REMOTE)
        path = Path(url.removeprefix("file://"))
        return path if path.is_absolute() and path.is_dir() else None

    # --- who -----------------------------------------------------------------------------------

    def key(self) -> Path:
        """Return the file of the person's key; raise UsageError when none is chosen, or there is no such file."""
        chosen = self._key or self._configured_key()
        if chosen is None:
            hint = msg("Choose your key: git config congtin.signingkey ~/.ssh/id_ed25519")
            raise UsageError(msg("It is not known with which key you sign."), hint)
        file = chosen.expanduser().absolute()
        if not file.is_file():
            raise UsageError(msg("There is no key {file}.", file=file), msg("Make one: ssh-keygen -t ed25519"))
        return file

    def _configured_key(self) -> Path | None:
        for name in ("congtin.signingkey", "user.signingkey"):
            value = self._git("config", "--get", name).stdout.decode().strip()
            if value:
                return Path(value)
        return None

    # --- exchange ------------------------------------------------------------------------------

    def fetch(self) -> None:
        """Bring everything here that the others have; raise CongtinError when history there was rewritten."""
        present = self._text("ls-remote", REMOTE, "refs/heads/main", "refs/congtin/*").split()
        wanted = [spec for spec in _SHARED if spec.split(":")[0] in present]
        # Not --quiet: Git would not say then that it was asked to take rewritten history.
        done = self._git("fetch", "--no-tags", "--prune", REMOTE, *wanted, _BRANCHES)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            if "non-fast-forward" in said or "rejected" in said:
                hint = msg("Tell the operator before anything else is done: {detail}", detail=said[:300])
                raise CongtinError(msg("The published history was rewritten."), hint)
            raise UsageError(msg("Nothing could be fetched: {detail}", detail=said[:500]))

    def push(self, *moves: str) -> None:
        """Send refs, all or none; raise PushRefused with what the other side said."""
        done = self._git("push", "--quiet", "--atomic", "--porcelain", REMOTE, *moves)
        if done.returncode == 0:
            return
        said = done.stderr.decode("utf-8", "replace")
        words = [line.removeprefix("remote:").strip() for line in said.splitlines() if line.startswith("remote:")]
        told = "\n".join(word for word in words if word)
        if told:
            # The hook's code, and Git's own words when somebody came between the hook and the refs.
            behind = "[ref-moved]" in told or "but expected" in told
        else:
            behind = any(mark in done.stdout.decode() + said for mark in ("fetch first", "non-fast", "stale", "lock"))
        raise PushRefused(told or ("" if behind else said.strip()[:500]), behind=behind)

    # --- the branch ----------------------------------------------------------------------------

    def branch(self) -> str:
        """Return the branch the person is on, empty when on none."""
        return self._git("symbolic-ref", "--quiet", "--short", "HEAD").stdout.decode().strip()

    def switch(self, branch: str, start: str | None = None) -> None:
        """Go to a branch, making it at ``start``; edits in progress come along, or nothing happens."""
        made = ["-c", branch, "--no-track", start] if start else [branch]
        done = self._git("switch", "--quiet", *made)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            hint = msg("{detail}", detail=said[:500])
            raise UsageError(msg("The work tree has edits that would be lost; nothing was changed."), hint)

    def return_to_main(self, published: str) -> None:
        """Show what is published, once a Change is finished; with edits in progress everything stays as it is."""
        if self.edited():
            return
        main = "main" if self.repository.ref("refs/heads/main") else None
        self.switch("main", None if main else published)
        self.fast_forward(published)

    def describe(self, branch: str, title: str | None = None) -> str:
        """Return the title of a Change that was given on this machine; set it when there is a new one."""
        if title is not None:
            self._require("config", f"branch.{branch}.description", title)
        return self._git("config", "--get", f"branch.{branch}.description").stdout.decode().strip()

    def edited(self) -> list[str]:
        """Return every file that is not as the branch has it."""
        said = self._require("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        return [os.fsdecode(entry)[3:] for entry in said.split(b"\0") if entry]

    def record(self, message: str, key: Path) -> bool:
        """Commit all edits, signed; return whether there were any.

        Raise UsageError when a file still holds both versions of a conflict: readers would see the marks.
        """
        if not self.edited():
            return False
        unsettled = [path for path in self.unmerged() if self._is_unsettled(path)]
        if unsettled:
            hint = msg("Keep what is right, and delete the lines with <<<<<<<, ======= and >>>>>>>.")
            raise UsageError(msg("Both versions still stand in {paths}.", paths=", ".join(unsettled)), hint)
        self._require("add", "--all")
        self._signed(key, "commit", "--quiet", "--no-verify", "--message", message)
        return True

    def bring_in(self, other: str, key: Path) -> list[str]:
        """Merge another commit into the branch, signed; return the files in conflict, left for the person to settle."""
        words = ["merge", "--quiet", "--no-edit", "--no-ff", other]
        done = self._git(*self._signing(key), *words)
        if done.returncode == 0:
            return []
        found = self.unmerged()
        if not found:
            said = done.stderr.decode("utf-8", "replace").strip()
            raise UsageError(msg("Git failed: git {command}", command="merge"), msg("{detail}", detail=said[:500]))
        return found

    def unmerged(self) -> list[str]:
        """Return the files that a merge left for the person to settle."""
        said = self._require("diff", "--name-only", "--diff-filter=U", "-z")
        return [os.fsdecode(path) for path in said.split(b"\0") if path]

    def _is_unsettled(self, path: str) -> bool:
        file = self.root / path
        return file.is_file() and any(line.startswith(_MARKS) for line in file.read_bytes().splitlines())

    def fast_forward(self, other: str) -> None:
        """Bring the branch forward to what it already contains."""
        self._require("merge", "--quiet", "--ff-only", other)

    # --- Git -----------------------------------------------------------------------------------

    @staticmethod
    def _signing(key: Path) -> list[str]:
        return ["-c", "gpg.format=ssh", "-c", f"user.signingkey={key}", "-c", "commit.gpgsign=true"]

    def _signed(self, key: Path, *arguments: str) -> None:
        self._require(*self._signing(key), *arguments)

    def _text(self, *arguments: str) -> str:
        return self._require(*arguments).decode().strip()

    def _require(self, *arguments: str) -> bytes:
        done = self._git(*arguments)
        if done.returncode:
            said = done.stderr.decode("utf-8", "replace").strip()
            words = " ".join(word for word in arguments[:3] if not word.startswith("-"))
            raise UsageError(msg("Git failed: git {command}", command=words), msg("{detail}", detail=said[:500]))
        return done.stdout

    def _git(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_MERGE_AUTOEDIT": "no"}
        return subprocess.run(  # noqa: S603 (refs are ours, texts of people stand behind an option)
            ["git", "-C", str(self.root), *arguments],  # noqa: S607 (the user's Git)
            capture_output=True, env=environment, check=False,
        )  # fmt: skip
