"""What the log alone tells: how much was done, refused, taken down, excepted, at odd hours (K8, E19, E22, E24)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from congtin.editorial.desk import MAIN
from congtin.editorial.log import Entry
from congtin.editorial.statements import Type
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.release.controls import OfficeHours
from congtin.release.journal import PUBLISHED, ROLLED_BACK
from congtin.release.review.report import EventWord, Section
from congtin.release.review.story import Story
from congtin.rules.working_days import WorkingDays

# Acts of a person that change what citizens see, or who may change it.
_WEIGHTY = frozenset(
    {"merged", *(kind.value for kind in (Type.APPROVAL, Type.TAKEDOWN, Type.TAKEDOWN_CONFIRMATION, Type.REJECTION))}
)
Who = Callable[[Entry], str]
"""What gives the words for whoever acted; without the roster a key's fingerprint, never a name."""
_TIME, _CHANGE, _SITES, _WHO = (
    ("time", msg("Time")),
    ("change", msg("Change")),
    ("sites", msg("Sites")),
    ("who", msg("Who")),
)
_COUNT, _EVENT = ("count", msg("Count")), ("event", msg("Event"))


def by_event(story: Story) -> Section:
    """Return how often each thing happened."""
    counts = Counter(entry.event for entry in story.entries)
    rows = [(EventWord(event), count) for event, count in sorted(counts.items())]
    return Section("events", msg("What happened"), (_EVENT, _COUNT), rows)


def by_site(story: Story) -> Section:
    """Return how often each Site was concerned, and in how many publications."""
    acts = Counter(site for entry in story.entries for site in entry.sites)
    merged = Counter(site for entry in story.of("merged") for site in entry.sites)
    rows = [(site, count, merged[site]) for site, count in sorted(acts.items())]
    columns = (("site", msg("Site")), ("acts", msg("Acts")), ("merged", msg("Changes published")))
    return Section("sites", msg("By Site"), columns, rows)


def refusals(story: Story) -> Section:
    """Return what was refused and why; who tries what is forbidden is looked at."""
    counts: Counter[str] = Counter()
    for entry in story.of("refused"):
        codes = entry.detail.get("problems")
        named = [str(code) for code in codes] if isinstance(codes, list) else []
        counts.update(named or [str(entry.detail.get("reason", ""))[:200]])
    rows = [(reason, count) for reason, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
    columns = (("reason", msg("Reason or code of a problem")), _COUNT)
    note = msg("Pushes refused: {count}.", count=sum(1 for _ in story.of("refused")))
    return Section("refusals", msg("Refused"), columns, rows, note)


def takedowns(story: Story) -> Section:
    """Return the Items taken down on one person's word, and whether a second person confirmed it."""
    rows, open_ones = [], 0
    for entry in story.of("merged"):
        if not entry.detail.get("emergency"):
            continue
        confirmed = story.confirmed.get(entry.change or "")
        open_ones += confirmed is None
        state = confirmed or msg("NOT CONFIRMED")
        rows.append((entry.time, entry.change or "", ", ".join(entry.sites), state))
    columns = (_TIME, _CHANGE, _SITES, ("confirmed", msg("Confirmed")))
    return Section("takedowns", msg("Emergency takedowns (E24)"), columns, rows, attention=open_ones)


def exceptions(story: Story) -> Section:
    """Return every Change that its own author approved, by the exception for Boards of one person."""
    rows = [
        (entry.time, entry.change or "", ", ".join(entry.sites))
        for entry in story.of("merged")
        if entry.detail.get("exceptions")
    ]
    title = msg("Uses of the exception for Boards of one person (E22)")
    return Section("exceptions", title, (_TIME, _CHANGE, _SITES), rows, attention=len(rows))


def odd_hours(story: Story, hours: OfficeHours, days: WorkingDays | None, who: Who) -> Section:
    """Return weighty acts outside office hours; they are allowed, and a stolen key often works at night."""
    rows = []
    for entry in story.entries:
        local = entry.time.astimezone(HANOI_TIME)
        working = days is None or days.is_working(local.date())
        if entry.event in _WEIGHTY and not (working and hours.hold(local.time())):
            rows.append((entry.time, EventWord(entry.event), entry.change or "", ", ".join(entry.sites), who(entry)))
    columns = (_TIME, _EVENT, _CHANGE, _SITES, _WHO)
    note = msg("Office hours are {begin} to {end} on working days.", begin=hours.begin, end=hours.end)
    return Section("odd_hours", msg("Approvals and publications outside office hours"), columns, rows, note)


def forges(story: Story) -> Section:
    """Return what was said through forges, where the forge's administrators vouch for the person."""
    acts: Counter[str] = Counter()
    people: dict[str, set[str]] = {}
    for entry in story.entries:
        attested = entry.detail.get("attested")
        if isinstance(attested, dict):
            forge = str(attested.get("forge", "")).partition(":")[0]
            acts[forge] += 1
            people.setdefault(forge, set()).add(str(attested.get("person", "")))
    rows = [(forge, count, len(people[forge])) for forge, count in sorted(acts.items())]
    columns = (("forge", msg("Forge")), ("acts", msg("Acts")), ("people", msg("People")))
    return Section("forges", msg("Said through forges"), columns, rows)


def releases(story: Story) -> Section:
    """Return the Releases: how many went live, each that was taken back or logged late."""
    rows = list(_release_rows(story))
    note = msg("Releases that went live: {count}.", count=sum(1 for _ in story.of(PUBLISHED)))
    columns = (_TIME, _EVENT, ("release", msg("Release")), ("reason", msg("Reason")))
    return Section("releases", msg("Releases taken back, failed or logged late"), columns, rows, note, len(rows))


def _release_rows(story: Story) -> Iterator[tuple[datetime, EventWord, str, str]]:
    for entry in story.entries:
        odd = entry.event == ROLLED_BACK or "fail" in entry.event or bool(entry.detail.get("late"))
        if odd and "release" in entry.detail:
            reason = entry.detail.get("reason") or ""
            yield entry.time, EventWord(entry.event), str(entry.detail["release"]), str(reason)


def without_effect(story: Story, on_main: Collection[str]) -> Section:
    """Return Changes that the log says were published and main does not have: lost or changed data."""
    rows = [
        (entry.time, entry.change or "", ", ".join(entry.sites))
        for entry in story.of("merged")
        if MAIN in entry.refs and entry.refs[MAIN][1] not in on_main
    ]
    title = msg("Published by the log, but not on main")
    return Section("without_effect", title, (_TIME, _CHANGE, _SITES), rows, attention=len(rows))
