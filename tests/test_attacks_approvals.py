"""Attacks on the Approval itself: none, an old one, one of something else, one used twice, one that was taken back.

`docs/security.md` lists every attack with its test.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from attacks import (
    LIM,
    MAI,
    approved,
    blockers,
    commit_on,
    fresh,
    last_entry,
    make_desk,
    merge_into,
    offered,
    published,
    put_statement,
    raw_push,
    refs,
    repelled,
    said,
    send,
    signed_bytes,
)
from desks import APPROVALS, clock
from network import article, item_id

from congtin.editorial import approvals, signatures
from congtin.editorial.desk import MAIN
from congtin.editorial.intake import contents
from congtin.editorial.refs import write_commit, write_tree
from congtin.editorial.repository import ABSENT, digest_of, parse_raw
from congtin.editorial.statements import Statement, Type, sign_statement
from congtin.editorial.takedown import add_tombstone

A, B = f"{LIM}/a.vi.md", f"{LIM}/b.vi.md"
TWO = """\
-- sites/ha/mai.yaml --
kind: commune
name: {vi: Xã Mai}
short_name: {vi: Mai}
label: mai
rule_packs: [hai-nguoi]
-- sites/ha/lim.yaml --
kind: ward
name: {vi: Phường Lim}
short_name: {vi: Lim}
label: lim
rule_packs: [hanoi-2025]
-- workflows/rulepacks/hai-nguoi.yaml --
id: hai-nguoi
title: {vi: Quy chế hai người duyệt}
cite_as: Quy chế hai người duyệt
regulation: hai-nguoi
number: null
issued: null
issuer: UBND
valid_from: null
valid_to: null
specificity: 10
status: verified
approvals:
  - kinds: [article]
    roles: [member, deputy, head]
    count: 2
    source: Điều 1
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("approvals"), TWO)
    yield made
    made.close()


@pytest.fixture
def own(tmp_path):
    """Return a desk for one test that leaves it otherwise."""
    made = make_desk(tmp_path, TWO)
    yield made
    made.close()


@pytest.fixture(scope="module")
def editor(desk):
    return desk.work("lim-editor")


@pytest.fixture(scope="module")
def submitted(desk, editor):
    """Return a Change that nobody has approved; tests leave it so."""
    return offered(desk, {A: article(1)})


# --- none, or one of other bytes -------------------------------------------------------------------


def test_nothing_is_merged_without_an_approval(desk, editor, submitted):
    with repelled(desk, "ha/lim", "1 still missing"):
        editor.merge(submitted)


def test_an_approval_dies_when_the_head_moves(desk, editor):
    """The Board approved; the editor adds one more word and merges."""
    change = approved(desk, {B: article(2)})
    editor.amend(change, {B: article(2, "Tiêu đề khác")})
    with repelled(desk, "ha/lim", "1 still missing", "over other bytes"):
        editor.merge(change)


def test_the_approved_head_cannot_be_merged_once_the_change_was_edited(desk, editor):
    """What was approved was found wrong and mended; somebody merges the wrong bytes all the same."""
    change = approved(desk, {B: article(3)})
    old = editor.changes.head(change)
    editor.amend(change, {B: article(3, "Đã sửa lỗi")})
    merge = merge_into(editor, change, head=old)
    with repelled(desk, "has been edited since"):
        editor.push(f"{merge}:{MAIN}")


def test_a_merge_commit_brings_nothing_of_its_own(desk, editor):
    """One more file, other words in the approved file, or a published file dropped: all in the merge only."""
    change = approved(desk, {B: article(4)})
    for files in ({f"{LIM}/them.vi.md": article(5).encode()}, {B: b"x"}, {f"{MAI}/cu.vi.md": None}):
        merge = merge_into(editor, change, files=files)
        with repelled(desk, "Nobody has submitted exactly these bytes", code="not-submitted"):
            editor.push(f"{merge}:{MAIN}")


def test_an_approval_is_of_one_change_not_of_equal_bytes(desk, editor):
    """Two Changes hold the same bytes; the Board approved one of them and said nothing about the other."""
    files = {B: article(6)}
    approved(desk, files)
    twin = offered(desk, files)
    with repelled(desk, "ha/lim", "1 still missing"):
        editor.merge(twin)


