"""Where published files are found: in a Release, or in what a build of the work tree left."""

from __future__ import annotations

import hashlib
from pathlib import Path

from congtin.build.manifest import SERVER_FOLDER
from congtin.release.records import Release
from congtin.release.search.lists import Tree, list_names


def release_tree(release: Release) -> Tree:
    """Return the files of a Release; their digests are those it was signed with."""
    return Tree(release.tree, list_names(release.outputs), release.outputs.__getitem__)


def output_tree(output: Path) -> Tree:
    """Return the files of a folder that a build wrote."""
    lists = (file.relative_to(output).as_posix() for file in (output / SERVER_FOLDER).glob("*/*"))
    return Tree(output, list_names(lists), lambda name: hashlib.sha256((output / name).read_bytes()).hexdigest())
