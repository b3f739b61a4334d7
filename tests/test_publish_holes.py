"""Holes that somebody with fresh eyes found in the publisher, each closed and kept closed."""

import json
import os

import pytest
from homes import TinyHome
from network import article

from congtin.errors import UsageError
from congtin.release import queue
from congtin.release.integrity import forget_altered
from congtin.release.publish import NotServed
from congtin.release.queue import waiting
from congtin.release.records import ReleaseDamaged
from congtin.release.releases import live_elsewhere
from congtin.release.rollback import WouldShowWithdrawn
from congtin.release.service import Service
from congtin.release.status import read_status

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
B = "content/ha/lim/tin-tuc/2026/b.vi.md"
C = "content/ha/lim/tin-tuc/2026/c.vi.md"
PAGE = "lim.ha.gov.vn/tin-tuc/2026/a/index.html"
WITHDRAWN = {"at": "2026-11-01T08:00:00+07:00", "reason": "Sai", "document": "1/TB"}


def altered(home, number, name=PAGE, keep_time=False):
    file = home.folder / "releases" / f"{number:06}" / "tree" / name
    status = file.stat()
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[-10] ^= 1
    file.write_bytes(bytes(data))
    if keep_time:
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_dead_link_of_one_page_keeps_no_withdrawal_back(home):
    """A link that a reader may follow is told of; another Item is withdrawn all the same."""
    dead = "[x](https://mai.ha.gov.vn/khong-co/) [y](https://mai.ha.gov.vn:8443/x) [z](https://mai.ha.gov.vn//)"
    home.edit({B: article(2, body=dead)})
    published = home.publish()
    links = [str(p.message) for p in published.problems if p.code == "dead-link"]
    assert len(links) >= 1 and all("khong-co" in link for link in links)
    home.edit({A: article(1, "Cầu mới", withdrawn=WITHDRAWN)})
    home.publish()
    assert "Sai" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")


@pytest.mark.released
def test_a_way_back_shows_nothing_withdrawn_under_its_former_address(home):
    """Published, renamed, withdrawn: the first address is none to go back to either."""
    home.edit({A: None, C: article(1, "Cầu mới", aliases=["/tin-tuc/2026/a/"])})
    home.publish()
    home.edit({C: article(1, "Cầu mới", aliases=["/tin-tuc/2026/a/"], withdrawn=WITHDRAWN)})
    home.publish()
    with pytest.raises(WouldShowWithdrawn, match="tin-tuc/2026/a/"):
        home.roll_back(1)


@pytest.mark.released
def test_nobody_goes_back_to_a_release_that_was_altered(home):
    home.edit({A: article(1, "Hai")})
    home.publish()
    altered(home, 1)
    with pytest.raises(ReleaseDamaged, match="tin-tuc/2026/a"):
        home.roll_back(1)
    assert home.live.number == 2


@pytest.mark.released
def test_from_a_damaged_release_there_is_a_way_back(home):
    """What was withdrawn since cannot be told then; somebody answers for it."""
    home.publish()
    record = home.live.folder / "record.json"
    record.chmod(0o644)
    record.write_text("{}")
    with pytest.raises(WouldShowWithdrawn, match="Release 2 is damaged"):
        home.roll_back(1)
    assert home.roll_back(1, despite_withdrawals=True).number == 1
    home.edit({A: article(1, "Ba")})
    published = home.publish()
    assert home.live.number == 3 and "release-damaged" in {problem.code for problem in published.problems}
    assert read_status(home.home).live.number == 3


@pytest.mark.released
def test_a_release_without_a_record_is_no_obstacle(home):
    (home.folder / "releases" / "000002" / "tree").mkdir(parents=True)
    assert home.publish().release.number == 3


@pytest.mark.parametrize(
    "text", ['{"at": "2026-11-22T10:00:00", "why": "x"}', "[" * 50_000, "", '{"at": 7}', '{"at": "x", "why": []}']
)
def test_an_odd_request_is_a_request(home, text):
    """Webhooks and other users write what they like; it is published and gone."""
    (home.folder / "queue").mkdir()
    (home.folder / "queue" / "1.json").write_text(text)
    (home.folder / "queue" / "2.json").mkdir()
    (home.folder / "queue" / "3.json").symlink_to("/nowhere")
    assert len(waiting(home.home)) == 3
    home.publish()
    assert waiting(home.home) == [] and home.live.number == 1


