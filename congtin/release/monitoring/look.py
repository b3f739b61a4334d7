"""One round: ask the hosts, read what publishing and backup left behind, judge, remember."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from congtin.errors import CongtinError, UsageError
from congtin.messages import msg
from congtin.model import HANOI_TIME, SiteKind
from congtin.release.backup.ages import BackupAge, backup_ages
from congtin.release.home import Home
from congtin.release.maintenance import Plan, stopped
from congtin.release.monitoring import hosts, publishing
from congtin.release.monitoring.appearances import appearances, new_times
from congtin.release.monitoring.findings import Finding, Light, Overview
from congtin.release.monitoring.history import remember
from congtin.release.monitoring.policy import ReleasePolicy, policy_of
from congtin.release.monitoring.probes import Probe, probe_all
from congtin.release.monitoring.windows import Freshness, Standing, freshness
from congtin.release.queue import waiting
from congtin.release.records import Release
from congtin.release.releases import live_release, release_of


@dataclass(frozen=True)
class Seen:
    """Everything one round saw: its lights, and the numbers behind them."""

    overview: Overview
    probes: Sequence[Probe] = ()
    freshness: Mapping[str, Freshness] = field(default_factory=dict)
    backups: Sequence[BackupAge] = ()
    waiting: Sequence[datetime] = ()
    latency: float | None = None
    """Seconds from the oldest step of the live Release to it."""
    pending: float | None = None
    """Seconds the oldest approved step waits that is not live; None when there is none."""
    free: float = 100.0
    """Per cent of the disk."""
    stops: Mapping[str, Plan] = field(default_factory=dict)
    live: Release | None = None


@dataclass
class Monitor:
    """Looks at one home, again and again; what cannot change between two rounds is read once."""

    home: Home
    _policy: tuple[tuple[str, str], ReleasePolicy] | None = None

    def look(self, clock: Callable[[], datetime]) -> Seen:
        """Make one round and remember it; raise CongtinError when the settings or rules cannot be used.

        ``clock`` is asked when the round begins: what the hosts answered is judged by that time.
        """
        now = clock()
        live = live_release(self.home)
        if live is None:
            nothing = Finding("release", Light.RED, msg("There is no live Release."))
            return Seen(Overview(now, None, {}, [nothing]))
        return self._look(live, now)

    def _look(self, live: Release, now: datetime) -> Seen:
        settings = self.home.settings.monitoring
        policy = self._policy_of(live, now)
        stops = stopped(self.home, now)
        probes = probe_all(hosts.targets_of(live), settings, self._context())
        sites = hosts.sites_by_host(live)
        remember(self.home, probes, frozenset(h for h, s in sites.items() if s in stops), now, settings.history_days)
        former = self._former(live)
        expected = hosts.expected_of(live, live_release(self.home), former)
        fresh = dict(self._freshness(live, policy, now))
        steps = publishing.steps_around(self.home, live, former)
        queue = [request.at for request in waiting(self.home)]
        free = publishing.free_percent(self.home.folder)
        backups, backup_findings = self._backups(now)
        latency = publishing.latency(steps, live)
        findings = [
            *hosts.judge(probes, sites, expected, settings, now),
            *_windows(fresh),
            *publishing.status_findings(self.home),
            *publishing.latency_findings(steps, live, settings, now),
            *publishing.due_findings(live, settings, now),
            *publishing.queue_findings(queue, settings, now),
            *publishing.integrity_findings(self.home, live, settings, now),
            *backup_findings,
            publishing.disk_finding(free, settings),
        ]
        names = {site: policy.network.sites[site].name for site in sorted(set(sites.values()))}
        overview = Overview(now, live.number, names, _within_stops(findings, stops))
        pending = max(((now - at).total_seconds() for at in steps.missing.values()), default=None)
        return Seen(
            overview, probes, fresh, backups, queue, latency.total_seconds() if latency is not None else None,
            pending, free, stops, live,
        )  # fmt: skip

    def _context(self) -> ssl.SSLContext:
        """Return which certificates vouch; raise UsageError when they cannot be read."""
        ca = self.home.settings.monitoring.ca
        try:
            return ssl.create_default_context(cafile=self.home.path(ca) if ca else None)
        except OSError as error:
            text = msg("The certificates of monitoring.ca cannot be read: {detail}.", detail=error.strerror)
            raise UsageError(text) from error

    def _policy_of(self, live: Release, now: datetime) -> ReleasePolicy:
        # Rules are of a day, Sites of a commit.
        key = (live.record.commit, f"{now.astimezone(HANOI_TIME):%Y-%m-%d}")
        if self._policy is None or self._policy[0] != key:
            self._policy = key, policy_of(self.home, live, now)
        return self._policy[1]

    def _former(self, live: Release) -> Release | None:
        previous = live.record.previous
        try:
            return release_of(self.home, previous) if previous else None
        except UsageError:  # too old to be at hand
            return None

    def _freshness(self, live: Release, policy: ReleasePolicy, now: datetime) -> Iterator[tuple[str, Freshness]]:
        settings, known = self.home.settings.monitoring, appearances(self.home)
        kinds = {edition.site: SiteKind(edition.kind) for edition in live.record.editions}
        since = known.since or now
        for site, kind in sorted(kinds.items()):
            copies = kind in settings.copies_count
            appeared = new_times(known.of(site), copies=copies, days=settings.new_days)
            rules = policy.windows(site, now)
            yield site, freshness(rules, kind, settings.windows, policy.calendar, appeared, now, since)

    def _backups(self, now: datetime) -> tuple[Sequence[BackupAge], list[Finding]]:
        if self.home.settings.backup is None:
            return (), [Finding("backup", Light.RED, msg("No backup is set up."))]
        try:
            ages = backup_ages(self.home, now)
        except CongtinError as error:
            return (), [Finding("backup", Light.RED, error.message)]
        return ages, [_backup(age) for age in ages]


def _backup(age: BackupAge) -> Finding:
    light = Light.RED if age.red else Light.AMBER if age.amber else Light.GREEN
    most = int(age.most.total_seconds() // 3600)
    if age.failure is not None:
        text = msg("The backup to {place} failed: {detail}", place=age.place, detail=age.failure)
    elif age.age is None:
        text = msg("There is no copy at {place} yet.", place=age.place)
    else:
        hours = int(age.age.total_seconds() // 3600)
        text = msg(
            "The newest copy at {place} is {hours} hours old; {most} are allowed.",
            place=age.place,
            hours=hours,
            most=most,
        )
    return Finding("backup", light, text)


def _windows(fresh: Mapping[str, Freshness]) -> Iterator[Finding]:
    for site, one in fresh.items():
        if not one.demanded:
            continue
        if one.missed:
            window = one.missed[-1]
            text = msg(
                "Nothing new since before {begins} on {day}: the window “{window}” has passed ({source}).",
                begins=f"{one.missed[0].begins:%H:%M}", day=f"{one.missed[0].begins:%d/%m/%Y}", window=window.label,
                source=", ".join(one.sources),
            )  # fmt: skip
        elif waiting_for := [w for w in one.today if w.standing is Standing.OPEN]:
            window = waiting_for[0]
            text = msg(
                "Nothing new yet; the window “{window}” ends at {ends}.",
                window=window.label,
                ends=f"{window.ends:%H:%M}",
            )
        elif late := [w for w in one.today if w.standing is Standing.LATE]:
            text = msg("New information came late, after the window “{window}”.", window=late[-1].label)
        else:
            kept = sum(w.standing is Standing.KEPT for w in one.today)
            text = msg("New information in {kept} of {windows} windows today.", kept=kept, windows=len(one.today))
        yield Finding("windows", one.light, text, site=site)


def _within_stops(findings: Sequence[Finding], stops: Mapping[str, Plan]) -> list[Finding]:
    """Show what is wrong with a host within a planned stop as that, and say until when the stop lasts."""
    shown = [
        replace(f, light=Light.PLANNED) if f.site in stops and f.host and f.light is not Light.GREEN else f
        for f in findings
    ]
    for site, plan in stops.items():
        end = f"{plan.ends.astimezone(HANOI_TIME):%d/%m/%Y %H:%M}"
        shown.append(Finding("stop", Light.PLANNED, msg("A planned stop lasts until {time}.", time=end), site=site))
    return shown
