"""`congtin monitor`: publishing, backup and disk; what it prints, counts, and gives to Prometheus."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, timedelta

import pytest
from desks import TinyDesk, clock
from homes import TinyHome
from monitors import COMMAND, LIM, MAI, PORTAL, RULED, Watched, at
from network import REPOSITORY, article, item_id
from ports import free_port
from prometheus_client.parser import text_string_to_metric_families

from congtin.cli.monitor import _Rounds
from congtin.errors import ProblemsFound
from congtin.release.monitoring.appearances import appearances
from congtin.release.monitoring.findings import Light
from congtin.release.monitoring.history import HistoryDamaged, month_of
from congtin.release.monitoring.metrics import Metrics
from congtin.release.monitoring.publishing import disk_finding
from congtin.release.queue import ask

NOW = at("2026-11-22 12:00")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = TinyDesk.create(tmp_path_factory.mktemp("desk"), RULED)
    yield desk
    desk.close()


@pytest.fixture
def watched(desk, tmp_path):
    watched = Watched.create(tmp_path / "home", desk)
    watched.release(at("2026-11-22 11:00"))
    return watched


def said(seen, subject):
    """Return what is said of the machine: (light, words)."""
    return [(f.light, str(f.message)) for f in seen.overview.machine if f.subject == subject]


# --- publishing ----------------------------------------------------------------------------------


def test_an_approved_step_that_is_not_live_in_time_is_an_alarm(watched):
    """Five minutes, by our own choice: “immediately” in the regulation (E17)."""
    watched.commit({"content/ha/lim/tin-tuc/2026/moi.vi.md": "x"}, NOW)
    assert said(watched.look(NOW + timedelta(minutes=2)), "publish") == [
        (Light.GREEN, "Approved Changes on their way: 1.")
    ]
    seen = watched.look(NOW + timedelta(minutes=6))
    assert said(seen, "publish") == [
        (Light.RED, "Approved Changes that are not live: 1, the oldest merged at 22/11/2026 12:00.")
    ]
    assert seen.pending == 360
    watched.release(NOW + timedelta(minutes=7))
    assert said(watched.look(NOW + timedelta(minutes=8)), "publish") == []


@pytest.mark.slow
def test_a_change_is_followed_from_its_merge_to_every_screen(tmp_path):
    """A real Change, published for real and served by a real server: when it came, and how long it took (E17)."""
    desk = TinyDesk.create(tmp_path / "desk", RULED, code=True)
    try:
        watched = Watched.create(tmp_path / "home", desk)
        publisher = TinyHome(desk, watched.folder)
        publisher.publish()
        publisher.edit({"content/ha/lim/tin-tuc/2026/tin-moi.vi.md": article(1, date=clock().isoformat())})
        merged = desk.log()[-1].entry.time
        assert said(watched.look(clock() + timedelta(minutes=6)), "publish")[0][0] is Light.RED
        live = publisher.publish().release
        with watched.serve():
            seen = watched.look(clock())
        assert [probe for probe in seen.probes if not probe.up] == []
        assert not [finding for finding in seen.overview.findings if finding.subject == "bytes"]
        took = (live.record.created - merged).total_seconds()
        assert seen.latency == took
        assert said(seen, "publish") == [
            (Light.GREEN, f"The live Release showed what was approved after {int(took)} s; the limit is 300 s.")
        ]
        found = appearances(watched.home)
        assert found.of("ha/lim")[item_id(1)].seen == live.record.created
        assert found.of("ha/lim")[item_id(1)].original and found.release == live.number == 2
    finally:
        desk.close()


def test_a_release_that_took_too_long_is_a_warning(watched):
    """Six minutes from the merge to the Release that brought it."""
    step = watched.commit({"content/ha/lim/tin-tuc/2026/lau.vi.md": "x"}, NOW)
    head = watched.log("merged", step, NOW)
    late = watched.release(NOW + timedelta(minutes=6))
    seen = watched.look(NOW + timedelta(minutes=7))
    assert late.number == 2 and head
    assert said(seen, "publish") == [
        (Light.AMBER, "The live Release showed what was approved after 360 s; the limit is 300 s.")
    ]


@pytest.mark.parametrize(("minutes", "light"), [(-1, None), (2, Light.AMBER), (6, Light.RED)])
def test_a_scheduled_page_that_did_not_change_is_told(watched, minutes, light):
    """The time at which the clock alone changes something has passed."""
    watched.release(NOW - timedelta(hours=1), next_due=NOW)
    found = said(watched.look(NOW + timedelta(minutes=minutes)), "due")
    assert found == ([(light, "A page was to change at 22/11/2026 12:00 and has not.")] if light else [])


@pytest.mark.parametrize(("minutes", "light"), [(1, Light.GREEN), (3, Light.AMBER), (6, Light.RED)])
def test_a_request_that_waits_too_long_is_told(watched, minutes, light):
    """The queue is read as the service reads it."""
    assert said(watched.look(NOW), "queue") == [(Light.GREEN, "No request waits.")]
    ask(watched.home, "a test", NOW)
    seen = watched.look(NOW + timedelta(minutes=minutes))
    assert said(seen, "queue") == [(light, "Requests that wait: 1, the oldest since 22/11/2026 12:00.")]


def test_a_failed_publication_and_a_hold_are_told(watched):
    """As the publisher's own status says."""
    status = {
        "format": 1, "at": NOW.isoformat(), "state": "failed", "hold": "Somebody went back.",
        "failure": {"at": NOW.isoformat(), "commit": "1" * 40, "message": "The disk is full.", "hint": ""},
    }  # fmt: skip
    watched.home.status.mkdir()
    (watched.home.status / "status.json").write_text(json.dumps(status))
    assert said(watched.look(NOW), "publish") == [
        (Light.RED, "The last publication failed at 22/11/2026 12:00: The disk is full."),
        (Light.AMBER, "Nothing is published by itself since somebody went back: Somebody went back."),
    ]


