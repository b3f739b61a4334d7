"""What Git knows: another revision, its files, and what differs from it."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from congtin.catalogue.tree import git_environment
from congtin.errors import UsageError
from congtin.messages import msg


class Revision:
    """A commit of the repository whose work tree lies in ``root``; reads its files through one process of Git's."""

    def __init__(self, root: Path, commit: str) -> None:
        self.root = root
        self.commit = commit
        self._reader: subprocess.Popen[bytes] | None = None

    @classmethod
    def find(cls, root: Path, name: str) -> Self:
        """Return where ``name`` and the work tree part; raise UsageError without Git or without such a revision."""
        if not (root / ".git").exists() or _git(root, "rev-parse", "--git-dir") is None:
            raise UsageError(msg("{path} is not a Git repository.", path=root))
        commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if commit is None:
            raise UsageError(msg("There is no revision “{revision}”.", revision=name))
        wanted = commit.decode().strip()
        # What others have brought to that branch meanwhile is no work of ours.
        common = _git(root, "merge-base", wanted, "HEAD")
        return cls(root, common.decode().strip() if common else wanted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.kill()
            self._reader.communicate()

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None where there is none, or none that a line can name."""
        if "\n" in path:
            return None
        reader = self._reader or self._start()
        if reader.stdin is None or reader.stdout is None:
            return None
        reader.stdin.write(f"{self.commit}:{path}\n".encode("utf-8", "surrogateescape"))
        reader.stdin.flush()
        answer = reader.stdout.readline()
        words = answer.split(b" ")
        if answer.endswith(b" missing\n") or len(words) != 3 or words[1] not in (b"blob", b"tree"):
            return None
        data = reader.stdout.read(int(words[2]))
        reader.stdout.read(1)
        return data if words[1] == b"blob" else None

    def _start(self) -> subprocess.Popen[bytes]:
        self._reader = subprocess.Popen(  # noqa: S603 (our own words only)
            ["git", "-C", str(self.root), "cat-file", "--batch"],  # noqa: S607 (the user's Git)
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=git_environment(),
        )
        return self._reader

    @contextmanager
    def exported(self, folders: Iterable[str]) -> Iterator[Path]:
        """Yield a folder that holds these top folders as they were; it is gone afterwards."""
        present = [folder for folder in folders if self._has(folder)]
        with tempfile.TemporaryDirectory(prefix="congtin-") as folder:
            archive = _git(self.root, "archive", "--format=tar", self.commit, "--", *present) if present else None
            if archive:
                with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                    # Links have no place in what is compared, and Git itself refuses paths that lead elsewhere.
                    members = [member for member in tar.getmembers() if member.isfile() or member.isdir()]
                    if hasattr(tarfile, "data_filter"):
                        tar.extractall(folder, members, filter="data")
                    else:  # Python before 3.11.4, as in Debian bookworm
                        tar.extractall(folder, members)  # noqa: S202 (only files, by Git's own paths)
            yield Path(folder)

    def _has(self, folder: str) -> bool:
        return _git(self.root, "cat-file", "-e", f"{self.commit}:{folder}") is not None


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what Git prints, or None when it refuses or is not there."""
    try:
        done = subprocess.run(  # noqa: S603 (our own words; names of people's stand behind --end-of-options)
            ["git", "-C", str(root), *arguments],  # noqa: S607 (the user's Git)
            capture_output=True,
            env=git_environment(),
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
