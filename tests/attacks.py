"""What somebody does who wants one unapproved byte published: tools for the tests `test_attacks_*.py`.

Everything goes against the real hook of a real bare repository. `with repelled(desk, "words", code=…):` says that a
push is refused for that reason, that no ref moves, and that the log tells of it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from desks import APPROVALS, LOG, TinyDesk, Work, clock
from network import article

from congtin.catalogue.front_matter import ID_ALPHABET, ID_LENGTH
from congtin.editorial import approvals, log, signatures
from congtin.editorial.changes import Bytes
from congtin.editorial.log import Entry
from congtin.editorial.merging import merge_commit
from congtin.editorial.refs import write_commit, write_tree
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.editorial.rosters import Rosters
from congtin.editorial.statements import Signed, Statement, Type, sign_statement
from congtin.editorial.worktree import PushRefused
from congtin.errors import Problem

LIM, MAI = "content/ha/lim/tin-tuc/2026", "content/ha/mai/tin-tuc/2026"
PORTAL = "content/ha/portal/tin-tuc/2026"

# What is published before anybody attacks: one Item on each Site.
PUBLISHED = f"""\
-- {LIM}/cu.vi.md --
{article(800, "Tin cũ của Lim")}\
-- {MAI}/cu.vi.md --
{article(801, "Tin cũ của Mai")}\
-- {PORTAL}/cu.vi.md --
{article(802, "Tin cũ của Cổng")}\
"""


def make_desk(folder: Path, *texts: str) -> TinyDesk:
    """Return a desk on whose main one Item of each Site is published, and the given files."""
    return TinyDesk.create(folder / "desk", PUBLISHED, *texts)


# --- what must not happen --------------------------------------------------------------------------


def refs(desk: TinyDesk) -> dict[str, str]:
    """Return every ref of the content repository but the log."""
    with GitRepository(desk.content) as git:
        found = git.refs("refs/")
    return {name: oid for name, oid in found.items() if name != LOG}


def last_entry(desk: TinyDesk) -> Entry:
    """Return what the log tells last."""
    with GitRepository(desk.content) as git:
        return log.read(git, git.ref(LOG) or ABSENT).entry


@contextmanager
def repelled(desk: TinyDesk, *words: str, code: str | None = None, logged: bool = True) -> Iterator[None]:
    """Expect one push to be refused in these words and with that code, nothing to move, and the log to tell of it.

    ``logged=False``: Git itself refuses, before the hook is asked.
    """
    before, told = refs(desk), last_entry(desk)
    with pytest.raises(PushRefused) as caught:
        yield
    said = " ".join(str(caught.value).split())
    missing = [word for word in words if word not in said]
    assert not missing, f"refused in other words: {said}"
    assert refs(desk) == before
    entry = last_entry(desk)
    if logged:
        assert (entry.seq, entry.event) == (told.seq + 1, "refused"), "the log does not tell of it"
        if code:
            assert code in entry.detail["problems"], entry.detail
    else:
        assert entry.seq == told.seq


def blockers(desk: TinyDesk, change: str) -> list[str]:
    """Return the codes of what keeps a Change closed, and “missing:<Board>” for each that has yet to approve."""
    verdict = desk.verdict(change)
    return [p.code for p in verdict.errors] + [f"missing:{state.need.body}" for state in verdict.missing]


# --- how it is tried -------------------------------------------------------------------------------


def fresh(desk: TinyDesk, person: str) -> Work:
    """Return the work tree of a person, with all that the others have."""
    work = desk.work(person)
    work.changes.tree.fetch()
    return work


def said(desk: TinyDesk, change: str, about: Bytes, kind: Type, key: Path, **fields: object) -> Signed:
    """Return a signed statement about any bytes, any field forged; nothing is sent."""
    values = {
        "type": kind, "change": change, "base": about.base, "head": about.head, "digest": about.digest,
        "files": dict(about.files), "at": clock().replace(microsecond=0), **fields,
    }  # fmt: skip
    return sign_statement(Statement(**values), key)


def new_change() -> str:
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


def offered(
    desk: TinyDesk,
    files: Mapping[str, str | bytes | None],
    *approvers: str,
    by: str = "lim-editor",
    head: str | None = None,
    title: str = "Tin",
) -> str:
    """Return a Change that one person wrote and submitted and that others approved, sent in one push; not merged."""
    work = fresh(desk, by)
    data = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    head = head or commit_on(work, work.changes.main(), data)
    about, change = work.changes.bytes_at(head), new_change()
    words = [said(desk, change, about, Type.SUBMISSION, work.key, title=title, declaration=True)]
    # A reason of each one's own: equal words of the same second would be one statement.
    words += [said(desk, change, about, Type.APPROVAL, desk.village.key(p), reason=p) for p in approvers]
    send(work, words, f"{head}:refs/heads/change/{change}")
    return change


def send(work: Work, statements: Sequence[Signed], *moves: str) -> None:
    """Push statements with other refs; raise PushRefused."""
    git = work.changes.git
    state = approvals.append(git, git.ref(APPROVALS), statements, clock())
    work.push(*moves, f"{state}:{APPROVALS}")
    work.changes.tree.fetch()


def approved(desk: TinyDesk, files: Mapping[str, str | bytes | None], *, by: str = "lim-head") -> str:
    """Return a Change of lim's editor that one of the Board approved, not merged."""
    return offered(desk, files, by)