def test_the_nightly_check_of_the_files_is_told(watched):
    """Never made, made long ago, found something, all well."""
    assert said(watched.look(NOW), "integrity")[0][0] is Light.AMBER
    problem = {"code": "altered-file", "path": "releases/000001/tree/a", "message": "The file was altered."}
    for checked, problems, light in [
        (NOW, [], Light.GREEN), (NOW - timedelta(hours=27), [], Light.AMBER), (NOW, [problem], Light.RED),
    ]:  # fmt: skip
        watched.home.status.mkdir(exist_ok=True)
        report = {"checked_at": checked.isoformat(), "release": 1, "problems": problems}
        (watched.home.status / "integrity.json").write_text(json.dumps(report))
        found = said(watched.look(NOW), "integrity")
        assert found[0][0] is light
    assert "releases/000001/tree/a: The file was altered." in found[0][1]
    (watched.home.status / "integrity.json").write_text("[]")
    assert said(watched.look(NOW), "integrity")[0][0] is Light.RED


@pytest.mark.parametrize(("free", "light"), [(50, Light.GREEN), (15, Light.AMBER), (5, Light.RED)])
def test_the_disk_is_told(watched, free, light):
    """Before a publication finds it full."""
    assert disk_finding(free, watched.home.settings.monitoring).light is light


def test_a_backup_that_nobody_set_up_is_an_alarm_and_so_is_one_that_was_never_made(watched, tmp_path):
    """At least once a week (J2)."""
    assert said(watched.look(NOW), "backup") == [(Light.RED, "No backup is set up.")]
    file = watched.folder / "publisher.yaml"
    file.write_text(
        f"{file.read_text()}backup:\n  one_place_reason: a test\n  one_device_reason: a test\n  places:\n"
        f"  - {{name: here, repository: {tmp_path}/copies, password_file: {tmp_path}/password}}\n"
    )
    seen = watched.look(NOW)
    assert said(seen, "backup") == [(Light.RED, "There is no copy at here yet.")]
    assert [age.most for age in seen.backups] == [timedelta(days=7)]


# --- what people see -----------------------------------------------------------------------------


def test_one_round_shows_the_worst_first_and_ends_with_one_when_something_is_red(watched):
    """A word and a symbol for each light, and the sum of all."""
    with watched.serve(dead={MAI}):
        done = watched.congtin("monitor", "--once", now=NOW)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert "✗ alarm" in lines[1] and "No backup is set up." in lines[1]
    sites = [line for line in lines if "(ha/" in line]
    assert "✗ alarm" in sites[0] and "Xã Mai (ha/mai)" in sites[0]
    assert "3 Sites: ✗ " in lines[-1] and lines[-1].startswith("22/11/2026 12:00:00 · Release 1")


