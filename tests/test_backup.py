"""Everything is copied to two places, the copies are checked, and a lost machine comes back from them (J2–J5, G19)."""

import json
import stat
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from backups import FAR, NEAR, A, BackedUp, codes, said
from desks import clock
from homes import TinyHome
from network import article

from congtin.editorial import signatures
from congtin.editorial.desk import MAIN, Desk
from congtin.editorial.history import verify_history
from congtin.editorial.repository import GitRepository
from congtin.release.backup.ages import backup_ages
from congtin.release.backup.interval import interval_of, restored_within
from congtin.release.backup.places import place_of, settings_of
from congtin.release.backup.reports import BACKUP
from congtin.release.backup.restore import restore
from congtin.release.home import Home
from congtin.release.publish import publish
from congtin.release.releases import live_release

CCHC = """-- sites/ha/mai.yaml --
kind: commune
name: {vi: Xã Mai}
short_name: {vi: Mai}
label: mai
rule_packs: [hanoi-2025, hanoi-cchc-2025]
"""
WEEKLY = CCHC.replace(", hanoi-cchc-2025", "")


@pytest.fixture(scope="module")
def backed(tmp_path_factory):
    """Make a publisher with packs that ask for two copies a week; what a test alters it makes right again."""
    made = BackedUp.create(tmp_path_factory.mktemp("backup"), CCHC)
    assert made.copy().fine
    yield made
    made.close()


def test_a_copy_holds_everything_but_the_keys(backed, tmp_path):
    """All refs with Approvals and log, the roster, the trust root, Releases, settings, the sealed store; no key."""
    (backed.tiny.folder / "hosting").mkdir(exist_ok=True)
    (backed.tiny.folder / "hosting/extra.conf").write_text("# by hand\n")
    (backed.tiny.folder / "hosting/site.pem").write_text("-----BEGIN PRIVATE KEY-----\nmade up\n")
    change = backed.tiny.desk.work("lim-editor").propose("Open", {A: article(1, "Chưa duyệt")})
    assert backed.copy().fine
    there = backed.fetched(tmp_path / "there")
    with GitRepository(there / "content.git") as copy, GitRepository(backed.content) as running:
        refs = copy.refs("refs/")
        assert f"refs/heads/change/{change}" in refs and "refs/congtin/log" in refs and "refs/congtin/approvals" in refs
        assert refs.items() - {("refs/congtin/log", refs["refs/congtin/log"])} <= running.refs("refs/").items()
    files = {path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()}
    assert {"trust.yaml", "backup.json", "home/publisher.yaml", "home/hosting/extra.conf"} <= files
    assert {"home/releases/000001/record.json", "home/releases/000001/record.sig"} <= files
    assert "home/releases/000001/tree/lim.ha.gov.vn/index.html" in files
    assert str(Path("home", "work", "000001", "seal.json")) in files
    assert (there / "home/live").readlink() == Path("releases/000001")
    for path in files:
        assert b"PRIVATE KEY" not in (there / path).read_bytes(), path
    manifest = json.loads((there / "backup.json").read_text())
    assert [Path(key["path"]).name for key in manifest["keys"]] == ["service", NEAR, FAR, "site.pem"]
    original = (backed.tiny.folder / "releases/000001/tree/lim.ha.gov.vn/index.html").stat()
    back = (there / "home/releases/000001/tree/lim.ha.gov.vn/index.html").stat()
    assert (original.st_mtime_ns, stat.S_IMODE(original.st_mode)) == (back.st_mtime_ns, stat.S_IMODE(back.st_mode))


def test_a_check_restores_the_copy_and_signs_what_it_found(backed):
    """Both places are sound; each report is signed by the service, and the log tells of it."""
    found = backed.verify()
    assert [(one.place, one.sound, one.problems) for one in found] == [(NEAR, True, ()), (FAR, True, ())]
    for one in found:
        data = one.report.read_bytes()
        key = signatures.verify(data, one.report.with_suffix(".sig").read_bytes(), BACKUP)
        assert key == backed.tiny.desk.village.public("service")
        steps = [step["step"] for step in json.loads(data)["steps"]]
        assert steps == ["repository", "restore", "objects", "history", "releases", "compare"]
    assert backed.tiny.desk.events()[-2:] == ["backup-verified", "backup-verified"]
    assert backed.tiny.desk.verified() == []
    assert not list((backed.tiny.folder / "backup/scratch").glob("*"))
    # Reports are copied with the rest: an inspector asks for them years later.
    assert backed.copy().fine
    assert len(list((backed.tiny.folder / "backup/staging/home/backup/reports").glob("*.json"))) >= 2


