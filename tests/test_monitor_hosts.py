"""`congtin monitor` asks real servers: what a citizen would get, over IPv4 and IPv6."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest
from desks import TinyDesk
from monitors import LIM, MAI, PORTAL, RULED, Watched, at, silent_server

from congtin.release.monitoring.findings import Light
from congtin.release.monitoring.probes import FAMILIES, Target, _resolved, probe_all

# A Sunday evening: no window asks anything of a component, and the portal's is open.
NOW = at("2026-11-22 18:00")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = TinyDesk.create(tmp_path_factory.mktemp("desk"), RULED)
    yield desk
    desk.close()


@pytest.fixture
def watched(desk, tmp_path):
    watched = Watched.create(tmp_path / "home", desk)
    watched.release(at("2026-11-22 17:50"))
    return watched


def hosts(seen, host):
    """Return what is said of a host: (subject, light, family)."""
    return {(f.subject, f.light, f.family) for f in seen.overview.findings if f.host == host}


GREEN = {("reach", Light.GREEN, family) for family in FAMILIES}


def test_every_host_answers_over_both_families(watched):
    """Home pages of all Editions, byte for byte, and the way there from http."""
    with watched.serve():
        seen = watched.look(NOW)
    assert all(hosts(seen, host) == GREEN for host in (PORTAL, LIM, MAI))
    assert len(seen.probes) == 6
    portal = next(probe for probe in seen.probes if probe.host == PORTAL)
    assert [page.path for page in portal.pages] == ["/", "/english/"]
    assert all(0 < page.first_byte < 5 for page in portal.pages)
    assert portal.http.location == f"https://{PORTAL}/"


def test_other_bytes_than_those_of_the_live_release_are_red(watched):
    """A server that answers 200 with something else is no server of ours."""
    with watched.serve(wrong={LIM}):
        seen = watched.look(NOW + timedelta(hours=1))
    assert hosts(seen, LIM) == {("bytes", Light.RED, family) for family in FAMILIES}
    assert hosts(seen, MAI) == GREEN


def test_the_page_of_the_release_before_is_no_alarm_just_after_a_switch(watched):
    """A copy that is under way is amber; one that stays behind is red."""
    (watched.folder / "behind").symlink_to(watched.home.live.readlink())
    watched.release(NOW)
    with watched.serve(link="behind"):
        just, later = watched.look(NOW + timedelta(minutes=1)), watched.look(NOW + timedelta(minutes=9))
    assert hosts(just, LIM) == {("bytes", Light.AMBER, family) for family in FAMILIES}
    assert hosts(later, LIM) == {("bytes", Light.RED, family) for family in FAMILIES}


def test_a_certificate_that_ends_in_three_days_is_red_one_in_two_weeks_amber(watched):
    """The days are counted from the clock."""
    with watched.serve(lives={LIM: timedelta(days=3, hours=1), MAI: timedelta(days=14)}):
        real = watched.look(_now())
    assert hosts(real, LIM) == {("tls", Light.RED, family) for family in FAMILIES}
    assert hosts(real, MAI) == {("tls", Light.AMBER, family) for family in FAMILIES}
    said = next(str(f.message) for f in real.overview.findings if f.host == LIM)
    assert said == f"The certificate of {LIM} ends in 3 days."


def _now():
    from desks import clock

    return clock()


def test_a_certificate_nobody_vouches_for_is_red_and_the_host_counts_as_down(watched):
    """Expired, of another host, or of an authority nobody knows."""
    with watched.serve(lives={LIM: timedelta(days=-1)}):
        seen = watched.look(NOW)
    assert hosts(seen, LIM) == {("tls", Light.RED, family) for family in FAMILIES}
    assert "certificate has expired" in next(str(f.message) for f in seen.overview.findings if f.host == LIM)
    assert not any(probe.up for probe in seen.probes if probe.host == LIM)


def test_a_dead_host_is_red_and_the_others_are_not(watched):
    """It closes the connection without a word."""
    with watched.serve(dead={MAI}):
        seen = watched.look(NOW)
    assert hosts(seen, MAI) == {("reach", Light.RED, family) for family in FAMILIES}
    assert hosts(seen, PORTAL) == hosts(seen, LIM) == GREEN
    assert seen.overview.sites[0].site == "ha/mai"


def test_a_server_without_ipv6_is_red_over_ipv6_alone(watched):
    """Citizens with IPv6 get nothing (A5); the host still counts as up over IPv4."""
    with watched.serve(families=["127.0.0.1"]):
        seen = watched.look(NOW)
    assert hosts(seen, LIM) == {("reach", Light.GREEN, "ipv4"), ("reach", Light.RED, "ipv6")}
    assert {probe.family: probe.up for probe in seen.probes if probe.host == LIM} == {"ipv4": True, "ipv6": False}


def test_a_name_without_an_aaaa_record_is_red(watched, monkeypatch):
    """Asked by name, every host needs an address of both families (A5)."""
    asked = socket.getaddrinfo

    def only_ipv4(host, port, family=0, *rest, **named):
        if str(host).endswith(".ha.gov.vn") or host == PORTAL:
            if family == socket.AF_INET6:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            host = "127.0.0.9"
        return asked(host, port, family, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", only_ipv4)
    watched.write_settings(origins=None)
    seen = watched.look(NOW)
    assert ("address", Light.RED, "ipv6") in hosts(seen, LIM)
    said = [str(f.message) for f in seen.overview.findings if f.host == LIM and f.subject == "address"]
    assert said == [f"{LIM} has no AAAA record."]
    assert _resolved("localhost", "ipv4").https == "https://127.0.0.1"


def test_a_host_that_stays_on_http_is_red(watched):
    """The redirect is part of what citizens get."""
    with watched.serve(plain={LIM}):
        seen = watched.look(NOW)
    assert hosts(seen, LIM) == {("redirect", Light.RED, family) for family in FAMILIES}


def test_a_slow_host_is_a_warning(watched):
    """Whatever is called slow."""
    watched.write_settings(slow=0.0001)
    with watched.serve():
        seen = watched.look(NOW)
    assert hosts(seen, LIM) == {("speed", Light.AMBER, family) for family in FAMILIES}


def test_servers_that_say_nothing_cost_no_more_than_the_round(watched):
    """They take the connection and wait: every host runs out of time, and so would the round."""
    with silent_server() as port:
        watched.write_settings(
            origins={"ipv4": {"https": f"https://127.0.0.1:{port}"}}, timeout=0.5, round=0.7, at_once=1
        )
        begun = time.monotonic()
        seen = watched.look(NOW)
        assert time.monotonic() - begun < 6
    lights = {f.host: (f.light, str(f.message)) for f in seen.overview.findings if f.host}
    assert lights[PORTAL] == (Light.RED, f"{PORTAL} does not answer over IPv4 (ConnectTimeout).")
    assert lights[MAI] == (Light.AMBER, f"{MAI} could not be asked over IPv4: the round took too long.")


def test_a_server_that_is_not_there_is_asked_once_for_all_its_hosts(watched):
    """Nothing listens: no host waits for that of its own."""
    begun = time.monotonic()
    seen = watched.look(NOW)
    assert time.monotonic() - begun < 5
    assert all(hosts(seen, host) == {("reach", Light.RED, f) for f in FAMILIES} for host in (PORTAL, LIM, MAI))


def test_before_the_first_release_that_is_said(desk, tmp_path):
    """Nothing is asked, and it is an alarm."""
    watched = Watched.create(tmp_path / "home", desk)
    seen = watched.look(NOW)
    assert [str(f.message) for f in seen.overview.machine] == ["There is no live Release."]
    assert seen.overview.light is Light.RED


@pytest.mark.slow
def test_as_many_hosts_as_three_cities_have_are_asked_within_a_round(watched):
    """391 hosts, two families, each with its way from http: 1,564 questions, every one over a connection of its own."""
    targets = [Target(f"xa-{number}.ha.gov.vn", ("/",)) for number in range(391)]
    name = "*.ha.gov.vn"
    with watched.serve(hosts=[name], wrong={name}):
        begun = time.monotonic()
        probes = probe_all(targets, watched.home.settings.monitoring, watched.trusting())
        took = time.monotonic() - begun
    assert len(probes) == 782 and all(probe.up and probe.http.status == 301 for probe in probes)
    assert took < watched.home.settings.monitoring.round
