"""The whole story of a Release: verify, export, build apart, assemble, check, sign, switch, look, log."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from congtin.editorial import log
from congtin.editorial.checkpoint import Checkpoint
from congtin.editorial.desk import Desk
from congtin.editorial.history import verify_history
from congtin.editorial.mainline import Mainline
from congtin.editorial.repository import GitFailed
from congtin.editorial.roster_report import sites_without_board
from congtin.errors import CongtinError, Problem, ProblemsFound, Severity, UsageError
from congtin.messages import msg
from congtin.model import Profile
from congtin.network.network import Network
from congtin.release import making, stores
from congtin.release.ahead import linked_ahead
from congtin.release.assemble import Assembly, changed_files
from congtin.release.built import Built, NotWhatWasBuilt
from congtin.release.export import empty, export
from congtin.release.home import Home
from congtin.release.identity import installed_maker
from congtin.release.journal import log_missing_event, published_event, record
from congtin.release.readiness import Answers, dead_links, lost_pages, missing_homes
from congtin.release.records import TREE, PublishedEdition, Record, Release
from congtin.release.releases import (
    begin_going_live,
    end_going_live,
    live_elsewhere,
    live_release,
    next_number,
    switch,
)
from congtin.release.retention import HALF, add_to_pool, make_readable, remove_halves, remove_old
from congtin.release.room import is_full_disk
from congtin.release.steps import Step, Steps
from congtin.release.stores import Store

_CODE = ("plugins", "themes")
_MANY_STEPS = 50
# What readiness finds and a person may answer for: a withdrawal must go live whatever else stands on main.
DESPITE = ("dead-link", "lost-page")


class PublishFailed(CongtinError):
    """Nothing was switched: citizens see what they saw before."""


class NotServed(ProblemsFound):
    """The web servers do not answer with the new Release; the switch was taken back."""


@dataclass
class Published:
    """What a publication made."""

    release: Release
    built: Built
    problems: list[Problem] = field(default_factory=list)
    """What somebody should look at; nothing of it keeps a Release back."""
    removed: Sequence[int] = ()
    """Old Releases that the settings do not keep."""
    seconds: Mapping[str, float] = field(default_factory=dict)


def publish(
    home: Home, revision: str, now: datetime, steps: Steps | None = None, *, despite: Collection[str] = ()
) -> Published:
    """Make a commit of main what citizens see (E17).

    ``despite`` are codes of what `readiness` finds that shall keep nothing back this time; the log names them. Raise
    ProblemsFound or another CongtinError when it cannot be; the Release before then stays live, as it is.
    """
    with home.lock(), Desk(home.content, now) as desk, _while_there_is_room(home):
        return _Publication(home, desk, now, steps or Steps(), sorted(despite)).run(revision)


@contextmanager
def _while_there_is_room(home: Home) -> Iterator[None]:
    live = live_release(home)
    before = live.number if live else None
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if not is_full_disk(error):
            raise
        hint = msg("Make room on the disk of {path}, then publish again.", path=home.folder)
        live = live_release(home)
        if live and live.number != before:
            text = msg(
                "The disk is full: Release {number} is live, but neither looked at nor logged.", number=live.number
            )
            raise PublishFailed(text, hint) from error
        raise PublishFailed(msg("The disk is full; what citizens see was not touched."), hint) from error


class _Publication:
    def __init__(self, home: Home, desk: Desk, now: datetime, steps: Steps, despite: Sequence[str]) -> None:
        self.despite = despite
        self.home = home
        self.desk = desk
        self.now = now
        self.steps = steps
        self.problems: list[Problem] = []

    def run(self, revision: str) -> Published:
        make_readable(self.home.releases, self.home.folder)
        remove_halves(self.home)
        live = live_release(self.home)
        self.problems += live_elsewhere(self.home)
        if live:
            live.check_signature(self.desk.trust)
            log_missing_event(self.desk, live)
        commit = self._commit(revision, live)
        try:
            return self._made(commit, live)
        except NotWhatWasBuilt as error:
            # Somebody wrote where only builds write: all that is remembered goes, and everything is built again.
            self.problems.append(Problem("not-what-was-built", error.message, severity=Severity.WARNING))
            stores.forget_stores(self.home.work)
            remove_halves(self.home)
            return self._made(commit, live)
        finally:
            with suppress(OSError):
                remove_halves(self.home)

    def _commit(self, revision: str, live: Release | None) -> str:
        """Return the commit to publish; raise unless it is a step of main, and not from before the live Release."""
        content, main = self.desk.plain, self.desk.main()
        commit = content.resolve(revision)
        try:
            content.first_parents(commit, main)
        except GitFailed as error:
            raise UsageError(msg("{commit} is not a step of main.", commit=commit[:12])) from error
        if live and commit != live.record.commit and content.is_ancestor(commit, live.record.commit):
            text = msg("{commit} is older than what is live.", commit=commit[:12])
            raise UsageError(text, msg("To go back, name a Release: congtin rollback NUMBER"))
        return commit

    def _made(self, commit: str, live: Release | None) -> Published:
        steps, home = self.steps, self.home
        with steps.on(Step.VERIFY):
            code, store = self._store(commit)
        source = home.work / "source"
        number = next_number(home)
        half = home.releases / f"{HALF}{number:06}"
        base, problems = making.newest_sound(home, self.desk.trust)
        with making.builder(home, source, store, self.now) as build:
            with steps.on(Step.VERIFY):
                checkpoint = self._verified(commit, store)
            with linked_ahead(base, half / TREE) as linked:
                with steps.on(Step.EXPORT):
                    export(self.desk.plain, commit, source)
                with steps.on(Step.BUILD):
                    build.begin()
                    # Meanwhile; pages are of no use when a Site lacks its Board.
                    network = self._network(commit, store)
                    installed_maker()
                    built = build.finish()
                with steps.on(Step.ASSEMBLE):
                    editions = making.editions_of(network)
                    assembly = making.assemble(half / TREE, base, linked.result(), editions, store)
        self.problems += [*problems, *assembly.problems]
        outputs = assembly.outputs
        with steps.on(Step.CHECK):
            before = live.outputs if live else {}
            changed = changed_files(outputs, before)
            answers = Answers.of(half / TREE, outputs, {edition.host for edition in editions})
            found = [*missing_homes(editions, outputs), *lost_pages(before, editions, answers)]
            found += dead_links(half / TREE, changed, answers)
            found = [replace(each, severity=Severity.WARNING) if each.code in self.despite else each for each in found]
            _require(found)
            self.problems += found
        with steps.on(Step.SIGN):
            record = self._record(number, commit, live, built, assembly, len(changed), editions)
            release = making.sign(home, half, record, assembly, self.desk.key)
            stores.seal(store, number, checkpoint, self.desk.key, code)
        self._go_live(release, live, changed)
        with steps.on(Step.TIDY):
            empty(source)
            removed = remove_old(home, self.now)
        return Published(release, built, [*self.problems, *built.problems], removed, steps.seconds)

    def _store(self, commit: str) -> tuple[str, Store]:
        """Return what names the code of a commit, and what is remembered for it."""
        # A theme or a plugin that is not on main any more shall leave nothing behind.
        code = " ".join(self.desk.plain.ref(f"{commit}:{folder}") or "-" for folder in _CODE)
        trust = hashlib.sha256(self.desk.setting("trust").read_bytes()).hexdigest()
        store = stores.open_store(self.home.work, self.desk.key, f"{self.home.work} {trust}", code)
        if store.renewed:
            self.problems.append(Problem("store-renewed", store.renewed, severity=Severity.WARNING))
        return code, store

    def _verified(self, commit: str, store: Store) -> Checkpoint:
        """Check history from where this publisher checked it last; raise ProblemsFound when anything is wrong."""
        desk, known = self.desk, store.checkpoint
        if known and not desk.plain.is_ancestor(known.main, commit):
            known = None
        begin = known.main if known else desk.trust.content_root
        if len(desk.plain.first_parents(begin, commit)) > _MANY_STEPS:
            # Nobody's push waits for a long history: most of it is checked before the lock is taken.
            with desk.lock():
                checkpoint = Checkpoint.of(desk.plain, desk.rosters.repository, commit)
            if not _errors(self._history(commit, known, store)):
                known = checkpoint
        # A push that is being judged writes the log first and moves refs a moment later.
        with desk.lock():
            checkpoint = Checkpoint.of(desk.plain, desk.rosters.repository, commit)
            found = self._history(commit, known, store)
        _require(found)
        self.problems += found
        return checkpoint

    def _history(self, commit: str, known: Checkpoint | None, store: Store) -> list[Problem]:
        desk = self.desk
        return verify_history(desk.plain, desk.rosters, desk.trust, head=commit, known=known, store=store.gate)

    def _network(self, commit: str, store: Store) -> Network:
        """Return the Sites of a commit; raise ProblemsFound when a release has one without a Board (E3)."""
        with Mainline(self.desk.plain, store.gate) as mainline:
            network = mainline.side(commit).network
        profile = Profile(self.home.settings.profile)
        if profile is Profile.RELEASE:
            _require(sites_without_board(network.sites.values(), self.desk.roster, self.now, profile))
        return network

    def _record(
        self, number: int, commit: str, live: Release | None, built: Built, assembly: Assembly, changed: int,
        editions: tuple[PublishedEdition, ...],
    ) -> Record:  # fmt: skip
        maker = installed_maker()
        digest, files, pages = making.digest_and_counts(assembly)
        return Record(
            number=number,
            commit=commit,
            previous=live.number if live else None,
            clock=self.now,
            created=datetime.now().astimezone(),
            profile=self.home.settings.profile,
            congtin=maker.version,
            engine=maker.engine,
            packages=maker.packages,
            lock=maker.lock,
            log_head=self.desk.plain.ref(log.REF),
            outputs=digest,
            files=files,
            pages=pages,
            changed=changed,
            next_due=built.next_due,
            editions=editions,
        )

    def _go_live(self, release: Release, live: Release | None, changed: Sequence[str]) -> None:
        """Switch, look, log; switch back when the web servers do not answer as they should."""
        steps, home = self.steps, self.home
        with steps.on(Step.SWITCH):
            add_to_pool(home, release)
            begin_going_live(home, release)
            switch(home, release)
        with steps.on(Step.LOOK):
            wrong = _looked_at(home, release, changed)
            # With nothing to go back to, a Release that some server does not show is still better than none.
            if wrong and live:
                switch(home, live)
                end_going_live(home)
                raise NotServed(wrong)
            self.problems += wrong
        with steps.on(Step.LOG):
            record(home.content, published_event(release, despite=self.despite))
            end_going_live(home)


def _require(found: Sequence[Problem] | Iterator[Problem]) -> None:
    problems = list(found)
    if _errors(problems):
        raise ProblemsFound(problems)


def _errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def _looked_at(home: Home, release: Release, changed: Sequence[str]) -> list[Problem]:
    if home.settings.smoke is None:
        return []
    # Only who asks web servers needs a client.
    from congtin.release.smoke import smoke_test

    return smoke_test(home, release, changed)
