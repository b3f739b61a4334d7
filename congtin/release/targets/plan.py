"""What must change at a target: the difference of two lists, never of two trees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from congtin.release.targets.held import Held, Left
from congtin.release.targets.order import in_groups, is_asset


@dataclass(frozen=True)
class Plan:
    """One send to a target that is changed in place."""

    groups: tuple[tuple[str, ...], ...]
    """What goes, each group after the one before has arrived."""
    unknown: frozenset[str]
    """Those of them that may be there already, because nothing is known or a send stopped."""
    going: tuple[tuple[str, ...], ...]
    """What is removed after that, the other way round: a page before its picture."""
    left: Mapping[str, Left]
    """Files named by their content that stay a while."""

    @property
    def send(self) -> tuple[str, ...]:
        """All files that go, in their order; those that are unknown may be found there unchanged."""
        return tuple(name for group in self.groups for name in group)

    @property
    def remove(self) -> tuple[str, ...]:
        """All files that are removed, in their order."""
        return tuple(name for group in self.going for name in group)

    @property
    def names(self) -> frozenset[str]:
        """Everything that this changes."""
        return frozenset(self.send) | frozenset(self.remove)


def make_plan(held: Held, wanted: Mapping[str, str], now: datetime, keep_days: int, *, again: bool = False) -> Plan:
    """Return what brings a target from what it holds to what it shall hold.

    ``again`` believes nothing of what it says it holds, but removes what it names. A file that no list of the target
    names is never removed.
    """
    known = {} if again or held.head is None else held.files
    unknown = frozenset(wanted) if not known else held.pending & frozenset(wanted)
    send = [name for name, digest in wanted.items() if name in unknown or known.get(name) != digest]
    gone = (held.files.keys() | held.pending) - wanted.keys()
    left = {name: _left(name, held, now) for name in gone if name in held.files and is_asset(name)}
    ended = {name for name, entry in left.items() if now - entry.since >= timedelta(days=keep_days)}
    left = {name: entry for name, entry in sorted(left.items()) if name not in ended}
    going = in_groups(gone - left.keys(), gone)[::-1]
    return Plan(in_groups(send, held.files), unknown, going, left)


def _left(name: str, held: Held, now: datetime) -> Left:
    before = held.head.left.get(name) if held.head else None
    return before or Left(digest=held.files[name], since=now)
