"""The files of one commit, written out from Git's object database: no work tree, no filters, no links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from congtin.catalogue.tree import FOLDERS
from congtin.editorial.repository import REGULAR, GitRepository
from congtin.engine import blob_id
from congtin.errors import Problem, ProblemsFound
from congtin.messages import Msg, msg
from congtin.release.folders import remove_folder

_RESTORE = msg("Bring the repository back from its backup, then publish again.")


def export(repository: GitRepository, commit: str, folder: Path) -> int:
    """Write what a build reads of a commit into ``folder``, emptied first; return how many files that are.

    Every file's bytes are held against the id that the commit gives them. Raise ProblemsFound, with nothing left in
    the folder, when a file is no ordinary one, has an impossible name, or is damaged.
    """
    empty(folder)
    tree = repository.tree(commit)
    problems: list[Problem] = []
    made = {folder}
    count = 0
    for top in FOLDERS:
        for mode, oid, path in tree.entries(top):
            wrong = _wrong(mode, path)
            if wrong:
                problems.append(Problem("not-exported", wrong, path))
                continue
            kind, data = repository.object(oid)
            if kind != "blob" or blob_id(data) != oid:
                text = msg("The object {oid} of the content repository is damaged or missing.", oid=oid)
                problems.append(Problem("damaged-object", text, path, 0, _RESTORE))
                continue
            file = folder / path
            if file.parent not in made:
                file.parent.mkdir(parents=True, exist_ok=True)
                made.update(_up_to(file.parent, folder))
            file.write_bytes(data)
            count += 1
    if problems:
        empty(folder)
        raise ProblemsFound(problems)
    return count


def empty(folder: Path) -> None:
    """Empty a folder that stays: the builder sees it already."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        remove_folder(entry)


def _wrong(mode: str, path: str) -> Msg | None:
    if mode != REGULAR:
        return msg("Only ordinary files can be published; Git gives this one the mode {mode}.", mode=mode)
    if not path.isprintable() or {"", ".", "..", ".git"} & set(path.lower().split("/")):
        return msg("A file of this name cannot be published.")
    return None


def _up_to(folder: Path, top: Path) -> Iterator[Path]:
    while folder != top:
        yield folder
        folder = folder.parent
