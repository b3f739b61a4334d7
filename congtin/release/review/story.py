"""The log read once, every entry's chain and signature checked: what the sections of a review are made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from congtin.editorial import log
from congtin.editorial.log import Entry, LogDamaged
from congtin.editorial.repository import GitRepository
from congtin.editorial.signatures import parse_key
from congtin.editorial.trust import TrustRoot
from congtin.messages import Msg
from congtin.model import HANOI_TIME


@dataclass
class Story:
    """The entries of a period, and what of the time before and after matters to them."""

    begin: datetime
    end: datetime
    entries: list[Entry] = field(default_factory=list)
    last_acts: dict[str, datetime] = field(default_factory=dict)
    """When each key was last used, up to the end of the period."""
    confirmed: dict[str, datetime] = field(default_factory=dict)
    """Takedowns that a second person confirmed, whenever that was."""
    oids: dict[str, int] = field(default_factory=dict)
    rosters: list[tuple[int, datetime, str]] = field(default_factory=list)
    """Each roster that the log names: (entry, time, commit), the last one before the period first."""
    incidents: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """The digests of the entries of records of incidents, by (incident, number)."""
    total: int = 0
    damage: Msg | None = None

    def of(self, *events: str) -> Iterator[Entry]:
        """Yield the entries of the period about one of these events."""
        return (entry for entry in self.entries if entry.event in events)


def read_story(content: GitRepository, head: str | None, trust: TrustRoot, since: date, until: date) -> Story:
    """Return the story of a period, days of Hà Nội, both within; what is behind a damage is not read."""
    keys = {parse_key(key.key).fingerprint: (key.valid_from, key.valid_to) for key in trust.service_keys}
    story = Story(_start(since), _start(until + timedelta(days=1)))
    try:
        for recorded in log.checked(content, head, keys):
            story.oids[recorded.oid] = recorded.entry.seq
            _take(story, recorded.entry)
    except LogDamaged as error:
        story.damage = error.message
    return story


def _take(story: Story, entry: Entry) -> None:
    story.total += 1
    if entry.event == "takedown-confirmation" and entry.change:
        story.confirmed.setdefault(entry.change, entry.time)
    if entry.event.startswith("incident-"):
        detail = entry.detail
        number = detail.get("entry")
        if isinstance(number, int):
            story.incidents.setdefault((str(detail.get("incident")), number), set()).add(str(detail.get("sha256")))
    if entry.time >= story.end:
        return
    if entry.roster and (not story.rosters or story.rosters[-1][2] != entry.roster):
        if story.rosters and entry.time < story.begin:
            story.rosters.clear()
        story.rosters.append((entry.seq, entry.time, entry.roster))
    for key in _keys(entry):
        story.last_acts[key] = entry.time
    if entry.time >= story.begin:
        story.entries.append(entry)


def _keys(entry: Entry) -> Iterator[str]:
    """Yield every key that acted: whoever said something, and whoever signed the commits of a push."""
    if entry.event == "refused":
        return
    if entry.key:
        yield entry.key
    brought = entry.detail.get("brought")
    if entry.event == "pushed" and isinstance(brought, Mapping):
        for keys in brought.values():
            if isinstance(keys, list):
                yield from (str(key) for key in keys)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI_TIME)
