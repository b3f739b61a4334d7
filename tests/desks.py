"""A whole tiny desk for tests: a content repository with its real hook, people with keys, work trees.

desk = TinyDesk.create(tmp_path, texts...)
editor = desk.work("lim-editor")
change = editor.propose("A title", {"content/ha/lim/tin-tuc/2026/a.vi.md": article(1)})
desk.work("lim-head").approve(change)
editor.merge(change)
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from network import REPOSITORY, TinyNetwork
from rosters import Village

from congtin.editorial import approvals, hook, log
from congtin.editorial.changes import Changes
from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.history import verify_history
from congtin.editorial.log import Event, Recorded
from congtin.editorial.receive import Update
from congtin.editorial.refs import RefMove, move_refs, write_commit
from congtin.editorial.repository import ABSENT, GitRepository
from congtin.editorial.statements import Statement, Type, sign_statement
from congtin.editorial.takedown import take_down
from congtin.editorial.verdict import Verdict
from congtin.editorial.worktree import PushRefused, WorkTree
from congtin.errors import Problem

LOG, APPROVALS = log.REF, approvals.REF


def clock() -> datetime:
    """Return the real time: the hook has no other."""
    return datetime.now().astimezone()


@dataclass
class TinyDesk:
    """`content.git`, `roster.git`, `trust.yaml`, `keys/`, and one work tree a person, below one folder."""

    folder: Path
    village: Village
    network: TinyNetwork
    works: dict[str, Work] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path, *texts: str, code: bool = False, added: Mapping[str, str] | None = None) -> TinyDesk:
        """Make a desk whose main holds the tiny network of `network.SITES` and the given files.

        With ``code`` it holds theme and plugins too, so that it can be published; ``added`` are lines behind files.
        """
        network = TinyNetwork.create(folder / "source", *texts)
        for name in ("themes", "plugins") if code else ():
            (network.root / name).unlink()
            shutil.copytree(REPOSITORY / name, network.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path, lines in (added or {}).items():
            with (network.root / path).open("a", encoding="utf-8") as stream:
                stream.write(lines)
        (network.root / ".gitignore").write_text(".congtin/\noutput/\n")
        for file in (REPOSITORY / "workflows" / "rulepacks").glob("*.yaml"):
            network.put(f"workflows/rulepacks/{file.name}", file.read_bytes())
        network.git("init", "-q", "-b", "main")
        network.git("add", "--all")
        network.git("commit", "-qm", "source")
        content = folder / "content.git"
        subprocess.run(["git", "clone", "-q", "--bare", str(network.root), str(content)], check=True, timeout=60)
        with GitRepository(content) as git:
            old = git.ref(MAIN) or ABSENT
            root = write_commit(git, git.tree(old).oid, [], "The beginning\n", at=clock())
            move_refs(git, [RefMove(MAIN, root, old)])
            git.run("remote", "remove", "origin", fine=(0, 2))
            for name, value in (("roster", "roster.git"), ("trust", "trust.yaml"), ("key", "keys/service")):
                git.run("config", "--local", f"congtin.{name}", str(folder / value))
        village = Village.create(folder, content_root=root)
        desk = cls(folder, village, network)
        with desk.open() as opened:
            opened.record([Event("founded", roster=opened.roster_head, refs={MAIN: (ABSENT, root)})])
        hook.install(content)
        return desk

    @property
    def content(self) -> Path:
        return self.folder / "content.git"

    def close(self) -> None:
        """Stop what still runs."""
        for work in self.works.values():
            if "changes" in work.__dict__:
                work.changes.git.close()

    def open(self) -> Desk:
        """Return the service's side; use it in a `with` statement."""
        return Desk(self.content, clock())

    def work(self, person: str, *, near: bool = False) -> Work:
        """Return the work tree of a person, whose key it signs with; made when first asked for.

        A ``near`` one is another, and pushes by the shorter way.
        """
        place = f"{person}-near" if near else person
        if place not in self.works:
            root = self.folder / "works" / place
            subprocess.run(["git", "clone", "-q", str(self.content), str(root)], check=True, timeout=60)
            for name, value in (("user.name", "x"), ("user.email", "x@example.vn")):
                subprocess.run(["git", "-C", str(root), "config", name, value], check=True, timeout=60)
            self.works[place] = Work(self, root, self.village.key(person), near)
        return self.works[place]

    # --- what is there -------------------------------------------------------------------------

    def ref(self, name: str = MAIN) -> str | None:
        with GitRepository(self.content) as git:
            return git.ref(name)

    def read(self, path: str) -> str | None:
        """Return a published file."""
        with GitRepository(self.content) as git:
            data = git.tree(self.ref() or ABSENT).read(path)
        return data.decode() if data is not None else None

    def log(self) -> list[Recorded]:
        with GitRepository(self.content) as git:
            return list(log.entries(git, git.ref(LOG)))

    def events(self) -> list[str]:
        """Return what the log tells, one word an entry."""
        return [recorded.entry.event for recorded in self.log()]

    def verdict(self, change: str) -> Verdict:
        with self.open() as desk:
            return desk.judge_change(change)

    def verified(self) -> list[Problem]:
        """Return what `congtin verify` finds."""
        with self.open() as desk:
            return verify_history(desk.plain, desk.rosters, desk.trust)

    def git(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run Git in the bare repository, around the hook: as somebody who has broken into the machine."""
        return run(["git", f"--git-dir={self.content}", *arguments], check=check)


class NearWorkTree(WorkTree):
    """Pushes without Git between: the hook judges in this process what was brought to it, then the refs are moved.

    Git starts a Python for each push, which takes longer than all else about an edit. So edits are made that only lead
    up to what is tested: what the gate takes, and all that it must not take, is pushed through Git.
    """

    def push(self, *moves: str) -> None:
        content = self.remote
        assert content and not (content / "hooks/post-receive").exists()
        pairs = [move.split(":") for move in moves]
        with GitRepository(content) as git:
            # Looked at again as a whole they would come as a pack; a push leaves them loose.
            fetch = ("-c", "transfer.fsckObjects=false", "fetch", "--quiet", "--no-write-fetch-head")
            git.run(*fetch, str(self.root), *[oid for oid, _ in pairs])
            updates = [Update(name, git.ref(name) or ABSENT, oid) for oid, name in pairs]
            hook.receive(content, updates, clock())
            move_refs(git, [RefMove(update.ref, update.new, update.old) for update in updates])


@dataclass
class Work:
    """What one person does."""

    desk: TinyDesk
    root: Path
    key: Path

    near: bool = False

    @cached_property
    def changes(self) -> Changes:
        return Changes((NearWorkTree if self.near else WorkTree)(self.root, self.key), clock)

    def put(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    def edit(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files of the work tree; None removes one."""
        for path, content in files.items():
            if content is None:
                (self.root / path).unlink()
            else:
                self.put(path, content)

    def draft(self, title: str, files: Mapping[str, str | bytes | None]) -> str:
        """Begin a Change with some edits, signed but not sent."""
        changes = self.changes
        change = changes.start(title)
        self.edit(files)
        changes.record(title)
        return change

    def propose(self, title: str, files: Mapping[str, str | bytes | None], **said: object) -> str:
        """Begin a Change with some edits and submit it."""
        change = self.draft(title, files)
        self.changes.submit(title, **said)
        return change

    def amend(self, change: str, files: Mapping[str, str | bytes | None]) -> None:
        """Edit a Change further and submit it again."""
        changes = self.changes
        changes.edit(change)
        self.edit(files)
        changes.record("more")
        changes.submit(None)

    def approve(self, change: str, digest: str | None = None) -> None:
        self.changes.decide(change, Type.APPROVAL, digest)

    def decide(self, change: str, kind: Type, **said: object) -> None:
        self.changes.decide(change, kind, **said)

    def merge(self, change: str) -> str:
        return self.changes.merge(change)

    def take_down(self, item: str, reason: str) -> str:
        return take_down(self.changes, item, reason)

    def statement(self, change: str, kind: Type, **fields: object) -> Statement:
        """Return a statement about the bytes of a Change, any field replaced: to be forged."""
        about = self.changes.bytes_of(change)
        values = {
            "type": kind, "change": change, "base": about.base, "head": about.head, "digest": about.digest,
            "files": dict(about.files), "at": clock().replace(microsecond=0), **fields,
        }  # fmt: skip
        return Statement(**values)

    def say(self, statement: Statement, key: Path | None = None) -> None:
        """Send any statement, signed with any key; PushRefused when the hook does not take it."""
        signed = sign_statement(statement, key or self.key)
        with GitRepository(self.root) as git:
            oid = approvals.append(git, git.ref(APPROVALS), [signed], clock())
        self.push(f"{oid}:{APPROVALS}")

    def push(self, *moves: str) -> None:
        """Push any refs; PushRefused with the hook's words when they are not taken."""
        self.changes.tree.push(*moves)

    def refused(self, *moves: str) -> str:
        """Push refs that must not be taken; return what the hook said."""
        try:
            self.push(*moves)
        except PushRefused as error:
            return str(error)
        raise AssertionError(f"taken: {moves}")

    def git(self, *arguments: str, check: bool = True) -> str:
        return run(["git", "-C", str(self.root), *arguments], check=check).stdout


def run(command: list[str], *, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=120, env=environment)
