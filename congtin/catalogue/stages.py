"""What the clock makes of an Item whose kind declares states: before it opens, open, closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from congtin.catalogue.kind_models import KindItem
from congtin.model import HANOI_TIME


def stage_fields(facts: KindItem) -> Iterator[tuple[str, datetime | None]]:
    """Yield the fields at which a state ends, in the order declared, each with that moment."""
    for name, end in _ends(facts):
        yield str(facts.declared.options.states[name].until), end


def _ends(facts: KindItem) -> Iterator[tuple[str, datetime | None]]:
    """Yield each state that has an end, and the first moment at which it is over; none where the field is empty."""
    for name, state in facts.declared.options.states.items():
        if state.until is not None:
            value = getattr(facts, state.until, None)
            if value is not None and not isinstance(value, datetime):
                # A day belongs to the state as a whole.
                value = datetime.combine(value + timedelta(days=1), time(), HANOI_TIME)
            yield name, value


def stage_of(facts: KindItem, now: datetime) -> str:
    """Return the name of the state an Item is in; nothing where its kind declares none or a field is empty."""
    ends = list(_ends(facts))
    states = list(facts.declared.options.states)
    if not states or any(end is None for _, end in ends):
        return ""
    return next((name for name, end in ends if end is not None and now < end), states[-1])


def stage_ends(facts: KindItem) -> Iterator[float]:
    """Yield the moments, in seconds since 1970, at which the state changes."""
    yield from (end.timestamp() for _, end in _ends(facts) if end is not None)
