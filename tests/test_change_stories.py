"""What editors and Boards do day by day, over the real hook: edit again, refuse, withdraw, collide, move, delete."""

from __future__ import annotations

import pytest
from desks import TinyDesk, clock
from editorial_city import BRIDGE, DOCUMENTS, LIM, MAI, codes, make_city, merged, missing
from network import article, document

from congtin.editorial.policy import State
from congtin.editorial.statements import Type
from congtin.editorial.states import one
from congtin.editorial.worktree import PushRefused
from congtin.errors import UsageError


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """One city for all stories of this file: each works on texts of its own."""
    made = make_city(tmp_path_factory.mktemp("city") / "desk")
    yield made
    made.close()


def state_of(desk: TinyDesk, person: str, change: str) -> State:
    changes = desk.work(person).changes
    changes.tree.fetch()
    return one(changes.git, change, clock()).state


# --- a Board asks for changes, refuses; an author takes back ---------------------------------------


def test_an_edit_after_a_request_for_changes_needs_the_boards_word_again(city):
    """The deputy approves, the head asks for more, the editor edits: only what is said of the new bytes counts."""
    editor, head, deputy = (city.work(f"lim-{role}") for role in ("editor", "head", "deputy"))
    change = editor.propose("Họp dân", {f"{LIM}/hop-dan.vi.md": article(1, body="Họp lúc 8 giờ.")})
    deputy.approve(change)
    with pytest.raises(Exception, match="reason"):
        head.decide(change, Type.CHANGES_REQUESTED)
    head.decide(change, Type.CHANGES_REQUESTED, reason="Thiếu địa điểm.")
    assert state_of(city, "lim-editor", change) is State.CHANGES_REQUESTED
    verdict = city.verdict(change)
    assert not verdict.missing and codes(verdict) == ["changes-requested"]

    editor.amend(change, {f"{LIM}/hop-dan.vi.md": article(1, body="Họp lúc 8 giờ ở nhà văn hóa.")})
    assert state_of(city, "lim-editor", change) is State.IN_REVIEW
    verdict = city.verdict(change)
    assert missing(verdict) == {"ha/lim": 1} and not verdict.errors
    assert [str(ignored.why) for ignored in verdict.ignored] == [
        "It is over other bytes: the Change was edited since, or never was this."
    ]
    merged(city, change, "lim-head")
    assert "nhà văn hóa" in city.read(f"{LIM}/hop-dan.vi.md")
    assert city.log()[-1].entry.detail["approvers"] == ["lim-head"]


def test_whoever_asked_for_changes_may_be_content_after_all(city):
    """The same bytes, approved by the one who had asked: nothing holds them back any more."""
    change = city.work("lim-editor").propose("Dọn rác", {f"{LIM}/don-rac.vi.md": article(2)})
    city.work("lim-head").decide(change, Type.CHANGES_REQUESTED, reason="Sai ngày.")
    city.work("lim-deputy").approve(change)
    assert codes(city.verdict(change)) == ["changes-requested"]
    city.work("lim-head").approve(change)
    assert city.verdict(change).passes


@pytest.mark.parametrize(
    ("site", "folder", "wrong", "right", "pack", "count"),
    [
        ("lim", LIM, "duplicate", "untrue", "hanoi-2025", 5),
        ("mai", MAI, "other-by-law", "duplicate", "hanoi-cchc-2025", 9),
    ],
)
def test_a_board_refuses_with_a_reason_of_its_regulation(city, site, folder, wrong, right, pack, count):
    """Five reasons in Hà Nội, nine on the reform Site (E15, E16); a wrong one is answered with those there are."""
    editor, head = city.work(f"{site}-editor"), city.work(f"{site}-head")
    path = f"{folder}/tin-don.vi.md"
    change = editor.propose("Tin đồn", {path: article(3 if site == "lim" else 4)})
    with pytest.raises(PushRefused) as refused:
        head.decide(change, Type.REJECTION, code=wrong, pack=pack, reason="Nghe đồn.")
    known = str(refused.value).partition("Known are: ")[2].splitlines()[0].rstrip(".").split(", ")
    assert len(known) == count and right in known and wrong not in known
    with pytest.raises(Exception, match="reason"):
        head.decide(change, Type.REJECTION, code=right, pack=pack)

    head.decide(change, Type.REJECTION, code=right, pack=pack, reason="Nghe đồn.")
    assert state_of(city, f"{site}-editor", change) is State.WITHDRAWN
    entry = city.log()[-1].entry
    assert (entry.event, entry.person, entry.detail["code"]) == ("rejection", f"{site}-head", right)
    # It stays closed: no Approval and no other edit opens it again.
    with pytest.raises(PushRefused, match="“approve” is not possible: the Change is “withdrawn”"):
        city.work(f"{site}-deputy").approve(change)
    verdict = city.verdict(change)
    assert codes(verdict) == ["closed"] and "Nghe đồn." in str(verdict.errors[0].message)
    with pytest.raises(PushRefused, match="“submit” is not possible: the Change is “withdrawn”"):
        editor.amend(change, {path: article(3 if site == "lim" else 4, body="Khác.")})