def test_a_machine_reads_the_same_as_json(watched):
    """One object a round."""
    with watched.serve():
        done = watched.congtin("monitor", "--once", "--format", "json", now=NOW)
    data = json.loads(done.stdout)
    assert (data["release"], data["light"], data["at"]) == (1, "red", NOW.isoformat())
    sites = {site["site"]: site for site in data["sites"]}
    assert sites["ha/lim"]["light"] == "green" and sites["ha/lim"]["name"] == "Phường Lim"
    assert {"host": LIM, "family": "ipv6"}.items() <= sites["ha/lim"]["findings"][1].items()


def test_the_board_stands_beside_the_status_page(watched):
    """In Vietnamese by itself; one file, no script, nothing from elsewhere; names are text."""
    with watched.serve(dead={MAI}):
        watched.congtin("monitor", "--once", now=NOW)
    page = (watched.home.status / "monitor.html").read_text("utf-8")
    assert '<html lang="vi">' in page and "<script" not in page and "src=" not in page and "http:" not in page
    assert page.index("Xã Mai") < page.index("Phường Lim")
    assert "✗" in page and "✓" in page


def test_the_metrics_are_prometheus_text(watched, tmp_path):
    """Read back by the client's own parser."""
    watched.release(NOW, next_due=NOW + timedelta(hours=1))
    ask(watched.home, "a test", NOW)
    file = tmp_path / "metrics" / "congtin.prom"
    with watched.serve(dead={MAI}):
        watched.congtin("monitor", "--once", "--textfile", str(file), now=NOW + timedelta(minutes=1))
    found = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
    }

    def value(name, **labels):
        return found[name, tuple(sorted(labels.items()))]

    lim = {"site": "ha/lim", "host": LIM, "family": "ipv6"}
    assert value("congtin_host_up", **lim) == value("congtin_host_content_right", **lim) == 1
    assert value("congtin_host_up", site="ha/mai", host=MAI, family="ipv4") == 0
    assert 0 < value("congtin_host_first_byte_seconds", **lim) < 5
    assert value("congtin_host_certificate_end_timestamp_seconds", **lim) > NOW.timestamp()
    assert value("congtin_site_light", site="ha/mai") == 2 and value("congtin_site_light", site="ha/lim") == 0
    assert value("congtin_release_number") == 2 and value("congtin_light") == 2
    assert value("congtin_queue_requests") == 1 and value("congtin_queue_oldest_seconds") == 60
    assert value("congtin_next_due_timestamp_seconds") == (NOW + timedelta(hours=1)).timestamp()
    assert 0 < value("congtin_disk_free_ratio") < 1
    assert value("congtin_window_items", site="ha/portal", window="evening") == 0
    assert value("congtin_round_timestamp_seconds") == (NOW + timedelta(minutes=1)).timestamp()
    assert all(name.startswith("congtin_") for name, _ in found)


def test_it_runs_on_serves_metrics_and_ends_when_it_is_told_to(watched):
    """As systemd runs it."""
    port = free_port()
    words = ["monitor", "--interval", "10", "--prometheus-port", str(port), "--format", "json"]
    with watched.serve(), subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=REPOSITORY, env=watched.environment(), stdin=subprocess.DEVNULL,
    ) as running:  # fmt: skip
        try:
            first = json.loads(running.stdout.readline())
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
                text = answer.read().decode()
            running.send_signal(signal.SIGTERM)
            _, errors = running.communicate(timeout=30)
        finally:
            running.kill()
    assert first["release"] == 1
    assert f'congtin_host_up{{family="ipv4",host="{PORTAL}",site="ha/portal"}} 1.0' in text
    assert (running.returncode, errors) == (0, "")


