"""Changes as people handle them: begin, edit, submit, decide, merge. What counts is decided on the other side."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from congtin.catalogue.front_matter import ID_ALPHABET, ID_LENGTH
from congtin.editorial import approvals, log
from congtin.editorial.intake import contents
from congtin.editorial.merging import merge_commit
from congtin.editorial.repository import GitRepository, digest_of, parse_raw
from congtin.editorial.statements import Signed, Statement, Type, sign_statement
from congtin.editorial.worktree import PushRefused, WorkTree
from congtin.errors import UsageError
from congtin.messages import msg

MAIN = "refs/remotes/origin/main"
BRANCH = "change/"
_TRIES = 8


@dataclass(frozen=True)
class Bytes:
    """What a statement is about: exactly this difference."""

    base: str
    head: str
    digest: str
    files: Mapping[str, str | None]


def head_of(git: GitRepository, change: str) -> str:
    """Return the newest commit of a Change; raise UsageError when there is none."""
    for place in ("remotes/origin", "heads"):
        found = git.ref(f"refs/{place}/{BRANCH}{change}")
        if found:
            return found
    raise UsageError(msg("There is no Change “{change}”.", change=change), msg("congtin change list"))


class Changes:
    """The Changes of one content repository, seen from a person's work tree."""

    def __init__(self, tree: WorkTree, now: Callable[[], datetime]) -> None:
        self.tree = tree
        self.git = tree.repository
        self.now = now

    # --- what there is -------------------------------------------------------------------------

    def current(self) -> str:
        """Return the Change the person is on; raise UsageError when on none."""
        branch = self.tree.branch()
        if not branch.startswith(BRANCH):
            hint = msg("Begin one: congtin change start --title …, or open one: congtin change edit ID")
            raise UsageError(msg("The work tree is on no Change."), hint)
        return branch.removeprefix(BRANCH)

    def head(self, change: str) -> str:
        """Return the newest commit of a Change that the others have; of one never sent, the person's own.

        Raise UsageError when there is no such Change.
        """
        return head_of(self.git, change)

    def statements(self, change: str) -> list[Signed]:
        """Return what was said about a Change, in the order of its times."""
        found = approvals.statements_of(self.git, self.git.ref(approvals.REF), change)
        return sorted(found, key=lambda signed: (signed.statement.at, signed.sha))

    def bytes_of(self, change: str) -> Bytes:
        """Return what a Change is now: its head over what of main it builds on."""
        return self.bytes_at(self.head(change))

    def bytes_at(self, head: str) -> Bytes:
        """Return what a commit alters over what of main it builds on."""
        main = self.main()
        base = self.git.merge_base(main, head)
        if base is None:
            raise UsageError(msg("The Change does not build on what is published."))
        if self.git.is_ancestor(head, main):
            raise UsageError(msg("The Change is merged already, or alters nothing."))
        raw = self.git.raw_difference(base, head)
        return Bytes(base, head, digest_of(raw), contents(self.git, parse_raw(raw)))

    def submitted(self, change: str) -> Bytes:
        """Return the bytes that were submitted last; raise UsageError when nothing was, or was edited since."""
        current = self.bytes_of(change)
        known = [s.statement for s in self.statements(change) if s.statement.type is Type.SUBMISSION]
        if not any(s.digest == current.digest and s.head == current.head for s in known):
            hint = msg("Its author submits it: congtin change submit")
            raise UsageError(msg("These bytes are not submitted, or have been edited since."), hint)
        return current

    def main(self) -> str:
        """Return what is published, as it was fetched last."""
        found = self.git.ref(MAIN)
        if found is None:
            raise UsageError(msg("Nothing is published yet: the content repository has no main."))
        return found

    # --- editing -------------------------------------------------------------------------------

    def start(self, title: str) -> str:
        """Begin a Change from what is published; edits in progress come along. Return its id."""
        self.tree.fetch()
        change = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
        self.tree.switch(f"{BRANCH}{change}", self.main())
        self.tree.describe(f"{BRANCH}{change}", title)
        return change

    def edit(self, change: str) -> None:
        """Bring a Change into the work tree, with what others added to it."""
        self.tree.fetch()
        head, branch = self.head(change), f"{BRANCH}{change}"
        own = self.git.ref(f"refs/heads/{branch}")
        self.tree.switch(branch, None if own else head)
        if own and own != head and self.git.is_ancestor(own, head):
            self.tree.fast_forward(head)

    def bring_in_main(self) -> list[str]:
        """Merge what was published meanwhile into the Change; return the files whose conflict the person settles."""
        self.current()
        self.tree.fetch()
        self.tree.record("Edit", self.tree.key())
        return self.tree.bring_in(self.main(), self.tree.key())

    def record(self, message: str) -> bool:
        """Keep all edits in the Change, signed by the person; return whether there were any."""
        self.current()
        return self.tree.record(message, self.tree.key())

    def submit(self, title: str | None, **said: Any) -> tuple[str, Bytes]:
        """Send a Change to its Boards; return (id, bytes). ``said`` are further fields of the submission."""
        change = self.current()
        self.tree.fetch()
        branch = f"{BRANCH}{change}"
        head = self.git.ref(f"refs/heads/{branch}")
        theirs = self.git.ref(f"refs/remotes/origin/{branch}")
        if head is None or (theirs and not self.git.is_ancestor(theirs, head)):
            hint = msg("Bring it in, settle both versions, and submit again: git merge origin/{branch}", branch=branch)
            raise UsageError(msg("Somebody else has edited this Change meanwhile; your edits are kept."), hint)
        found = self.bytes_at(head)
        named = title or self.title(change)
        if not named:
            raise UsageError(msg("The Change has no title."), msg("congtin change submit --title “…”"))
        self.say(change, found, Type.SUBMISSION, f"{head}:refs/heads/{branch}", title=named, declaration=True, **said)
        return change, found

    def title(self, change: str) -> str:
        """Return what the Change is called, empty when nobody has said."""
        known = [s.statement.title for s in self.statements(change) if s.statement.title]
        return self.tree.describe(f"{BRANCH}{change}") or (known[-1] if known else "")

    # --- deciding ------------------------------------------------------------------------------

    def decide(self, change: str, kind: Type, digest: str | None = None, **said: Any) -> Bytes:
        """Sign and send a decision over the bytes that are submitted; return them.

        ``digest`` is what the person saw: when the Change is other bytes by now, nothing is signed.
        """
        self.tree.fetch()
        found = self.bytes_of(change) if kind in (Type.WITHDRAWAL, Type.REJECTION) else self.submitted(change)
        if digest is not None and digest != found.digest:
            hint = msg("Look at it again: congtin change diff {change}", change=change)
            raise UsageError(msg("The Change was edited after you looked at it; nothing was signed."), hint)
        self.say(change, found, kind, **said)
        return found

    def say(self, change: str, about: Bytes, kind: Type, *moves: str, **said: Any) -> Signed:
        """Sign a statement and send it, together with other refs.

        It holds no name: only its time, to the microsecond, tells what two members say of the same bytes apart.
        """
        fields = {name: value for name, value in said.items() if value is not None}
        statement = Statement(
            type=kind, change=change, base=about.base, head=about.head, digest=about.digest, files=dict(about.files),
            at=self.now(), **fields,
        )  # fmt: skip
        signed = sign_statement(statement, self.tree.key())
        self._send(lambda: [*moves, f"{self._appended(signed)}:{approvals.REF}"])
        return signed

    def _appended(self, signed: Signed) -> str:
        return approvals.append(self.git, self.git.ref(approvals.REF), [signed], self.now())

    def _send(self, moves: Callable[[], list[str]]) -> None:
        """Push; when somebody else was faster, fetch and try again with what is there now."""
        for left in reversed(range(_TRIES)):
            try:
                self.tree.push(*moves())
            except PushRefused as error:
                if not error.behind or not left:
                    raise
                self.tree.fetch()
            else:
                self.tree.fetch()
                return

    # --- merging -------------------------------------------------------------------------------

    def merge(self, change: str) -> str:
        """Merge an approved Change into main; return the commit. The other side judges; raise PushRefused.

        A Change that is merged already is not merged again: whoever lost the connection may ask once more.
        """
        self.tree.fetch()
        head = self.head(change)
        done = self.merged_as(head)
        if done:
            return done
        made: list[str] = []

        def moves() -> list[str]:
            made.append(merge_commit(self.git, self.main(), head, change, self.git.ref(log.REF), self.now()))
            return [f"{made[-1]}:refs/heads/main"]

        self._send(moves)
        if self.tree.branch() == f"{BRANCH}{change}":
            self.tree.return_to_main(MAIN)
        return made[-1]

    def merged_as(self, head: str) -> str | None:
        """Return the commit of main that merged a head; None when none has."""
        main = self.main()
        if not self.git.is_ancestor(head, main):
            return None
        lines = self.git.run("rev-list", "--first-parent", "--parents", main).decode().splitlines()
        return next((words[0] for words in map(str.split, lines) if words[2:] == [head]), None)