def test_only_its_author_withdraws_a_change(city):
    """The deputy cannot, the editor can; a withdrawn Change is not published, approved or not."""
    editor, deputy = city.work("lim-editor"), city.work("lim-deputy")
    change = editor.propose("Nhầm", {f"{LIM}/nham.vi.md": article(5)})
    deputy.approve(change)
    with pytest.raises(PushRefused, match="Only its author withdraws a Change"):
        deputy.decide(change, Type.WITHDRAWAL)
    editor.decide(change, Type.WITHDRAWAL, reason="Gửi nhầm.")
    assert codes(city.verdict(change)) == ["closed"]
    with pytest.raises(PushRefused, match="withdrawn by its author"):
        editor.merge(change)
    assert city.read(f"{LIM}/nham.vi.md") is None


# --- two at a time ---------------------------------------------------------------------------------


def test_two_editors_in_one_change_lose_nothing(city):
    """Who sends second is told, brings the other's edit in, and both are published; neither may approve."""
    first, second = city.work("lim-editor"), city.work("lim-member")
    change = first.propose("Lễ hội", {f"{LIM}/le-hoi.vi.md": article(901, "Lễ hội", body="Lễ hội xuân.\n\nRước kiệu.")})
    second.changes.edit(change)
    second.edit({f"{LIM}/hat.vi.md": article(6, "Hát", body="Hát đối đáp.")})
    second.changes.record("Hát")
    first.amend(change, {f"{LIM}/thi.vi.md": article(7, "Thi", body="Thi nấu cơm.")})
    with pytest.raises(UsageError, match="Somebody else has edited this Change meanwhile; your edits are kept") as told:
        second.changes.submit(None)
    assert (second.root / f"{LIM}/hat.vi.md").is_file()

    # The very command that the message gives.
    command = str(told.value.hint).rpartition("submit again: ")[2].removeprefix("git ").split()
    second.git("-c", "gpg.format=ssh", "-c", f"user.signingkey={second.key}", "-c", "commit.gpgsign=true", *command)
    second.changes.submit(None)
    verdict = city.verdict(change)
    assert verdict.authors == {"lim-editor", "lim-member"} and missing(verdict) == {"ha/lim": 1}
    with pytest.raises(PushRefused, match="Authors do not approve their own Change"):
        second.approve(change)
    merged(city, change, "lim-deputy")
    assert all(city.read(f"{LIM}/{name}.vi.md") for name in ("hat", "thi"))


def test_two_changes_of_one_text_answer_with_a_clear_conflict(city):
    """The second names the file; settling it keeps both edits, and what was approved before counts no more."""
    editor, member = city.work("lim-editor"), city.work("lim-member")
    path = f"{LIM}/cho.vi.md"
    early = editor.propose("Chợ sớm", {path: article(902, "Chợ", body="Chợ họp từ 5 giờ.")})
    late = member.propose("Chợ muộn", {path: article(902, "Chợ", body="Chợ họp tới 19 giờ.")})
    city.work("lim-head").approve(late)
    merged(city, early, "lim-head")
    with pytest.raises(Exception, match=rf"Somebody else has changed the same text meanwhile: {path}") as told:
        member.merge(late)
    assert "--bring-in-main" in str(told.value)
    assert "tới 19 giờ" in member.git("show", f"change/{late}:{path}")

    member.changes.edit(late)
    assert member.changes.bring_in_main() == [path]
    text = (member.root / path).read_text()
    assert "từ 5 giờ" in text and "tới 19 giờ" in text and "<<<<<<<" in text
    with pytest.raises(UsageError, match=path):
        member.changes.record("Chưa xong")
    member.put(path, article(902, "Chợ", body="Chợ họp từ 5 giờ tới 19 giờ."))
    member.changes.record("Gộp hai bản")
    member.changes.submit(None)
    verdict = city.verdict(late)
    assert missing(verdict) == {"ha/lim": 1} and len(verdict.ignored) == 1
    merged(city, late, "lim-deputy")
    assert "từ 5 giờ tới 19 giờ" in city.read(path)


