"""Which Boards a Change needs and whose word counts: confirmations, steps, scopes, copies, Sites' files, takedowns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import TinyDesk, clock
from editorial_city import BRIDGE, LIM, MAI, PORTAL, SON, VAN, asked, codes, make_city, merged, missing, say
from network import article, item_id

from congtin.editorial.alarms import exceptions_used, takedown_alarms
from congtin.editorial.policy import State
from congtin.editorial.repository import GitRepository
from congtin.editorial.statements import Type
from congtin.editorial.states import one
from congtin.editorial.worktree import PushRefused


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """One city for all stories of this file: each works on texts of its own."""
    made = make_city(tmp_path_factory.mktemp("city") / "desk")
    yield made
    made.close()


# --- whose word counts -----------------------------------------------------------------------------


def test_a_unit_that_must_confirm_holds_a_change_back_until_it_has(city):
    """Lim's Board asks Mai to confirm (E14): approved or not, nothing is published before somebody of Mai has."""
    change = city.work("lim-editor").propose("Lịch cúp nước", {f"{LIM}/cup-nuoc.vi.md": article(1)})
    city.work("lim-head").decide(change, Type.NEEDS_CONFIRMATION, unit="ha/mai", reason="Mai quản lý trạm bơm.")
    city.work("lim-deputy").approve(change)
    verdict = city.verdict(change)
    assert codes(verdict) == ["needs-confirmation"] and not verdict.missing
    assert "ha/mai: Mai quản lý trạm bơm." in str(verdict.errors[0].message)
    with pytest.raises(PushRefused, match="Only somebody of ha/mai confirms for it"):
        city.work("lim-member").decide(change, Type.CONFIRMATION, unit="ha/mai")
    city.work("mai-deputy").decide(change, Type.CONFIRMATION, unit="ha/mai")
    assert city.verdict(change).passes


def test_a_unit_that_does_not_exist_cannot_be_asked(city):
    """A slip in the unit's name would hold the Change back for ever."""
    change = city.work("lim-editor").propose("Lịch", {f"{LIM}/lich.vi.md": article(2)})
    with pytest.raises(PushRefused, match="There is no Board of “ha/maii”"):
        city.work("lim-head").decide(change, Type.NEEDS_CONFIRMATION, unit="ha/maii", reason="Nhầm.")
    assert missing(city.verdict(change)) == {"ha/lim": 1}


def test_steps_are_given_in_their_order(city):
    """A member reads, then the head signs (E23); the log keeps the times of both."""
    change = city.work("son-editor").propose("Kế hoạch", {f"{SON}/ke-hoach.vi.md": article(3)})
    assert missing(city.verdict(change)) == {"ha/son": 2}
    city.work("son-member").approve(change)
    assert missing(city.verdict(change)) == {"ha/son": 1}
    merged(city, change, "son-head")
    times = [r.entry.time for r in city.log() if r.entry.change == change and r.entry.event == "approval"]
    assert len(times) == 2 and times[0] <= times[1]
    assert city.log()[-1].entry.detail["approvers"] == ["son-head", "son-member"]


def test_a_step_ahead_of_its_turn_is_given_again(city):
    """The head's word before the member's opens nothing; after the member has read, the head signs once more."""
    change = city.work("son-editor").propose("Vội", {f"{SON}/voi.vi.md": article(4)})
    head, member = city.work("son-head"), city.work("son-member")
    head.approve(change)
    assert missing(city.verdict(change))["ha/son"] == 2
    member.approve(change)
    assert missing(city.verdict(change)) == {"ha/son": 1}
    # One person is one step, however often they sign.
    member.approve(change)
    assert missing(city.verdict(change)) == {"ha/son": 1}
    head.approve(change)
    assert city.verdict(change).passes


def test_a_member_of_one_section_approves_nothing_beyond_it(city):
    """The decision gave one folder only (E2): alone it suffices there, together with another file it does not."""
    city.village.add_member("ha/lim", "lim-reader", "member", scope=["content/ha/lim/gioi-thieu"])
    page = f"---\nid: {item_id(5)}\nkind: page\ntitle: Sơ đồ\ndate: 2026-10-05\n---\nSơ đồ trụ sở.\n"
    files = {"content/ha/lim/gioi-thieu/2026/so-do.vi.md": page}
    editor, reader = city.work("lim-editor"), city.work("lim-reader")
    change = editor.propose("Sơ đồ", files)
    reader.approve(change)
    assert city.verdict(change).passes
    editor.amend(change, {f"{LIM}/kem-theo.vi.md": article(6)})
    reader.approve(change)
    verdict = city.verdict(change)
    assert missing(verdict) == {"ha/lim": 1}
    assert "No Board asked needs it." in [str(i.why) for i in verdict.ignored]


