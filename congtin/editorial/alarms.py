"""What somebody must look at every day: Items taken down on one person's word (E24)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from congtin.editorial import approvals, log
from congtin.editorial.desk import MAIN
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Type


@dataclass(frozen=True, slots=True)
class Alarm:
    """An Item that is down and that no second person has confirmed."""

    change: str
    item: str
    reason: str
    since: datetime


def takedown_alarms(content: GitRepository) -> list[Alarm]:
    """Return every takedown that reached main and was not confirmed, the oldest first."""
    merged: dict[str, datetime] = {}
    confirmed, main = set(), content.ref(MAIN)
    for recorded in log.entries(content, content.ref(log.REF)):
        entry = recorded.entry
        if entry.event == "merged" and entry.detail.get("emergency") and entry.change:
            # The log is written first: what never reached main is not down.
            if main and content.is_ancestor(entry.refs[MAIN][1], main):
                merged[entry.change] = entry.time
        elif entry.event == Type.TAKEDOWN_CONFIRMATION.value and entry.change:
            confirmed.add(entry.change)
    statements = content.ref(approvals.REF)
    found = []
    for change, since in merged.items():
        orders = [s.statement for s in approvals.statements_of(content, statements, change)]
        orders = [order for order in orders if order.type is Type.TAKEDOWN]
        if change not in confirmed and orders:
            found.append(Alarm(change, orders[0].item or "", orders[0].reason or "", since))
    return sorted(found, key=lambda alarm: alarm.since)


@dataclass(frozen=True, slots=True)
class ExceptionUse:
    """A Change that its own author approved, because the Board is of one person for now (E22)."""

    change: str
    sites: tuple[str, ...]
    at: datetime


def exceptions_used(content: GitRepository, since: datetime) -> list[ExceptionUse]:
    """Return every use of the exception for Boards of one person since a time, the oldest first."""
    found = []
    for recorded in log.entries(content, content.ref(log.REF)):
        entry = recorded.entry
        if entry.event == "merged" and entry.detail.get("exceptions") and entry.time >= since and entry.change:
            found.append(ExceptionUse(entry.change, entry.sites, entry.time))
    return found