def test_other_merges_keep_an_approval_alive(city):
    """What is approved stays so while other texts are published, however many."""
    waiting = city.work("mai-editor").propose("Gặt", {f"{MAI}/gat.vi.md": article(8)})
    city.work("mai-head").approve(waiting)
    merged(city, city.work("lim-editor").propose("Khác", {f"{LIM}/khac.vi.md": article(9)}), "lim-head")
    assert city.verdict(waiting).passes
    city.work("mai-editor").merge(waiting)
    assert city.read(f"{MAI}/gat.vi.md")


# --- moves, withdrawals, deletions -----------------------------------------------------------------


def test_a_move_is_a_change_and_keeps_the_old_address(city):
    """Without an alias the gate says which address would be lost; with one the Board approves it (A12)."""
    editor, old, new = city.work("lim-editor"), f"{LIM}/cau.vi.md", f"{LIM}/cau-lim.vi.md"
    english = (editor.root / f"{LIM}/cau.en.md").read_text()
    change = editor.propose(
        "Đổi tên", {old: None, f"{LIM}/cau.en.md": None, new: BRIDGE, f"{LIM}/cau-lim.en.md": english}
    )
    verdict = city.verdict(change)
    assert set(codes(verdict)) == {"lost-address"} and any(
        "/tin-tuc/2026/cau/" in str(p.message) for p in verdict.errors
    )
    moved = BRIDGE.replace("crosspost:", "aliases: [/tin-tuc/2026/cau/]\ncrosspost:")
    editor.amend(change, {new: moved})
    merged(city, change, "lim-member")
    assert city.read(old) is None and city.read(new) == moved


def test_a_withdrawal_is_a_change_of_the_items_own_board(city):
    """The Item stays where it is with the reason, and its Board approves as for any other text (J6)."""
    gone = article(903, "Đêm nhạc", body="Đêm nhạc ở quảng trường.", withdrawn="{at: 2026-11-01, reason: Hủy}")
    change = city.work("lim-editor").propose("Rút tin", {f"{LIM}/dem-nhac.vi.md": gone})
    assert missing(city.verdict(change)) == {"ha/lim": 1}
    merged(city, change, "lim-head")
    assert "Hủy" in city.read(f"{LIM}/dem-nhac.vi.md")


def test_deleting_a_published_file_needs_the_number_of_a_document(city):
    """A form goes only by an order that is named when the Change is submitted (J6); the Item itself never goes."""
    editor, path, form = city.work("portal-editor"), f"{DOCUMENTS}/qd.vi.md", f"{DOCUMENTS}/qd.files/mau.csv"
    change = editor.propose("Bỏ biểu mẫu", {form: None, path: document(906)})
    problem = next(p for p in city.verdict(change).errors if p.code == "deletion")
    assert problem.path == form and "--document" in str(problem.hint)
    editor.changes.submit(None, document="không số")
    assert codes(city.verdict(change)) == ["bad-number"]
    editor.changes.submit(None, document="15/QĐ-UBND")
    merged(city, change, "portal-head")
    with city.open() as desk:
        assert desk.content.tree(desk.main()).read(form) is None
    named = [r.entry.detail.get("document") for r in city.log() if r.entry.change == change]
    assert "15/QĐ-UBND" in named

    whole = editor.propose("Bỏ cả văn bản", {path: None}, document="15/QĐ-UBND")
    assert "lost-address" in codes(city.verdict(whole)), "an Item is withdrawn, never deleted"
