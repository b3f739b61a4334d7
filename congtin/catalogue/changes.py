"""What Git knows: the tree of another revision."""

from __future__ import annotations

import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import git

from congtin.errors import UsageError
from congtin.messages import msg

# What decides which addresses there are.
_FOLDERS = ("content", "sites", "workflows")


@contextmanager
def exported(root: Path, revision: str) -> Iterator[Path]:
    """Yield a folder that holds content, sites and rules as they are at ``revision``; it is gone afterwards.

    Raise UsageError when ``root`` is no Git repository or has no such revision.
    """
    try:
        repository = git.Repo(root)
        commit = repository.commit(revision)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise UsageError(msg("{path} is not a Git repository.", path=root)) from error
    except (git.BadName, git.GitCommandError, ValueError) as error:
        raise UsageError(msg("There is no revision “{revision}”.", revision=revision)) from error
    present = [folder for folder in _FOLDERS if folder in {tree.name for tree in commit.tree.trees}]
    with tempfile.TemporaryDirectory(prefix="congtin-") as folder:
        archive = io.BytesIO()
        repository.archive(archive, commit, path=present)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            # Links have no place in what is compared, and Git itself refuses paths that lead elsewhere.
            members = [member for member in tar.getmembers() if member.isfile() or member.isdir()]
            if hasattr(tarfile, "data_filter"):
                tar.extractall(folder, members, filter="data")
            else:  # Python before 3.11.4, as in Debian bookworm
                tar.extractall(folder, members)  # noqa: S202 (only files, by Git's own paths)
        yield Path(folder)
