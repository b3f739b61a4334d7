"""From what the hosts answered to lights: reach, address, certificate, content, speed, the way from http."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from congtin.messages import Msg, msg
from congtin.release.monitoring.findings import Finding, Light, Subject
from congtin.release.monitoring.probes import Failure, Page, Probe, Target
from congtin.release.monitoring.settings import MonitoringSettings
from congtin.release.records import PublishedEdition, Release

_MOVED = (301, 302, 307, 308)
_FAMILY_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}


@dataclass(frozen=True)
class Expected:
    """The home pages that are right: of the live Release, and for a moment after a switch of the one before."""

    homes: Mapping[tuple[str, str], frozenset[str]]
    """(Host, path) → digests of the live Release; two when it changed while the hosts were asked."""
    former: Mapping[tuple[str, str], str]
    switched: datetime


def targets_of(release: Release) -> list[Target]:
    """Return every host of a Release with the home pages of its Editions."""
    paths: dict[str, set[str]] = {}
    for edition in release.record.editions:
        paths.setdefault(edition.host, set()).add(_path(edition))
    return [Target(host, tuple(sorted(found))) for host, found in sorted(paths.items())]


def sites_by_host(release: Release) -> dict[str, str]:
    """Return whose host each is."""
    return {edition.host: edition.site for edition in release.record.editions}


def homes_of(release: Release) -> dict[tuple[str, str], str]:
    """Return the digest of every home page."""
    outputs = release.outputs
    found = {}
    for edition in release.record.editions:
        path = _path(edition)
        digest = outputs.get(f"{edition.host}{path}index.html")
        if digest:
            found[edition.host, path] = digest
    return found


def expected_of(live: Release, now_live: Release | None, former: Release | None) -> Expected:
    """Return what is right: ``live`` before the round, ``now_live`` after it, ``former`` live before both."""
    homes: dict[tuple[str, str], set[str]] = {}
    for release in {release.number: release for release in (live, now_live) if release}.values():
        for place, digest in homes_of(release).items():
            homes.setdefault(place, set()).add(digest)
    newest = now_live or live
    before = homes_of(former) if former else {}
    return Expected({k: frozenset(v) for k, v in homes.items()}, before, newest.record.created)


def judge(
    probes: Iterable[Probe], sites: Mapping[str, str], expected: Expected, settings: MonitoringSettings, now: datetime
) -> Iterator[Finding]:
    """Yield what is wrong with each host and family, or one green finding when nothing is."""
    for probe in probes:
        place = {"site": sites[probe.host], "host": probe.host, "family": probe.family}
        found = [
            Finding(subject, light, text, **place) for subject, light, text in _wrong(probe, expected, settings, now)
        ]
        if not found:
            text = msg("{host} answers over {family}.", host=probe.host, family=_FAMILY_NAMES[probe.family])
            found = [Finding("reach", Light.GREEN, text, **place)]
        yield from found


_Wrong = tuple[Subject, Light, Msg]


def _wrong(probe: Probe, expected: Expected, settings: MonitoringSettings, now: datetime) -> Iterator[_Wrong]:
    if probe.failure:
        yield _failed(probe, probe.failure)
    for page in probe.pages:
        yield from _page(probe, page, expected, settings, now)
    if probe.expires:
        yield from _certificate(probe, probe.expires, settings, now)
    yield from _way_from_http(probe)


def _failed(probe: Probe, failure: Failure) -> _Wrong:
    family, detail = _FAMILY_NAMES[probe.family], failure.detail.rstrip(".") or "–"
    if failure.reason == "no-address":
        record = "AAAA" if probe.family == "ipv6" else "A"
        return "address", Light.RED, msg("{host} has no {record} record.", host=probe.host, record=record)
    if failure.reason == "certificate":
        text = msg("The certificate of {host} is not accepted: {detail}.", host=probe.host, detail=detail)
        return "tls", Light.RED, text
    if failure.reason == "not-asked":
        text = msg("{host} could not be asked over {family}: the round took too long.", host=probe.host, family=family)
        return "reach", Light.AMBER, text
    text = msg("{host} does not answer over {family} ({detail}).", host=probe.host, family=family, detail=detail)
    return "reach", Light.RED, text


def _page(
    probe: Probe, page: Page, expected: Expected, settings: MonitoringSettings, now: datetime
) -> Iterator[_Wrong]:
    address, family = f"https://{probe.host}{page.path}", _FAMILY_NAMES[probe.family]
    if page.status != 200:
        text = msg("{address} answers {status} over {family}.", address=address, status=page.status, family=family)
        yield "reach", Light.RED, text
        return
    place = (probe.host, page.path)
    if page.digest not in expected.homes.get(place, frozenset()):
        just = now - expected.switched < timedelta(minutes=settings.publish_minutes)
        behind = just and page.digest == expected.former.get(place)
        text = msg("{address} is not the page of the live Release over {family}.", address=address, family=family)
        yield "bytes", Light.AMBER if behind else Light.RED, text
    if page.first_byte > settings.slow:
        seconds = f"{page.first_byte:.1f}"
        text = msg(
            "{address} takes {seconds} s to answer over {family}.", address=address, seconds=seconds, family=family
        )
        yield "speed", Light.AMBER, text


def _certificate(probe: Probe, expires: datetime, settings: MonitoringSettings, now: datetime) -> Iterator[_Wrong]:
    days = (expires - now).days
    if days < settings.tls_amber_days:
        text = msg("The certificate of {host} ends in {days} days.", host=probe.host, days=days)
        yield "tls", Light.RED if days < settings.tls_red_days else Light.AMBER, text


def _way_from_http(probe: Probe) -> Iterator[_Wrong]:
    if probe.http is None or probe.failure:
        return
    family = _FAMILY_NAMES[probe.family]
    if isinstance(probe.http, Failure):
        text = msg("http://{host}/ does not answer over {family}.", host=probe.host, family=family)
        yield "redirect", Light.AMBER, text
    elif probe.http.status not in _MOVED or probe.http.location != f"https://{probe.host}/":
        text = msg(
            "http://{host}/ does not lead to https over {family}: it answers {status}.",
            host=probe.host, family=family, status=probe.http.status,
        )  # fmt: skip
        yield "redirect", Light.RED, text


def _path(edition: PublishedEdition) -> str:
    return f"/{edition.prefix}/" if edition.prefix else "/"
