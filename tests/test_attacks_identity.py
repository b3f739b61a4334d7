"""Attacks on who somebody is: keys, names, roles, and the roster that says all this.

`docs/security.md` lists every attack with its test.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from datetime import timedelta

import pytest
from attacks import (
    LIM,
    approved,
    blockers,
    commit_on,
    fresh,
    make_desk,
    new_change,
    offered,
    published,
    put_statement,
    repelled,
    said,
    send,
)
from desks import APPROVALS, clock
from network import article
from rosters import MAIN as ROSTER_MAIN
from rosters import dump

from congtin.editorial import signatures
from congtin.editorial.changes import Bytes
from congtin.editorial.intake import contents
from congtin.editorial.refs import merged_tree, write_commit, write_tree
from congtin.editorial.repository import GitRepository, digest_of, parse_raw
from congtin.editorial.statements import ATTESTATION, Attested, Signed, Type
from congtin.editorial.worktree import PushRefused

A, B = f"{LIM}/a.vi.md", f"{LIM}/b.vi.md"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    made = make_desk(tmp_path_factory.mktemp("identity"))
    village = made.village
    village.add_key("lim-member")
    village.make_key("het-han")
    ended = (clock() - timedelta(days=2)).date().isoformat()
    key = {"key": village.public("het-han").line, "valid_from": "2026-01-01", "valid_to": ended}
    village.add_person("het-han", keys=[key])
    village.add_member("ha/lim", "het-han", "member")
    village.add_member("ha/lim", "mot-phan", "member", scope=["content/ha/lim/gioi-thieu"])
    yield made
    made.close()


@pytest.fixture
def own(tmp_path):
    """Return a desk for one test that leaves it otherwise."""
    made = make_desk(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def editor(desk):
    return desk.work("lim-editor")


@pytest.fixture(scope="module")
def submitted(desk):
    """Return a Change that nobody has approved; tests leave it so."""
    return offered(desk, {A: article(1)})


def approve_with(desk, change, person, **fields):
    """Send an Approval signed with a key, by whoever."""
    work = fresh(desk, "lim-editor")
    about = work.changes.bytes_of(change)
    send(work, [said(desk, change, about, Type.APPROVAL, desk.village.key(person), **fields)])


# --- keys ------------------------------------------------------------------------------------------


def test_a_key_of_nobody_approves_nothing(desk, submitted):
    with repelled(desk, "is nobody’s on the roster"):
        approve_with(desk, submitted, "outsider")


def test_an_expired_key_approves_nothing(desk, submitted):
    with repelled(desk, "is not valid at that time"):
        approve_with(desk, submitted, "het-han")


def test_a_revoked_key_approves_nothing_and_what_it_approved_dies(own):
    """Pending Approvals of a stolen key do not publish anything after its revocation."""
    desk = own
    change = approved(desk, {A: article(1)})
    assert blockers(desk, change) == []
    desk.village.revoke_key("lim-head", (clock() - timedelta(minutes=5)).isoformat(timespec="seconds"))
    with repelled(desk, "ha/lim", "was revoked on"):
        desk.work("lim-editor").merge(change)
    with repelled(desk, "was revoked on"):
        approve_with(desk, change, "lim-head", reason="lại")


def test_a_key_is_a_plain_and_strong_one(desk, submitted, tmp_path):
    """A certificate over the head's key by an authority of one's own; an RSA key that can be broken."""
    village, work = desk.village, fresh(desk, "lim-editor")
    for name in ("lim-head", "lim-head.pub"):
        shutil.copy(village.keys / name, tmp_path / name)
    keygen("-s", village.key("outsider"), "-I", "x", "-n", "x", tmp_path / "lim-head.pub")
    data = said(desk, submitted, work.changes.bytes_of(submitted), Type.APPROVAL, work.key).data
    certified = keygen("-Y", "sign", "-n", signatures.APPROVAL, "-f", tmp_path / "lim-head-cert.pub", "-", given=data)
    state = put_statement(work, submitted, data, certified)
    with repelled(desk, "This is no SSH signature"):
        work.push(f"{state}:{APPROVALS}")
    keygen("-t", "rsa", "-b", "2048", "-N", "", "-f", tmp_path / "short")
    weak = commit_on(work, work.changes.main(), {B: b"x"}, key=tmp_path / "short")
    with repelled(desk, "at least 3072 bits"):
        work.push(f"{weak}:refs/heads/change/{new_change()}")


def keygen(*words, given=b""):
    return subprocess.run(["ssh-keygen", "-q", *words], input=given, check=True, timeout=60, capture_output=True).stdout


def test_a_commit_signed_by_nobody_of_the_roster_is_not_taken(desk, editor):
    """Unsigned, by an outsider, and with the signature of another commit."""
    editor.changes.tree.fetch()
    git, main = editor.changes.git, editor.changes.main()
    plain = write_commit(git, write_tree(git, main, {B: b"x"}), [main], "Edit\n", at=clock())
    foreign = commit_on(editor, main, {B: b"x"}, key=desk.village.key("outsider"))
    with repelled(desk, "It is not signed"):
        editor.push(f"{plain}:refs/heads/change/{new_change()}")
    with repelled(desk, "is nobody’s on the roster"):
        editor.push(f"{foreign}:refs/heads/change/{new_change()}")
    honest = git.object(commit_on(editor, main, {B: b"y"}))[1]
    tree = git.tree(foreign).oid.encode()
    borrowed = b"tree " + tree + honest[honest.index(b"\n") :]
    oid = git.run("hash-object", "-t", "commit", "-w", "--stdin", given=borrowed).decode().strip()
    with repelled(desk, "does not fit"):
        editor.push(f"{oid}:refs/heads/change/{new_change()}")


def test_a_roster_against_the_rules_opens_nothing(own):
    """One key for two persons, an operator on a Board: nobody is let in until it is mended."""
    desk = own
    change = approved(desk, {A: article(1)})
    village = desk.village
    before = village.head()
    key = {"key": village.public("lim-head").line, "valid_from": "2026-01-01"}
    village.commit({"people/hai-nguoi.yaml": village.person("hai-nguoi", keys=[key])})
    with repelled(desk, "[key-twice]", code="key-twice"):
        desk.work("lim-editor").merge(change)
    with GitRepository(village.roster) as roster:
        roster.run("update-ref", ROSTER_MAIN, before)
    village.add_member("ha/lim", "ha-operator", "member")
    with repelled(desk, "is an operator and would approve", code="operator-approves"):
        desk.work("lim-editor").merge(change)


# --- authors do not approve ------------------------------------------------------------------------


def test_an_author_does_not_approve(desk):
    """A member of the Board writes, submits and approves alone."""
    change = offered(desk, {B: article(2)}, by="lim-member")
    with repelled(desk, "Authors do not approve their own Change"):
        approve_with(desk, change, "lim-member")


def test_a_second_key_is_the_same_person(desk):
    change = offered(desk, {B: article(3)}, by="lim-member")
    with repelled(desk, "Authors do not approve their own Change"):
        approve_with(desk, change, "lim-member.2")


def test_git_names_make_nobody_else_the_author(desk):
    """The member writes “Head” as author and committer; the signature says who it was. The editor submits it."""
    member = fresh(desk, "lim-member")
    git, main = member.changes.git, member.changes.main()
    tree = write_tree(git, main, {B: article(4).encode()})
    head = write_commit(
        git, tree, [main], "Edit\n", at=clock(), signing_key=member.key, author="Truong Ban <lim-head@example.vn>"
    )  # fmt: skip
    change = offered(desk, {}, by="lim-editor", head=_brought(desk, member, head))
    with repelled(desk, "Authors do not approve their own Change"):
        approve_with(desk, change, "lim-member")


def _brought(desk, work, head):
    """Make the editor's work tree know a commit of somebody else, as if sent by mail."""
    desk.work("lim-editor").git("fetch", "-q", str(work.root), head)
    return head