def test_a_build_that_takes_long_does_not_stand_in_the_way_of_its_own_log(home):
    """The log was written to meanwhile; the publication began with an older clock."""
    from datetime import timedelta

    from desks import clock

    home.publish()
    home.edit({A: article(1, "Hai")})
    home.publish(now=clock() - timedelta(minutes=20))
    assert home.desk.events()[-1] == "published" and home.live.number == 2


@pytest.mark.released
def test_what_the_nightly_check_found_is_not_carried_on(home):
    """A flipped bit, its time put back: found at night, made anew by the next Release."""
    altered(home, 1, keep_time=True)
    damage = home.damage()
    assert [problem.code for problem in damage] == ["altered-file"]
    forget_altered(home.home, damage)
    home.publish()
    assert home.damage() == []


@pytest.mark.released
def test_a_live_link_that_leads_elsewhere_is_named(home, tmp_path):
    (home.folder / "live").unlink()
    (home.folder / "live").symlink_to(tmp_path / "evil" / "000001")
    (found,) = live_elsewhere(home.home)
    assert found.code == "live-elsewhere"
    checked = home.congtin("releases", "verify", check=False)
    assert checked.returncode == 1 and "live-elsewhere" in checked.stdout
    home.publish()
    assert live_elsewhere(home.home) == [] and home.live.number == 2


def test_a_way_back_that_died_before_the_log_is_logged_by_the_next_publication(home):
    for _ in range(3):
        home.publish()
    (home.folder / "live").unlink()
    (home.folder / "live").symlink_to("releases/000001")
    home.publish()
    told = [(e.entry.event, e.entry.detail.get("release")) for e in home.desk.log() if e.entry.event != "founded"]
    assert told == [("published", 1), ("published", 2), ("published", 3), ("published", 1), ("published", 4)]


@pytest.mark.released
def test_web_servers_that_were_away_for_a_moment_are_asked_again(home):
    """Nobody listens: the switch is taken back, and tried again by itself."""
    (home.folder / "publisher.yaml").write_text(
        "content: ../content.git\nprofile: work\nsmoke: {origins: ['http://127.0.0.1:1']}\n"
    )
    home.edit({A: article(1, "Hai")})
    with pytest.raises(NotServed):
        home.publish()
    assert home.live.number == 1
    errors = []
    service = Service(home.home, refused=errors.append)
    queue.ask(home.home, "now", home.live.record.created)
    service.publish(home.desk.ref())
    assert isinstance(errors[0], NotServed) and service.failed.again is not None


def test_somebody_may_answer_for_a_lost_page_and_the_log_says_so(home):
    """A takedown must go live whatever else stands on main."""
    done = home.congtin("publish", "--despite", "lost-page")
    assert "Release 1 is live" in done.stdout
    assert home.desk.log()[-1].entry.detail["despite"] == ["lost-page"]


def test_the_status_page_shows_words_never_markup(home):
    """Reasons and error texts come from anywhere."""
    queue.ask(home.home, "<script>alert(1)</script>", home.desk.log()[0].entry.time)
    home.publish()
    home.roll_back_reason = "<img src=x onerror=alert(1)>"
    home.publish()
    home.congtin("rollback", "--reason", home.roll_back_reason)
    service = Service(home.home)
    service._tell()
    page = (home.folder / "status" / "index.html").read_text("utf-8")
    assert "<script>" not in page and "<img" not in page and "&lt;img" in page
    assert json.loads((home.folder / "status" / "status.json").read_text())["hold"] == home.roll_back_reason


@pytest.mark.released
def test_nobody_goes_back_to_what_never_was_live(home):
    """A Release whose switch was taken back is signed too; the way back without a number passes it by."""
    (home.folder / "publisher.yaml").write_text(
        "content: ../content.git\nprofile: work\nsmoke: {origins: ['http://127.0.0.1:1']}\n"
    )
    with pytest.raises(NotServed):
        home.publish()
    (home.folder / "publisher.yaml").write_text("content: ../content.git\nprofile: work\n")
    home.publish()
    assert home.numbers == [1, 2, 3] and home.live.number == 3
    with pytest.raises(UsageError, match="was ever live"):
        home.roll_back(2)
    assert home.roll_back().number == 1


