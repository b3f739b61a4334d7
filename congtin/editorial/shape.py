"""What kind of files a Change may hold at all, before anybody reads them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

from congtin.characters import INVISIBLE, LINE_SEPARATORS
from congtin.editorial.policy import Policy
from congtin.editorial.repository import ABSENT, REGULAR, CommitTree, Difference
from congtin.errors import Problem
from congtin.messages import Msg, msg

_EXECUTABLE = "100755"
_LINK, _MODULE = "120000", "160000"
# What citizens or rules are made of; programs and tools may be executable, these may not.
_PLAIN = ("content/", "sites/", "themes/", "workflows/")
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES = 1024


def shape_problems(after: CommitTree, differences: Sequence[Difference], policy: Policy) -> Iterator[Problem]:
    """Yield what makes files of a Change unfit whatever they say: links, modes, names, twins, sizes."""
    if len(differences) > policy.limits.files:
        text = msg(
            "The Change touches {count} files; {most} are allowed.", count=len(differences), most=policy.limits.files
        )
        yield Problem("too-many-files", text)
        return
    look = _Look(after, policy)
    for difference in differences:
        if not difference.deleted:
            yield from look.mode(difference)
            yield from look.name(difference.path)
            yield from look.twins(difference.path)
    yield from look.sizes(differences)


class _Look:
    def __init__(self, after: CommitTree, policy: Policy) -> None:
        self.after = after
        self.policy = policy
        self.names = cache(self._names)

    def mode(self, difference: Difference) -> Iterator[Problem]:
        path, mode = difference.path, difference.new_mode
        if mode == _LINK:
            yield _problem("symlink", path, msg("Symbolic links are not allowed."))
        elif mode == _MODULE:
            yield _problem("submodule", path, msg("Submodules are not allowed."))
        elif mode != REGULAR and (mode != _EXECUTABLE or path.startswith(_PLAIN)):
            hint = msg("Run: chmod a-x {path}", path=path)
            yield _problem("executable", path, msg("Files here must not be executable."), hint)
        elif difference.old_mode not in (ABSENT[:6], mode) and path.startswith(_PLAIN):
            yield _problem("mode-changed", path, msg("The Change turns a file into another kind of file."))

    def name(self, path: str) -> Iterator[Problem]:
        shown = os.fsencode(path).decode("utf-8", "replace")
        composed = unicodedata.normalize("NFC", path) == path
        control = any(ord(char) < 0x20 or ord(char) == 0x7F for char in path)
        if (
            shown != path
            or not composed
            or control
            or INVISIBLE.search(path)
            or LINE_SEPARATORS.search(path)
            or "\\" in path
        ):
            yield _problem("path-form", shown, msg("The name holds characters that names must not hold."))
        if len(os.fsencode(path)) > self.policy.limits.path_bytes:
            yield _problem(
                "path-form", shown, msg("The name is longer than {most} bytes.", most=self.policy.limits.path_bytes)
            )
        parts = path.split("/")
        if any(part in ("", ".", "..") or part[-1] in ". " or part[0] == " " for part in parts):
            yield _problem("path-form", shown, msg("The name leads to another place than it seems to."))
        if path.startswith(_PLAIN) and any(part.casefold().startswith(".git") for part in parts):
            text = msg("Files that steer Git have no place here.")
            yield _problem("git-file", shown, text)

    def twins(self, path: str) -> Iterator[Problem]:
        """Compare each part of a path with its neighbours: two that only differ in case are one on some machines."""
        parts = path.split("/")
        for depth in range(len(parts)):
            folder, name = "/".join(parts[:depth]), parts[depth]
            twins = self.names(folder).get(_fold(name), set()) - {name}
            if twins:
                text = msg(
                    "The name is the same as “{other}” but for case or the form of its letters.", other=min(twins)
                )
                yield _problem("twin", path, text, msg("Give it another name."))

    def _names(self, folder: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in self.after.names(folder):
            found.setdefault(_fold(name), set()).add(name)
        return found

    def sizes(self, differences: Sequence[Difference]) -> Iterator[Problem]:
        new = {d.new: d.path for d in differences if not d.deleted and d.new_mode != _MODULE}
        sizes = self.after.repository.sizes(new)
        most = self.policy.limits.bytes
        if sum(sizes.values()) > most:
            yield Problem("too-large", msg("The Change holds more than {most} bytes.", most=f"{most:,}"))
            return
        for oid, path in new.items():
            if path.startswith("content/") and sizes.get(oid, 0) < _POINTER_BYTES:
                kind, data = self.after.repository.object(oid)
                if kind == "blob" and data.startswith(_POINTER):
                    text = msg("This is a pointer of Git LFS, not the file itself.")
                    yield _problem("lfs-pointer", path, text, msg("Add the file without LFS."))


def _problem(code: str, path: str, text: Msg, hint: Msg | None = None) -> Problem:
    return Problem(code, text, path, 0, hint)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