def test_a_co_author_does_not_approve(desk):
    """The editor begins, a member adds a word, the editor submits: the member is an author too."""
    editor, member = fresh(desk, "lim-editor"), fresh(desk, "lim-member")
    first = commit_on(editor, editor.changes.main(), {B: article(5).encode()})
    member.git("fetch", "-q", str(editor.root), first)
    second = commit_on(member, first, {B: article(5, "Tiêu đề của ủy viên").encode()})
    change = offered(desk, {}, head=_brought(desk, member, second))
    with repelled(desk, "Authors do not approve their own Change"):
        approve_with(desk, change, "lim-member")


def test_a_squash_hides_no_co_author(desk):
    """The member's words go into a new Change with a new id, all in one commit of the editor's."""
    words = {B: article(6, "Lời của ủy viên")}
    offered(desk, words, by="lim-member")
    squashed = offered(desk, words, "lim-member")
    assert blockers(desk, squashed) == ["missing:ha/lim"]
    with repelled(desk, "Authors do not approve their own Change"):
        desk.work("lim-editor").merge(squashed)


def test_a_merged_branch_hides_no_co_author(desk):
    """The member's own branch is merged into the editor's, which the editor submits."""
    editor, member = fresh(desk, "lim-editor"), fresh(desk, "lim-member")
    main = editor.changes.main()
    theirs = commit_on(member, main, {B: article(11).encode()})
    own = commit_on(editor, main, {A: article(12).encode()})
    _brought(desk, member, theirs)
    git = editor.changes.git
    tree = merged_tree(git, own, theirs)
    head = write_commit(git, tree, [own, theirs], "Merge\n", at=clock(), signing_key=editor.key)
    change = offered(desk, {}, head=head)
    with repelled(desk, "Authors do not approve their own Change"):
        approve_with(desk, change, "lim-member")


