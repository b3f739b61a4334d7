"""The ready pipelines of `workflows/pipelines/`, put where each forge looks for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from congtin.editorial.forges.models import ForgeKind
from congtin.errors import UsageError, list_of
from congtin.messages import msg

SOURCE = "workflows/pipelines"
# Folder of the ready files, and where the forge looks for them. Gitea reads the same files as Forgejo.
_FOLDERS: Mapping[ForgeKind, tuple[str, str]] = {
    ForgeKind.GITHUB: ("github", ".github/workflows"),
    ForgeKind.FORGEJO: ("forgejo", ".forgejo/workflows"),
    ForgeKind.GITEA: ("forgejo", ".gitea/workflows"),
}
_GITLAB = {"gitlab/gitlab-ci.yml": ".gitlab-ci.yml"}


def pipeline_files(root: Path, forge: ForgeKind) -> dict[str, str]:
    """Return source and target of each pipeline of a forge, below the root; raise UsageError when there are none."""
    if forge is ForgeKind.GITLAB:
        found = _GITLAB
    else:
        folder, target = _FOLDERS[forge]
        ready = sorted((root / SOURCE / folder).glob("*.yml"))
        found = {f"{folder}/{file.name}": f"{target}/{file.name}" for file in ready}
    missing = [source for source in found if not (root / SOURCE / source).is_file()]
    if missing or not found:
        text = msg("There are no ready pipelines for {forge} in {folder}.", forge=forge.value, folder=SOURCE)
        raise UsageError(text, msg("They come with Côngtin; bring them back from its repository."))
    return {f"{SOURCE}/{source}": target for source, target in found.items()}


def install(root: Path, forge: ForgeKind, *, force: bool = False) -> list[str]:
    """Copy a forge's pipelines to where it looks for them; return the paths that were written.

    Raise UsageError, with nothing written, where other files stand already and ``force`` is not set.
    """
    files = {root / target: (root / source).read_bytes() for source, target in pipeline_files(root, forge).items()}
    for path in files:
        if not path.resolve().is_relative_to(root.resolve()):
            raise UsageError(msg("{path} leads out of the repository.", path=path.relative_to(root)))
    other = [path for path, data in files.items() if path.exists() and path.read_bytes() != data]
    if other and not force:
        names = list_of(path.relative_to(root).as_posix() for path in other)
        text = msg("These files are there already, and are others: {files}.", files=names)
        raise UsageError(text, msg("Move them away, or replace them with --force."))
    written = [path for path, data in files.items() if not path.exists() or path in other]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_bytes(files[path])
        temporary.replace(path)
    return [path.relative_to(root).as_posix() for path in written]
