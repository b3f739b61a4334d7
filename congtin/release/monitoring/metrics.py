"""What a round saw as Prometheus metrics, by the official client; one registry of our own, filled anew each round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock

from prometheus_client import CollectorRegistry, write_to_textfile
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from congtin.release.monitoring.findings import Light
from congtin.release.monitoring.look import Seen
from congtin.release.monitoring.windows import Standing

_HOST = ("site", "host", "family")
# A number for each light, so that a rule can say “2 for five minutes”.
LIGHT_NUMBERS = {Light.GREEN: 0, Light.PLANNED: 0, Light.AMBER: 1, Light.RED: 2}


class Metrics(Collector):
    """Gives whoever asks what the last round saw."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        self.registry.register(self)
        self._lock = Lock()
        self._seen: Seen | None = None

    def show(self, seen: Seen) -> None:
        """Let the metrics be those of this round."""
        with self._lock:
            self._seen = seen

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            seen = self._seen
        return [] if seen is None else list(_metrics(seen))

    def write(self, file: Path) -> None:
        """Write them for node_exporter's textfile collector: beside the file, then in its place."""
        file.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(file), self.registry)


def _metrics(seen: Seen) -> Iterator[Metric]:
    overview = seen.overview
    yield _one("congtin_round_timestamp_seconds", "When the last round began.", overview.at.timestamp())
    yield _one("congtin_release_number", "The live Release; 0: none.", overview.release or 0)
    yield _one("congtin_light", "0 in order, 1 warning, 2 alarm: the worst of all.", LIGHT_NUMBERS[overview.light])
    yield _family(
        "congtin_site_light", "0 in order or planned stop, 1 warning, 2 alarm.", ("site",),
        (((row.site,), LIGHT_NUMBERS[row.light]) for row in overview.sites),
    )  # fmt: skip
    yield _family(
        "congtin_machine_light", "0 in order, 1 warning, 2 alarm: what concerns no single Site.", ("subject",),
        _worst_of((finding.subject, LIGHT_NUMBERS[finding.light]) for finding in overview.machine),
    )  # fmt: skip
    yield _family(
        "congtin_planned_stop", "1 while a Site is within a planned stop.", ("site",),
        (((site,), float(site in seen.stops)) for site in overview.names),
    )  # fmt: skip
    yield from _of_hosts(seen)
    yield from _of_windows(seen)
    yield from _of_publishing(seen)
    yield from _of_backups(seen)
    yield _one("congtin_disk_free_ratio", "Free share of the disk of the home.", seen.free / 100)


def _of_hosts(seen: Seen) -> Iterator[Metric]:
    sites = {edition.host: edition.site for edition in seen.live.record.editions} if seen.live else {}
    asked = [p for p in seen.probes if not (p.failure and p.failure.reason == "not-asked")]
    places = {id(probe): (sites[probe.host], probe.host, probe.family) for probe in asked}
    up = ((places[id(p)], float(p.up)) for p in asked)
    yield _family(
        "congtin_host_up", "1 when every home page of a host answers 200 over a checked connection.", _HOST, up
    )
    first = ((places[id(p)], max(page.first_byte for page in p.pages)) for p in asked if p.pages)
    yield _family("congtin_host_first_byte_seconds", "Time to the first byte, the slowest home page.", _HOST, first)
    ends = ((places[id(p)], p.expires.timestamp()) for p in asked if p.expires)
    yield _family("congtin_host_certificate_end_timestamp_seconds", "When the certificate ends.", _HOST, ends)
    wrong = {(f.host, f.family) for f in seen.overview.findings if f.subject == "bytes" and f.light is not Light.GREEN}
    right = ((places[id(p)], float((p.host, p.family) not in wrong)) for p in asked if p.pages)
    yield _family("congtin_host_content_right", "1 when the home pages are those of the live Release.", _HOST, right)


def _of_windows(seen: Seen) -> Iterator[Metric]:
    names = ("site", "window")
    today = [((site, w.id), w) for site, one in seen.freshness.items() for w in one.today]
    items = ((place, float(window.items)) for place, window in today)
    yield _family("congtin_window_items", "New Items in each window of today (G16, G17).", names, items)
    missed = ((place, float(window.standing in (Standing.MISSED, Standing.LATE))) for place, window in today)
    yield _family("congtin_window_missed", "1 when a window of today passed without new information.", names, missed)


def _of_publishing(seen: Seen) -> Iterator[Metric]:
    if seen.latency is not None:
        text = "From the oldest step the live Release brought to the Release (E17)."
        yield _one("congtin_publish_latency_seconds", text, seen.latency)
    text = "How long the oldest approved step waits that is not live; 0: none waits."
    yield _one("congtin_publish_pending_seconds", text, seen.pending or 0)
    yield _one("congtin_queue_requests", "Requests for a Release that wait.", len(seen.waiting))
    oldest = (seen.overview.at - min(seen.waiting)).total_seconds() if seen.waiting else 0
    yield _one("congtin_queue_oldest_seconds", "How long the oldest waits; 0: none waits.", oldest)
    if seen.live and seen.live.record.next_due:
        due = seen.live.record.next_due.timestamp()
        yield _one("congtin_next_due_timestamp_seconds", "When the clock alone changes a page.", due)


def _of_backups(seen: Seen) -> Iterator[Metric]:
    ages = (((b.place,), b.age.total_seconds()) for b in seen.backups if b.age is not None)
    yield _family("congtin_backup_age_seconds", "Age of the newest copy at a place.", ("place",), ages)
    most = (((b.place,), b.most.total_seconds()) for b in seen.backups)
    yield _family("congtin_backup_allowed_seconds", "The oldest it may be (J2, J3).", ("place",), most)
    failed = (((b.place,), float(b.failure is not None)) for b in seen.backups)
    yield _family("congtin_backup_failed", "1 when the last copy or its check failed.", ("place",), failed)


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _family(name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for given, value in values:
        family.add_metric(given, value)
    return family


def _worst_of(values: Iterable[tuple[str, int]]) -> Iterator[tuple[Sequence[str], float]]:
    found: dict[str, int] = {}
    for name, value in values:
        found[name] = max(found.get(name, 0), value)
    yield from (((name,), value) for name, value in found.items())