def test_a_board_of_one_person_may_approve_its_own_words_while_a_decision_says_so(city):
    """The exception is used, logged and ends with its date (E22); a full Board never has it."""
    head = city.work("van-head")
    change = head.propose("Xã nhỏ", {f"{VAN}/nho.vi.md": article(7)})
    merged(city, change, "van-head")
    assert city.log()[-1].entry.detail["exceptions"] == ["van-head"]
    with GitRepository(city.content) as git:
        assert [use.change for use in exceptions_used(git, clock() - timedelta(days=1))] == [change]
    told = say(head.root, "desk", "alarms", str(city.content))
    assert change in told and "ha/van" in told, "each use is reported"

    second = head.propose("Xã vắng", {f"{VAN}/vang.vi.md": article(8)})
    head.approve(second)
    assert city.verdict(second).passes
    ended = {"decision": "99002/QĐ-TD", "until": (clock() - timedelta(seconds=1)).isoformat()}
    city.village.change("boards/ha/van.yaml", composition_exception=ended)
    assert missing(city.verdict(second)) == {"ha/van": 1}
    with pytest.raises(PushRefused, match="still missing"):
        head.merge(second)
    third = city.work("lim-head").propose("Tự duyệt", {f"{LIM}/tu-duyet.vi.md": article(9)})
    with pytest.raises(PushRefused, match="Authors do not approve their own Change"):
        city.work("lim-head").approve(third)


def test_an_approval_dies_with_the_membership_of_who_gave_it(city):
    """Revoked after approving: the Approval counts no more, and the roster never goes back behind that."""
    city.village.add_member("ha/mai", "mai-second", "member")
    change = city.work("mai-editor").propose("Chia tay", {f"{MAI}/chia-tay.vi.md": article(10)})
    city.work("mai-second").approve(change)
    assert city.verdict(change).passes
    before = city.village.head()
    city.village.revoke("mai-second", clock())
    assert missing(city.verdict(change)) == {"ha/mai": 1}
    with pytest.raises(PushRefused, match="still missing"):
        city.work("mai-editor").merge(change)

    # Somebody with access to the machine puts the old roster back.
    after = city.village.head()
    city.village.repository.run("update-ref", "refs/heads/main", before)
    try:
        with pytest.raises(PushRefused, match=r"The roster does not build on .*which the log has seen"):
            city.work("mai-editor").merge(change)
    finally:
        city.village.repository.run("update-ref", "refs/heads/main", after)


# --- copies ----------------------------------------------------------------------------------------


def test_a_copy_by_a_standing_consent_needs_the_origin_only_and_a_pick_its_target(city):
    """The Portal's news go to all wards by their own rule; a ward's text reaches the Portal by its Board's word."""
    portal = city.work("portal-editor")
    news = portal.propose("Tin chung", {f"{PORTAL}/chung.vi.md": article(11, crosspost="['ha/*']")})
    verdict = city.verdict(news)
    assert asked(verdict) == {"ha/portal"}
    assert {(p.site, p.change, p.via) for p in verdict.view.placed} >= {("ha/lim", "gained", "rule")}

    pick = portal.changes.start("Lấy tin")
    say(portal.root, "site", "pick", "ha/portal", item_id(900), "--into", "tu-co-so")
    assert portal.changes.record("Lấy tin")
    portal.changes.submit(None)
    assert asked(city.verdict(pick)) == {"ha/portal"}
    merged(city, pick, "portal-head")

    # What the ward edits afterwards stands on the Portal too: its Board reads it in the same Change.
    editor = city.work("lim-editor")
    edited = editor.propose("Sửa cầu", {f"{LIM}/cau.vi.md": BRIDGE.replace("đã thông xe", "thông xe sáng nay")})
    verdict = city.verdict(edited)
    assert "pick-outdated" in codes(verdict)
    assert asked(verdict) >= {"ha/lim", "ha/portal"}, asked(verdict)
    say(editor.root, "site", "pick", "ha/portal", item_id(900))
    editor.changes.record("Chọn lại")
    editor.changes.submit(None)
    verdict = city.verdict(edited)
    assert codes(verdict) == [] and missing(verdict) == {"ha/lim": 1, "ha/portal": 1}
    city.work("lim-head").approve(edited)
    with pytest.raises(PushRefused, match=r"ha/portal.*1 still missing"):
        editor.merge(edited)
    merged(city, edited, "portal-deputy")
    assert "sáng nay" in city.read(f"{LIM}/cau.vi.md")


# --- Sites' files, shared files ----------------------------------------------------------------------


def test_some_fields_of_a_site_are_the_portals_too(city):
    """The Board alone may change the contact; name and rule packs need the Portal's Board as well."""
    editor, path = city.work("lim-editor"), "sites/ha/lim.yaml"
    text = city.read(path)
    change = editor.propose("Liên hệ", {path: text + "contact: {email: bientap.lim@ha.gov.vn}\n"})
    assert asked(city.verdict(change)) == {"ha/lim"}
    editor.amend(change, {path: text.replace("Phường Lim", "Phường Lim Mới")})
    verdict = city.verdict(change)
    assert asked(verdict) == {"ha/lim", "ha/portal"}
    assert any("name" in str(state.need.because) for state in verdict.needs)


