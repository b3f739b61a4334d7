"""Whether what was approved reaches citizens in time (E17), and whether the live Release is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.editorial import log
from congtin.editorial.commits import Commit
from congtin.editorial.desk import MAIN
from congtin.editorial.repository import GitFailed, GitRepository
from congtin.errors import list_of
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.release.home import Home
from congtin.release.integrity import REPORT
from congtin.release.monitoring.findings import Finding, Light
from congtin.release.monitoring.settings import MonitoringSettings
from congtin.release.records import Release
from congtin.release.status import read_status


class Integrity(BaseModel):
    """What the nightly check of the live Release found; its file is written by that check."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    checked_at: AwareDatetime
    release: int | None
    problems: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Steps:
    """The approved steps of main around the live Release."""

    shown: Mapping[str, datetime]
    """Commits that came with it → when they were merged."""
    missing: Mapping[str, datetime]
    """Commits that citizens do not see yet."""


def steps_around(home: Home, live: Release, former: Release | None) -> Steps:
    """Return which steps the live Release brought and which it lacks, by the audit log; former: the one before it."""
    with GitRepository(home.content) as git:
        after = former.record.log_head if former else live.record.log_head
        merged = {
            recorded.entry.refs[MAIN][1]: recorded.entry.time
            for recorded in log.entries(git, git.ref(log.REF), after)
            if recorded.entry.event == "merged" and MAIN in recorded.entry.refs
        }
        main, commit = git.ref(MAIN) or live.record.commit, live.record.commit
        # What was merged while the Release before was made has its entry before that one's head of the log.
        lacking = {oid: merged.get(oid) or _committed(git.commit(oid)) for oid in _between(git, commit, main)}
        brought = _between(git, former.record.commit, commit) if former else []
    return Steps({oid: merged[oid] for oid in brought if oid in merged}, lacking)


def _between(git: GitRepository, base: str, head: str) -> list[str]:
    """Return the steps of main after ``base``; none when somebody went back to an older one."""
    try:
        return git.first_parents(base, head)
    except GitFailed:
        return []


def _committed(commit: Commit) -> datetime:
    line = next(line for line in commit.payload.split(b"\n") if line.startswith(b"committer "))
    return datetime.fromtimestamp(int(line.split()[-2]), UTC)


def status_findings(home: Home) -> Iterator[Finding]:
    """Yield what the publisher last said of itself: a publication that failed, or that it was told to hold."""
    status = read_status(home)
    if status and status.failure:
        text = msg(
            "The last publication failed at {time}: {detail}",
            time=_time(status.failure.at),
            detail=status.failure.message,
        )
        yield Finding("publish", Light.RED, text)
    if status and status.hold is not None:
        text = msg("Nothing is published by itself since somebody went back: {reason}", reason=status.hold)
        yield Finding("publish", Light.AMBER, text)


def latency_findings(steps: Steps, live: Release, settings: MonitoringSettings, now: datetime) -> Iterator[Finding]:
    """Yield how long approved steps took, and which have taken too long and are still not there."""
    limit = timedelta(minutes=settings.publish_minutes)
    late = {oid: at for oid, at in steps.missing.items() if now - at > limit}
    if late:
        text = msg(
            "Approved Changes that are not live: {count}, the oldest merged at {time}.",
            count=len(late), time=_time(min(late.values())),
        )  # fmt: skip
        yield Finding("publish", Light.RED, text)
    elif steps.missing:
        text = msg("Approved Changes on their way: {count}.", count=len(steps.missing))
        yield Finding("publish", Light.GREEN, text)
    slowest = latency(steps, live)
    if slowest is not None:
        light = Light.AMBER if slowest > limit else Light.GREEN
        text = msg(
            "The live Release showed what was approved after {seconds} s; the limit is {limit} s.",
            seconds=int(slowest.total_seconds()), limit=int(limit.total_seconds()),
        )  # fmt: skip
        yield Finding("publish", light, text)


def latency(steps: Steps, live: Release) -> timedelta | None:
    """Return the longest time from a merge to the live Release that brought it; None when it brought no step."""
    return max((live.record.created - at for at in steps.shown.values()), default=None)


def due_findings(live: Release, settings: MonitoringSettings, now: datetime) -> Iterator[Finding]:
    """Yield whether a time at which pages change by the clock alone has passed."""
    due = live.record.next_due
    if due is None or now < due:
        return
    light = Light.RED if now - due > timedelta(minutes=settings.publish_minutes) else Light.AMBER
    yield Finding("due", light, msg("A page was to change at {time} and has not.", time=_time(due)))


def queue_findings(waiting: Sequence[datetime], settings: MonitoringSettings, now: datetime) -> Iterator[Finding]:
    """Yield how long the oldest request for a Release waits; a request in time is none worth a word."""
    if not waiting:
        yield Finding("queue", Light.GREEN, msg("No request waits."))
        return
    age = now - min(waiting)
    limit = timedelta(minutes=settings.publish_minutes)
    light = Light.RED if age > limit else Light.AMBER if age > limit / 2 else Light.GREEN
    text = msg("Requests that wait: {count}, the oldest since {time}.", count=len(waiting), time=_time(min(waiting)))
    yield Finding("queue", light, text)


def integrity_findings(home: Home, live: Release, settings: MonitoringSettings, now: datetime) -> Iterator[Finding]:
    """Yield what the nightly check of the live Release found, and whether there was one."""
    try:
        found = Integrity.model_validate_json((home.status / REPORT).read_bytes())
    except FileNotFoundError:
        yield Finding("integrity", Light.AMBER, msg("The files of the live Release have never been checked."))
        return
    except ValidationError:
        text = msg("The result of the nightly check cannot be read: {file}.", file=home.status / REPORT)
        yield Finding("integrity", Light.RED, text)
        return
    if found.problems:
        text = msg(
            "The nightly check of Release {number} found: {problems}.",
            number=found.release, problems=list_of(map(_problem, found.problems), most=3),
        )  # fmt: skip
        yield Finding("integrity", Light.RED, text)
    elif now - found.checked_at > timedelta(hours=settings.integrity_hours):
        text = msg("The files of the live Release were last checked at {time}.", time=_time(found.checked_at))
        yield Finding("integrity", Light.AMBER, text)
    else:
        text = msg(
            "Every file of Release {number} was as it should be at {time}.",
            number=found.release, time=_time(found.checked_at),
        )  # fmt: skip
        yield Finding("integrity", Light.GREEN, text)


def _problem(data: Mapping[str, Any]) -> str:
    return f"{data.get('path', '')}: {data.get('message', '')}"


def free_percent(folder: Path) -> float:
    """Return how much of a folder's disk is free for ordinary users."""
    usage = shutil.disk_usage(folder)
    return 100 * usage.free / (usage.used + usage.free)


def disk_finding(free: float, settings: MonitoringSettings) -> Finding:
    """Return whether the disk has room for further Releases."""
    red, amber = free < settings.disk_red_percent, free < settings.disk_amber_percent
    light = Light.RED if red else Light.AMBER if amber else Light.GREEN
    return Finding("disk", light, msg("{percent} % of the disk is free.", percent=int(free)))


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(HANOI_TIME):%d/%m/%Y %H:%M}"