POISON = """

import atexit, os, pathlib, sqlite3
def _poison():
    for file in pathlib.Path({state!r}).glob('catalogue.sqlite'):
        db = sqlite3.connect(file)
        for (table,) in db.execute("select name from sqlite_master where type='table'").fetchall():
            for column in [row[1] for row in db.execute(f'pragma table_info({{table}})')]:
                db.execute(f"update {{table}} set {{column}} = replace({{column}}, 'Nội dung', 'BỊ ĐẦU ĐỘC') "
                           f"where {{column}} like '%Nội dung%'")
        db.commit()
        db.close()
atexit.register(_poison)
"""


def test_poison_does_not_outlive_the_plugin_that_left_it(tmp_path):
    """What code of a commit left in the store is forgotten with that code."""
    state = str(tmp_path / "home" / "work" / "build" / "state")
    home = TinyHome.create(
        tmp_path, f"-- {A} --\n{article(1)}", added={"plugins/strict.py": POISON.format(state=state)}
    )
    try:
        home.publish()
        clean = (home.desk.network.root / "plugins" / "strict.py").read_text("utf-8").partition("\n\nimport atexit")[0]
        home.edit_shared("plugins/strict.py", f"{clean}\n")
        home.publish()
        pages = [name for name in home.live.outputs if name.endswith(".html")]
        assert pages and not any("BỊ ĐẦU ĐỘC" in (home.live.tree / name).read_text("utf-8") for name in pages)
    finally:
        home.desk.close()


@pytest.mark.released
def test_a_folder_where_a_result_should_be_stops_nobody_for_ever(home):
    """Left by code that is gone, or by hand."""
    build = home.folder / "work" / "build"
    (build / "result.json").unlink(missing_ok=True)
    (build / "result.json").mkdir()
    (build / "state").symlink_to("/nowhere")
    home.edit({A: article(1, "Hai")})
    home.publish()
    assert "Hai" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")


@pytest.mark.released
def test_the_work_folder_is_its_owners_alone(home):
    work = home.folder / "work"
    work.chmod(0o777)
    home.publish()
    assert work.stat().st_mode & 0o777 == 0o700


def test_a_folder_named_live_is_told_and_nothing_breaks(home):
    (home.folder / "live").mkdir()
    done = home.congtin("publish", check=False)
    assert done.returncode == 2 and "is no link" in done.stderr
    (home.folder / "live").rmdir()
    home.publish()
    assert home.live.number >= 1


def test_a_private_umask_keeps_nothing_from_the_web_server(home):
    """An operator with umask 077 publishes: everybody may read it, and nobody write."""
    before = os.umask(0o077)
    try:
        home.publish()
        home.edit({A: article(1, "Hai")})
        home.publish()
        home.congtin("publish")
    finally:
        os.umask(before)
    for place in (home.folder / "releases", home.folder / "assets"):
        for path in (place, *place.rglob("*")):
            mode = path.lstat().st_mode & 0o777
            assert mode in ((0o755, 0o555) if path.is_dir() else (0o444,)), path
    assert (home.folder / "status" / "status.json").stat().st_mode & 0o004


@pytest.mark.released
def test_a_file_that_somebody_made_writable_is_made_anew(home):
    (home.live.tree / PAGE).chmod(0o666)
    assert "altered-file" in {problem.code for problem in home.publish().problems}
    assert (home.live.tree / PAGE).stat().st_mode & 0o777 == 0o444


@pytest.mark.released
def test_a_switch_that_nobody_looked_at_is_looked_at(home):
    """Killed between the switch and the look: the service does not take it for done."""
    assert Service(home.home).due() is None
    (home.folder / ".going-live").write_text("1\n")
    assert Service(home.home).due() == home.desk.ref()
    home.publish()
    assert Service(home.home).due() is None


@pytest.mark.released
def test_a_hold_that_cannot_be_read_holds_until_somebody_publishes(home):
    (home.folder / "hold.json").write_text("{broken")
    home.edit({A: article(1, "Hai")})
    service = Service(home.home)
    assert service.due() is None
    service._tell()
    assert read_status(home.home).state == "held"
    home.congtin("publish")
    assert home.live.number == 2 and not (home.folder / "hold.json").exists()


@pytest.mark.released
def test_another_trust_root_has_history_checked_from_its_beginning(home):
    trust = home.desk.folder / "trust.yaml"
    trust.write_text(trust.read_text() + "# another\n")
    assert "store-renewed" in {problem.code for problem in home.publish().problems}
