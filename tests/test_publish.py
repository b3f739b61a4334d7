"""What was approved becomes what citizens see: at once, completely, and nothing else does."""

import hashlib
import os
import stat
from datetime import datetime, timedelta

import pytest
from homes import TinyHome
from network import article

from congtin.errors import ProblemsFound, UsageError
from congtin.model import HANOI_TIME
from congtin.release.hosting.served import file_time
from congtin.release.rollback import Hold, WouldShowWithdrawn

A = "content/ha/lim/tin-tuc/2026/a.vi.md"
B = "content/ha/lim/tin-tuc/2026/b.vi.md"
PAGE = "lim.ha.gov.vn/tin-tuc/2026/a/index.html"


def test_an_approved_edit_goes_live_and_costs_little(home):
    """A first Release has everything; the next one links what is the same and renders what is not."""
    first = home.publish()
    assert home.page("lim.ha.gov.vn", "tin-tuc/2026/a").count("Cầu mới") >= 1
    assert first.release.record.changed == first.release.record.files > 20

    home.edit({A: article(1, "Cầu rất mới")})
    second = home.publish()
    assert "Cầu rất mới" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")
    assert home.numbers == [1, 2] and home.live.number == 2
    assert 0 < second.built.rendered < first.built.rendered / 2
    assert 0 < second.release.record.changed < first.release.record.files / 2
    untouched = "mai.ha.gov.vn/index.html"
    one, two = ((home.folder / "releases" / number / "tree" / untouched).stat() for number in ("000001", "000002"))
    assert one.st_ino == two.st_ino
    assert home.damage() == []


def test_a_release_is_signed_complete_and_read_only(home):
    """The record names the commit, the log's head, congtin, and the digest of every file that is there."""
    release = home.publish().release
    record = release.record
    assert record.commit == home.desk.ref() and record.log_head and record.lock and record.congtin
    for name, digest in release.outputs.items():
        file = release.tree / name
        assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
        assert stat.S_IMODE(file.stat().st_mode) == 0o444 and file.stat().st_mtime == file_time(digest)
    assert {e.host for e in record.editions} == {"ha.gov.vn", "lim.ha.gov.vn", "mai.ha.gov.vn"}
    assert (release.tree / f"{PAGE}.gz").exists() and (release.tree / f"{PAGE}.br").exists()
    assert not os.access(release.folder, os.W_OK) or os.geteuid() == 0
    last = home.desk.log()[-1].entry
    assert (last.event, last.detail["release"], last.detail["commit"]) == ("published", 1, record.commit)
    assert home.desk.verified() == []


@pytest.mark.released
def test_publishing_the_same_commit_again_changes_nothing(home):
    again = home.publish()
    assert (again.built.rendered, again.release.record.changed, again.built.editions) == (0, 0, 0)


@pytest.mark.released
def test_only_a_step_of_main_is_published(home):
    """Neither a Change that nobody approved, nor what is older than what is live."""
    before = home.desk.ref()
    editor = home.desk.work("lim-editor")
    change = editor.propose("Not approved", {B: article(2)})
    with pytest.raises(UsageError, match="is not a step of main"):
        home.publish(f"change/{change}")
    home.edit({A: article(1, "Mới hơn")})
    home.publish()
    with pytest.raises(UsageError, match="is older than what is live"):
        home.publish(before)
    assert not home.has("lim.ha.gov.vn/tin-tuc/2026/b/index.html")


@pytest.mark.released
def test_main_moved_around_the_gate_is_not_published(home):
    """Whoever has a shell can move main; the publisher checks every step itself."""
    home.desk.network.put(A, article(1, "Không ai duyệt"))
    home.desk.network.git("commit", "-qam", "around")
    home.desk.git("fetch", "-q", str(home.desk.network.root), "HEAD")
    around = home.desk.git("rev-parse", "FETCH_HEAD^{tree}").stdout.strip()
    main = home.desk.ref()
    who = ["-c", "user.name=x", "-c", "user.email=x@example.vn"]
    forged = home.desk.git(*who, "commit-tree", "-p", main, "-m", "x", around).stdout.strip()
    home.desk.git("update-ref", "refs/heads/main", forged)
    with pytest.raises(ProblemsFound, match="The log does not tell of this step of main"):
        home.publish()
    assert home.live.record.commit == main and "Cầu mới" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")