def published(desk: TinyDesk, files: Mapping[str, str | bytes | None], *approvers: str, by: str = "lim-editor") -> str:
    """Return a Change that was approved and merged."""
    change = offered(desk, files, *(approvers or ("lim-head",)), by=by)
    desk.work(by).merge(change)
    return change


def merge_into(
    work: Work,
    change: str,
    *,
    files: Mapping[str, bytes | None] | None = None,
    head: str | None = None,
    parents: Sequence[str] | None = None,
    tree: str | None = None,
    message: str | None = None,
) -> str:
    """Return a merge of a Change, any part of it forged; nothing is sent."""
    changes = work.changes
    changes.tree.fetch()
    git, prev = changes.git, changes.main()
    head = head or changes.head(change)
    with GitRepository(work.root) as plain:
        honest = merge_commit(git, prev, head, change, plain.ref(LOG), clock())
    tree = tree or git.tree(honest).oid
    if files:
        tree = write_tree(git, tree, files)
    said = message if message is not None else git.commit(honest).message
    return write_commit(git, tree, list(parents) if parents is not None else [prev, head], said, at=clock())


def commit_on(work: Work, parent: str, files: Mapping[str, bytes | None], *, key: Path | None = None) -> str:
    """Return a commit that writes files, signed by the person of a work tree (or with another key)."""
    git = work.changes.git
    tree = write_tree(git, parent, files)
    return write_commit(git, tree, [parent], "Edit\n", at=clock(), signing_key=key or work.key)


def object_of(work: Work, kind: str, data: bytes) -> str:
    """Store an object by its bytes, whatever Git thinks of them."""
    given = ["hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    return work.changes.git.run(*given, given=data).decode().strip()


def crafted_tree(work: Work, base: str, folder: str, mode: str, name: bytes, oid: str) -> str:
    """Return a tree like that of a commit, with an entry of any mode and name put into one folder by hand."""
    git = work.changes.git
    kind, data = git.object(f"{base}:{folder}" if folder else f"{base}^{{tree}}")
    entry = mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid)
    data = data if kind == "tree" else b""
    entries = sorted([*_entries(data), entry], key=_order)
    changed = object_of(work, "tree", b"".join(entries))
    if not folder:
        return changed
    parent, _, own = folder.rpartition("/")
    return _put_tree(work, base, parent, own, changed)


