"""The drill: from an empty folder to all hosts answering, each step with its minutes (J5, G19)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from congtin.editorial import signatures
from congtin.editorial.trust import load_trust
from congtin.errors import CongtinError, Problem, Severity, UsageError
from congtin.messages import msg
from congtin.release.backup import manifest as names
from congtin.release.backup import reports
from congtin.release.backup.answers import Asked, ask_all
from congtin.release.backup.folders import NAME, write_lasting
from congtin.release.backup.interval import restored_within
from congtin.release.backup.restore import Restored, home_of, log_restored, restore
from congtin.release.backup.serving import served_here
from congtin.release.backup.settings import Place
from congtin.release.backup.settle import KEYS
from congtin.release.releases import live_release

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Drilled:
    """What a drill showed."""

    restored: Restored
    asked: Asked
    seconds: float
    limit: timedelta
    source: str | None
    """The article that gives the limit."""
    problems: tuple[Problem, ...]
    report: Path

    @property
    def passed(self) -> bool:
        errors = any(problem.severity is Severity.ERROR for problem in self.problems)
        return not errors and self.seconds <= self.limit.total_seconds()


def drill(
    place: Place, folder: Path, key: Path, clock: Clock, *, most_hours: int, snapshot: str | None = None,
    trust: Path | None = None,
) -> Drilled:  # fmt: skip
    """Restore into an empty ``folder``, give it the service's ``key`` kept elsewhere, serve all hosts, ask them all.

    Report and Markdown lie in `home/backup/reports/` of the folder, which stays for whoever wants to look. Raise what
    `restore` raises, UsageError for a key that is not the one the log knows or when nothing is live.
    """
    signatures.public_key_of(key)
    restored = restore(place, folder, clock, most_hours=most_hours, snapshot=snapshot, trust=trust)
    timed = restored.timed
    problems = list(restored.problems)
    with timed.step("key"):
        _bring_key(key, restored, trust, clock())
        unlogged = log_restored(restored, place.name, clock)
        if unlogged:
            problems.append(Problem("backup-unlogged", unlogged.message, KEYS, 0, unlogged.hint))
    home = home_of(restored)
    release = live_release(home)
    if release is None:
        raise UsageError(msg("Nothing is live in this copy: there is nothing to serve."))
    with timed.step("serve"), served_here(home, release) as origins:
        asked = ask_all(release, origins)
    problems += asked.problems
    limit, source = restored_within(home, clock())
    report = _write(home.folder / NAME / "reports", place, restored, asked, problems, limit, source, clock())
    return Drilled(restored, asked, timed.seconds, limit, source, tuple(problems), report)


def _bring_key(key: Path, restored: Restored, trust: Path | None, now: datetime) -> None:
    """Put the service's key where the restored repository looks for it; raise UsageError for a key of nobody."""
    found = signatures.public_key_of(key).fingerprint
    if not load_trust(trust or restored.folder / names.TRUST).is_service_key(found, now):
        text = msg(
            "{file} is the key {found}, which is none of the service’s by the trust root.", file=key, found=found
        )
        raise UsageError(text, msg("Bring the key that signs the log, or the trust root that names the new one."))
    target = restored.folder / KEYS / "service"
    for source, goal in ((key, target), (key.with_name(f"{key.name}.pub"), target.with_name("service.pub"))):
        if source.resolve() != goal.resolve():
            shutil.copyfile(source, goal)
    target.chmod(0o600)


def _write(
    folder: Path, place: Place, restored: Restored, asked: Asked, problems: list[Problem], limit: timedelta,
    source: str | None, now: datetime,
) -> Path:  # fmt: skip
    timed = restored.timed
    passed = timed.seconds <= limit.total_seconds() and not any(p.severity is Severity.ERROR for p in problems)
    report: dict[str, object] = {
        "kind": "backup-drill", "format": 1, "at": now.isoformat(), "place": place.name, "passed": passed,
        "snapshot": restored.snapshot.id, "taken": restored.manifest.taken.isoformat(),
        "minutes": reports.minutes(timed.seconds), "limit_hours": limit / timedelta(hours=1), "limit_source": source,
        "steps": timed.data(), "hosts": asked.hosts, "editions": asked.editions, "answers": asked.answers,
        "problems": reports.problems_data(problems),
    }  # fmt: skip
    name = f"{now:%Y%m%dT%H%M%S}-drill"
    try:
        file, _ = reports.store(folder, name, report, restored.folder / KEYS / "service")
    except CongtinError as error:
        raise UsageError(error.message, error.hint) from error
    write_lasting(file.with_suffix(".md"), markdown(report).encode())
    return file


def markdown(report: dict[str, object]) -> str:
    """Return a drill's report as people file it."""
    steps = report["steps"]
    rows = [f"| {one['step']} | {one['seconds']} | {one['minutes']} |" for one in steps]  # type: ignore[attr-defined]
    return "\n".join([
        f"# Restore drill, {report['at']}", "",
        f"* Copy `{str(report['snapshot'])[:8]}` of {report['taken']} at place `{report['place']}`.",
        f"* From an empty folder to all hosts answering: **{report['minutes']} minutes**.",
        f"* Limit: {report['limit_hours']} hours ({report['limit_source'] or 'J5'}).",
        f"* {report['hosts']} hosts, {report['editions']} Editions, {report['answers']} answers over IPv4 and IPv6.",
        f"* {'Passed' if report['passed'] else 'NOT passed'}; {len(report['problems'])} findings.", "",  # type: ignore[arg-type]
        "| step | seconds | minutes |", "|---|---|---|", *rows, "",
    ])  # fmt: skip
