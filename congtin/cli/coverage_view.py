"""How the list of information that must be public looks on a terminal and as JSON (C1, C17)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from congtin.checks.coverage import Standing, State
from congtin.messages import Msg, msg, translate, translate_count, user_language
from congtin.model import HANOI_TIME
from congtin.network.network import local
from congtin.rules.pack_rules import Deadline

_STATES: dict[State, Msg] = {
    "present": msg("present"),
    "empty": msg("empty"),
    "missing": msg("no section"),
    "unverified": msg("text not to hand"),
}
_STYLES = {"present": "", "empty": "yellow", "missing": "red", "unverified": "dim"}
_EVENTS = {
    "issued": msg("after it is issued"),
    "approved": msg("after it is approved"),
    "accepted": msg("after it is accepted"),
    "announced": msg("after it is announced"),
    "occurred": msg("after it happened"),
    "received": msg("after it is received"),
    "changed": msg("after it changed"),
    "requested": msg("after it is asked for"),
    "incident": msg("after an incident"),
    "stop": msg("after a stop"),
    "session": msg("after the session"),
    "opened": msg("after it is opened"),
}


def coverage_json(found: Iterable[Standing]) -> str:
    """Return one object for each Site and piece of information."""
    return json.dumps([_row(standing) for standing in found], ensure_ascii=False, indent=1)


def _row(standing: Standing) -> dict[str, object]:
    entry = standing.entry
    return {
        "site": standing.site,
        "id": entry.rule.id,
        "label": entry.rule.label,
        "state": standing.state,
        "pack": entry.pack,
        "source": entry.source,
        "source_status": entry.status,
        "sections": standing.sections,
        "unknown": standing.unknown,
        "count": standing.count,
        "newest": standing.newest.isoformat() if standing.newest else None,
        "deadlines": [
            {key: value for key, value in _deadline(other.rule).items() if value is not None} | {"source": other.source}
            for other in standing.deadlines
        ],
        "late": standing.late,
        "owner": standing.owner,
    }


def _deadline(deadline: Deadline) -> dict[str, object]:
    """Return what decides a deadline."""
    return deadline.model_dump(include={"id", "action", "event", "limit", "unit"})


def show_site(console: Console, site: str, found: Sequence[Standing]) -> None:
    """Print where one Site stands, a line for each piece of information."""
    table = Table(
        translate("Information"),
        translate("State"),
        translate("Items"),
        translate("Newest"),
        translate("Due"),
        translate("Late"),
        translate("Asked by"),
        title=site,
        title_justify="left",
    )
    for standing in found:
        newest = standing.newest.astimezone(HANOI_TIME).date().isoformat() if standing.newest else ""
        words = str(_STATES[standing.state])
        if standing.unknown:
            words += f": {', '.join(standing.unknown)}"
        table.add_row(
            local(dict(standing.entry.rule.label), user_language())[0],
            words,
            str(standing.count),
            newest,
            "; ".join(dict.fromkeys(_within(other.rule) for other in standing.deadlines)),
            str(standing.late) if standing.late else "",
            standing.entry.source,
            style=_STYLES[standing.state],
        )
    console.print(table)
    owner = found[0].owner if found else ""
    console.print(str(msg("Responsible: {owner}", owner=owner or translate("not known"))))


def show_sites(console: Console, found: Sequence[Standing]) -> None:
    """Print how many Sites have each piece of information."""
    table = Table(
        translate("Information"),
        *(str(_STATES[state]) for state in _STATES),
        translate("Newest"),
        translate("Asked by"),
    )
    groups: dict[tuple[str, str], list[Standing]] = {}
    for standing in found:
        groups.setdefault((standing.entry.source, standing.entry.rule.id), []).append(standing)
    for standings in groups.values():
        states = Counter(standing.state for standing in standings)
        newest = max((standing.newest for standing in standings if standing.newest), default=None)
        table.add_row(
            local(dict(standings[0].entry.rule.label), user_language())[0],
            *(str(states[state]) for state in _STATES),
            newest.astimezone(HANOI_TIME).date().isoformat() if newest else "",
            standings[0].entry.source,
            style="red" if states["missing"] else "",
        )
    console.print(table)
    sites = len({standing.site for standing in found})
    console.print(translate_count("{count} Site", "{count} Sites", sites))
    console.print(translate("Each in turn: congtin check --coverage --portal PORTAL, or --site SITE."))


def _within(deadline: Deadline) -> str:
    event = str(_EVENTS[deadline.event])
    match deadline.unit:
        case "working_days":
            length = translate_count("{count} working day", "{count} working days", deadline.limit or 0)
        case "hours":
            length = translate_count("{count} hour", "{count} hours", deadline.limit or 0)
        case "same_working_day":
            length = translate("the same working day")
        case "immediately":
            length = translate("at once")
    return f"{length} {event}"
