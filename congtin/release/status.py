"""Where everything is on its way to citizens: for editors, the monitor, and a page (E17).

`status/status.json` is written anew at every step of a publication; whoever reads it sees one moment, whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.build.manifest import replace_file
from congtin.editorial.commits import Commit
from congtin.editorial.desk import Desk
from congtin.editorial.merging import CHANGE
from congtin.errors import CongtinError, ProblemsFound, UsageError
from congtin.messages import msg
from congtin.release import queue
from congtin.release.distribute import TargetState, target_states
from congtin.release.home import Home
from congtin.release.records import Record, Release
from congtin.release.releases import all_releases, live_release
from congtin.release.rollback import Hold
from congtin.release.room import is_full_disk
from congtin.release.search.standing import SearchState, search_state
from congtin.release.status_page import status_page
from congtin.release.steps import Step

FILE, PAGE = "status.json", "index.html"
_MOST_CHANGES = 100
_MOST_PUBLISHED = 50
_MOST_PROBLEMS = 20


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LiveRelease(_Model):
    """What citizens see."""

    number: int
    commit: str
    clock: AwareDatetime
    since: AwareDatetime
    pages: int
    profile: str
    next_due: AwareDatetime | None


class Failure(_Model):
    """Why the last publication came to nothing."""

    at: AwareDatetime
    commit: str
    message: str
    hint: str
    problems: tuple[str, ...] = ()


class ChangeState(_Model):
    """Where one merged Change is."""

    change: str
    commit: str
    merged: AwareDatetime
    state: Literal["queued", "building", "live", "failed", "held"]
    release: int | None = None
    live: AwareDatetime | None = None
    seconds: float | None = None
    """From merge to live."""

    def went_live(self, record: Record) -> Self:
        """Return the same Change as a Release brought it."""
        seconds = max((record.created - self.merged).total_seconds(), 0.0)
        return self.model_copy(
            update={"state": "live", "release": record.number, "live": record.created, "seconds": seconds}
        )


class Publication(_Model):
    """One Release that went live."""

    number: int
    commit: str
    created: AwareDatetime
    changed: int
    seconds: Mapping[str, float] = {}
    """What each step took, where that is remembered."""


class WaitingRequest(_Model):
    """A request in the queue."""

    at: AwareDatetime
    why: str


class Status(_Model):
    """Everything of one moment."""

    format: Literal[1] = 1
    at: AwareDatetime
    state: Literal["idle", "working", "held", "failed"]
    step: str | None = None
    commit: str | None = None
    live: LiveRelease | None = None
    waiting: tuple[WaitingRequest, ...] = ()
    hold: str | None = None
    failure: Failure | None = None
    changes: tuple[ChangeState, ...] = ()
    published: tuple[Publication, ...] = ()
    targets: tuple[TargetState, ...] = ()
    search: SearchState | None = None


@dataclass
class StatusBoard:
    """Tells what a publisher does."""

    home: Home
    commit: str | None = None
    failure: Failure | None = None
    seconds: dict[int, Mapping[str, float]] = field(default_factory=dict)
    """What the steps of each Release took; only the status remembers it."""
    _known: dict[Path, Release] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = read_status(self.home)
        self.failure = known.failure if known else None
        self.seconds = {made.number: made.seconds for made in known.published} if known else {}

    def working(self, desk: Desk, step: Step | None) -> None:
        """Tell that a publication has come to a step; None when nothing is going on."""
        now = datetime.now().astimezone()
        releases = self._releases()
        live = live_release(self.home)
        live = next((release for release in releases if live and release.number == live.number), None)
        hold = Hold.of(self.home)
        state = "working" if step else "held" if hold else "failed" if self.failure else "idle"
        status = Status(
            at=now,
            state=state,  # type: ignore[arg-type] # one of the four
            step=step.value if step else None,
            commit=self.commit if step else None,
            live=_live(live.record.model_dump()) if live else None,
            waiting=tuple(WaitingRequest(at=request.at, why=request.why) for request in queue.waiting(self.home)),
            hold=hold.reason if hold else None,
            failure=self.failure,
            changes=tuple(_changes(releases, live, desk, self.commit if step else None, self.failure, held=bool(hold))),
            published=_published(releases, self.seconds),
            targets=tuple(target_states(self.home).values()),
            search=search_state(self.home),
        )
        write_status(self.home, status)

    def _releases(self) -> list[Release]:
        """Return the Releases at hand; the record of each is read once."""
        self._known = {release.folder: self._known.get(release.folder, release) for release in all_releases(self.home)}
        return [release for release in self._known.values() if release.is_readable]

    def failed(self, desk: Desk, error: CongtinError, commit: str) -> None:
        """Tell that a publication came to nothing."""
        problems = error.errors if isinstance(error, ProblemsFound) else []
        self.failure = Failure(
            at=datetime.now().astimezone(),
            commit=commit,
            message=str(error.message),
            hint=str(error.hint or ""),
            problems=tuple(f"{p.place}: {p.message}".removeprefix(": ") for p in problems[:_MOST_PROBLEMS]),
        )
        self.working(desk, None)

    def succeeded(self, desk: Desk, number: int, seconds: Mapping[str, float]) -> None:
        """Tell that a Release is live, and what its steps took."""
        self.failure = None
        self.seconds[number] = {step: round(spent, 3) for step, spent in seconds.items()}
        self.working(desk, None)


def read_status(home: Home) -> Status | None:
    """Return the last status; None when none was written, or none that this congtin understands."""
    try:
        return parse_status((home.status / FILE).read_bytes())
    except (OSError, UsageError):
        return None


def parse_status(data: bytes) -> Status:
    """Return a status from its bytes; raise UsageError when they are none."""
    try:
        return Status.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(msg("This is no status of a publisher.")) from error


def write_status(home: Home, status: Status) -> None:
    """Replace the status and its page; where there is no room for them they stay as they are."""
    data = json.dumps(status.model_dump(mode="json", exclude_none=True), ensure_ascii=False, indent=1)
    page = status_page(json.loads(data))
    try:
        home.status.mkdir(parents=True, exist_ok=True)
        replace_file(home.status / FILE, data.encode())
        replace_file(home.status / PAGE, page.encode())
    except OSError as error:
        # What is told about shall not fail for the telling; a publication that needs room says so itself.
        if not is_full_disk(error):
            raise
        for half in home.status.glob(".*.tmp"):
            half.unlink(missing_ok=True)


def _live(record: Mapping[str, Any]) -> LiveRelease:
    names = ("number", "commit", "clock", "pages", "profile", "next_due")
    return LiveRelease(since=record["created"], **{name: record[name] for name in names})


def _published(releases: Sequence[Release], seconds: Mapping[int, Mapping[str, float]]) -> tuple[Publication, ...]:
    records = [release.record for release in releases[-_MOST_PUBLISHED:][::-1]]
    return tuple(
        Publication(
            number=r.number, commit=r.commit, created=r.created, changed=r.changed, seconds=seconds.get(r.number, {})
        )
        for r in records
    )


def _changes(
    releases: Sequence[Release],
    live: Release | None,
    desk: Desk,
    building: str | None,
    failure: Failure | None,
    *,
    held: bool,
) -> Sequence[ChangeState]:
    """Return the last merges of main, newest first, each with how far it has come."""
    steps = _last_merges(desk)
    # Larger is newer; what is not among the last merges is older than all of them.
    age = {commit.oid: len(steps) - number for number, commit in enumerate(steps)}
    reached = age.get(live.record.commit, 0) if live else -1
    firsts = {r.record.commit: r.record for r in reversed(releases) if live and r.number <= live.number}
    found: list[ChangeState] = []
    first = None
    for commit in steps:
        # Going back in time: the oldest Release at or after this merge is the one that brought it.
        first = firsts.get(commit.oid, first)
        state = ChangeState(
            change=commit.trailer(CHANGE),
            commit=commit.oid,
            merged=_time_of(commit),
            state="held" if held else "queued",
        )
        if live and age[commit.oid] <= reached:
            state = state.went_live(first or live.record)
        elif building and age[commit.oid] <= age.get(building, 0):
            state = state.model_copy(update={"state": "building"})
        elif failure and age[commit.oid] <= age.get(failure.commit, 0):
            state = state.model_copy(update={"state": "failed"})
        found.append(state)
    return found


def _last_merges(desk: Desk) -> list[Commit]:
    oid, steps = desk.main(), list[Commit]()
    while len(steps) < _MOST_CHANGES:
        commit = desk.plain.commit(oid)
        if len(commit.parents) != 2:
            break
        steps.append(commit)
        oid = commit.parents[0]
    return steps


def _time_of(commit: Commit) -> datetime:
    line = next(line for line in commit.payload.split(b"\n") if line.startswith(b"committer "))
    return datetime.fromtimestamp(int(line.split()[-2]), UTC)
