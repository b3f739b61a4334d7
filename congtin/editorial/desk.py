"""The service's side of a content repository: the gate, with all that it needs to judge.

Where things are stands in the bare repository's own configuration: `congtin.roster`, `congtin.trust`,
`congtin.key`. Work that must not happen twice at a time holds a lock that dies with its process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from congtin.editorial import approvals, log, refs
from congtin.editorial.log import Event, Recorded
from congtin.editorial.log_index import LogIndex
from congtin.editorial.merging import Proposal
from congtin.editorial.policy import Policy, load_policy
from congtin.editorial.repository import GitRepository
from congtin.editorial.roster import Roster
from congtin.editorial.rosters import Rosters
from congtin.editorial.standing import Appended, Standing
from congtin.editorial.trust import TrustRoot, load_trust
from congtin.errors import CongtinError, UsageError
from congtin.locks import locked
from congtin.messages import msg

if TYPE_CHECKING:
    # The checks are only loaded for a step of main: most pushes are none, and people wait for each.
    from congtin.editorial.mainline import Mainline
    from congtin.editorial.verdict import Verdict

MAIN = "refs/heads/main"
CHANGES = "refs/heads/change/"
STATE = "congtin"


class Desk:
    """One content repository with its roster, trust root and service key."""

    def __init__(self, path: Path, now: datetime, *, quarantine: bool = False) -> None:
        """Open a bare repository; raise UsageError when it is none, or was not made by `congtin desk init`."""
        self.now = now
        self.content = GitRepository(path, quarantine=quarantine)
        self.plain = GitRepository(path)
        """The same without what a push has brought: for the log."""
        self.state = self.content.folder / STATE
        self.index = LogIndex(self.state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.index.close()
        if "mainline" in self.__dict__:
            self.mainline.store.close()
        for repository in (self.content, self.plain):
            repository.close()
        if "rosters" in self.__dict__:
            self.rosters.close()

    @cached_property
    def _settings(self) -> dict[str, str]:
        listed = self.plain.answer("config", "--local", "--null", "--get-regexp", r"^congtin\.").stdout.decode()
        return dict(entry.split("\n", 1) for entry in listed.split("\0") if "\n" in entry)

    # --- where things are ----------------------------------------------------------------------

    def setting(self, name: str) -> Path:
        """Return a path of the repository's configuration; relative ones begin at the repository."""
        value = self._settings.get(f"congtin.{name}", "")
        if not value:
            hint = msg("Set it: git config congtin.{name} PATH, or begin with congtin desk init.", name=name)
            raise UsageError(msg("{path} does not say where its {name} is.", path=self.plain.path, name=name), hint)
        return self.plain.folder / value

    def is_at_hand(self) -> bool:
        """Tell whether the roster can be read here: for the service, never for CI (E7)."""
        try:
            return self.setting("roster").is_dir() and self.setting("trust").is_file()
        except (UsageError, OSError):
            return False

    @cached_property
    def trust(self) -> TrustRoot:
        return load_trust(self.setting("trust"))

    @cached_property
    def key(self) -> Path:
        return self.setting("key")

    @cached_property
    def rosters(self) -> Rosters:
        return Rosters(self.setting("roster"), self.trust, self.state)

    @cached_property
    def mainline(self) -> Mainline:
        from congtin.editorial.mainline import Mainline

        return Mainline(self.content, self.state)

    # --- what is in force ----------------------------------------------------------------------

    @cached_property
    def roster_head(self) -> str:
        """The roster in force now: its history checked, and never behind what the log has seen."""
        self.index.bring_to(self.plain, self.plain.ref(log.REF))
        return self.rosters.head(self.index.last_roster(), self.now)

    @property
    def roster(self) -> Roster:
        return self.rosters.at(self.roster_head)

    def policy(self, commit: str) -> Policy:
        """Return the policy of a commit."""
        return load_policy(self.content.tree(commit))

    def main(self) -> str:
        """Return main's commit."""
        head = self.plain.ref(MAIN)
        if head is None:
            raise UsageError(msg("{path} has no branch main.", path=self.plain.path))
        return head

    # --- judging -------------------------------------------------------------------------------

    def standing(self, change: str, statements: str | None, blobs: Iterable[str] = ()) -> Standing:
        """Return what counts now for a Change: ``statements`` is a state of the Approvals' ref, ``blobs`` its files."""
        self.index.bring_to(self.plain, self.plain.ref(log.REF))
        intakes = self.index.intakes(change)
        found = []
        for signed in approvals.statements_of(self.content, statements, change):
            intake = intakes.get(signed.sha)
            if intake is not None:
                found.append(Appended(signed, intake.seq, intake.time, self.rosters.at(intake.roster)))
        found.sort(key=lambda appended: appended.seq)
        return Standing(self.now, self.roster, self.trust, found, self.index.brought(blobs))

    def judge(self, proposal: Proposal, statements: str | None) -> Verdict:
        """Return the gate's verdict over a step, as things stand now."""
        from congtin.editorial import gate

        differences = self.content.differences(proposal.prev, proposal.after)
        standing = self.standing(proposal.change, statements, (difference.new for difference in differences))
        view = partial(self.mainline.view, now=self.now)
        return gate.judge(self.content, proposal, standing, view, self.mainline.rules(proposal.prev, self.now))

    def judge_change(self, change: str) -> Verdict:
        """Return the verdict over a Change as if it were merged now; raise MergeConflict when it cannot be."""
        head = self.content.ref(f"{CHANGES}{change}")
        if head is None:
            raise UsageError(msg("There is no Change “{change}”.", change=change), msg("congtin change list"))
        prev = self.main()
        tree = refs.merged_tree(self.plain, prev, head)
        return self.judge(Proposal(change, prev, tree, head), self.plain.ref(approvals.REF))

    # --- acting --------------------------------------------------------------------------------

    @contextmanager
    def lock(self, patience: float = 300) -> Iterator[None]:
        """Be the only one who judges and writes to the log; raise Busy when that takes more seconds than ``patience``.

        The system ends the lock with the process that holds it, however that ends.
        """
        self.state.mkdir(exist_ok=True)
        file = self.state / "lock"
        with locked(file, patience, lambda: Busy(file)):
            yield

    def record(self, events: Sequence[Event]) -> list[Recorded]:
        """Write to the log, as the roster and the Approvals stand now; raise UsageError when the key cannot sign."""
        key = self.key
        try:
            return log.append(self.plain, list(events), self.now, key)
        except UsageError as error:
            hint = msg("The service signs the log with the key that git config congtin.key names.")
            raise UsageError(error.message, hint) from error


class Busy(CongtinError):
    """Another push is being judged for too long; nothing was done."""

    def __init__(self, file: Path) -> None:
        hint = msg("Try again; when it stays so, see what the process does that holds {file}.", file=file)
        super().__init__(msg("Another push is being judged."), hint)


class Refused(CongtinError):
    """A push or an act the rules do not allow; it is logged."""