def test_words_that_reached_main_unseen_keep_their_author(own):
    """A member's words and their revert are merged as one harmless Change; then the old commit is proposed again.

    Main holds that commit already, so a Change of it would have no commit of its own, and no author.
    """
    desk = own
    path, editor, member = f"{LIM}/cu.vi.md", fresh(desk, "lim-editor"), fresh(desk, "lim-member")
    words = commit_on(member, member.changes.main(), {path: article(800, "Lời của ủy viên").encode()})
    harmless = commit_on(editor, _brought(desk, member, words), {path: article(800, "Lành").encode()})
    editor.merge(offered(desk, {}, "lim-head", head=harmless))
    editor.changes.tree.fetch()
    with repelled(desk, "“submit” is not possible: the Change is “published”"):
        propose_again(desk, editor, words, "lim-member")


def propose_again(desk, work, old, *approvers):
    """Submit an older commit of main itself as a Change: a way back that has no commits of its own."""
    git, main, change = work.changes.git, work.changes.main(), new_change()
    raw = git.raw_difference(main, old)
    about = Bytes(main, old, digest_of(raw), contents(git, parse_raw(raw)))
    words = [said(desk, change, about, Type.SUBMISSION, work.key, title="x", declaration=True)]
    words += [said(desk, change, about, Type.APPROVAL, desk.village.key(p), reason=p) for p in approvers]
    send(work, words, f"{old}:refs/heads/change/{change}")
    return change


def test_an_older_state_of_main_is_no_change(own):
    """It has no signature of a person; a way back is proposed as edits, signed by who makes them."""
    published(own, {f"{LIM}/cu.vi.md": article(800, "Mới hơn")})
    member = fresh(own, "lim-member")
    before = member.changes.git.commit(member.changes.main()).parents[0]
    with repelled(own, "“submit” is not possible: the Change is “published”"):
        propose_again(own, member, before, "lim-member")


# --- roles -----------------------------------------------------------------------------------------


def test_the_operator_never_approves(desk, submitted):
    with repelled(desk, "“approve” needs one of these roles"):
        approve_with(desk, submitted, "ha-operator")


def test_an_editor_does_not_approve(desk, submitted):
    with repelled(desk, "“approve” needs one of these roles"):
        approve_with(desk, submitted, "mai-editor")


def test_another_board_does_not_approve(desk, editor):
    """Neither the next ward's head nor the city's: each Board answers for its own Site."""
    change = offered(desk, {B: article(7)}, "mai-head", "portal-head")
    with repelled(desk, "ha/lim", "1 still missing", "No Board asked needs it"):
        editor.merge(change)


def test_a_member_for_some_paths_does_not_approve_others(desk, editor):
    change = offered(desk, {B: article(8)}, "mot-phan")
    with repelled(desk, "ha/lim", "1 still missing"):
        editor.merge(change)


