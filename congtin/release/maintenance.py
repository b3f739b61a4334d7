"""Planned stops: only after a notice that citizens could read in time, kept on disk and in the audit log (G18)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from congtin.editorial.desk import Desk
from congtin.editorial.log import Event
from congtin.errors import CongtinError, UsageError, did_you_mean, list_of
from congtin.messages import msg
from congtin.model import HANOI_TIME
from congtin.release.home import Home
from congtin.release.monitoring.policy import ReleasePolicy, policy_of
from congtin.release.notices import Notice, by_site, notices
from congtin.release.releases import live_release, sync_folder
from congtin.rules.combine import InForce, SiteRules
from congtin.rules.deadlines import due, earliest
from congtin.rules.pack_rules import Deadline
from congtin.rules.working_days import WorkingDays

FOLDER = "maintenance"
PLANNED, CANCELLED = "maintenance-planned", "maintenance-cancelled"
SUBJECT = "maintenance"
_DAY = timedelta(days=1)
# Where no rule pack of a Site says how early: as the one regulation does that does (CC Đ9k7).
DEFAULT = InForce(
    Deadline(
        id="maintenance", label={"vi": "Thông báo trước khi tạm ngừng hoạt động", "en": "Notice ahead of a stop"},
        subject=SUBJECT, action="notify", event="stop", before=True, limit=5, unit="working_days", source="Côngtin",
    ),
    "", "Côngtin", "verified",
)  # fmt: skip


class StopRefused(CongtinError):
    """The notice is missing or too late; nothing was planned."""


class PlannedNotice(BaseModel):
    """The notice a stop rests on, on one Site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str
    item: str
    address: str
    since: AwareDatetime