def test_a_new_site_is_its_portals_decision(city):
    """It has no Board yet: the Portal's decides over the file and the first texts."""
    files = {
        "sites/ha/tan.yaml": "kind: ward\nname: {vi: Phường Tân}\nshort_name: {vi: Tân}\nlabel: tan\n",
        "content/ha/tan/tin-tuc/2026/chao.vi.md": article(12, "Xin chào"),
    }
    change = city.work("portal-editor").propose("Phường mới", files)
    verdict = city.verdict(change)
    assert missing(verdict) == {"ha/portal": 1} and not verdict.errors
    merged(city, change, "portal-head")
    # From now on it is a Site like any other, and nobody publishes there before it has a Board.
    later = city.work("portal-editor").propose("Tin", {"content/ha/tan/tin-tuc/2026/tin.vi.md": article(13)})
    city.work("portal-head").approve(later)
    assert missing(city.verdict(later)) == {"ha/tan": 1}


def test_what_all_sites_share_needs_a_technical_reviewer_and_the_head_of_every_portal(city):
    """A deputy of the Portal is not enough; the reviewer approves too."""
    vocabulary = city.read("sites/_vocabulary.yaml").replace("vi: Giao thông, en", "vi: Giao thông vận tải, en", 1)
    change = city.work("portal-editor").propose("Từ vựng", {"sites/_vocabulary.yaml": vocabulary})
    assert missing(city.verdict(change)) == {"ha/portal": 1, "technical-reviewers": 1}
    city.work("portal-deputy").approve(change)
    city.work("ha-reviewer").approve(change)
    assert missing(city.verdict(change)) == {"ha/portal": 1}
    merged(city, change, "portal-head")


# --- time ------------------------------------------------------------------------------------------


def test_a_text_of_tomorrow_is_approved_today_and_waits(city):
    """Approved and merged, it is scheduled; nobody has to be there when its time comes."""
    tomorrow = (clock() + timedelta(days=1)).isoformat(timespec="seconds")
    change = city.work("lim-editor").propose("Ngày mai", {f"{LIM}/mai.vi.md": article(14, date=tomorrow)})
    verdict = city.verdict(change)
    assert missing(verdict) == {"ha/lim": 1} and not verdict.errors
    merged(city, change, "lim-head")
    changes = city.work("lim-editor").changes
    changes.tree.fetch()
    assert one(changes.git, change, clock()).state is State.SCHEDULED
    assert one(changes.git, change, clock() + timedelta(days=2)).state is State.PUBLISHED


# --- emergencies -----------------------------------------------------------------------------------


def alarms(desk: TinyDesk) -> list[str]:
    with desk.open() as opened:
        return [alarm.item for alarm in takedown_alarms(opened.plain)]


def test_a_head_takes_a_text_down_at_once_and_the_alarm_rings_until_another_confirms(city):
    """Down within one command (E24); every day an alarm, until somebody else of the Board stands by it."""
    head, item = city.work("lim-head"), item_id(901)
    with pytest.raises(PushRefused, match="needs one of these roles: head"):
        city.work("lim-deputy").take_down(item, "Lộ thông tin cá nhân")
    with pytest.raises(PushRefused, match="needs one of these roles: head"):
        city.work("mai-head").take_down(item, "Lộ thông tin cá nhân")
    assert alarms(city) == []
    change = head.take_down(item, "Lộ thông tin cá nhân")
    assert "withdrawn:" in city.read(f"{LIM}/le-hoi.vi.md")
    entry = city.log()[-1].entry
    assert (entry.event, entry.detail["emergency"], entry.sites) == ("merged", True, ("ha/lim",))
    told = say(head.root, "desk", "alarms", str(city.content), status=1)
    assert item in told and "Lộ thông tin cá nhân" in told

    # Nobody confirms their own order, nobody another Board's.
    for person in ("lim-head", "mai-deputy"):
        work = city.work(person)
        say(work.root, "change", "confirm-take-down", change, "--key", str(work.key), status=1)
    assert alarms(city) == [item]
    deputy = city.work("lim-deputy")
    say(deputy.root, "change", "confirm-take-down", change, "--key", str(deputy.key))
    assert alarms(city) == [] and city.events()[-1] == "takedown-confirmation"
    assert item not in say(head.root, "desk", "alarms", str(city.content))
    assert "withdrawn already" in say(
        head.root, "change", "take-down", item, "--reason", "x", "--key", str(head.key), status=2
    )

    # Bringing it back is an ordinary Change.
    text = article(901, "Lễ hội", body="Lễ hội xuân.")
    back = head.propose("Đăng lại", {f"{LIM}/le-hoi.vi.md": text})
    assert missing(city.verdict(back)) == {"ha/lim": 1}
    merged(city, back, "lim-deputy")
    assert city.read(f"{LIM}/le-hoi.vi.md") == text


def test_all_that_was_published_here_is_verified_from_the_trust_root(city):
    """Exceptions, revoked people, takedowns, refusals: years later the history still shows that all was right (E19)."""
    assert "Everything was approved" in say(city.folder, "verify", "--repository", str(city.content))