def test_only_the_unit_itself_confirms(own):
    """A confirmation of mai's is asked for; a contributor of mai, who is somebody only at lim, gives it (E14)."""
    own.village.add_member("ha/mai", "lim-member", "contributor")
    change = approved(own, {A: article(1)})
    work = fresh(own, "lim-editor")
    about = work.changes.bytes_of(change)
    ask = said(
        own, change, about, Type.NEEDS_CONFIRMATION, own.village.key("lim-head"), unit="ha/mai", reason="Số liệu"
    )
    send(work, [ask])
    with contextlib.suppress(PushRefused):
        send(work, [said(own, change, about, Type.CONFIRMATION, own.village.key("lim-member"), unit="ha/mai")])
    with repelled(own, "Waits for confirmation by ha/mai", code="needs-confirmation"):
        work.merge(change)


def test_a_technical_reviewer_does_not_approve_content(desk, editor):
    change = offered(desk, {B: article(9)}, "ha-reviewer")
    with repelled(desk, "ha/lim", "1 still missing"):
        editor.merge(change)


def test_an_attestation_is_the_services_alone(desk, submitted):
    """“The head approved this on the forge”: signed by the editor, by the head as a statement, by an outsider."""
    word = Attested(forge="github", review="1", person="lim-head")
    for person in ("lim-editor", "outsider"):
        with repelled(desk, "The attestation is not signed by the service"):
            approve_with(desk, submitted, person, attested=word)
    work = fresh(desk, "lim-editor")
    about = work.changes.bytes_of(submitted)
    honest = said(desk, submitted, about, Type.APPROVAL, work.key, attested=word)
    wrong = signatures.sign(honest.data, desk.village.key("service"), signatures.APPROVAL)
    with repelled(desk, "does not fit"):
        send(work, [Signed(honest.statement, honest.data, wrong, honest.key)])


def test_the_service_attests_approvals_and_nothing_else(desk, submitted):
    """A submission or a takedown in somebody's name would make the service a person."""
    work = fresh(desk, "lim-editor")
    about, word = work.changes.bytes_of(submitted), Attested(forge="github", review="1", person="lim-head")
    honest = said(desk, submitted, about, Type.APPROVAL, work.key, attested=word)
    data = honest.data.replace(b'"type":"approval"', b'"type":"withdrawal"')
    signature = signatures.sign(data, desk.village.key("service"), ATTESTATION)
    forged = Signed(honest.statement.model_copy(update={"type": Type.WITHDRAWAL}), data, signature, honest.key)
    with repelled(desk, "lacks or must not hold: attested"):
        send(work, [forged])


# --- the roster ------------------------------------------------------------------------------------


def test_a_backdated_membership_gives_an_old_word_no_weight(own):
    """Mai's head approves lim's Change; later the roster says he had been a member of lim's Board all along."""
    desk = own
    change = offered(desk, {A: article(1)}, "mai-head")
    desk.village.add_member("ha/lim", "mai-head", "member", valid_from="2026-01-01")
    assert blockers(desk, change) == ["missing:ha/lim"]
    with repelled(desk, "ha/lim", "1 still missing"):
        desk.work("lim-editor").merge(change)


def test_an_older_roster_is_not_taken_back(own):
    """Somebody on the machine puts back the roster in which the head's access was not taken away yet."""
    desk = own
    change = approved(desk, {A: article(1)})
    before = desk.village.head()
    desk.village.revoke("lim-head", clock())
    with repelled(desk, "ha/lim", "1 still missing"):
        desk.work("lim-editor").merge(change)
    offered(desk, {B: article(2)})
    with GitRepository(desk.village.roster) as roster:
        roster.run("update-ref", ROSTER_MAIN, before)
    with repelled(desk, "The roster does not build on"):
        desk.work("lim-editor").merge(change)


def test_a_roster_of_ones_own_is_not_taken(own):
    """Somebody on the machine signs a roster with a key that is no authority's."""
    desk = own
    change = offered(desk, {A: article(1)})
    board = desk.village.read("boards/ha/lim.yaml")
    board["members"].append(desk.village.member("mai-editor", "member"))
    desk.village.commit({"boards/ha/lim.yaml": dump(board)}, by="lim-editor")
    with repelled(desk, "", code="wrong-signer"):
        desk.work("lim-editor").merge(change)


def test_a_change_does_not_appoint_its_own_approver(desk, editor):
    """Files like those of the roster, in the content repository: nobody owns such a path."""
    board = dump(desk.village.read("boards/ha/lim.yaml"))
    change = offered(desk, {B: article(10), "boards/ha/lim.yaml": board}, "lim-head")
    with repelled(desk, "Nobody owns this path", code="nobodys-path"):
        editor.merge(change)