def _put_tree(work: Work, base: str, folder: str, name: str, oid: str) -> str:
    git = work.changes.git
    kind, data = git.object(f"{base}:{folder}" if folder else f"{base}^{{tree}}")
    rest = [
        e for e in _entries(data if kind == "tree" else b"") if e[: e.index(b"\0")].split(b" ", 1)[1] != name.encode()
    ]
    entry = b"40000 " + name.encode() + b"\0" + bytes.fromhex(oid)
    changed = object_of(work, "tree", b"".join(sorted([*rest, entry], key=_order)))
    if not folder:
        return changed
    parent, _, own = folder.rpartition("/")
    return _put_tree(work, base, parent, own, changed)


def _entries(data: bytes) -> Iterator[bytes]:
    while data:
        end = data.index(b"\0") + 21
        yield data[:end]
        data = data[end:]


def _name(entry: bytes) -> bytes:
    return entry[: entry.index(b"\0")].split(b" ", 1)[1]


def _order(entry: bytes) -> bytes:
    mode, name = entry[: entry.index(b"\0")].split(b" ", 1)
    return name + (b"/" if mode == b"40000" else b"")


def branch_with(work: Work, change: str, tree: str) -> str:
    """Return a move of a new branch to a signed commit with this tree over main."""
    git = work.changes.git
    work.changes.tree.fetch()
    head = write_commit(git, tree, [work.changes.main()], "Edit\n", at=clock(), signing_key=work.key)
    return f"{head}:refs/heads/change/{change}"


def signed_bytes(work: Work, data: bytes, namespace: str = signatures.APPROVAL, key: Path | None = None) -> bytes:
    return signatures.sign(data, key or work.key, namespace)


def put_statement(work: Work, change: str, data: bytes, signature: bytes, name: str | None = None) -> str:
    """Return a state of the Approvals with any two files added as a statement."""
    work.changes.tree.fetch()
    git = work.changes.git
    old = git.ref(APPROVALS)
    path = f"{change[:2]}/{change}/{name or hashlib.sha256(data).hexdigest()}"
    tree = write_tree(git, old, {f"{path}.json": data, f"{path}.sig": signature})
    return write_commit(git, tree, [old] if old else [], "Statement\n", at=clock())


def raw_push(desk: TinyDesk, work: Work, *updates: tuple[str, str, str]) -> str:
    """Send updates as a client of one's own would, with whatever old values; return all that Git answered.

    Git's own client always names what the server showed it; the protocol lets anybody name anything.
    """
    oids = [new for _, new, _ in updates if new != ABSENT]
    pack = work.changes.git.run(
        "pack-objects", "--revs", "--stdout", "--quiet", given="".join(f"{o}\n" for o in oids).encode()
    )
    lines = [f"{old} {new} {ref}" for old, new, ref in updates]
    lines[0] += "\0 report-status"
    given = b"".join(f"{len(line.encode()) + 5:04x}{line}\n".encode() for line in lines) + b"0000" + pack
    command = ["git", "receive-pack", str(desk.content)]
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=120, env=clean())
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def push_with(work: Work, environment: Mapping[str, str], *moves: str) -> subprocess.CompletedProcess[str]:
    """Push with variables in the environment that Git listens to."""
    command = ["git", "-C", str(work.root), "push", "--quiet", "origin", *moves]
    whole = {**clean(), **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=whole)


def clean() -> dict[str, str]:
    """Return the environment without what Git listens to."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def found_by_verification(desk: TinyDesk, copy: Path | None = None) -> list[Problem]:
    """Return what `congtin verify` finds: nothing of it asks the hook."""
    from congtin.editorial.history import verify_history

    trust = desk.village.trust()
    rosters = Rosters(desk.village.roster, trust, desk.folder)
    with GitRepository(desk.content) as content:
        other = GitRepository(copy) if copy else None
        try:
            return verify_history(content, rosters, trust, None, None, other)
        finally:
            rosters.close()
            if other:
                other.close()
