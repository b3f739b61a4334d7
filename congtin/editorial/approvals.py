"""The append-only ref of all statements: `refs/congtin/approvals`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import PurePosixPath

from congtin.editorial import refs
from congtin.editorial.repository import REGULAR, GitRepository
from congtin.editorial.signatures import BadSignature
from congtin.editorial.statements import BadStatement, Signed, open_signed
from congtin.errors import CongtinError
from congtin.messages import msg

REF = "refs/congtin/approvals"


class NotAppended(CongtinError):
    """A new state of the ref does more than add statements to the old one."""


def statements_of(repository: GitRepository, approvals: str | None, change: str) -> list[Signed]:
    """Return all statements about a Change at one state of the ref, in no particular order.

    Raise NotAppended when a file there is no good statement: whoever wrote it went around the hook.
    """
    if not approvals:
        return []
    listed = repository.tree(approvals).entries(f"{change[:2]}/{change}")
    return list(_open(repository, {path: oid for _, oid, path in listed}))


def appended(repository: GitRepository, old: str | None, new: str) -> list[Signed]:
    """Return the statements that ``new`` adds to ``old``; raise NotAppended when it does anything else."""
    if old and not repository.is_ancestor(old, new):
        raise NotAppended(msg("Statements can only be added; their history cannot be rewritten."))
    before = old
    added: dict[str, str] = {}
    for oid in repository.commits(new, *([old] if old else [])):
        commit = repository.commit(oid)
        if commit.parents != ((before,) if before else ()):
            raise NotAppended(msg("Statements can only be added one after the other, without merges."))
        for difference in repository.differences(before or _empty(repository), oid):
            if not difference.added or difference.new_mode != REGULAR:
                text = msg("Statements can only be added: {path} is changed or removed.", path=difference.path)
                raise NotAppended(text)
            added[difference.path] = difference.new
        before = oid
    return list(_open(repository, added))


def names(repository: GitRepository, approvals: str) -> set[str]:
    """Return the digests of all statements at one state of the ref, by the names of their files alone."""
    return {PurePosixPath(path).stem for path in repository.tree(approvals).paths("")}


def append(repository: GitRepository, old: str | None, statements: Iterable[Signed], at: datetime) -> str:
    """Return a commit that adds statements to ``old``; the ref itself is not moved."""
    files: dict[str, bytes | None] = {}
    for signed in statements:
        files[f"{signed.path}.json"] = signed.data
        files[f"{signed.path}.sig"] = signed.signature
    tree = refs.write_tree(repository, old, files)
    return refs.write_commit(repository, tree, [old] if old else [], "Statement\n", at=at)


def _open(repository: GitRepository, files: dict[str, str]) -> Iterator[Signed]:
    for path, oid in sorted(files.items()):
        where = PurePosixPath(path)
        if where.suffix == ".sig" and f"{path[:-4]}.json" in files:
            continue
        if where.suffix != ".json" or f"{path[:-5]}.sig" not in files:
            raise NotAppended(msg("{path} is no statement with its signature.", path=path))
        data, signature = repository.object(oid)[1], repository.object(files[f"{path[:-5]}.sig"])[1]
        try:
            signed = open_signed(data, signature)
        except (BadStatement, BadSignature) as error:
            raise NotAppended(msg("{path}: {detail}", path=path, detail=error.message), error.hint) from error
        if f"{signed.path}.json" != path or hashlib.sha256(data).hexdigest() != where.stem:
            raise NotAppended(msg("{path} does not stand where it belongs.", path=path))
        yield signed


def _empty(repository: GitRepository) -> str:
    return repository.run("hash-object", "-t", "tree", "--stdin", given=b"").decode().strip()