def test_an_approval_cannot_be_filed_under_another_change(desk, editor):
    files = {B: article(7)}
    first, twin = approved(desk, files), offered(desk, files)
    signed = next(s for s in editor.changes.statements(first) if s.statement.type is Type.APPROVAL)
    forged = put_statement(editor, twin, signed.data, signed.signature)
    with repelled(desk, "does not stand where it belongs"):
        editor.push(f"{forged}:{APPROVALS}")


def test_one_of_two_is_not_two(desk):
    """Where the rules ask for two persons, one person's two statements are one person."""
    change = offered(desk, {f"{MAI}/hai.vi.md": article(8)}, "mai-head", by="mai-editor")
    head = fresh(desk, "mai-head")
    head.say(head.statement(change, Type.APPROVAL, reason="lần hai"))
    with repelled(desk, "ha/mai", "1 still missing"):
        head.merge(change)


# --- used twice ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reverted(desk, editor):
    """Return a Change that was published and taken back by another one."""
    path = f"{LIM}/cu.vi.md"
    before = desk.read(path)
    change = published(desk, {path: article(800, "Tin sai")})
    published(desk, {path: before}, "lim-deputy", by="lim-member")
    editor.changes.tree.fetch()
    return change


def test_an_approval_is_not_used_again_after_a_revert(desk, editor, reverted):
    head = editor.changes.head(reverted)
    merge = merge_into(editor, reverted, tree=editor.changes.git.tree(head).oid)
    with repelled(desk, "was merged before", code="used-up"):
        editor.push(f"{merge}:{MAIN}")


def test_a_new_submission_does_not_make_an_old_approval_new(desk, editor, reverted):
    """The same bytes submitted again on today's main: their digest is that which the Board once approved."""
    git, main, head = editor.changes.git, editor.changes.main(), editor.changes.head(reverted)
    raw = git.raw_difference(main, head)
    again = Statement(
        type=Type.SUBMISSION, change=reverted, base=main, head=head, digest=digest_of(raw),
        files=contents(git, parse_raw(raw)), at=clock().replace(microsecond=0), title="Lại", declaration=True,
    )  # fmt: skip
    with repelled(desk, "“submit” is not possible: the Change is “published”"):
        editor.say(again)


def test_a_title_with_a_trailer_does_not_use_up_the_change_of_others(desk, editor):
    """“Change: <victim>” in the message of a commit that is merged: the victim's Change is not spent by it."""
    victim = approved(desk, {B: article(9)})
    title = f"Tin\n\nChange: {victim}\nLog: {ABSENT}"
    git, tree = editor.changes.git, editor.changes.tree
    tree.fetch()
    changed = write_tree(git, editor.changes.main(), {f"{LIM}/bay.vi.md": article(10).encode()})
    head = write_commit(git, changed, [editor.changes.main()], f"{title}\n", at=clock(), signing_key=editor.key)
    editor.merge(offered(desk, {}, "lim-deputy", head=head))
    assert blockers(desk, victim) == []


# --- taken back ------------------------------------------------------------------------------------


def test_who_asks_for_changes_takes_the_own_approval_back(desk, editor):
    change = approved(desk, {B: article(11)})
    desk.work("lim-head").decide(change, Type.CHANGES_REQUESTED, reason="Còn một lỗi")
    with repelled(desk, "Changes are requested: Còn một lỗi", code="changes-requested"):
        editor.merge(change)


@pytest.fixture(scope="module")
def rejected(desk):
    change = approved(desk, {B: article(12)})
    desk.work("lim-deputy").decide(change, Type.REJECTION, code="untrue", pack="hanoi-2025", reason="Không đúng")
    return change


def test_a_rejected_change_is_not_merged(desk, editor, rejected):
    """One of the Board approved it before another rejected it; the code and reason are told."""
    with repelled(desk, "The Change was rejected: untrue. Không đúng", code="closed"):
        editor.merge(rejected)