class Plan(BaseModel):
    """One planned stop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    id: str
    begins: AwareDatetime
    ends: AwareDatetime
    notices: tuple[PlannedNotice, ...]
    release: int
    """The Release in which the notices were found."""
    sources: tuple[str, ...]
    """The articles that say how early."""
    planned: AwareDatetime
    cancelled: AwareDatetime | None = None

    @property
    def sites(self) -> tuple[str, ...]:
        return tuple(notice.site for notice in self.notices)

    def covers(self, at: datetime) -> bool:
        """Tell whether a moment is within the stop."""
        return self.begins <= at < self.ends and (self.cancelled is None or at < self.cancelled)

    def to_bytes(self) -> bytes:
        return self.model_dump_json(indent=1).encode() + b"\n"


@dataclass(frozen=True)
class _Demand:
    """How early the notice of one Site must be out."""

    deadlines: Sequence[InForce[Deadline]]
    calendar: WorkingDays

    @classmethod
    def of(cls, rules: SiteRules, calendar: WorkingDays) -> _Demand:
        found = [d for d in rules.deadlines if d.rule.subject == SUBJECT and d.rule.before and d.rule.limit]
        return cls(found or [DEFAULT], calendar)

    def allows(self, begins: datetime, since: datetime) -> bool:
        ends = earliest(self.deadlines, begins, self.calendar)
        return ends is None or not ends.is_overdue(since)

    def lawful_from(self, since: datetime) -> datetime:
        """Return the earliest time at which a stop may begin after a notice that is out since then."""
        return max(_lawful_from(deadline, since, self.calendar) for deadline in self.deadlines)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(deadline.source for deadline in self.deadlines)


def _lawful_from(deadline: InForce[Deadline], since: datetime, calendar: WorkingDays) -> datetime:
    if deadline.rule.unit == "hours":
        return since + timedelta(hours=deadline.rule.limit or 0)
    begins = datetime.combine(since.astimezone(HANOI_TIME).date(), time(), HANOI_TIME)
    while due(deadline, begins, calendar).is_overdue(since):
        begins += _DAY
    return max(begins, since)


def plan_stop(
    home: Home, begins: datetime, ends: datetime, items: Sequence[str], patterns: Sequence[str], now: datetime
) -> Plan:
    """Plan a stop of Sites (without patterns: of all) and log it; return the plan.

    Raise UsageError for times or Sites that make no sense, StopRefused when a Site has no notice that names the day,
    or has it too late: it names the earliest lawful time.
    """
    if ends <= begins:
        raise UsageError(msg("The stop ends before it begins."))
    if begins < now:
        raise UsageError(msg("The stop begins in the past."))
    live = live_release(home)
    if live is None:
        raise UsageError(msg("There is no live Release: nobody can have read a notice."))
    policy = policy_of(home, live, now)
    sites = _sites(policy, sorted({edition.site for edition in live.record.editions}), patterns)
    day = begins.astimezone(HANOI_TIME).date()
    found = by_site(notices(home, live, policy.network, items, sites, day))
    demands = {site: _Demand.of(policy.rules(site), policy.calendar) for site in sites}
    chosen = _chosen(sites, found, demands, begins, now)
    sources = tuple(dict.fromkeys(source for site in sites for source in demands[site].sources))
    with Desk(home.content, now) as desk, desk.lock():
        plan = Plan(
            id=_free_id(home, begins), begins=begins, ends=ends, notices=chosen, release=live.number,
            sources=sources, planned=now,
        )  # fmt: skip
        # First the log, then the file: no stop stands anywhere that the log does not tell of.
        desk.record([_event(PLANNED, plan)])
        _write(home, plan)
    return plan


def _sites(policy: ReleasePolicy, live: Sequence[str], patterns: Sequence[str]) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        named = [site.id for site in policy.network.matching(pattern) if site.id in live]
        if not named:
            text = msg("The live Release has no Site “{site}”.", site=pattern)
            raise UsageError(text, did_you_mean(pattern, live))
        found += named
    return list(dict.fromkeys(found)) if patterns else list(live)


def _chosen(
    sites: Sequence[str], found: Mapping[str, Sequence[Notice]], demands: Mapping[str, _Demand],
    begins: datetime, now: datetime,
) -> tuple[PlannedNotice, ...]:  # fmt: skip
    """Return the oldest notice of each Site; raise StopRefused when one has none in time."""
    chosen = {site: _oldest(found.get(site, ())) for site in sites}
    unnamed = [site for site in sites if site in found and chosen[site] is None]
    missing = [site for site in sites if site not in found]
    today = _when(max(demands[site].lawful_from(now) for site in sites))
    if missing:
        text = msg("The notice is not published on every Site that stops; missing: {sites}.", sites=list_of(missing))
        hint = msg(
            "Publish it there, or leave these Sites out. Published now, it allows a stop from {time}.", time=today
        )
        raise StopRefused(text, hint)
    if unnamed:
        day = begins.astimezone(HANOI_TIME).strftime("%d/%m/%Y")
        text = msg("The notice does not name the day of the stop, {day}: {sites}.", day=day, sites=list_of(unnamed))
        hint = msg("Write the day in the text. Published now, it allows a stop from {time}.", time=today)
        raise StopRefused(text, hint)
    planned = [
        PlannedNotice(site=n.site, item=n.item, address=n.address, since=n.since)
        for n in chosen.values()
        if n and n.since
    ]
    late = [notice for notice in planned if not demands[notice.site].allows(begins, notice.since)]
    if late:
        lawful = {notice.site: demands[notice.site].lawful_from(notice.since) for notice in late}
        worst = max(late, key=lambda notice: lawful[notice.site])
        text = msg(
            "The notice on {site} is out since {since}; the stop may begin at {time} at the earliest ({source}).",
            site=worst.site, since=_when(worst.since), time=_when(lawful[worst.site]),
            source=list_of(demands[worst.site].sources),
        )  # fmt: skip
        hint = msg(
            "The notice must be out so many working days before. Sites that are too late: {count}.", count=len(late)
        )
        raise StopRefused(text, hint)
    return tuple(planned)


def _oldest(found: Iterable[Notice]) -> Notice | None:
    named = [notice for notice in found if notice.since]
    return min(named, key=lambda notice: (notice.since, notice.item), default=None)


# --- what is kept ----------------------------------------------------------------------------------


def plans(home: Home) -> list[Plan]:
    """Return every planned stop, cancelled and past ones too, by their beginning; raise UsageError for a bad file."""
    folder = home.folder / FOLDER
    return sorted(map(_read, folder.glob("*.json")), key=lambda plan: (plan.begins, plan.id))


def cancel(home: Home, plan_id: str, now: datetime) -> Plan:
    """Cancel a stop, or end one that has begun, and log it; raise UsageError when there is none or it is over."""
    found = {plan.id: plan for plan in plans(home)}
    plan = found.get(plan_id)
    if plan is None:
        raise UsageError(msg("There is no planned stop “{plan}”.", plan=plan_id), did_you_mean(plan_id, found))
    if plan.cancelled or plan.ends <= now:
        raise UsageError(msg("The stop “{plan}” is over or cancelled.", plan=plan_id))
    ended = plan.model_copy(update={"cancelled": now})
    with Desk(home.content, now) as desk, desk.lock():
        desk.record([_event(CANCELLED, ended)])
        _write(home, ended)
    return ended


def stopped(home: Home, now: datetime) -> dict[str, Plan]:
    """Return the Sites within a planned stop."""
    return {site: plan for plan in plans(home) if plan.covers(now) for site in plan.sites}


def _event(event: str, plan: Plan) -> Event:
    items = sorted({notice.item for notice in plan.notices})
    detail = {
        "plan": plan.id, "begins": plan.begins.isoformat(), "ends": plan.ends.isoformat(), "notices": items,
        "release": plan.release, "sha256": hashlib.sha256(plan.to_bytes()).hexdigest(),
    }  # fmt: skip
    return Event(event, sites=plan.sites, detail=detail)


def _free_id(home: Home, begins: datetime) -> str:
    base = f"{begins.astimezone(HANOI_TIME):%Y%m%d-%H%M}"
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    return next(name for name in names if not (home.folder / FOLDER / f"{name}.json").exists())


def _write(home: Home, plan: Plan) -> None:
    folder = home.folder / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f"{plan.id}.new"
    half.write_bytes(plan.to_bytes())
    half.replace(folder / f"{plan.id}.json")
    sync_folder(folder)


def _read(file: Path) -> Plan:
    try:
        return Plan.model_validate_json(file.read_bytes())
    except ValidationError as error:
        hint = msg("The audit log tells what was planned: congtin log")
        raise UsageError(msg("The planned stop {file} cannot be read.", file=file), hint) from error


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(HANOI_TIME):%d/%m/%Y %H:%M}"
