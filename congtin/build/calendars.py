"""Calendars that programs subscribe to: the appointments of a section, as iCalendar (C2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from congtin.build.plan import PlacedItem
from congtin.build.view_types import Card, Text
from congtin.kinds.declaration import CalendarOptions

if TYPE_CHECKING:
    from congtin.build.contexts import Contexts

CALENDAR = "calendar.ics"
CALENDAR_TYPE = "text/calendar"
_A_DAY = timedelta(days=1)


def calendar_bytes(contexts: Contexts, title: str, items: Sequence[PlacedItem]) -> bytes:
    """Return the appointments of these Items in the form of RFC 5545, in the words of the Edition.

    Times are in UTC, so that no program needs a table of time zones; an appointment by days has days.
    """
    # What imports this builds pages that have no calendar, and the library takes a while to load.
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//Congtin//NONSGML Congtin//VI")
    made.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        made.add(name, title)
    for placed in items:
        options = contexts.plan.kinds[placed.item.kind].options.calendar
        if options is None:
            continue
        card = contexts.views.card(placed)
        for number, record in enumerate(_records(card, options)):
            event = Event()
            for name, value in _event(contexts, placed, card, options, record):
                event.add(name, value)
            event.add("uid", f"{card.id}.{number}@{contexts.plan.portal.options.parent_host}")
            made.add_component(event)
    return cast("bytes", made.to_ical())


def _records(card: Card, options: CalendarOptions) -> Sequence[Mapping[str, object]]:
    """Return the fields of each appointment: the records of a group, or the Item's own."""
    if options.entries is None:
        return [card.fields]
    return cast("Sequence[Mapping[str, object]]", card.fields[options.entries])


def _event(
    contexts: Contexts, placed: PlacedItem, card: Card, options: CalendarOptions, record: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    mark = contexts.mark(card)
    own = record.get(options.summary) if options.summary else None
    yield "summary", f"{mark}{own or card.title.text}"
    starts, ends = record[options.starts], record.get(options.ends) if options.ends else None
    yield "dtstart", _moment(starts)
    if ends is not None and isinstance(ends, datetime) == isinstance(starts, datetime):
        # The last day of an appointment by days belongs to it; the form names the day after.
        yield "dtend", _moment(ends) if isinstance(ends, datetime) else cast("date", ends) + _A_DAY
    place = record.get(options.place) if options.place else None
    if isinstance(place, Text):
        yield "location", place.text
    prefix = f"{options.entries}." if options.entries else ""
    notes = [f"{card.labels[prefix + name].text}: {record[name]}" for name in options.notes if record.get(name)]
    if options.entries:
        notes.insert(0, card.title.text)
    if notes:
        yield "description", "\n".join(notes)
    yield "url", placed.canonical
    changed = card.updated or card.date
    yield "dtstamp", changed.astimezone(UTC)
    yield "last-modified", changed.astimezone(UTC)


def _moment(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