@pytest.mark.released
def test_what_a_release_lacks_is_told_and_the_old_one_stays(home):
    """The build runs apart, but its errors come with file, line and hint, and nothing is left behind."""
    home.edit({A: article(1, "Chưa được", demo=True)})
    (home.folder / "publisher.yaml").write_text("content: ../content.git\n")
    done = home.congtin("publish", check=False)
    assert done.returncode == 1
    assert "no-board-decision" in done.stderr and "sites/ha/lim.yaml" in done.stderr
    assert home.numbers == [1] and not list((home.folder / "releases").glob(".new-*"))
    assert "Cầu mới" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")


def test_a_scheduled_item_goes_live_at_its_time(home):
    """The record says when the clock alone changes a page; published then, the Item is there."""
    due = datetime(2027, 3, 1, 8, tzinfo=HANOI_TIME)
    home.edit({B: article(2, "Hẹn giờ", date=due.isoformat())})
    first = home.publish(now=datetime(2027, 2, 28, 9, tzinfo=HANOI_TIME))
    assert first.release.record.next_due == due
    assert not home.has("lim.ha.gov.vn/tin-tuc/2026/b/index.html")
    later = home.publish(now=due + timedelta(seconds=1))
    assert home.has("lim.ha.gov.vn/tin-tuc/2026/b/index.html")
    assert later.release.record.next_due > due


@pytest.mark.released
def test_back_to_an_earlier_release_and_on_again(home):
    """One command goes back, and holds what would publish by itself."""
    home.edit({A: article(1, "Sai rồi")})
    home.publish()
    home.roll_back()
    assert home.live.number == 1 and "Sai rồi" not in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")
    assert Hold.of(home.home).release == 1
    last = home.desk.log()[-1].entry
    assert (last.event, last.detail["from"], last.detail["reason"]) == ("rolled-back", 2, "a test")
    home.edit({A: article(1, "Đã sửa")})
    home.publish()
    assert home.live.number == 3 and "Đã sửa" in home.page("lim.ha.gov.vn", "tin-tuc/2026/a")
    assert home.desk.verified() == []


@pytest.mark.released
def test_a_way_back_does_not_show_what_was_withdrawn(home):
    """A Board took a page away; going back past that needs somebody who says so."""
    withdrawn = {"at": "2026-11-01T08:00:00+07:00", "reason": "Sai", "document": "1/TB"}
    home.edit({A: article(1, "Cầu mới", withdrawn=withdrawn)})
    home.publish()
    with pytest.raises(WouldShowWithdrawn, match=r"lim\.ha\.gov\.vn/tin-tuc/2026/a/"):
        home.roll_back()
    assert home.live.number == 2
    assert home.roll_back(despite_withdrawals=True).number == 1


def test_a_page_that_would_be_lost_keeps_a_release_back(home):
    """Main can lose an address only around the checks; the publisher looks itself (A12)."""
    from congtin.release.readiness import Answers, lost_pages

    release = home.publish().release
    kept = {name: digest for name, digest in release.outputs.items() if name != PAGE}
    answers = Answers.of(release.tree, kept, release.record.hosts)
    lost = list(lost_pages(release.outputs, release.record.editions, answers))
    assert [(problem.code, problem.path) for problem in lost] == [("lost-page", PAGE)]


def test_old_releases_go_and_what_pages_need_stays(tmp_path):
    """The newest stay, and the last of each day for a while; files named by content stay while any page needs them."""
    home = TinyHome.create(
        tmp_path, f"-- {A} --\n{article(1)}", settings="retention: {releases: 2, days: 0}\n",
    )  # fmt: skip
    try:
        for _ in range(4):
            home.publish()
        # The last of today is among the newest two.
        assert home.numbers == [3, 4]
        pool = home.folder / "assets"
        css = list(pool.rglob("*.css"))
        assert css and all((home.live.tree / path.relative_to(pool)).samefile(path) for path in css)
        home.roll_back(3)
        assert home.publish().removed == () or home.live.number == 5
        assert home.numbers == [4, 5]
    finally:
        home.desk.close()