def test_the_shortest_interval_of_any_site_decides(backed):
    """The administrative reform's rules ask for two copies a week; red from three days and a half on (J3)."""
    now = clock()
    interval = interval_of(backed.home, now)
    assert (interval.most, interval.site) == (timedelta(days=3.5), "ha/mai")
    assert "CCHC" in interval.source and "Điều 9" in interval.source
    newest = backup_ages(backed.home, now)[0].newest
    colours = [backup_ages(backed.home, newest + timedelta(days=days))[0].colour for days in (0.1, 2.7, 3.4, 3.6)]
    assert colours == ["green", "amber", "amber", "red"]
    late = backed.congtin("list", ok=False, CONGTIN_LANG="en")
    assert late.returncode == 0 and "every 3.5 days: " in late.stdout


def test_settings_may_ask_for_more_often_but_never_for_less(backed):
    """Less often is an error that does not keep the copy from being made."""
    backed.settings(every_hours=24)
    assert interval_of(backed.home, clock()).most == timedelta(hours=24)
    backed.settings(every_hours=100)
    try:
        made = backed.copy()
        assert not made.fine and codes(made.problems) == {"backup-interval"} and "84 hours" in said(made.problems)
        assert all(one.written for one in made.outcomes)
        assert interval_of(backed.home, clock()).most == timedelta(hours=84)
        assert backed.congtin("list", ok=False).returncode == 1
    finally:
        backed.settings(every_hours=None)


def test_a_week_holds_for_the_city_and_where_no_pack_gives_a_number(tmp_path):
    """J2 for Hà Nội; a pack that leaves the number blank changes nothing."""
    places = "places: [{name: a, repository: /a, password_file: /b}, {name: c, repository: /c, password_file: /d}]"
    blank = CCHC.replace("hanoi-2025, hanoi-cchc-2025", "hungyen-2025")
    for number, text in enumerate((WEEKLY, blank)):
        home = TinyHome.create(tmp_path / str(number), text, settings=f"backup: {{one_device_reason: x, {places}}}\n")
        interval = interval_of(home.home, clock())
        assert interval.most == timedelta(days=7) and bool(interval.source) == (number == 0)
        limit, source = restored_within(home.home, clock())
        assert limit == timedelta(hours=24) and bool(source) == (number == 1)
        home.desk.close()


def test_the_list_asks_the_places_themselves(backed):
    """JSON for programs; what is only remembered needs no secret."""
    data = json.loads(backed.congtin("list", "--format", "json").stdout)
    assert data["most_hours"] == 84 and {one["state"] for one in data["places"]} == {"green"}
    assert all(one["copies"] >= 1 and one["age_hours"] < 1 for one in data["places"])
    known = json.loads(backed.congtin("list", "--known", "--format", "json").stdout)
    assert [one["copies"] for one in known["places"]] == [None, None]


def test_a_lost_machine_comes_back_and_publishes(backed, tmp_path):
    """From nothing but a place and its password: then the key is brought, and work goes on as before."""
    backed.copy()
    back = tmp_path / "back"
    far = ("--repository", str(backed.folder / FAR), "--password-file", str(backed.folder / "secrets" / FAR))
    done = backed.congtin("restore", "--to", str(back), *far, "--trust", str(backed.tiny.desk.village.trust_file))
    assert f"{back}/keys/service" in done.stdout and "1 Releases" in done.stdout
    assert stat.S_IMODE((back / "roster.git").stat().st_mode) == 0o700
    text = (back / "home/publisher.yaml").read_text()
    assert text.startswith("# kept by hand\n") and yaml.safe_load(text)["content"] == "../content.git"
    for name in ("service", "service.pub"):
        (back / "keys" / name).write_bytes((backed.tiny.desk.village.keys / name).read_bytes())
    (back / "keys/service").chmod(0o600)
    home = Home.at(back / "home")
    with Desk(home.content, clock()) as desk:
        assert desk.setting("roster").resolve() == back / "roster.git"
        assert verify_history(desk.plain, desk.rosters, desk.trust) == []
    assert live_release(home).number == 1

    # An editor clones it, has an edit approved and merged by the restored hook; it goes live.
    backed.tiny.desk.works.clear()
    desk, folder, content = backed.tiny.desk, backed.tiny.desk.folder, backed.content
    desk.folder = back
    try:
        backed.tiny.edit({A: article(1, "Sau sự cố")})
    finally:
        desk.close()
        desk.works.clear()
        desk.folder = folder
    assert desk.content == content
    published = publish(home, MAIN, clock()).release
    assert published.number == 2 and published.record.previous == 1
    page = back / "home/live/tree/lim.ha.gov.vn/tin-tuc/2026/a/index.html"
    assert "Sau sự cố" in page.read_text()