def test_a_rejection_cannot_be_hidden_by_a_fork_of_the_approvals(desk, editor, rejected):
    """A client of one's own claims that the Approvals still stand where they stood before the rejection.

    Git would refuse that ref only after the hook, and move main alone.
    """
    editor.changes.tree.fetch()
    git, now = editor.changes.git, refs(desk)
    before = next(
        oid for oid in git.commits(now[APPROVALS])[::-1]
        if Type.REJECTION not in {s.statement.type for s in approvals.statements_of(git, oid, rejected)}
    )  # fmt: skip
    note = sign_statement(editor.statement(rejected, Type.SUBMISSION, title="x", declaration=True), editor.key)
    fork = approvals.append(git, before, [note], clock())
    merge = merge_into(editor, rejected)
    updates = [(before, fork, APPROVALS), (now[MAIN], merge, MAIN)]
    told = last_entry(desk).seq
    assert "pre-receive hook declined" in raw_push(desk, editor, *updates)
    assert (refs(desk), last_entry(desk).seq, last_entry(desk).event) == (now, told + 1, "refused")


def test_a_rejection_outlives_the_membership_of_who_rejected(own):
    """A member leaves, a key is changed: what they had rejected does not open again."""
    desk = own
    change = approved(desk, {B: article(13)})
    desk.work("lim-deputy").decide(change, Type.REJECTION, code="untrue", pack="hanoi-2025", reason="Không đúng")
    desk.village.revoke("lim-deputy", clock())
    with repelled(desk, "The Change was rejected", code="closed"):
        desk.work("lim-editor").merge(change)


def test_a_stranger_does_not_close_the_change_of_others(desk, editor):
    """Who submits is an author, and an author may withdraw: so nobody else submits. Strangers do not object either."""
    change = approved(desk, {B: article(18)})
    stranger = fresh(desk, "mai-editor")
    about = stranger.changes.bytes_of(change)
    with repelled(desk, "somebody else’s, about Sites you do not work for"):
        send(stranger, [said(desk, change, about, Type.SUBMISSION, stranger.key, title="x", declaration=True)])
    with repelled(desk, "Only its author withdraws a Change"):
        send(stranger, [said(desk, change, about, Type.WITHDRAWAL, stranger.key)])
    head = desk.village.key("mai-head")
    for kind, more in (
        (Type.CHANGES_REQUESTED, {}),
        (Type.NEEDS_CONFIRMATION, {"unit": "ha/mai"}),
        (Type.REJECTION, {"code": "untrue", "pack": "hanoi-2025"}),
    ):
        with repelled(desk, "needs one of these roles"):
            send(stranger, [said(desk, change, about, kind, head, reason="x", **more)])
    assert blockers(desk, change) == []


# --- one push with everything in it ----------------------------------------------------------------


def test_branch_approval_and_main_in_one_push_bring_nothing_past_the_gate(desk, editor):
    """All three at once, the Approval by the author: nothing at all is taken in."""
    change = editor.draft("Tất cả", {B: article(14)})
    git, old = editor.changes.git, editor.changes.git.ref(APPROVALS)
    head = git.ref(f"refs/heads/change/{change}")
    about = editor.changes.bytes_at(head)
    said = [
        sign_statement(
            Statement(
                type=kind, change=change, base=about.base, head=head, digest=about.digest, files=dict(about.files),
                at=clock().replace(microsecond=0), **more,
            ),
            editor.key,
        )
        for kind, more in ((Type.SUBMISSION, {"title": "x", "declaration": True}), (Type.APPROVAL, {}))
    ]  # fmt: skip
    statements = approvals.append(git, old, said, clock())
    merge = merge_into(editor, change, head=head)
    with repelled(desk, "Main moves alone"):
        editor.push(f"{head}:refs/heads/change/{change}", f"{statements}:{APPROVALS}", f"{merge}:{MAIN}")
    with repelled(desk, "“approve” needs one of these roles"):
        editor.push(f"{head}:refs/heads/change/{change}", f"{statements}:{APPROVALS}")


# --- the statement's form --------------------------------------------------------------------------


def _bent(data: bytes, how: str) -> bytes:
    text = data.decode()
    return {
        "spaces": json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True) + "\n",
        "no line end": text.rstrip("\n"),
        "a key twice": text.replace('{"at"', '{"change":"aaaaaaaaaaaa","at"', 1),
        "not a number": text.replace('"format":1', '"format":NaN'),
        "another number": text.replace('"format":1', '"format":1.0'),
        "an escape": text.replace("approval", "\\u0061pproval", 1),
        "a field of one's own": text.replace('"format":1', '"extra":true,"format":1'),
        "a key not in order": '{"type":"approval",' + text.replace(',"type":"approval"', "")[1:],
    }[how].encode()


