"""How copies, their ages and what came back of them look to people and to programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.table import Table
from rich.text import Text

from congtin.cli.show import make_console, show_problems, wide_console
from congtin.errors import CongtinError
from congtin.messages import Msg, msg, translate
from congtin.model import HANOI_TIME
from congtin.release.backup.ages import BackupAge
from congtin.release.backup.create import Outcome
from congtin.release.backup.interval import Interval
from congtin.release.backup.restore import Restored
from congtin.release.backup.verify import Verified

_MEGABYTE = 1_000_000


def say(text: Msg | str, style: str = "") -> None:
    """Print one sentence."""
    make_console().print(Text(str(text), style), soft_wrap=True)


def show_failure(where: str, error: CongtinError) -> None:
    """Print what failed, where, and how to mend it."""
    console = make_console(stderr=True)
    console.print(Text(f"{where}: {error.message}", "bold red"), soft_wrap=True)
    if error.hint:
        console.print(Text(f"    {error.hint}", "dim"), soft_wrap=True)


def show_outcomes(outcomes: Iterable[Outcome]) -> None:
    """Print what came of each place."""
    for one in outcomes:
        if one.failure:
            show_failure(one.place, one.failure)
            continue
        if one.written is None:
            say(msg("{place}: ready.", place=one.place), "green")
            continue
        text = msg(
            "{place}: copy {snapshot}, {files} files, {size} MB, of these new {added} MB.",
            place=one.place, snapshot=one.written.snapshot.short, files=one.written.files,
            size=_megabytes(one.written.bytes), added=_megabytes(one.written.added),
        )  # fmt: skip
        say(text, "green")
        if one.forgotten:
            say(msg("{place}: copies removed, past their time: {count}.", place=one.place, count=len(one.forgotten)))
        if one.not_tidied:
            show_failure(one.place, one.not_tidied)


def outcome_data(one: Outcome) -> dict[str, object]:
    """Return what came of a place for programs."""
    written = one.written
    return {
        "place": one.place,
        "snapshot": written.snapshot.id if written else None,
        "files": written.files if written else 0,
        "bytes": written.bytes if written else 0,
        "added": written.added if written else 0,
        "removed": [snapshot.id for snapshot in one.forgotten],
        "failure": str(one.failure.message) if one.failure else None,
        "not_tidied": str(one.not_tidied.message) if one.not_tidied else None,
    }


def show_ages(ages: Sequence[BackupAge], interval: Interval) -> None:
    """Print a line for each place, and who says how old a copy may be."""
    table = Table(box=None, pad_edge=False)
    names = (translate("Place"), translate("State"), translate("Newest copy"), translate("Age"), translate("Copies"))
    for name in (*names, translate("Found sound"), translate("Note")):
        table.add_column(name, overflow="fold")
    words = {"red": translate("red"), "amber": translate("amber"), "green": translate("green")}
    for one in ages:
        table.add_row(
            one.place, Text(words[one.colour], {"red": "bold red", "amber": "yellow", "green": "green"}[one.colour]),
            _when(one.newest), _long(one.age), "" if one.copies is None else str(one.copies), _when(one.verified),
            one.failure or "",
        )  # fmt: skip
    wide_console().print(table)
    if interval.source:
        text = msg("A copy is made at least every {time}: {source} ({site}).", time=_long(interval.most),
                   source=interval.source, site=interval.site)  # fmt: skip
    else:
        text = msg("A copy is made at least every {time}; no rule pack gives a number.", time=_long(interval.most))
    say(text)
    if interval.problem:
        show_problems(make_console(stderr=True), [interval.problem])


def ages_data(ages: Sequence[BackupAge], interval: Interval) -> dict[str, object]:
    """Return ages for programs."""
    return {
        "most_hours": _hours(interval.most),
        "demanded_hours": _hours(interval.demanded),
        "site": interval.site,
        "source": interval.source,
        "problem": str(interval.problem.message) if interval.problem else None,
        "places": [
            {
                "place": one.place,
                "state": one.colour,
                "newest": one.newest.isoformat() if one.newest else None,
                "age_hours": _hours(one.age) if one.age is not None else None,
                "copies": one.copies,
                "verified": one.verified.isoformat() if one.verified else None,
                "failure": one.failure,
            }
            for one in ages
        ],
    }


def show_verified(one: Verified) -> None:
    """Print what the check of one place found."""
    show_problems(make_console(), one.problems)
    if one.sound:
        text = msg(
            "{place}: the copy {snapshot} is whole, and everything in it is what was signed.",
            place=one.place, snapshot=one.snapshot.short if one.snapshot else "-",
        )  # fmt: skip
    else:
        text = msg("{place}: the copy is damaged, or could not be checked.", place=one.place)
    say(text, "green" if one.sound else "bold red")
    if one.report:
        say(msg("Report: {file}", file=one.report))


def verified_data(one: Verified) -> dict[str, object]:
    """Return what a check found for programs, without the findings."""
    return {
        "place": one.place,
        "sound": one.sound,
        "snapshot": one.snapshot.id if one.snapshot else None,
        "seconds": one.seconds,
        "report": str(one.report) if one.report else None,
    }


def show_restored(restored: Restored) -> None:
    """Print what came back, and what somebody must bring."""
    show_problems(make_console(), restored.problems)
    taken = _when(restored.manifest.taken)
    text = msg("{folder} holds everything as it was on {time}; {count} Releases.", folder=restored.folder, time=taken,
               count=len(restored.manifest.releases))  # fmt: skip
    say(text, "green" if restored.sound else "bold red")
    if not restored.sound:
        say(msg("Something in it is wrong: read the findings above before anybody uses it."), "bold red")
    if restored.keys:
        say(msg("These secrets are in no copy. Bring them from where they are kept:"))
    for key, goal in restored.keys:
        say(f"  {goal}" + (f"  {key.fingerprint}" if key.fingerprint else ""))
    say(msg("Then: congtin publish main --home {home}", home=restored.home))


def _when(moment: datetime | None) -> str:
    return moment.astimezone(HANOI_TIME).strftime("%d/%m/%Y %H:%M") if moment else ""


def _long(time: timedelta | None) -> str:
    if time is None:
        return ""
    if time < timedelta(days=2):
        return str(msg("{count} hours", count=f"{time / timedelta(hours=1):.1f}".removesuffix(".0")))
    return str(msg("{count} days", count=f"{time / timedelta(days=1):.1f}".removesuffix(".0")))


def _hours(time: timedelta) -> float:
    return round(time / timedelta(hours=1), 2)


def _megabytes(count: int) -> str:
    return f"{count / _MEGABYTE:.1f}"