def test_an_interrupted_restore_begins_again_and_a_full_folder_is_left_alone(backed, tmp_path):
    """Half of a restore is not taken for the whole; somebody's files are never touched."""
    settings = settings_of(backed.home)
    back = tmp_path / "back"
    (back / ".restoring/state").mkdir(parents=True)
    (back / "content.git").mkdir()
    (back / "content.git/half").write_text("x")
    assert restore(place_of(settings, FAR), back, clock, most_hours=1).sound
    assert not (back / "content.git/half").exists() and not (back / ".restoring").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine").write_text("x")
    done = backed.congtin("restore", "--to", str(other), ok=False)
    assert done.returncode == 2 and "is not empty" in done.stderr
    assert [path.name for path in other.iterdir()] == ["mine"]


def test_the_drill_goes_from_an_empty_folder_to_all_hosts_answering(backed, tmp_path):
    """A real nginx over IPv4 and IPv6; minutes for each step, and the limit that the regulations give."""
    backed.copy()
    key = backed.tiny.desk.village.key("service")
    done = backed.congtin("drill", "--to", str(tmp_path / "new"), "--key", str(key), "--place", FAR)
    assert "3 hosts, 4 Editions, 8 answers" in done.stdout and "Passed" in done.stdout
    (file,) = (tmp_path / "new/home/backup/reports").glob("*-drill.json")
    report = json.loads(file.read_text())
    assert report["passed"] and report["limit_hours"] == 24 and report["problems"] == []
    assert [one["step"] for one in report["steps"]] == [
        "find", "restore", "objects", "history", "releases", "settle", "key", "serve",
    ]  # fmt: skip
    assert file.with_suffix(".md").is_file() and file.with_suffix(".sig").is_file()
    with GitRepository(tmp_path / "new/content.git") as copy:
        message = copy.run("log", "-1", "--format=%s", "refs/congtin/log").decode().strip()
    assert message == "backup-restored"

    other = backed.congtin("drill", "--to", str(tmp_path / "wrong"), "--key",
                           str(backed.tiny.desk.village.key("outsider")), ok=False)  # fmt: skip
    assert other.returncode == 2 and "none of the service’s" in other.stderr


def test_old_copies_go_but_never_the_newest_that_was_found_sound(tmp_path):
    """Nothing is removed before a copy was found sound; then that one stays whatever the rules say."""
    keep = {"last": 2, "daily": 0, "weekly": 0, "monthly": 0, "yearly": 0}
    backed = BackedUp.create(tmp_path, one_place_reason="a test", keep=keep)
    backed.settings(places=[backed.place(NEAR)])
    try:
        first = backed.copy().outcomes[0].written.snapshot
        for _ in range(2):
            backed.ahead += timedelta(hours=1)
            assert backed.copy().outcomes[0].forgotten == ()
        assert backed.verify(snapshot=first.short)[0].sound
        backed.ahead += timedelta(hours=1)
        made = backed.copy()
        assert made.fine and len(made.outcomes[0].forgotten) == 1
        left = [one.id for one in backed.restic().snapshots()]
        assert len(left) == 3 and left[0] == first.id
        assert backed.verify()[0].sound
    finally:
        backed.close()


def test_the_units_are_what_systemd_takes(backed, tmp_path):
    """Copies twice within the interval, a check every week."""
    done = backed.congtin("units", "--user", "root", "--to", str(tmp_path))
    files = [Path(line) for line in done.stdout.split()]
    names = {f"congtin-{name}.{kind}" for name in ("backup", "backup-verify") for kind in ("service", "timer")}
    assert {file.name for file in files} == names
    service = (tmp_path / "congtin-backup.service").read_text()
    assert f'ReadWritePaths="{backed.tiny.desk.folder}" "{backed.folder / NEAR}"' in service
    if Path("/usr/bin/systemd-analyze").exists():
        checked = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False,
                                 timeout=60)  # fmt: skip
        ours = [line for line in checked.stderr.splitlines() if "congtin" in line]
        assert not ours, ours


def test_paths_of_the_settings_are_right_for_the_new_place(backed, tmp_path):
    """What lay in the home, the content or the roster is named where it lies now; other paths are the machine's own."""
    backed.settings(also=["/etc/hostname", f"{backed.tiny.folder}/publisher.yaml"])
    try:
        assert backed.copy().fine
        place = place_of(settings_of(backed.home), NEAR)
        restored = restore(place, tmp_path / "back", clock, most_hours=1)
    finally:
        backed.fields.pop("also")
        backed.settings()
    settings = Home.at(restored.home).settings.backup
    assert settings.also == ["/etc/hostname", f"{restored.home}/publisher.yaml"]
    assert settings.places[0].repository == str(backed.folder / NEAR)
    assert (tmp_path / "back/also/etc/hostname").is_file()
    assert restored.keys[0][1] == tmp_path / "back/keys/service"