@pytest.mark.parametrize("how", ["spaces", "a key twice", "not a number", "an escape", "a field of one's own"])
def test_a_statement_has_one_form_only(desk, submitted, how):
    """Other bytes that some reader might take for the same words, properly signed by the head."""
    head = fresh(desk, "lim-head")
    data = _bent(head.statement(submitted, Type.APPROVAL).to_bytes(), how)
    assert data != head.statement(submitted, Type.APPROVAL).to_bytes()
    state = put_statement(head, submitted, data, signed_bytes(head, data))
    with repelled(desk, "The statement is not"):
        head.push(f"{state}:{APPROVALS}")


def test_a_signature_of_other_words_does_not_fit(desk, submitted):
    head = fresh(desk, "lim-head")
    data = head.statement(submitted, Type.APPROVAL).to_bytes()
    other = head.statement(submitted, Type.APPROVAL, reason="khác").to_bytes()
    state = put_statement(head, submitted, data, signed_bytes(head, other))
    with repelled(desk, "does not fit"):
        head.push(f"{state}:{APPROVALS}")


@pytest.mark.parametrize("namespace", [signatures.COMMIT, signatures.LOG, "congtin-attestation", "file"])
def test_a_signature_for_another_purpose_does_not_count(desk, submitted, namespace):
    """The head's key signed these bytes, but as a commit, a file, an entry of the log: not as an Approval."""
    head = fresh(desk, "lim-head")
    data = head.statement(submitted, Type.APPROVAL).to_bytes()
    state = put_statement(head, submitted, data, signed_bytes(head, data, namespace))
    with repelled(desk, "does not fit"):
        head.push(f"{state}:{APPROVALS}")


def _forged_submission(desk, honest, forged):
    """Send a submission whose bytes were bent by hand, properly signed."""
    work = fresh(desk, "lim-editor")
    head = commit_on(work, work.changes.main(), {B: article(16).encode()})
    about, change = work.changes.bytes_at(head), "a" * 12
    signed = said(desk, change, about, Type.SUBMISSION, work.key, title="x", declaration=True, checks={"error": 0})
    data = signed.data.replace(honest.encode(), forged.encode())
    assert data != signed.data
    state = put_statement(work, change, data, signed_bytes(work, data))
    work.push(f"{head}:refs/heads/change/{change}", f"{state}:{APPROVALS}")


def test_a_title_paints_nothing_on_the_approvers_screen(desk):
    """Control characters move the cursor of a terminal: an author could write “approved” over the real answer."""
    for title in ("Tin\x1b[2J\x1b[H[x] ha/lim: approved", "Tin \u202eaxe", "Tin\u200b"):
        with repelled(desk, "holds characters that texts must not hold"):
            _forged_submission(desk, '"title":"x"', f'"title":{json.dumps(title, ensure_ascii=False)}')


def test_the_authors_own_count_of_problems_is_no_text(desk):
    """The checks' result that goes with a submission says how many of which severity, and nothing else."""
    with repelled(desk, "The statement is not in the right form"):
        _forged_submission(desk, '"checks":{"error":0}', '"checks":{"Đã duyệt":1}')


# --- what the statement is about -------------------------------------------------------------------


def test_a_statement_of_another_repository_is_not_taken(desk, submitted):
    """Its commits are not those of this one: signed for the training system, sent to the real one."""
    head = fresh(desk, "lim-head")
    for field in ("base", "head"):
        statement = head.statement(submitted, Type.APPROVAL, **{field: "1" * 40})
        with repelled(desk, "commits that are not those of the Change"):
            head.say(statement)


def test_a_base_that_was_never_published_is_not_taken(desk, submitted):
    """The base decides over which difference is signed: a commit of the branch would make it another one."""
    head = fresh(desk, "lim-head")
    git, old = head.changes.git, head.changes.main()
    aside = commit_on(head, old, {f"{LIM}/x.vi.md": b"x"})
    raw = git.raw_difference(aside, head.changes.head(submitted))
    files = contents(git, parse_raw(raw))
    statement = head.statement(submitted, Type.APPROVAL, base=aside, digest=digest_of(raw), files=files)
    with repelled(desk, "not those of the Change"):
        signed = sign_statement(statement, head.key)
        state = approvals.append(git, git.ref(APPROVALS), [signed], clock())
        head.push(f"{state}:{APPROVALS}", f"{aside}:refs/heads/change/{'a' * 12}")