def test_later_rounds_tell_only_what_changed(watched, capsys, monkeypatch):
    """What is new, and what is over."""
    monkeypatch.setenv("CONGTIN_LANG", "en")
    rounds = _Rounds(watched.home, Metrics(), "text", None, 60)
    with watched.serve():
        rounds.show(watched.look(NOW), whole=True)
        capsys.readouterr()
        rounds.show(watched.look(NOW + timedelta(minutes=1)), whole=False)
        assert capsys.readouterr().out == ""
    with watched.serve(dead={MAI}, families=["127.0.0.1", "[::1]"]):
        rounds.show(watched.look(NOW + timedelta(minutes=2)), whole=False)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 2
    assert told[0].startswith(f"22/11/2026 12:02:00 ✗ ha/mai {MAI} does not answer over IPv4")
    with watched.serve():
        rounds.show(watched.look(NOW + timedelta(minutes=3)), whole=False)
    assert capsys.readouterr().out.startswith(f"22/11/2026 12:03:00 ✓ over: ha/mai {MAI} does not answer over IPv4")


def test_a_port_that_is_taken_is_an_error_that_says_so(watched):
    """Not a traceback."""
    with watched.serve():
        done = watched.congtin("monitor", "--prometheus-port", str(watched.port))
    assert done.returncode == 2 and f"The port {watched.port} cannot be used" in done.stderr


def test_the_unit_names_the_home_and_the_command(watched):
    """Whoever runs the machine puts it in place."""
    text = watched.congtin("monitor", "units", "--prometheus-port", "9105").stdout
    assert f"monitor --home {watched.folder} --format json --prometheus-port 9105" in text
    assert f"ReadWritePaths={watched.folder}/monitoring {watched.folder}/status" in text


def test_wrong_settings_are_named_with_their_lines(watched):
    """As everywhere."""
    watched.write_settings(origins={"ipv4": {"https": "https://[::1]:443"}}, windows={"noon": {"begins": "25:00"}})
    with pytest.raises(ProblemsFound) as caught:
        watched.look(NOW)
    assert {"monitoring.origins.ipv4.https", "monitoring.windows.noon.begins", "monitoring.windows.noon.ends"} == {
        str(problem.message).split("“")[1].split("”")[0] for problem in caught.value.problems
    }


# --- a month -------------------------------------------------------------------------------------


def test_the_month_of_every_host_is_told_in_per_cent(watched):
    """Four rounds on two days, one with a dead host; the hours nobody asked are no part of it (N3)."""
    with watched.serve():
        watched.look(NOW)
        watched.look(NOW + timedelta(minutes=1))
    with watched.serve(dead={LIM}):
        watched.look(NOW + timedelta(days=1))
    with watched.serve(families=["127.0.0.1"]):
        watched.look(NOW + timedelta(days=1, minutes=1))
    done = watched.congtin("monitor", "report", "--month", "2026-11")
    lines = done.stdout.splitlines()
    assert lines[1].split() == [LIM, "75.000", "%", "75.000", "%", "50.000", "%", "4", "0"]
    assert lines[2].split()[:5] == [PORTAL, "100.000", "%", "100.000", "%"]
    assert lines[-1] == "4 rounds on 2 days; at other times nobody asked."
    assert watched.congtin("monitor", "report", "--month", "2026-10").returncode == 2


def test_a_day_is_one_of_ha_noi_and_old_ones_go(watched):
    """Midnight there is 17:00 UTC; what is older than the settings say is removed."""
    watched.write_settings(history_days=31)
    folder = watched.folder / "monitoring" / "availability"
    watched.look(at("2026-11-22 23:59").astimezone(UTC))
    watched.look(at("2026-11-23 00:00").astimezone(UTC))
    assert sorted(file.name for file in folder.iterdir()) == ["2026-11-22.json", "2026-11-23.json"]
    watched.look(at("2026-12-24 12:00"))
    assert sorted(file.name for file in folder.iterdir()) == ["2026-11-23.json", "2026-12-24.json"]
    assert sum(file.stat().st_size for file in folder.iterdir()) < 4000


def test_a_damaged_day_is_named_and_not_begun_anew(watched):
    """Counts that vanish would tell of a better month."""
    watched.look(NOW)
    file = watched.folder / "monitoring" / "availability" / "2026-11-22.json"
    file.write_text(file.read_text()[:40])
    with pytest.raises(HistoryDamaged, match=r"2026-11-22\.json"):
        watched.look(NOW)
    with pytest.raises(HistoryDamaged):
        month_of(watched.home, 2026, 11)
