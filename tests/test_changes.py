"""A Change from an editor's draft to a published page, and everything on the way that must not work."""

from __future__ import annotations

import pytest
from desks import LOG, TinyDesk, clock
from network import article

from congtin.editorial import states
from congtin.editorial.desk import MAIN
from congtin.editorial.merging import merge_message
from congtin.editorial.policy import State
from congtin.editorial.refs import write_commit
from congtin.editorial.worktree import PushRefused

NEWS = "content/ha/lim/tin-tuc/2026/a.vi.md"


@pytest.fixture
def desk(tmp_path):
    made = TinyDesk.create(tmp_path / "desk")
    yield made
    made.close()


def test_an_editor_writes_the_head_approves_and_it_is_published(desk):
    """The whole way in its shortest form (E1)."""
    editor = desk.work("lim-editor")
    change = editor.propose("Tin mới", {NEWS: article(1)})
    assert desk.read(NEWS) is None
    missing = desk.verdict(change).missing
    assert [(state.need.body, state.missing) for state in missing] == [("ha/lim", 1)]

    desk.work("lim-head").approve(change)
    commit = editor.merge(change)

    assert desk.ref() == commit
    assert desk.read(NEWS) == article(1)
    assert desk.events() == ["founded", "pushed", "submission", "approval", "merged"]
    merged = desk.log()[-1].entry
    assert merged.change == change
    assert merged.detail["approvers"] == ["lim-head"]
    assert merged.detail["authors"] == ["lim-editor"]


def test_nobody_publishes_what_no_board_has_approved(desk):
    """The gate stays closed, names who is missing, and the attempt is logged (E1, E19)."""
    editor = desk.work("lim-editor")
    change = editor.propose("Tin mới", {NEWS: article(1)})
    with pytest.raises(PushRefused, match=r"ha/lim.*1 still missing"):
        editor.merge(change)
    assert desk.read(NEWS) is None
    assert desk.events()[-1] == "refused"
    assert states.one(editor.changes.git, change, clock()).state is State.IN_REVIEW


def test_a_forges_own_merge_counts_only_for_an_account_of_the_trust_root(desk):
    """The same two parents, the same words; who Git says made it must be listed outside both repositories."""
    editor = desk.work("lim-editor")
    change = editor.propose("Tin mới", {NEWS: article(1)})
    desk.work("lim-head").approve(change)
    editor.changes.tree.fetch()
    git = editor.changes.git
    prev, head = editor.changes.main(), editor.changes.head(change)
    words = merge_message(change, git.ref(LOG) or "")
    tree = git.tree(head).oid
    merge = write_commit(git, tree, [prev, head], words.rstrip("\n"), at=clock(), author="bot <bot@example.vn>")
    assert "says more than which Change it merges" in editor.refused(f"{merge}:{MAIN}")

    with desk.village.trust_file.open("a") as trust:
        trust.write("merge_accounts: [bot <bot@example.vn>]\n")
    editor.push(f"{merge}:{MAIN}")
    assert desk.read(NEWS) == article(1)
    assert desk.verified() == []