def test_digest_and_files_are_worked_out_anew(desk, submitted):
    head = fresh(desk, "lim-head")
    honest = head.statement(submitted, Type.APPROVAL)
    lies = [
        {"digest": hashlib.sha256(b"x").hexdigest()},
        {"files": {**honest.files, f"{MAI}/x.vi.md": None}},
        {"files": {A: hashlib.sha256(b"x").hexdigest()}},
        {"files": {}},
    ]
    for lie in lies:
        with repelled(desk, "not about the bytes of the Change"):
            head.say(head.statement(submitted, Type.APPROVAL, **lie))


@pytest.mark.parametrize("days", [-400, 400])
def test_a_statement_is_not_from_another_time(desk, submitted, days):
    """Signed beforehand for later, or dated back to when somebody still was on the Board."""
    head = fresh(desk, "lim-head")
    at = (clock() + timedelta(days=days)).replace(microsecond=0)
    with repelled(desk, "The statement was signed at"):
        head.say(head.statement(submitted, Type.APPROVAL, at=at))


# --- emergency withdrawal (E24) --------------------------------------------------------------------


def _takedown(work, files, item, path=None):
    """Send an order to take an Item down with any bytes; return the Change and the merge, not sent yet."""
    work.changes.tree.fetch()
    head = commit_on(work, work.changes.main(), files)
    change = hashlib.sha256(head.encode()).hexdigest().translate(str.maketrans("01", "gh"))[:12]
    branch, about = f"{head}:refs/heads/change/{change}", work.changes.bytes_at(head)
    work.changes.say(change, about, Type.TAKEDOWN, branch, item=item, reason="Gấp")
    return change, merge_into(work, change, head=head)


def _tombstone(desk, path):
    return add_tombstone(desk.read(path).encode(), clock().replace(microsecond=0), "Gấp", None)


def test_an_emergency_only_adds_a_tombstone(desk):
    """Along with it: other words in the same file, another file, another Item, a reason that nobody signed."""
    head, path = desk.work("lim-head"), f"{LIM}/cu.vi.md"
    stone = _tombstone(desk, path)
    tries = [
        ({path: stone.replace("Nội dung.".encode(), "Nội dung khác.".encode())}, item_id(800)),
        ({path: stone, f"{LIM}/moi.vi.md": article(20).encode()}, item_id(800)),
        ({path: stone}, item_id(801)),
        ({path: stone.replace("Gấp".encode(), "Gọi ngay số này".encode())}, item_id(800)),
    ]
    for files, item in tries:
        _, merge = _takedown(head, files, item)
        with repelled(desk, "", code="not-a-tombstone"):
            head.push(f"{merge}:{MAIN}")


def test_only_the_head_of_that_site_or_of_the_portal_orders_it(desk):
    """Not a member (the order is not even taken in), and not the head of the next ward."""
    path = f"{LIM}/cu.vi.md"
    files, item = {path: _tombstone(desk, path)}, item_id(800)
    with repelled(desk, "“take_down” needs one of these roles: head"):
        _takedown(desk.work("lim-member"), files, item)
    with repelled(desk, "“take_down” needs one of these roles: head"):
        _takedown(desk.work("mai-head"), files, item)


def test_an_order_to_take_down_is_used_once(own):
    """After the Item was restored, the old order in anybody's hands does nothing."""
    desk = own
    path = f"{LIM}/cu.vi.md"
    before = desk.read(path)
    change = desk.work("lim-head").take_down(path, "Gấp")
    assert "withdrawn" in desk.read(path)
    published(desk, {path: before}, "lim-deputy")
    assert desk.read(path) == before
    editor = fresh(desk, "lim-editor")
    merge = merge_into(editor, change, tree=editor.changes.git.tree(editor.changes.head(change)).oid)
    with repelled(desk, "was merged before", code="used-up"):
        editor.push(f"{merge}:{MAIN}")
